"""The books as readers see them, and what their own arithmetic says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ltsys.domain.ids import StrategyId
from ltsys.domain.ledger import Account, Book, Entry, Kind, Posting
from ltsys.domain.money import Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRow:
    """One posting of the ledger with what it did to each account."""

    at: datetime
    book: Book
    cause: str
    kind: Kind
    lt_order_id: str | None
    amounts: Mapping[Account, Usd]

    @property
    def posting(self) -> Posting:
        """As the domain knows it."""
        entries = tuple(Entry(account=a, amount=usd) for a, usd in self.amounts.items())
        return Posting(cause=self.cause, kind=self.kind, entries=entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceDrift:
    """A kept balance that is not the sum of its entries."""

    strategy_id: StrategyId
    account: Account
    kept: Usd
    booked: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbalancedPosting:
    """A posting whose entries do not sum to zero."""

    strategy_id: StrategyId
    cause: str
    kind: Kind
    total: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A kept amount that does not follow from the rows which it sums up."""

    strategy_id: StrategyId
    what: str
    kept: Usd
    computed: Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """What the books' own arithmetic says; every list is empty when they are right."""

    strategy_count: int
    entry_count: int
    drifts: tuple[BalanceDrift, ...]
    unbalanced: tuple[UnbalancedPosting, ...]
    mismatches: tuple[Mismatch, ...]

    @property
    def is_right(self) -> bool:
        """Whether every kept amount follows from its rows."""
        return not (self.drifts or self.unbalanced or self.mismatches)
