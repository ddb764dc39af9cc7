"""From a signal to a plan or a denial: every check, in one order, with its numbers (DESIGN §4)."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from ltsys.domain import ledger
from ltsys.domain.breaker import Breaker, explained
from ltsys.domain.checks import at_least
from ltsys.domain.denial import Check, Denial, DenialCode
from ltsys.domain.draft import Draft, drafted
from ltsys.domain.halt import denying
from ltsys.domain.live_order import Plan
from ltsys.domain.market import Book, Market
from ltsys.domain.money import Price
from ltsys.domain.pretrade import depth_checks, spread_checks
from ltsys.domain.pricing import MIN_MARKETABLE_BUY
from ltsys.domain.quality import dead_market
from ltsys.domain.risk import cash_checks, limit_checks
from ltsys.domain.situation import Situation
from ltsys.domain.stage_cap import stage_checks
from ltsys.domain.strategy import Strategy
from ltsys.domain.wallet_cash import wallet_checks

_SUPPORTED_VERSIONS = frozenset({"", "v1"})


def plan_order(situation: Situation) -> Plan | Denial:
    """A plan that every check let pass, or the first denial (LESSONS L18, L19, L30–L32)."""
    for step in steps(situation):
        if isinstance(step, Plan):
            return step
        if step.denial is not None:
            return step.denial
    raise AssertionError("the checks end with a denial or with a plan")


def steps(situation: Situation) -> Iterator[Check | Plan]:
    """The checks in their order, and the plan behind the last of them.

    Whoever reads on after a denial learns nothing more: the checks end there.
    """
    signal = situation.signal
    yield from strategy_checks(situation)
    market, book = situation.market, situation.book
    yield from _market_checks(market, situation)
    if market is None:
        return
    yield from _book_checks(book, situation)
    if book is None:
        return
    yield from spread_checks(situation, book)
    draft = drafted(situation, market, book)
    yield _on_the_grid(draft, signal.price, book)
    if draft is None:
        return
    yield from order_checks(situation, draft)
    yield Plan(
        limit_price=draft.limit,
        maker_units=draft.maker_units,
        taker_units=draft.taker_units,
        reserve=draft.reserve,
        is_neg_risk=book.is_neg_risk,
        time_in_force=situation.strategy.time_in_force,
        planned_at=situation.now,
    )


def order_checks(situation: Situation, draft: Draft) -> Iterator[Check]:
    """What the order itself is asked, once it is known to the cent.

    A force test meets what the market and the venue ask for, and no limit of the strategy,
    whose capital it does not touch (LESSONS L36).
    """
    is_test = situation.signal.is_force_test
    yield _above_minimum(draft)
    if not is_test:
        code, least = DenialCode.BELOW_MIN_ORDER_SIZE, situation.rules.min_order_size
        yield from at_least(code, "this order", draft.spend, least)
    yield from depth_checks(situation, draft)
    if not is_test:
        yield from limit_checks(situation, draft)
        yield from stage_checks(draft.reserve, situation.strategy, situation.state)
        yield from cash_checks(draft.reserve, situation.state)
    if is_test or situation.state.book is ledger.Book.LIVE:
        # paper needs no dollar of the wallet's
        yield from wallet_checks(draft.reserve, situation.cash)


def strategy_checks(situation: Situation) -> Iterator[Check]:
    """What does not depend on the market; asked again before a planned order goes on."""
    strategy, state = situation.strategy, situation.state
    yield _asked(
        DenialCode.STRATEGY_INACTIVE,
        f"{strategy.strategy_id} is not active",
        is_met=strategy.is_active,
        saw="{} is active",
        numbers=(strategy.strategy_id,),
    )
    halt = denying(situation.halts)
    yield _asked(DenialCode.HALTED, f"{halt}", is_met=halt is None, saw="no halt")
    yield _asked(
        DenialCode.STRATEGY_PAUSED,
        f"paused: {state.pause_reason}",
        is_met=not state.is_paused,
        saw="not paused",
    )
    yield _no_breaker(situation.breakers)
    yield _age_check(situation.signal.signal_at, strategy, situation.now)


def _no_breaker(breakers: tuple[Breaker, ...]) -> Check:
    """A tripped breaker denies whatever it watches by now: only its rule or a person ends it."""
    code, denial = DenialCode.BREAKER_TRIPPED, None
    if breakers:
        first = breakers[0]
        denial = Denial(
            code=code, text=explained(first), would_be=first.value, limit=first.threshold
        )
    return Check(code=code, saw="no breaker is tripped", denial=denial)


def _age_check(signal_at: datetime, strategy: Strategy, now: datetime) -> Check:
    """A stale signal is denied, not sent late (LESSONS L19)."""
    code, limit_s = DenialCode.SIGNAL_TOO_OLD, strategy.max_signal_age_s
    age_s, denial = (now - signal_at).total_seconds(), None
    if age_s > limit_s:
        text = f"the signal is {age_s:.0f} s old, the limit is {limit_s} s"
        would_be, limit = Decimal(int(age_s)), Decimal(limit_s)
        denial = Denial(code=code, text=text, would_be=would_be, limit=limit)
    return Check(code=code, saw="{:.0f} s old ≤ {} s", numbers=(age_s, limit_s), denial=denial)


def _market_checks(market: Market | None, situation: Situation) -> Iterator[Check]:
    signal = situation.signal
    text = f"market {signal.condition_id} is not known"
    is_known = market is not None
    yield _asked(DenialCode.MARKET_UNKNOWN, text, is_met=is_known, saw="the market is known")
    if market is None:
        return
    if situation.rules.needs_event:
        text = f"the event of {market.title} is not known, and a limit needs it"
        is_known = market.event_id is not None
        yield _asked(DenialCode.MARKET_UNKNOWN, text, is_met=is_known, saw="its event is known")
    numbers = (market.version, market.fee_exponent)
    yield _asked(
        DenialCode.MARKET_UNSUPPORTED,
        "protocol {!r} with fee exponent {} is not supported".format(*numbers),
        is_met=market.version in _SUPPORTED_VERSIONS and market.fee_exponent >= 1,
        saw="protocol {!r} with fee exponent {} is supported",
        numbers=numbers,
    )
    is_shut = market.is_closed or market.is_resolved or not market.accepts_orders
    text = f"{market.title} takes no orders"
    yield _asked(
        DenialCode.MARKET_NOT_OPEN, text, is_met=not is_shut, saw="the market takes orders"
    )
    yield _asked(
        DenialCode.TOKEN_NOT_OF_MARKET,
        f"token {signal.token_id} is not an outcome of {market.title}",
        is_met=market.outcome_of(signal.token_id) is not None,
        saw="the token is an outcome of the market",
    )


def _book_checks(book: Book | None, situation: Situation) -> Iterator[Check]:
    code, text = DenialCode.NO_BOOK, "the venue shows no order book for the token"
    if book is None:
        yield _asked(code, text, is_met=False, saw="")
        return
    levels = len(book.asks)
    text = "nobody offers the token"
    yield _asked(code, text, is_met=levels > 0, saw="{} offers", numbers=(levels,))
    mid = book.mid
    text = "one side of the book is empty"
    yield _asked(
        DenialCode.NO_MIDPOINT, text, is_met=mid is not None, saw="mid price {}", numbers=(mid,)
    )
    yield _alive(mid, situation)


def _alive(mid: Decimal | None, situation: Situation) -> Check:
    guard, signal_price = situation.guard, situation.signal.price.per_share
    code, denial = DenialCode.DEAD_MARKET, None
    dead = dead_market(signal_price=signal_price, mid=mid, guard=guard)
    if dead is not None:
        denial = Denial(code=code, text=dead.text, would_be=dead.value, limit=dead.limit)
    if not guard.is_enabled:
        return Check(code=code, saw="the guard is off")
    saw = "mid {} against the signal's {}: floor {}, drift at most {}"
    numbers = (mid, signal_price, guard.floor_price, guard.max_drift_ratio)
    return Check(code=code, saw=saw, numbers=numbers, denial=denial)


def _on_the_grid(draft: Draft | None, signal: Price, book: Book) -> Check:
    return _asked(
        DenialCode.NO_VALID_PRICE,
        f"no price on the grid of {book.tick} lies in reach of {signal.per_share}",
        is_met=draft is not None,
        saw="pays at most {} on the grid of {}",
        numbers=(draft.limit.per_share if draft else None, book.tick),
    )


def _above_minimum(draft: Draft) -> Check:
    spend, least = draft.spend, MIN_MARKETABLE_BUY
    code, denial = DenialCode.BELOW_VENUE_MINIMUM, None
    if spend < least or draft.taker_units == 0:
        text = f"a buy of {spend} is under the venue's minimum of {least}"
        denial = Denial(code=code, text=text, would_be=spend.amount, limit=least.amount)
    return Check(code=code, saw="a buy of {} ≥ {}", numbers=(spend, least), denial=denial)


def _asked(
    code: DenialCode, text: str, *, is_met: bool, saw: str, numbers: tuple[object, ...] = ()
) -> Check:
    """A question without numbers of its own; `text` is what denies when it is not met."""
    denial = None if is_met else Denial(code=code, text=text)
    return Check(code=code, saw=saw, numbers=numbers, denial=denial)
