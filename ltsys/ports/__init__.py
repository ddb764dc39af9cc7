"""What the use cases need from the world (`world`) and from the database (`store`)."""

from ltsys.ports.world import (
    Clock,
    MarketData,
    ModelScores,
    OrderVenue,
    Signer,
    TradeFeed,
    Venue,
)

__all__ = ["Clock", "MarketData", "ModelScores", "OrderVenue", "Signer", "TradeFeed", "Venue"]
