"""A decision explained: each check with both numbers, and decided once more."""

import json
from dataclasses import replace

from live_made import NO_LIMITS
from trading_floor import Floor, accepted

from ltsys.domain.denial import DenialCode
from ltsys.domain.live_order import lt_order_id
from ltsys.domain.money import Usd
from ltsys.usecases.explain_decision import explain_decision

LIMITED = replace(NO_LIMITS, daily_budget=Usd.of(100), max_position_size=Usd.of(5))


def explained(floor: Floor, key):
    with floor.store.reading() as tx:
        signal = tx.signal(*key)
    return explain_decision(lt_order_id(signal), store=floor.store)


def refused(new_floor) -> tuple[Floor, tuple]:
    floor = new_floor(rules=LIMITED)
    floor.execute(1)
    (key,) = floor.store.tables.lt_seen_trades
    return floor, key


def test_a_plan_is_explained_by_every_check_that_it_met(floor):
    """L32."""
    order = floor.execute(1, accepted("10"))

    (made,) = explain_decision(order.lt_order_id, store=floor.store)

    assert made.answer == "planned: to spend $10.00 at up to 0.4, with $10.00 set aside"
    assert all(check.is_met for check in made.checks)
    assert made.checks[0].text == "LT_FT_TEST is active"
    assert made.is_same


def test_a_denial_is_explained_up_to_the_check_that_denied(new_floor):
    """With the numbers of those that were met, too (L32)."""
    floor, key = refused(new_floor)

    (made,) = explained(floor, key)

    *met, last = made.checks
    said = {check.code: check.text for check in met}
    assert said["DAILY_BUDGET_EXCEEDED"].endswith("$10.00 this order ≤ $100.00")
    assert (last.code, last.is_met) == (DenialCode.MAX_POSITION_SIZE_EXCEEDED, False)
    assert (last.would_be, last.limit) == (10, 5)
    assert made.answer == f"denied: {last.code}: {last.text}"
    assert made.is_same


def changed(floor: Floor, **text) -> None:
    """As an older or newer code would have kept it."""
    rows = floor.store.tables.lt_decisions
    for key, row in rows.items():
        rows[key] = replace(row, text=replace(row.text, **text))


def test_another_answer_than_the_kept_one_is_said(new_floor):
    floor, key = refused(new_floor)
    (made,) = explained(floor, key)
    changed(floor, verdict=made.kept.verdict.replace("$5.00", "$5.000"))

    (made,) = explained(floor, key)

    assert not made.is_same
    assert made.difference.startswith("this code answers: denied: MAX_POSITION_SIZE_EXCEEDED")


def test_a_decision_that_an_older_version_kept_is_decided_again(new_floor):
    """Its stakes were one an order, and told what the order would buy."""
    floor = new_floor(rules=replace(NO_LIMITS, max_market_exposure=Usd.of(25)))
    for number in (1, 2):
        floor.execute(number, accepted())
    floor.execute(3)
    key = list(floor.store.tables.lt_seen_trades)[-1]
    case = json.loads(explained(floor, key)[0].kept.case)
    (stake,) = case["situation"]["stakes"]
    assert (stake.pop("order_count"), stake.pop("working_loss")) == (2, "0")
    one = {**stake, "reserved": "10", "working_shares": "25"}
    case["situation"]["stakes"] = [one, one]

    changed(floor, codec=1, case=json.dumps(case))
    (made,) = explained(floor, key)

    assert made.is_same
    assert made.answer.startswith("denied: MAX_MARKET_EXPOSURE_EXCEEDED")
    assert "would be $30.00, over the limit of $25.00" in made.answer


def test_a_text_that_this_code_cannot_read_is_said(new_floor):
    """Rather than an explanation of something else."""
    floor, key = refused(new_floor)

    changed(floor, codec=99)
    (newer,) = explained(floor, key)
    changed(floor, codec=1, case='{"situation":{}}')
    (broken,) = explained(floor, key)

    assert "codec 99 is newer" in newer.difference
    assert "cannot read it" in broken.difference
    assert (newer.checks, broken.checks) == ((), ())


def test_an_order_without_a_kept_decision_is_explained_by_nothing(floor):
    assert explain_decision("lto_none", store=floor.store) == ()
