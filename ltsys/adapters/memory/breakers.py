"""Circuit breakers."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ltsys.adapters.memory.session import Session
from ltsys.adapters.memory.tables import OrderRow
from ltsys.domain.breaker import (
    FILL_KINDS,
    RESULT_KINDS,
    Breaker,
    BreakerKind,
    BreakerRule,
    Trip,
)
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ids import StrategyId
from ltsys.domain.ledger import Account, Book, Kind
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import ZERO_USD
from ltsys.domain.quality import slippage_ratio
from ltsys.domain.strategy import Mode
from ltsys.domain.venue import FillStatus
from ltsys.ports.breakers import Breakers, Watched

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_ANSWERED = frozenset({"accepted", "killed", "rejected"})
_Dated = tuple[datetime, Decimal]


class BreakerRecords(Session):
    """`ltsys.ports.breakers.BreakerStore`."""

    def breaker_rules(self) -> tuple[BreakerRule, ...]:
        return tuple(sorted(self._tables.lt_breaker_rules.values(), key=lambda rule: rule.place))

    def save_breaker_rule(self, rule: BreakerRule, *, by: str) -> None:
        del by  # the log says it; only the real table keeps it in the row
        self._tables.lt_breaker_rules[rule.strategy_id, rule.kind] = rule

    def drop_breaker_rule(self, kind: BreakerKind, strategy_id: StrategyId | None) -> bool:
        return self._tables.lt_breaker_rules.pop((strategy_id, kind), None) is not None

    def open_breakers(self) -> tuple[Breaker, ...]:
        return tuple(each for each in self._tables.lt_breakers if each.cleared_at is None)

    def watched_breakers(
        self, kinds: frozenset[BreakerKind], strategy_id: StrategyId | None
    ) -> tuple[Watched, ...]:
        stopped = {(each.strategy_id, each.kind) for each in self.open_breakers()}
        return tuple(
            Watched(rule=rule, readings=self._readings(rule))
            for rule in self.breaker_rules()
            if rule.kind in kinds
            and rule.threshold is not None
            and (strategy_id is None or rule.strategy_id in {None, strategy_id})
            and (rule.strategy_id, rule.kind) not in stopped
        )

    def trip_breaker(self, trip: Trip) -> Breaker | None:
        rule, now = trip.rule, self._clock.wall()
        if any(
            (each.strategy_id, each.kind) == (rule.strategy_id, rule.kind)
            for each in self.open_breakers()
        ):
            return None
        wait_s = rule.resume_after_s
        breaker = Breaker(
            kind=rule.kind,
            strategy_id=rule.strategy_id,
            cause=trip.cause,
            value=trip.value,
            threshold=trip.threshold,
            resume=rule.resume,
            tripped_at=now,
            resumes_at=None if wait_s is None else now + timedelta(seconds=wait_s),
        )
        self._tables.lt_breakers.append(breaker)
        return breaker

    def clear_breaker(self, breaker: Breaker, *, by: str, because: str) -> Breaker | None:
        rows, now = self._tables.lt_breakers, self._clock.wall()
        wanted = (breaker.strategy_id, breaker.kind, breaker.tripped_at)
        for place, each in enumerate(rows):
            is_it = (each.strategy_id, each.kind, each.tripped_at) == wanted
            if is_it and each.cleared_at is None:
                rows[place] = replace(each, cleared_at=now, cleared_by=by, cleared_because=because)
                return rows[place]
        return None

    def _breakers_of(self, strategy_id: StrategyId) -> Breakers:
        scopes = {None, strategy_id}
        return Breakers(
            tripped=tuple(each for each in self.open_breakers() if each.strategy_id in scopes),
            rules=tuple(each for each in self.breaker_rules() if each.strategy_id in scopes),
        )

    def _readings(self, rule: BreakerRule) -> tuple[Decimal, ...]:
        ends = (
            each.cleared_at
            for each in self._tables.lt_breakers
            if (each.strategy_id, each.kind) == (rule.strategy_id, rule.kind) and each.cleared_at
        )
        since = max(ends, default=_LONG_AGO)
        if rule.kind is BreakerKind.DRAWDOWN:
            return self._drawdown() if _newest(self._results(rule), since, 1) else ()
        if rule.kind in FILL_KINDS:
            news = self._slippages(rule)
        elif rule.kind in RESULT_KINDS:
            news = self._results(rule)
        else:
            news = self._answers(rule)
        return tuple(_newest(news, since, rule.window))

    def _live(self, rule: BreakerRule, row: OrderRow | None) -> LiveOrder | None:
        """The row's order, where the rule looks at it."""
        order = row.order if row else None
        if order is None or order.mode is not Mode.LIVE:
            return None
        return order if rule.strategy_id in {None, order.strategy_id} else None

    def _slippages(self, rule: BreakerRule) -> Iterator[_Dated]:
        for row in self._tables.lt_fills.values():
            order = self._live(rule, self._tables.lt_orders.get(row.lt_order_id))
            if order is not None and row.fill.status is not FillStatus.FAILED:
                venue = row.fill.venue
                yield (
                    row.recorded_at,
                    slippage_ratio(side=venue.side, signal=order.signal_price, fill=venue.price),
                )

    def _answers(self, rule: BreakerRule) -> Iterator[_Dated]:
        for row in self._tables.orders.values():
            place = self._tables.lt_orders.get(row.lt_order_id)
            order = self._live(rule, place)
            if place is None or order is None or row.answered_at is None:
                continue
            if rule.kind is BreakerKind.REJECTIONS and row.state in _ANSWERED:
                yield row.answered_at, Decimal(row.state == "rejected")
            is_newest = order.order_id == row.signed.order_id
            is_told = is_newest and place.latency_ms is not None
            if rule.kind is BreakerKind.LATENCY and is_told:
                yield row.answered_at, Decimal(place.latency_ms or 0)

    def _results(self, rule: BreakerRule) -> Iterator[_Dated]:
        """When a result was booked stands in the ledger, in machine time."""
        for row in self._tables.lt_orders.values():
            order = self._live(rule, row)
            if order is None or order.outcome is FtOutcome.OPEN or not order.executed_shares:
                continue
            key = (order.strategy_id, order.lt_order_id, Kind.RESOLVE, Account.POSITION)
            booked = self._tables.lt_ledger.get(key)
            if booked is not None:
                yield booked.created_at, Decimal((row.pnl or ZERO_USD) < ZERO_USD)

    def _drawdown(self) -> tuple[Decimal, ...]:
        states = [
            row.states[Book.LIVE]
            for row in self._tables.lt_strategies.values()
            if Book.LIVE in row.states
        ]
        peak = sum((state.peak_equity for state in states), ZERO_USD)
        if not peak:
            return ()
        equity = sum((state.balances.equity for state in states), ZERO_USD)
        return (max(Decimal(0), 1 - equity.over(peak)),)


def _newest(news: Iterable[_Dated], since: datetime, count: int) -> list[Decimal]:
    """Of one moment, what was added last stands first."""
    dated = [(at, place, value) for place, (at, value) in enumerate(news) if at > since]
    return [value for _, _, value in sorted(dated, reverse=True)[:count]]
