"""The checks of a decision, each with the numbers that it looked at."""

from dataclasses import replace
from decimal import Decimal

import pytest
from live_made import NO_LIMITS, a_state
from situations import a_situation
from test_planning import WRONG

from ltsys.domain.denial import DenialCode
from ltsys.domain.live_order import Plan
from ltsys.domain.money import Usd
from ltsys.domain.planning import plan_order, steps

EVERY_LIMIT = replace(
    NO_LIMITS,
    daily_budget=Usd.of(100),
    max_position_size=Usd.of(50),
    max_total_exposure=Usd.of(500),
    max_consecutive_losses=5,
    max_drawdown_ratio=Decimal("0.2"),
)


def test_a_plan_stands_behind_every_check_in_the_order_of_the_codes():
    """L32."""
    *checks, plan = steps(a_situation(rules=EVERY_LIMIT))

    assert isinstance(plan, Plan)
    looked_at = [check.code for check in checks]
    assert looked_at == [code for code in DenialCode if code in looked_at]
    assert {DenialCode.STRATEGY_INACTIVE, DenialCode.MAX_DRAWDOWN_REACHED} < {*looked_at}
    assert not any(check.denial for check in checks)


def test_a_check_that_is_met_shows_both_numbers():
    """Why it was let through can be read, too (L32)."""
    spent = a_situation(rules=EVERY_LIMIT, state=a_state(daily_spent=Usd.of(40)))

    said = {step.code: step.text for step in steps(spent) if not isinstance(step, Plan)}

    budget = said[DenialCode.DAILY_BUDGET_EXCEEDED]
    assert budget == "$40.00 spent + $0.00 held aside + $10.00 this order ≤ $100.00"
    assert said[DenialCode.SIGNAL_TOO_OLD] == "0 s old ≤ 180 s"
    assert said[DenialCode.MAX_CONSECUTIVE_LOSSES_REACHED] == "0 losses in a row < 5"
    assert said[DenialCode.MAX_DRAWDOWN_REACHED] == "equity 0.00% below its peak < 20.00%"


def test_a_limit_that_is_not_set_is_not_asked():
    """No hidden limits (L31)."""
    *checks, _ = steps(a_situation(rules=NO_LIMITS))

    assert not [check for check in checks if check.code.startswith(("MAX_", "DAILY_"))]


@pytest.mark.parametrize("code", WRONG)
def test_the_first_denial_is_the_answer_and_all_before_it_is_met(code):
    situation = a_situation(**WRONG[code])
    checks = [step for step in steps(situation) if not isinstance(step, Plan)]
    denied = next(check for check in checks if check.denial)

    assert denied.denial == plan_order(situation)
    assert denied.text == denied.denial.text
