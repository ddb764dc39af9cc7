"""Whether a system is fit to trade: looked at for `lt` and for the dashboard alike."""
