"""The limits of a strategy, in one fixed order, and when their counters start anew (L30–L33)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from ltsys.domain.checks import at_most, below, within
from ltsys.domain.denial import Check, Denial, DenialCode
from ltsys.domain.draft import Draft
from ltsys.domain.exposure import Stake, event_at_risk, total_at_risk
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.situation import Situation
from ltsys.domain.strategy import RiskRules, RiskState


def limit_checks(situation: Situation, draft: Draft) -> Iterator[Check]:
    """The limits that are set, in the order of the codes; one not set is not asked (DESIGN §7).

    The order is counted once, on top of what is spent and what working orders hold aside, so
    that no sequence of fills can pass a limit (LESSONS L30). What works, this order too, counts
    with the headroom for its highest fee; what is filled counts at its cost.
    """
    rules, state = situation.rules, situation.state
    yield from budget_checks(draft.reserve, rules, state)
    yield from size_checks(draft.spend, rules, state)
    yield from exposure_checks(situation, draft)
    yield from position_checks(situation)
    yield from breaker_checks(rules, state)


def budget_checks(cost: Usd, rules: RiskRules, state: RiskState) -> Iterator[Check]:
    """Spending of the UTC day, the ISO week and the month, and the day's loss."""
    periods = (
        (DenialCode.DAILY_BUDGET_EXCEEDED, "today's", state.daily_spent, rules.daily_budget),
        (DenialCode.WEEKLY_BUDGET_EXCEEDED, "the week's", state.weekly_spent, rules.weekly_budget),
        (
            DenialCode.MONTHLY_BUDGET_EXCEEDED,
            "the month's",
            state.monthly_spent,
            rules.monthly_budget,
        ),
    )
    for code, whose, spent_before, budget in periods:
        parts = {
            "spent": spent_before,
            "held aside": state.balances.reserved,
            "this order": cost,
        }
        yield from within(code, f"{whose} spending with this order", parts, budget)
    loss = max(ZERO_USD, -state.daily_result)
    yield from below(
        DenialCode.DAILY_LOSS_LIMIT_REACHED, "today's loss", loss, rules.max_daily_loss
    )


def size_checks(spend: Usd, rules: RiskRules, state: RiskState) -> Iterator[Check]:
    """How much one order may be, in dollars and as a share of equity."""
    code = DenialCode.MAX_POSITION_SIZE_EXCEEDED
    yield from at_most(code, "this order", spend, rules.max_position_size)
    share = rules.max_equity_ratio
    if share is None:
        return
    most = max(ZERO_USD, state.balances.equity).times(share).rounded_down()
    what = f"this order, which may be {share:.2%} of the equity of {state.balances.equity},"
    yield from at_most(DenialCode.MAX_EQUITY_SHARE_EXCEEDED, what, spend, most)


def exposure_checks(situation: Situation, draft: Draft) -> Iterator[Check]:
    """Dollars at risk with the order: in all, in its market, in its event."""
    rules, order = situation.rules, draft.stake(situation.signal.token_id)
    parts = {"at risk": situation.state.balances.exposure, "this order": order.at_risk}
    code = DenialCode.MAX_TOTAL_EXPOSURE_EXCEEDED
    yield from within(code, "exposure with this order", parts, rules.max_total_exposure)
    inside = total_at_risk(_in_market(situation))
    parts = {"at risk in the market": inside, "this order": order.at_risk}
    code, what = DenialCode.MAX_MARKET_EXPOSURE_EXCEEDED, "exposure in the market with this order"
    yield from within(code, what, parts, rules.max_market_exposure)
    worst = event_at_risk((*situation.stakes, order))
    code, what = DenialCode.MAX_EVENT_EXPOSURE_EXCEEDED, "exposure in the event with this order"
    yield from at_most(code, what, worst, rules.max_event_exposure)


def position_checks(situation: Situation) -> Iterator[Check]:
    """Orders that hold shares or still work, with this one."""
    rules = situation.rules
    code, what = DenialCode.MAX_MARKET_POSITIONS_REACHED, "positions in the market with this order"
    count = _orders(_in_market(situation)) + 1
    yield from at_most(code, what, count, rules.max_market_positions)
    code, what = DenialCode.MAX_EVENT_POSITIONS_REACHED, "positions in the event with this order"
    count = _orders(situation.stakes) + 1
    yield from at_most(code, what, count, rules.max_event_positions)
    code, what = DenialCode.MAX_POSITIONS_REACHED, "positions in all with this order"
    yield from at_most(code, what, situation.open_positions + 1, rules.max_positions)


def _in_market(situation: Situation) -> tuple[Stake, ...]:
    here = situation.signal.condition_id
    return tuple(stake for stake in situation.stakes if stake.condition_id == here)


def _orders(stakes: Iterable[Stake]) -> int:
    return sum(stake.order_count for stake in stakes)


