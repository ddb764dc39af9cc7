"""What can go wrong at the venue, when a script says so (VENUE §18.6)."""
