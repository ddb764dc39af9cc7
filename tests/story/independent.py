"""What a replay must come to, reckoned a second time from the rules alone.

Written from FT_RULES.md and the recording's README, importing nothing of the system under test:
two programs that share no line and agree to the cent are worth more than one that agrees with
itself. It is slow, has no database and no processes, and does everything in one loop.

Dollars, prices and shares are plain decimals here; results are kept in millionths of a dollar,
as books are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext

from independent_facts import Market, Recording, Trade, plain, token_id

_DIGITS = 60
_MICRO = Decimal("0.000001")
_UNITS = 1_000_000
_AFTER_THE_END_S = 420
_ENTRY_CAP = Decimal("0.9999")
_HALF = Decimal("0.5")

Rules = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the replay stepped: seconds a step, between two looks at statistics, to resolution."""

    tick_s: int = 10
    statistics_s: int = 600
    resolve_delay_s: int = 30


@dataclass(slots=True, kw_only=True)
class Order:
    """An FT order; `pnl` is None while it is open."""

    wallet_id: str
    trade: Trade
    bet: Decimal
    entry: Decimal
    outcome: str = "OPEN"
    pnl: Decimal | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """Everything that must agree, in a form that sorts."""
        t = self.trade
        pnl = "" if self.pnl is None else str(self.pnl.quantize(_MICRO))
        return (
            t.transaction,
            t.slug,
            t.outcome,
            plain(t.shares),
            plain(t.price),
            plain(self.bet),
            self.outcome,
            pnl,
        )


@dataclass(slots=True, kw_only=True)
class Answer:
    """By wallet: the orders taken, and how many trades were decided for which reason."""

    orders: dict[str, list[Order]]
    reasons: dict[str, Counter[str]]

    def pnl(self, wallet_id: str) -> Decimal:
        return sum((o.pnl for o in self.orders[wallet_id] if o.pnl is not None), Decimal(0))


@dataclass(frozen=True, slots=True)
class Known:
    """None: nothing is known."""

    win_rate: Decimal | None = None
    count: int | None = None
    average: Decimal | None = None


@dataclass(slots=True)
class _Held:
    bought: Decimal = Decimal(0)
    shares: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)


class _Leaders:
    """All recorded trades lie within 30 days, so the 30-day values are those of a lifetime."""

    def __init__(self, recording: Recording, pace: Pace) -> None:
        self._markets, self._delay_s = recording.markets, pace.resolve_delay_s
        self._held: dict[str, dict[tuple[str, str], _Held]] = defaultdict(dict)
        self._ingested: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])

    def traded(self, trade: Trade) -> None:
        """A trade after its market has resolved belongs to no position."""
        if trade.at >= self._markets[trade.slug].ends_at + self._delay_s:
            return
        held = self._held[trade.trader].setdefault((trade.slug, trade.outcome), _Held())
        sign = 1 if trade.side == "BUY" else -1
        held.bought += trade.shares if sign == 1 else 0
        held.shares += sign * trade.shares
        held.spent += sign * trade.usd

    def ingested(self, trade: Trade) -> None:
        total = self._ingested[trade.trader]
        total[0] += trade.price * trade.shares
        total[1] += 1

    def known(self, trader: str, now: int) -> Known:
        gains = [
            _payout(market.winner, outcome) * max(Decimal(0), held.shares) - held.spent
            for (slug, outcome), held in self._held[trader].items()
            if (market := self._markets[slug]).winner is not None
            and now >= market.ends_at + self._delay_s
            and held.bought
        ]
        total, count = self._ingested[trader]
        return Known(
            win_rate=Decimal(sum(gain > 0 for gain in gains)) / len(gains) if gains else None,
            count=len(gains) or None,
            average=total / count if count else None,
        )


def _payout(winner: str | None, outcome: str) -> Decimal:
    if winner == "50-50":
        return _HALF
    return Decimal(winner == outcome)