def breaker_checks(rules: RiskRules, state: RiskState) -> Iterator[Check]:
    """The run of losses and the drawdown, where they have a limit."""
    yield from _losses(rules, state)
    yield from _drawdown(rules, state)


def cash_checks(needed: Usd, state: RiskState) -> Iterator[Check]:
    """What is set aside for the order must be there."""
    available, denial = state.balances.available, None
    if needed > available:
        denial = Denial(
            code=DenialCode.INSUFFICIENT_CASH,
            text=f"the order needs {needed} with its fee, {available} is available",
            would_be=needed.amount,
            limit=available.amount,
        )
    yield Check(
        code=DenialCode.INSUFFICIENT_CASH,
        saw="{} with the fee ≤ {} available",
        numbers=(needed, available),
        denial=denial,
    )


def rolled_over(state: RiskState, now: datetime) -> RiskState:
    """The state with what a new UTC day, ISO week or month starts at zero, each once (L33).

    A row that was never reset (None) rolls over too, and so does a paused strategy.
    """
    if _is_over(state.daily_reset_at, now):
        state = replace(
            state, daily_spent=ZERO_USD, daily_result=ZERO_USD, daily_reset_at=next_midnight(now)
        )
    if _is_over(state.weekly_reset_at, now):
        state = replace(state, weekly_spent=ZERO_USD, weekly_reset_at=next_monday(now))
    if _is_over(state.monthly_reset_at, now):
        state = replace(state, monthly_spent=ZERO_USD, monthly_reset_at=next_month(now))
    return state


def spent(state: RiskState, cost: Usd, *, matched_at: datetime) -> RiskState:
    """Every counter whose period holds the match has the cost in it; below zero takes it back.

    A counter never falls below zero: what was spent before its reset cannot be earned back.
    """
    day, week, month = state.daily_reset_at, state.weekly_reset_at, state.monthly_reset_at
    if day is None or matched_at >= day - timedelta(days=1):
        state = replace(state, daily_spent=_counted(state.daily_spent, cost))
    if week is None or matched_at >= week - timedelta(days=7):
        state = replace(state, weekly_spent=_counted(state.weekly_spent, cost))
    if month is None or matched_at >= _month_before(month):
        state = replace(state, monthly_spent=_counted(state.monthly_spent, cost))
    return state


def resulted(state: RiskState, change: Usd, *, booked_at: datetime) -> RiskState:
    """The day's result with that change of an outcome that was booked at that moment.

    A gain that belongs to an earlier day buys no more losses today; a loss always counts.
    """
    day = state.daily_reset_at
    is_older = day is not None and booked_at < day - timedelta(days=1)
    if is_older and change > ZERO_USD:
        return state
    return replace(state, daily_result=state.daily_result + change)


def _counted(counter: Usd, cost: Usd) -> Usd:
    return max(ZERO_USD, counter + cost)


def _month_before(month: datetime) -> datetime:
    return (month - timedelta(days=1)).replace(day=1)


def _is_over(resets_at: datetime | None, now: datetime) -> bool:
    return resets_at is None or now >= resets_at


def next_midnight(now: datetime) -> datetime:
    """The first UTC midnight after `now`."""
    return _today(now) + timedelta(days=1)


def next_monday(now: datetime) -> datetime:
    """The UTC midnight at which the next ISO week begins."""
    return _today(now) + timedelta(days=7 - now.weekday())


def next_month(now: datetime) -> datetime:
    """The UTC midnight at which the next calendar month begins."""
    return (_today(now).replace(day=1) + timedelta(days=32)).replace(day=1)


def _today(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _losses(rules: RiskRules, state: RiskState) -> Iterator[Check]:
    code, limit = DenialCode.MAX_CONSECUTIVE_LOSSES_REACHED, rules.max_consecutive_losses
    if limit is None:
        return
    losses, denial = state.consecutive_losses, None
    if losses >= limit:
        text = f"{losses} losses in a row reach the limit of {limit}"
        denial = Denial(code=code, text=text, would_be=Decimal(losses), limit=Decimal(limit))
    yield Check(code=code, saw="{} losses in a row < {}", numbers=(losses, limit), denial=denial)


def _drawdown(rules: RiskRules, state: RiskState) -> Iterator[Check]:
    code, limit = DenialCode.MAX_DRAWDOWN_REACHED, rules.max_drawdown_ratio
    if limit is None:
        return
    drawdown, denial = state.drawdown_ratio, None
    if drawdown >= limit:
        text = f"equity is {drawdown:.2%} below its peak, which reaches the limit of {limit:.2%}"
        denial = Denial(code=code, text=text, would_be=drawdown, limit=limit)
    saw = "equity {:.2%} below its peak < {:.2%}"
    yield Check(code=code, saw=saw, numbers=(drawdown, limit), denial=denial)
