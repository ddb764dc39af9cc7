"""The database, as far as circuit breakers are concerned."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from ltsys.domain.breaker import Breaker, BreakerKind, BreakerRule, Trip
from ltsys.domain.ids import StrategyId


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A rule whose breaker is not tripped, with the news since it last was, the newest first.

    Fills give slippage ratios, answers milliseconds or 1 for a rejection, results 1 for a loss,
    and a drawdown one ratio. Test orders give none (LESSONS L36).
    """

    rule: BreakerRule
    readings: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakers:
    """What stops a strategy now, its own and that of all, and the rules that may."""

    tripped: tuple[Breaker, ...] = ()
    rules: tuple[BreakerRule, ...] = ()

    def watches(self, kinds: Iterable[BreakerKind]) -> bool:
        """Whether news of these kinds is worth a look."""
        wanted = frozenset(kinds)
        return any(rule.kind in wanted and rule.threshold is not None for rule in self.rules)


class BreakerStore(Protocol):
    """Rules are rows, and so are breakers that tripped; one open row a kind and scope."""

    def breaker_rules(self) -> tuple[BreakerRule, ...]:
        """All of them, those of all strategies first."""
        ...

    def save_breaker_rule(self, rule: BreakerRule, *, by: str) -> None:
        """The one rule of its kind and scope."""
        ...

    def drop_breaker_rule(self, kind: BreakerKind, strategy_id: StrategyId | None) -> bool:
        """False if there was none. What has tripped by it stays so."""
        ...

    def open_breakers(self) -> tuple[Breaker, ...]:
        """Every one that is tripped, the oldest first."""
        ...

    def watched_breakers(
        self, kinds: frozenset[BreakerKind], strategy_id: StrategyId | None
    ) -> tuple[Watched, ...]:
        """Rules with a threshold, of a strategy and of all; without a strategy every rule."""
        ...

    def trip_breaker(self, trip: Trip) -> Breaker | None:
        """The breaker as it stands now; None when it is tripped already, whoever did it."""
        ...

    def clear_breaker(self, breaker: Breaker, *, by: str, because: str) -> Breaker | None:
        """The breaker as it was ended; None when that was done before, also if it tripped anew."""
        ...
