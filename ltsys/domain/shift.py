"""What orders that were not there, or would not be there, change in what a decision looks at."""

from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush

from ltsys.domain import ledger
from ltsys.domain.exposure import Stake, stake_of
from ltsys.domain.ledger import Balances
from ltsys.domain.market import Market
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.placed import Placed
from ltsys.domain.situation import Situation
from ltsys.domain.strategy import RiskState


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An order that the one world has and the other has not."""

    placed: Placed
    is_added: bool

    def signed(self, amount: Usd) -> Usd:
        return amount if self.is_added else -amount


@dataclass(slots=True)
class Shift:
    """Running sums over the changes, up to the last moment that was asked for."""

    balances: Balances = field(default_factory=Balances)
    cash: Usd = ZERO_USD
    """Of the wallet."""
    spent: dict[date, Usd] = field(default_factory=dict)
    brought: dict[date, Usd] = field(default_factory=dict)
    held: list[Change] = field(default_factory=list)
    """Those that have not ended."""
    _coming: list[tuple[datetime, int, Change]] = field(default_factory=list)
    _count: int = 0

    @property
    def is_empty(self) -> bool:
        return self._count == 0

    def add(self, change: Change) -> None:
        """The order spends, holds and is counted from its decision on."""
        placed = change.placed
        cost, fee = placed.order.executed, placed.order.fees
        cause = placed.order.lt_order_id
        if change.is_added:
            posting = ledger.fill(cause, cost=cost, fee=fee, reserved=ZERO_USD)
        else:
            posting = ledger.unfill(cause, cost=cost, fee=fee)
        self.balances = self.balances.after(posting)
        self.cash -= change.signed(cost + fee)
        _count(self.spent, placed.at, change.signed(cost))
        self.held.append(change)
        self._push(placed.ends_at, change)

    def seen(self, situation: Situation) -> Situation:
        """The situation with the changes in it; what is not known stays so (LESSONS L18)."""
        self._advance(situation.now)
        if self.is_empty:
            return situation
        cash = situation.cash
        if cash.collateral is not None:
            cash = replace(cash, collateral=cash.collateral + self.cash)
        more = sum(1 if change.is_added else -1 for change in self.held)
        return replace(
            situation,
            state=self._state(situation.state, situation.now),
            cash=cash,
            open_positions=max(0, situation.open_positions + more),
            stakes=self._stakes(situation),
        )

    def _advance(self, now: datetime) -> None:
        while self._coming and self._coming[0][0] <= now:
            at, _, change = heappop(self._coming)
            if change in self.held:
                self._end(at, change)
            else:
                self._settle(change)

    def _end(self, at: datetime, change: Change) -> None:
        placed, cause = change.placed, change.placed.order.lt_order_id
        cost, payout = placed.order.executed, placed.payout or ZERO_USD
        book = ledger.resolve if change.is_added else ledger.unresolve
        self.balances = self.balances.after(book(cause, cost=cost, payout=payout))
        _count(self.brought, at, change.signed(placed.net or ZERO_USD))
        self.held.remove(change)
        self._push(at + placed.cooldown, change)

    def _settle(self, change: Change) -> None:
        payout, cause = change.placed.payout or ZERO_USD, change.placed.order.lt_order_id
        book = ledger.settle if change.is_added else ledger.unsettle
        self.balances = self.balances.after(book(cause, payout))
        self.cash += change.signed(payout)

    def _push(self, at: datetime | None, change: Change) -> None:
        self._count += 1
        if at is not None:
            heappush(self._coming, (at, self._count, change))

    def _state(self, state: RiskState, now: datetime) -> RiskState:
        today = _day(now)
        monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
        return replace(
            state,
            balances=_sum(state.balances, self.balances),
            daily_spent=self._since(state.daily_spent, today),
            weekly_spent=self._since(state.weekly_spent, monday),
            monthly_spent=self._since(state.monthly_spent, first),
            daily_result=state.daily_result + self.brought.get(today, ZERO_USD),
        )

    def _since(self, counted: Usd, day: date) -> Usd:
        """A counter with what the changes spent since that day; never below zero."""
        return max(ZERO_USD, sum((usd for at, usd in self.spent.items() if at >= day), counted))

    def _stakes(self, situation: Situation) -> tuple[Stake, ...]:
        """Of the situation's event: with the new orders, and without those not there."""
        found = {stake.token_id: stake for stake in situation.stakes}
        for change in self.held:
            if not _is_same_event(change.placed.market, situation.market):
                continue
            stake = stake_of(change.placed.order, change.placed.market)
            known = found.get(stake.token_id)
            if change.is_added:
                found[stake.token_id] = known.plus(stake) if known else stake
            elif known is not None:
                found[stake.token_id] = known.less(stake)
        return tuple(stake for stake in found.values() if stake.order_count)


def _sum(one: Balances, other: Balances) -> Balances:
    return Balances(
        **{each.name: getattr(one, each.name) + getattr(other, each.name) for each in fields(one)}
    )


def _count(days: dict[date, Usd], at: datetime, amount: Usd) -> None:
    day = _day(at)
    days[day] = days.get(day, ZERO_USD) + amount


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _is_same_event(one: Market | None, other: Market | None) -> bool:
    if one is None or other is None:
        return False
    is_same_event = one.event_id is not None and one.event_id == other.event_id
    return is_same_event or one.condition_id == other.condition_id
