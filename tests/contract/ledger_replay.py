"""What the rows say by themselves: the ledger read again, entry by entry, beside each limit.

The lock of a strategy makes its entries follow one another as its transactions did, and the lock
of a wallet those of its reservations. So whatever was planned can be judged as of its moment,
also where fills, failures and releases have made room since.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

from ltsys.domain.strategy import RiskRules

DAY = timedelta(days=1)
ZERO = Decimal(0)
_DUST = Decimal("0.00001")
"""Dollars: shares of what still works are estimated without rounding here."""
Row = Mapping[str, object]


@dataclass(slots=True)
class Stake:
    """One order as far as the ledger has come."""

    order: Row
    reserved: Decimal = ZERO
    cost: Decimal = ZERO
    shares: Decimal = ZERO
    fees: Decimal = ZERO
    is_over: bool = False

    @property
    def at_risk(self) -> Decimal:
        return self.reserved + self.cost

    @property
    def is_position(self) -> bool:
        return not self.is_over and bool(self.reserved or self.shares)

    def loss(self, *, pays: bool) -> Decimal:
        """With what works filled or not, whichever is worse."""
        if not pays:
            return self.at_risk
        left = min(self.reserved, Decimal(self.order["maker_units"]) / 10**6 - self.cost)
        bought = max(ZERO, left) / self.order["limit_price"]
        return self.cost - self.shares + max(ZERO, self.reserved - bought)


@dataclass(slots=True)
class Account:
    """A strategy as far as the ledger has come."""

    rules: RiskRules
    stakes: dict[str, Stake] = field(default_factory=dict)
    equity: Decimal = ZERO
    available: Decimal = ZERO
    peak: Decimal = ZERO
    fills: dict[str, Row] = field(default_factory=dict)
    """Those that are counted, by their cause."""
    results: list[tuple[datetime, Decimal]] = field(default_factory=list)

    @property
    def positions(self) -> list[Stake]:
        return [stake for stake in self.stakes.values() if stake.is_position]

    @property
    def reserved(self) -> Decimal:
        return sum((stake.reserved for stake in self.stakes.values()), ZERO)

    def spent_since(self, moment: datetime) -> Decimal:
        fills = self.fills.values()
        return sum((f["cost_usd"] for f in fills if f["matched_at"] >= moment), ZERO)

    def lost_since(self, moment: datetime) -> Decimal:
        return -sum((result for at, result in self.results if at >= moment), ZERO)


class Replay:
    """All strategies from the first entry of the ledger to its last; fails where one was wrong."""

    def __init__(self, rows, rules: Mapping[str, RiskRules], later) -> None:
        self.later: Mapping[datetime, datetime] = later
        self.orders = {row["lt_order_id"]: row for row in rows("SELECT * FROM lt_orders")}
        self.fills = {
            f"fill:{row['trade_id']}:{row['order_id']}": row
            for row in rows("SELECT * FROM lt_fills")
        }
        self.markets = {row["condition_id"]: row for row in rows("SELECT * FROM markets")}
        self.accounts = {name: Account(rules=each) for name, each in rules.items()}
        self.paid = ZERO
        """Of the wallet: what works and what was filled, fees included."""
        self.most_paid = ZERO
        self.sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        entries = rows("SELECT * FROM lt_ledger WHERE book = 'live' ORDER BY entry_id")
        per_strategy = {name: [e for e in entries if e["strategy_id"] == name] for name in rules}
        moves = [m for own in per_strategy.values() for m in _moves(own)]
        for _, posting in sorted(moves, key=lambda move: move[0]):
            self._post(posting)

    def _post(self, entries: list[Row]) -> None:
        first = entries[0]
        moved = {row["account"]: row["amount_usd"] for row in entries}
        account = self.accounts[first["strategy_id"]]
        assert sum(moved.values()) == 0
        for name, amount in moved.items():
            self.sums[first["strategy_id"], name] += amount
        account.available += moved.get("available", ZERO)
        account.equity += sum(
            moved.get(name, ZERO) for name in ("available", "reserved", "position", "settling")
        )
        if first["kind"] == "fund":
            account.peak = account.equity
            return
        stake = self._stake(first["cause"], account)
        stake.reserved += moved.get("reserved", ZERO)
        stake.fees += moved.get("fees", ZERO)
        self.paid += moved.get("reserved", ZERO) + moved.get("fees", ZERO)
        assert stake.reserved >= 0
        match first["kind"]:
            case "reserve":
                self._judge(stake, account)
            case "fill":
                self._count(first["cause"], stake, account, moved["position"])
            case "unfill":
                self._take_back(first["cause"], stake, account, moved["position"])
            case "resolve":
                stake.is_over = True
                result = -moved["realized_pnl"] - stake.fees
                account.results.append((stake.order["resolved_at"], result))
                account.peak = max(account.peak, account.equity)

    def _stake(self, cause: str, account: Account) -> Stake:
        fill = self.fills.get(cause)
        lt_order_id = cause if fill is None else fill["lt_order_id"]
        return account.stakes.setdefault(lt_order_id, Stake(order=self.orders[lt_order_id]))

    def _count(self, cause: str, stake: Stake, account: Account, cost: Decimal) -> None:
        assert cause not in account.fills
        account.fills[cause] = self.fills[cause]
        stake.cost += cost
        stake.shares += self.fills[cause]["shares"]
        self.paid += cost

    def _take_back(self, cause: str, stake: Stake, account: Account, cost: Decimal) -> None:
        fill = account.fills.pop(cause)
        stake.cost += cost
        stake.shares -= fill["shares"]
        self.paid += cost

    def _judge(self, stake: Stake, account: Account) -> None:
        """The order, on top of all that was there, passes no limit by a cent (L30)."""
        self.most_paid = max(self.most_paid, self.paid)
        assert account.available >= 0
        planned_at = stake.order["planned_at"]
        moments = {planned_at, self.later.get(planned_at, planned_at)}
        # where the clock moved between its reading and the lock, the new day's counters count
        passed = [self._passed(stake, account, moment) for moment in moments]
        assert [] in passed, passed

    def _passed(self, stake: Stake, account: Account, now: datetime) -> list[str]:
        numbers = [*self._periods(account, now), *self._risks(stake, account)]
        return [
            f"{name}: {number} of {limit}"
            for name, number, limit in numbers
            if limit is not None and number > getattr(limit, "amount", limit)
        ]

    def _periods(self, account: Account, now: datetime) -> Iterable[tuple[str, Decimal, object]]:
        rules, day = account.rules, midnight(now)
        starts = {
            "daily_budget": day,
            "weekly_budget": day - day.weekday() * DAY,
            "monthly_budget": day.replace(day=1),
        }
        for name, start in starts.items():
            yield name, account.spent_since(start) + account.reserved, getattr(rules, name)
        if rules.max_daily_loss is not None:
            least = Decimal("0.000001")
            yield "max_daily_loss", account.lost_since(day) + least, rules.max_daily_loss

    def _risks(self, stake: Stake, account: Account) -> Iterable[tuple[str, Decimal, object]]:
        rules, held = account.rules, account.positions
        here = stake.order["condition_id"]
        market = [each for each in held if each.order["condition_id"] == here]
        event = [each for each in held if self._event(each) == self._event(stake)]
        spend = Decimal(stake.order["maker_units"]) / 10**6
        yield "max_position_size", spend, rules.max_position_size
        if rules.max_equity_ratio is not None:
            yield "max_equity_ratio", spend, account.equity * rules.max_equity_ratio
        yield "max_total_exposure", sum(each.at_risk for each in held), rules.max_total_exposure
        yield "max_market_exposure", sum(each.at_risk for each in market), rules.max_market_exposure
        yield "max_event_exposure", worst(event) - _DUST, rules.max_event_exposure
        yield "max_market_positions", Decimal(len(market)), rules.max_market_positions
        yield "max_event_positions", Decimal(len(event)), rules.max_event_positions
        yield "max_positions", Decimal(len(held)), rules.max_positions

    def _event(self, stake: Stake) -> str:
        return self.markets[stake.order["condition_id"]]["event_id"]


def worst(stakes: list[Stake]) -> Decimal:
    """What the worst outcome costs; at most one market of a neg-risk event ends with its first."""
    grouped = [each for each in stakes if each.order["is_neg_risk"]]
    alone = sum(each.at_risk for each in stakes if not each.order["is_neg_risk"])
    winners = {each.order["condition_id"] for each in grouped}
    losses = [
        sum(
            each.loss(pays=is_first(each) == (each.order["condition_id"] == won))
            for each in grouped
        )
        for won in (None, *winners)
    ]
    return alone + max(ZERO, *losses)


def is_first(stake: Stake) -> bool:
    """By the names that the crowd gives its tokens."""
    return stake.order["token_id"].endswith("1")


def midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _moves(entries: list[Row]) -> list[tuple[int, list[Row]]]:
    """The entries of each posting, which one statement wrote, under the number of the first."""
    grouped = groupby(entries, key=lambda row: (row["cause"], row["kind"]))
    return [(own[0]["entry_id"], own) for own in (list(group) for _, group in grouped)]
