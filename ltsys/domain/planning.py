"""From a signal to a plan or a denial: every check, in one order, with its numbers (DESIGN §4)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ltsys.domain.fees import highest_fee
from ltsys.domain.ft_wallet import DeadMarketGuard
from ltsys.domain.live_order import Plan
from ltsys.domain.market import Book, Market
from ltsys.domain.money import Price, Usd
from ltsys.domain.pricing import MIN_MARKETABLE_BUY, buy_units, limit_price
from ltsys.domain.quality import dead_market
from ltsys.domain.risk import Denial, DenialCode, check_cash, check_limits
from ltsys.domain.strategy import RiskRules, RiskState, Signal, Strategy

_SUPPORTED_VERSIONS = frozenset({"", "v1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a decision looks at; the same situation always gives the same answer."""

    signal: Signal
    strategy: Strategy
    rules: RiskRules
    state: RiskState
    guard: DeadMarketGuard
    market: Market | None
    book: Book | None
    now: datetime


def plan_order(situation: Situation) -> Plan | Denial:
    """A plan that every check let pass, or the first denial (LESSONS L18, L19, L30–L32)."""
    signal = situation.signal
    denial = check_strategy(
        situation.strategy, situation.state, signal.signal_at, situation.now
    ) or _check_market(situation)
    if denial:
        return denial
    book, market = situation.book, situation.market
    if book is None or market is None:
        return _deny(DenialCode.NO_BOOK, "the venue shows no order book for the token")
    denial = _check_book(situation, book)
    if denial:
        return denial
    limit = limit_price(signal.price, situation.strategy.slippage_tolerance, book.tick)
    if limit is None:
        text = f"no price on the grid of {book.tick} lies in reach of {signal.price.per_share}"
        return _deny(DenialCode.NO_VALID_PRICE, text)
    return _size(situation, book, market, limit)


def _size(situation: Situation, book: Book, market: Market, limit: Price) -> Plan | Denial:
    signal = situation.signal
    maker_units, taker_units = buy_units(signal.size, limit, marketable=True)
    spend = Usd.from_units(maker_units)
    if spend < MIN_MARKETABLE_BUY or taker_units == 0:
        return Denial(
            code=DenialCode.BELOW_VENUE_MINIMUM,
            text=f"a buy of {spend} is under the venue's minimum of {MIN_MARKETABLE_BUY}",
            would_be=spend.amount,
            limit=MIN_MARKETABLE_BUY.amount,
        )
    reserve = spend + highest_fee(spend, market)
    if not signal.is_force_test:
        denial = check_limits(spend, rules=situation.rules, state=situation.state)
        denial = denial or check_cash(reserve, situation.state)
        if denial:
            return denial
    return Plan(
        limit_price=limit,
        maker_units=maker_units,
        taker_units=taker_units,
        reserve=reserve,
        is_neg_risk=book.is_neg_risk,
        time_in_force=situation.strategy.time_in_force,
        planned_at=situation.now,
    )


def check_strategy(
    strategy: Strategy, state: RiskState, signal_at: datetime, now: datetime
) -> Denial | None:
    """Whether the strategy may act on a signal; asked again before a planned order goes on."""
    if not strategy.is_active:
        return _deny(DenialCode.STRATEGY_INACTIVE, f"{strategy.strategy_id} is not active")
    if state.is_paused:
        return _deny(DenialCode.STRATEGY_PAUSED, f"paused: {state.pause_reason}")
    return _check_age(signal_at, strategy, now)


def _check_age(signal_at: datetime, strategy: Strategy, now: datetime) -> Denial | None:
    """A stale signal is denied, not sent late (LESSONS L19)."""
    age_s = (now - signal_at).total_seconds()
    if age_s <= strategy.max_signal_age_s:
        return None
    return Denial(
        code=DenialCode.SIGNAL_TOO_OLD,
        text=f"the signal is {age_s:.0f} s old, the limit is {strategy.max_signal_age_s} s",
        would_be=Decimal(int(age_s)),
        limit=Decimal(strategy.max_signal_age_s),
    )


def _check_market(situation: Situation) -> Denial | None:
    market, signal = situation.market, situation.signal
    if market is None:
        return _deny(DenialCode.MARKET_UNKNOWN, f"market {signal.condition_id} is not known")
    if market.version not in _SUPPORTED_VERSIONS or market.fee_exponent < 1:
        text = (
            f"protocol {market.version!r} with fee exponent {market.fee_exponent} is not supported"
        )
        return _deny(DenialCode.MARKET_UNSUPPORTED, text)
    if market.is_closed or market.is_resolved or not market.accepts_orders:
        return _deny(DenialCode.MARKET_NOT_OPEN, f"{market.title} takes no orders")
    if market.outcome_of(signal.token_id) is None:
        text = f"token {signal.token_id} is not an outcome of {market.title}"
        return _deny(DenialCode.TOKEN_NOT_OF_MARKET, text)
    return None


def _check_book(situation: Situation, book: Book) -> Denial | None:
    guard, signal_price = situation.guard, situation.signal.price.per_share
    if not book.asks:
        return _deny(DenialCode.NO_BOOK, "nobody offers the token")
    mid = book.mid
    if mid is None:
        return _deny(DenialCode.NO_MIDPOINT, "one side of the book is empty")
    dead = dead_market(signal_price=signal_price, mid=mid, guard=guard)
    if dead is None:
        return None
    return Denial(
        code=DenialCode.DEAD_MARKET, text=dead.text, would_be=dead.value, limit=dead.limit
    )


def _deny(code: DenialCode, text: str) -> Denial:
    return Denial(code=code, text=text)
