"""What happens whatever is posted: markets, prices, leaders and their trades."""
