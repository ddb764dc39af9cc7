"""Stages, changes that wait and settings, by the pages of a strategy (LESSONS L61)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import STRATEGY, a_wallet

from ltsys.domain.change import ChangeKind, ChangeRequest, ChangeStatus
from ltsys.domain.ft_settings import settings_of
from ltsys.domain.ft_wallet import AllocationMethod
from ltsys.domain.promotion import GateCheck
from ltsys.domain.stage import Stage
from ltsys.usecases import promote as promoting
from ltsys.web.pages.ft_rules import ft_rules

HOME = f"/strategies/{STRATEGY}"
STAGE = f"{HOME}/stage"
SETTINGS = f"{HOME}/settings"


def strategy(scene):
    with scene.own.store.reading() as tx:
        return tx.rules(STRATEGY)[0]


def changes(scene):
    with scene.own.store.reading() as tx:
        return tx.changes(STRATEGY, only_open=False)


def demoted(ann):
    """The scene's strategy stands at full; here it goes back to shadow."""
    return ann.post(f"{HOME}/demote", {"to": "shadow", "reason": "a look at the books"})


@pytest.fixture
def ready(monkeypatch):
    """As if every check were passed: how they come to pass is the use case's to prove."""

    def passed(*_, **__):
        return (GateCheck(name="fill rate", value="99 %", limit="at least 90 %", is_passed=True),)

    monkeypatch.setattr(promoting, "gate_checks", passed)


def a_proposal(scene, **changes):
    """Of the FT wallet, which wants to bet more."""
    clock = scene.own.clock
    request = ChangeRequest(
        strategy_id=STRATEGY,
        kind=ChangeKind.SIZING,
        subject="bet cap",
        before="10",
        after="40",
        requested_at=clock.wall(),
        requested_by="the FT wallet",
        effective_at=None,
        **changes,
    )
    with scene.own.store.transaction() as tx:
        return tx.add_change(request).change_id


def test_the_stage_shows_each_check_with_both_numbers_and_a_verdict(scene, ann):
    demoted(ann)

    page = ann.get(STAGE).text

    assert "checks passed" in page
    assert "days in the stage" in page
    assert "at least 7" in page
    assert "FAILED" in page
    assert "a look at the books" in page
    assert 'aria-current="step"' in ann.get(HOME).text
    assert strategy(scene).standing.stage is Stage.SHADOW


def test_a_promotion_that_is_not_ready_is_refused_with_every_reason(scene, ann):
    """L61."""
    demoted(ann)

    untyped = ann.post(f"{HOME}/promote", {"cap": "50", "typed": "yes"})
    unready = ann.post(f"{HOME}/promote", {"cap": "50", "typed": STRATEGY})
    nonsense = ann.post(f"{HOME}/promote", {"cap": "much", "typed": STRATEGY})

    assert {each.status_code for each in (untyped, unready, nonsense)} == {422}
    assert f"type {STRATEGY} to confirm" in untyped.text
    assert "drill: none is recorded" in unready.text
    assert "is not an amount of dollars" in nonsense.text
    assert changes(scene) == ()


@pytest.mark.usefixtures("ready")
def test_a_promotion_waits_its_time_and_can_be_withdrawn(scene, ann):
    """L61."""
    demoted(ann)
    asked = ann.post(f"{HOME}/promote", {"cap": "50", "typed": STRATEGY})
    (waiting,) = changes(scene)
    page = ann.get(HOME).text
    again = ann.post(f"{HOME}/promote", {"cap": "60", "typed": STRATEGY})
    withdrawn = ann.post(f"/changes/{waiting.change_id}/withdraw", {"reason": "not yet"})

    assert (asked.status_code, withdrawn.status_code) == (303, 303)
    assert "shadow → canary 50" in page
    assert "Takes effect" in page
    assert "waits already" in again.text
    (ended,) = changes(scene)
    assert (ended.status, ended.why) == (ChangeStatus.WITHDRAWN, "not yet")
    assert strategy(scene).standing.stage is Stage.SHADOW
    assert waiting.request.effective_at - waiting.request.requested_at >= timedelta(seconds=10)


