"""Everything ltsys needs of a database and of the world, in memory and moved by hand.

    clock = HandClock(datetime(2026, 2, 20, tzinfo=UTC))
    store = MemoryStore(clock)

They live in the package so that users test with what its authors test with.
"""

from ltsys.adapters.memory.halts import KeptHaltFile
from ltsys.adapters.memory.store import MemoryStore
from ltsys.adapters.memory.world import (
    DigestSigner,
    HandClock,
    ScriptedMarketData,
    ScriptedModelScores,
    ScriptedTradeFeed,
    ScriptedVenue,
)

__all__ = [
    "DigestSigner",
    "HandClock",
    "KeptHaltFile",
    "MemoryStore",
    "ScriptedMarketData",
    "ScriptedModelScores",
    "ScriptedTradeFeed",
    "ScriptedVenue",
]
