"""Who may ask the venue, and how often (VENUE §6, §12)."""