def test_a_proposed_change_is_taken_over_by_who_types_the_name(scene, ann):
    """L61."""
    change = a_proposal(scene)

    shown = ann.get(HOME).text
    untyped = ann.post(f"/changes/{change}/confirm", {"typed": "bet cap"})
    still = changes(scene)
    typed = ann.post(f"/changes/{change}/confirm", {"typed": STRATEGY})

    assert "Waits for your word" in shown
    assert (untyped.status_code, typed.status_code) == (409, 303)
    assert still[0].status is ChangeStatus.PROPOSED
    assert changes(scene)[0].status is ChangeStatus.PENDING


def test_going_back_asks_for_a_lower_stage_and_a_reason(scene, ann):
    """L61."""
    bare = ann.post(f"{HOME}/demote", {"to": "shadow"})
    higher = ann.post(f"{HOME}/demote", {"to": "full", "reason": "x"})
    capless = ann.post(f"{HOME}/demote", {"to": "ramp", "reason": "x"})
    unknown = ann.post(f"{HOME}/demote", {"to": "moon", "reason": "x"})
    done = ann.post(f"{HOME}/demote", {"to": "canary", "cap": "$20", "reason": "slow down"})

    assert "Say why" in bare.text
    assert "full is not below full" in higher.text
    assert "needs a cap" in capless.text
    assert "pick the stage" in unknown.text
    assert done.status_code == 303
    assert f"{strategy(scene).standing}" == "canary up to $20.00"


def test_settings_tighten_at_once_and_loosen_after_a_wait(scene, ann):
    """L61."""
    before = strategy(scene)
    tighter = {"slippage_tolerance": "1", "time_in_force": "FOK"}

    tight = ann.post(SETTINGS, tighter)
    now = strategy(scene)
    untyped = ann.post(SETTINGS, {"slippage_tolerance": "20"})
    typed = ann.post(SETTINGS, {"slippage_tolerance": "20", "typed": STRATEGY})

    assert (tight.status_code, untyped.status_code, typed.status_code) == (303, 422, 303)
    assert (now.slippage_tolerance, now.time_in_force.value) == (Decimal("0.01"), "FOK")
    assert now.max_signal_age_s == before.max_signal_age_s
    assert "This loosens slippage_tolerance" in untyped.text
    assert strategy(scene) == now
    assert [str(c.request) for c in changes(scene)] == ["slippage_tolerance from 0.01 to 0.2"]


def test_settings_that_make_no_sense_come_back_with_each_complaint(ann):
    """L39."""
    typed = {"slippage_tolerance": "", "max_signal_age_s": "0", "cooldown_s": "-1"}

    answer = ann.post(SETTINGS, typed | {"typed": STRATEGY})

    assert answer.status_code == 422
    assert "it always has a value" in answer.text
    assert "0 is not within 1 and 86400 seconds" in answer.text
    assert "is not a whole number from 0 up" in answer.text


def test_another_user_and_who_may_only_look_move_nothing(scene, ann):
    """L63: also by a number that is guessed."""
    change = a_proposal(scene)
    before = (strategy(scene), changes(scene))
    asked = [
        (f"{HOME}/promote", {"cap": "5", "typed": STRATEGY}),
        (f"{HOME}/demote", {"to": "shadow", "reason": "x"}),
        (SETTINGS, {"slippage_tolerance": "0"}),
        (f"/changes/{change}/confirm", {"typed": STRATEGY}),
        (f"/changes/{change}/withdraw", {"reason": "x"}),
    ]

    bob = [scene.visitor("bob").post(*each).status_code for each in asked]
    vic = [scene.visitor("vic").post(*each).status_code for each in asked]

    assert set(bob) == {404}
    assert set(vic) == {403}
    assert ann.post("/changes/999/withdraw").status_code == 404
    assert (strategy(scene), changes(scene)) == before


def test_the_rules_of_the_forward_test_stand_on_the_page_one_by_one(ann):
    page = ann.get(HOME).text

    assert "Which trades it takes" in page
    assert "price_out_of_range" in page
    assert "How much it bets" in page


@pytest.mark.parametrize("method", AllocationMethod)
def test_every_setting_of_a_forward_test_has_its_rule(method):
    """L31: what decides and is not shown would be a hidden rule."""
    wallet = a_wallet(allocation_method=method)

    shown = [
        name for rules in ft_rules(wallet).values() for each in rules for name in each.settings
    ]

    limits = {
        "min_trader_win_rate",
        "max_trader_win_rate",
        "max_edge",
        "max_conviction",
        "min_original_trade_usd",
        "max_original_trade_usd",
    }
    assert sorted(shown) == sorted({*settings_of(wallet), *limits})