@dataclass(slots=True, kw_only=True)
class _Wallet:
    wallet_id: str
    rules: Rules
    leaders: frozenset[str]
    started_at: int
    orders: list[Order] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    open: dict[str, list[Order]] = field(default_factory=lambda: defaultdict(list))
    """Open orders by market."""
    realized: Decimal = Decimal(0)
    exposure: Decimal = Decimal(0)

    def number(self, key: str, falsy: str = "0") -> Decimal:
        return Decimal(self.rules.get(key) or falsy)

    @property
    def bankroll(self) -> Decimal:
        start = self.number("starting_balance", "1000")
        return max(Decimal(0), start + self.realized - self.exposure)

    def close(self, order: Order, outcome: str, payout: Decimal) -> None:
        gain = forward_test_pnl(size=order.bet, entry=order.entry, payout=payout)
        order.outcome, order.pnl = outcome, gain.quantize(_MICRO, ROUND_HALF_UP)
        self.open[order.trade.slug].remove(order)
        self.realized += order.pnl
        self.exposure -= order.bet

    def decide(self, trade: Trade, market: Market, known: Known, now: int, *, over: bool) -> None:
        if trade.side == "SELL":
            sold = [
                order
                for order in self.open[trade.slug]
                if (order.trade.trader, order.trade.outcome) == (trade.trader, trade.outcome)
                and order.trade.at < trade.at
            ]
            for order in sold:
                self.close(order, "SOLD", trade.price)
            self.reasons["closed" if sold else "not_a_buy"] += 1
            return
        reason = self._refusal_of_market(trade, market, now, over=over)
        reason = reason or self._take(trade, market, known)
        self.reasons[reason or "taken"] += 1

    def _refusal_of_market(
        self, trade: Trade, market: Market, now: int, *, over: bool
    ) -> str | None:
        """Checks 1 to 8."""
        checks = (
            ("trade_too_old", trade.at <= self.started_at),
            ("market_resolved", over),
            ("after_market_end", trade.at >= market.ends_at),
            ("pre_game", bool(self.rules.get("trade_live_only")) and now < market.starts_at),
            ("price_out_of_range", trade.price < self.number("price_min")),
            ("price_out_of_range", trade.price > self.number("price_max", "1")),
        )
        return next((reason for reason, fails in checks if fails), None)

    def _take(self, trade: Trade, market: Market, known: Known) -> str | None:
        """Checks 9 to 21; the leaders are named targets, so a stranger has 0.5 and 50 (D5)."""
        is_stranger = known.win_rate is None and known.count is None
        win_rate = _HALF if known.win_rate is None else known.win_rate
        count = 50 if is_stranger else known.count or 0
        value = trade.price * trade.shares
        conviction = value / known.average if known.average else Decimal(1)
        entry = min(_ENTRY_CAP, trade.price * Decimal("1.003"))
        edge = win_rate - entry
        chance = model_probability(trade.price)
        uses_model, threshold = bool(self.rules.get("use_model")), self.number("model_threshold")
        texts = f"{market.title}\n{market.category}".lower()
        wanted = [str(word or "").lower() for word in self.rules.get("market_categories") or []]
        least_wins = self.rules.get("min_trader_win_rate", 0 if uses_model else threshold) or 0
        checks = (
            ("low_win_rate", win_rate < Decimal(least_wins)),
            ("insufficient_edge", edge < self.number("min_edge")),
            ("low_trade_count", count < self.number("min_trader_resolved_count", "30")),
            ("low_conviction", conviction < self.number("min_conviction")),
            ("high_win_rate", win_rate > self.number("max_trader_win_rate", "9")),
            ("high_edge", edge > self.number("max_edge", "9")),
            ("high_conviction", conviction > self.number("max_conviction", "1e9")),
            ("wrong_category", bool(wanted) and not any(word in texts for word in wanted)),
            ("trade_too_small", value < self.number("min_original_trade_usd")),
            ("trade_too_large", value > self.number("max_original_trade_usd", "1e12")),
            ("low_ml_score", uses_model and chance < threshold),
        )
        for reason, fails in checks:
            if fails:
                return reason
        bet = self._bet(trade.price, win_rate, edge, conviction)
        if self.bankroll < bet or self.bankroll <= 0:
            return "insufficient_cash"
        order = Order(wallet_id=self.wallet_id, trade=trade, bet=bet, entry=entry)
        self.orders.append(order)
        self.open[trade.slug].append(order)
        self.exposure += bet
        return None

    def _bet(
        self, price: Decimal, win_rate: Decimal, edge: Decimal, conviction: Decimal
    ) -> Decimal:
        base = self.number("bet_size", "1.20") * self.number("bet_allocation_weight", "1")
        least, most = self.number("min_bet", "0.50"), self.number("max_bet", "10.00")
        match self.rules["allocation_method"]:
            case "KELLY" if price >= Decimal("0.99"):
                bet = least
            case "KELLY":
                fraction = self.number("kelly_fraction", "0.25")
                bet = self.bankroll * edge * fraction / (1 - price)
            case "EDGE_SCALED":
                bet = base * (1 + 5 * edge)
            case "CONVICTION":
                bet = base * max(_HALF, min(Decimal(3), conviction))
            case "CONFIDENCE":
                e = min(edge / Decimal("0.20"), Decimal(1))
                w = min((win_rate - _HALF) / Decimal("0.30"), Decimal(1))
                c = min((conviction - _HALF) / Decimal("2.5"), Decimal(1))
                weighted = Decimal("0.4") * e + Decimal("0.3") * c + Decimal("0.3") * w
                bet = base * (_HALF + Decimal("1.5") * weighted)
            case "FIXED":
                bet = base
            case other:
                raise ValueError(f"the independent check knows no method {other}")
        capped = max(least, min(most, bet))
        return (capped * 100 + _HALF).to_integral_value(ROUND_FLOOR) / 100


