"""What the Data API knows: the chain's trades and redemptions, late as an indexer is."""
