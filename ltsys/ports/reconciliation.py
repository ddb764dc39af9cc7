"""The database, as far as comparisons with the venue are concerned."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from ltsys.domain.ids import Address, TokenId, VenueOrderId
from ltsys.domain.money import Usd
from ltsys.domain.reconciliation import (
    Books,
    Finding,
    FindingKey,
    Holding,
    Reconciliation,
    Result,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which part of the books is compared. Machine time but for `matched_since`, venue time."""

    wallet: Address
    settled_before: datetime
    """What changed later is young: the venue may show it already, or not yet."""
    posted_since: datetime | None
    """None: always. A simulator knows nothing of what was posted before it started."""
    matched_since: datetime
    """Of fills that are compared one by one."""
    orders: tuple[VenueOrderId, ...] = ()
    """The venue's names of orders to look up, beside those that rest."""
    tokens: tuple[TokenId, ...] = ()
    """Tokens to list, beside those that are open or wait for their redemption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFinding:
    finding_id: int
    finding: Finding
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    acknowledged_because: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReconciliation:
    """`reconciliation` as it was saved; its findings with what was said of them since."""

    reconciliation_id: int
    reconciliation: Reconciliation
    findings: tuple[KeptFinding, ...]


class ReconciliationStore(Protocol):
    """Our side of a comparison, and what came of each. `since` leaves out what is older."""

    def wallet_books(self, scope: Scope) -> Books:
        """All strategies and modes of the wallet together."""
        ...

    def first_launch(self, wallet: Address) -> datetime | None:
        """Venue time since which the wallet may have traded for us."""
        ...

    def lock_wallet(self, wallet: Address) -> None:
        """Nobody else saves a reconciliation of it, or rules on one, until the transaction ends."""
        ...

    def note_collateral(self, wallet: Address, cash: Usd, *, read_at: datetime) -> None:
        """The venue showed that much; `read_at` is machine time just before it was asked.

        An older reading changes nothing.
        """
        ...

    def save_reconciliation(self, reconciliation: Reconciliation) -> int: ...

    def last_reconciliation(
        self, wallet: Address, results: Collection[Result], *, since: datetime | None = None
    ) -> KeptReconciliation | None:
        """The newest that ended so."""
        ...

    def finding(self, finding_id: int) -> tuple[Address, KeptFinding] | None: ...

    def acknowledge(self, finding_id: int, *, by: str, reason: str) -> None:
        """Raises StaleWriteError where somebody did so before."""
        ...

    def accepted(
        self, wallet: Address, *, since: datetime | None = None
    ) -> Mapping[FindingKey, Decimal]:
        """What operators said is right: the sum of the differences that they accepted."""
        ...

    def note_redeemed(self, wallet: Address, holdings: Iterable[Holding]) -> None:
        """Their shares have left the wallet: they are not asked for again."""
        ...

    def forget_reconciliations(self, wallet: Address, *, before: datetime) -> None:
        """Older ones without a finding are of no use any more."""
        ...
