"""The venue's two WebSocket channels, fed by the exchange and by the world's time (VENUE §13)."""
