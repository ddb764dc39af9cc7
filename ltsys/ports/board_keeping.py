"""How the sums that the dashboard shows are kept and checked."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDrift:
    """A kept number of the board that does not follow from the orders (LESSONS L55)."""

    name: str
    """Of the wallet or the strategy."""
    what: str
    kept: str | None
    computed: str | None


class BoardKeeping(Protocol):
    """What the board shows of finished sums is kept, so that reading it costs little.

    A wallet or strategy of which an order changed since is computed anew when it is read: what
    is kept saves time and never changes a number. Each raises StoreUnavailableError.
    """

    def keep(self) -> int:
        """The board is kept of some whose orders changed, longest kept first; says of how many."""
        ...

    def drifts(self) -> tuple[KeptDrift, ...]:
        """Kept numbers that are trusted and differ from what the orders come to."""
        ...

    def forget(self, names: frozenset[str]) -> None:
        """What is kept of these wallets and strategies is gone until `keep` computes it anew."""
        ...
