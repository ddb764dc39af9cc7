"""The relayer: signed calls of contract wallets, carried out without gas (VENUE §16.4)."""