def model_probability(price: Decimal) -> Decimal:
    """The simulator's stand-in for the model says 0.45 + 0.5 × price, to four places."""
    raw = Decimal("0.45") + Decimal("0.5") * price
    return min(Decimal("0.99"), raw.quantize(Decimal("0.0001"), ROUND_HALF_EVEN))


def forward_test(
    recording: Recording,
    rules: Mapping[str, Rules],
    followed: Mapping[str, Iterable[str]],
    pace: Pace,
) -> Answer:
    """What every wallet did, and what came of it, with `followed` leaders by wallet."""
    start = recording.trades[0].at
    wallets = [
        _Wallet(wallet_id=name, rules=rules[name], leaders=frozenset(leaders), started_at=start - 1)
        for name, leaders in followed.items()
    ]
    with localcontext(Context(prec=_DIGITS)):
        _replay(recording, wallets, pace)
    return Answer(
        orders={w.wallet_id: w.orders for w in wallets},
        reasons={w.wallet_id: w.reasons for w in wallets},
    )


def _replay(recording: Recording, wallets: Sequence[_Wallet], pace: Pace) -> None:
    """Step by step: statistics, ingestion, decisions, resolution, each with what is known then."""
    trades, markets, delay_s = recording.trades, recording.markets, pace.resolve_delay_s
    start = trades[0].at
    closes = max(market.ends_at + delay_s for market in markets.values())
    last = max(start, closes, trades[-1].at) + _AFTER_THE_END_S
    leaders, known, seen_over = _Leaders(recording, pace), defaultdict(Known), dict[str, bool]()
    done = 0
    for now in range(start + pace.tick_s, last + pace.tick_s + 1, pace.tick_s):
        upto = done
        while upto < len(trades) and trades[upto].at <= now:
            leaders.traded(trades[upto])
            upto += 1
        if (now - start) % pace.statistics_s < pace.tick_s:
            known.update({trader: leaders.known(trader, now) for trader in recording.leaders})
        fresh = sorted(trades[done:upto], key=lambda trade: (trade.at, trade.order))
        done = upto
        for trade in fresh:
            leaders.ingested(trade)
            seen_over.setdefault(trade.slug, now >= markets[trade.slug].ends_at + delay_s)
        for wallet in wallets:
            for trade in fresh:
                if trade.trader in wallet.leaders:
                    over = seen_over[trade.slug]
                    wallet.decide(trade, markets[trade.slug], known[trade.trader], now, over=over)
        for slug in list(seen_over):
            if now >= markets[slug].ends_at + delay_s and any(w.open[slug] for w in wallets):
                seen_over[slug] = True
                _resolve(slug, markets[slug].winner, wallets)


def _resolve(slug: str, winner: str | None, wallets: Iterable[_Wallet]) -> None:
    """A market whose winner was not recorded stays open: its last price is no result (L44)."""
    if winner is None:
        return
    words = {Decimal(1): "WON", Decimal(0): "LOST", _HALF: "VOID"}
    for wallet in wallets:
        for order in list(wallet.open[slug]):
            payout = _payout(winner, order.trade.outcome)
            wallet.close(order, words[payout], payout)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveResult:
    """Of one order at the venue; `pnl` is None where the market has no result."""

    strategy_id: str
    shares: Decimal
    cost: Decimal
    fee: Decimal
    payout: Decimal | None

    @property
    def pnl(self) -> Decimal | None:
        """Payout − cost, fees apart."""
        return None if self.payout is None else self.shares * self.payout - self.cost


def live_results(
    orders: Iterable[Mapping[str, object]], strategy_of: Mapping[str, str], recording: Recording
) -> dict[str, LiveResult]:
    """By the venue's order id, for orders with fills, given whose order each is."""
    paying = {
        token_id(slug, outcome): None if market.winner is None else _payout(market.winner, outcome)
        for slug, market in recording.markets.items()
        for outcome in market.outcomes
    }
    return {
        str(order["order_id"]): LiveResult(
            strategy_id=strategy_of[str(order["order_id"])],
            shares=_summed(order, "shares_units"),
            cost=_summed(order, "usd_units"),
            fee=_summed(order, "fee_units"),
            payout=paying[str(order["token_id"])],
        )
        for order in orders
        if order["fills"]
    }


def _summed(order: Mapping[str, object], name: str) -> Decimal:
    return Decimal(sum(fill[name] for fill in order["fills"])) / _UNITS


def live_pnl(results: Iterable[LiveResult]) -> dict[str, Decimal]:
    """By strategy; open orders have no result yet."""
    total: dict[str, Decimal] = defaultdict(Decimal)
    for result in results:
        total[result.strategy_id] += result.pnl or 0
    return dict(total)


def forward_test_pnl(*, size: Decimal, entry: Decimal, payout: Decimal) -> Decimal:
    """What an FT order of that size and price comes to; LT's formula must agree with it."""
    with localcontext(Context(prec=_DIGITS)):
        return size / entry * payout - size
