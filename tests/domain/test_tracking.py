"""What the venue's answers say about an order, as tables."""

from dataclasses import replace

import pytest
from live_made import a_plan, an_order

from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import ENDED, TRANSITIONS, WORKING, OrderEvent, OrderStatus
from ltsys.domain.tracking import Evidence, NextStep, conclude, needs_balance
from ltsys.domain.venue import TimeInForce, VenueOrder, VenueOrderStatus

NOTHING = Evidence(
    shown=None,
    was_seen=False,
    check_count=0,
    held_here=None,
    held_there=None,
    repost_identical=False,
    repost_after_checks=2,
    conclude_after_checks=4,
)
UNKNOWN = an_order(status=OrderStatus.UNKNOWN)
LIVE = an_order(status=OrderStatus.LIVE)
PART = replace(
    LIVE,
    status=OrderStatus.PARTIALLY_FILLED,
    executed=Usd.of(4),
    executed_shares=Shares.of(10),
)
SOME, NONE = Shares.of(25), Shares.of(0)


def shown(status: VenueOrderStatus, matched: str = "0") -> VenueOrder:
    return VenueOrder(
        order_id="0x1",
        condition_id=LIVE.condition_id,
        token_id=LIVE.token_id,
        status=status,
        original=Shares.of(25),
        matched=Shares.of(matched),
    )


@pytest.mark.parametrize("status", sorted(ENDED))
def test_nothing_follows_for_an_ended_order(status):
    """L22."""
    evidence = replace(NOTHING, shown=shown(VenueOrderStatus.LIVE))

    assert conclude(an_order(status=status), evidence) is NextStep.WAIT


@pytest.mark.parametrize(
    ("status", "matched", "event"),
    [
        (VenueOrderStatus.LIVE, "0", OrderEvent.ACCEPT),
        (VenueOrderStatus.DELAYED, "0", OrderEvent.ACCEPT),
        (VenueOrderStatus.UNMATCHED, "0", OrderEvent.ACCEPT),
        (VenueOrderStatus.MATCHED, "25", OrderEvent.ACCEPT),
        (VenueOrderStatus.CANCELED, "0", OrderEvent.KILL),
        (VenueOrderStatus.CANCELED, "5", OrderEvent.ACCEPT),
        (VenueOrderStatus.INVALID, "0", OrderEvent.REJECT),
    ],
)
def test_an_order_without_fills_is_what_it_is_shown_as(status, matched, event):
    """A canceled order that matched still has fills to come (L20, L25)."""
    assert conclude(UNKNOWN, replace(NOTHING, shown=shown(status, matched))) is event


@pytest.mark.parametrize("checks", [0, 3, 4, 1_000])
def test_not_found_is_never_absence(checks):
    """L05."""
    assert conclude(UNKNOWN, replace(NOTHING, check_count=checks)) is NextStep.WAIT


@pytest.mark.parametrize(
    ("order", "switch", "seen", "checks", "step"),
    [
        (UNKNOWN, True, False, 2, NextStep.REPOST),
        (UNKNOWN, True, False, 1, NextStep.WAIT),
        (UNKNOWN, False, False, 9, NextStep.WAIT),
        (UNKNOWN, True, True, 9, NextStep.WAIT),
        (LIVE, True, False, 9, NextStep.WAIT),
    ],
)
def test_only_an_unknown_unseen_order_is_asked_about_by_posting_it_again(
    order, switch, seen, checks, step
):
    """With the switch, and after spaced checks (L03, L05)."""
    evidence = replace(NOTHING, repost_identical=switch, was_seen=seen, check_count=checks)

    assert conclude(order, evidence) is step


@pytest.mark.parametrize(
    ("here", "there", "step"),
    [
        (NONE, NONE, OrderEvent.KILL),
        (SOME, SOME, OrderEvent.KILL),
        (NONE, SOME, NextStep.WAIT),
        (SOME, NONE, NextStep.WAIT),
        (None, NONE, NextStep.WAIT),
        (NONE, None, NextStep.WAIT),
    ],
)
def test_a_seen_order_was_killed_if_the_balance_has_nothing_of_it(here, there, step):
    """An incomplete comparison is unknown, never flat (L04, L05, L54)."""
    evidence = replace(NOTHING, was_seen=True, check_count=4, held_here=here, held_there=there)

    assert conclude(UNKNOWN, evidence) is step


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({}, True),
        ({"was_seen": False}, True),
        ({"check_count": 3}, False),
        ({"shown": shown(VenueOrderStatus.LIVE)}, False),
    ],
)
def test_the_balance_is_asked_only_when_nothing_else_can_tell(changes, needed):
    """L53."""
    evidence = replace(NOTHING, was_seen=True, check_count=4)

    assert needs_balance(UNKNOWN, replace(evidence, **changes)) is needed
    assert not needs_balance(PART, evidence)


@pytest.mark.parametrize(
    ("told", "failed", "step"),
    [
        ("4", "0", OrderEvent.CANCEL),
        ("3.99", "0", OrderEvent.CANCEL),
        ("4.01", "0", NextStep.WAIT),
        ("10", "6", OrderEvent.CANCEL),
        ("10", "5.99", NextStep.WAIT),
    ],
)
def test_an_immediate_order_is_over_when_what_the_answer_named_is_reported(told, failed, step):
    """Counted or failed (L24, L27)."""
    order = replace(PART, matched_at_once=Usd.of(told))

    assert conclude(order, replace(NOTHING, failed=Usd.of(failed))) is step


@pytest.mark.parametrize(
    ("matched", "failed", "step"),
    [
        ("10", "0", OrderEvent.CANCEL),
        ("11", "0", NextStep.WAIT),
        ("11", "1", OrderEvent.CANCEL),
    ],
)
def test_else_it_is_over_when_what_the_venue_shows_is_reported(matched, failed, step):
    """L24, L27."""
    evidence = replace(
        NOTHING,
        shown=shown(VenueOrderStatus.MATCHED, matched),
        failed_shares=Shares.of(failed),
    )

    assert conclude(PART, evidence) is step


@pytest.mark.parametrize(("checks", "step"), [(3, NextStep.WAIT), (4, OrderEvent.CANCEL)])
def test_else_after_spaced_checks(checks, step):
    """L05, L27."""
    assert conclude(PART, replace(NOTHING, check_count=checks)) is step


def test_an_order_whose_only_match_failed_is_over():
    """L23, L27."""
    order = replace(LIVE, matched_at_once=Usd.of(10))

    assert conclude(order, replace(NOTHING, failed=Usd.of(10))) is OrderEvent.CANCEL


@pytest.mark.parametrize(
    ("status", "step"),
    [(None, NextStep.WAIT), ("LIVE", NextStep.WAIT), ("CANCELED", OrderEvent.CANCEL)],
)
def test_a_resting_order_ends_when_the_venue_says_so(status, step):
    """A partial fill keeps the rest reserved (L24)."""
    order = replace(PART, plan=a_plan(time_in_force=TimeInForce.GTC))
    seen = None if status is None else shown(VenueOrderStatus(status), "10")

    assert conclude(order, replace(NOTHING, shown=seen, check_count=99)) is step


@pytest.mark.parametrize("status", sorted(WORKING))
@pytest.mark.parametrize("shown_as", [None, *VenueOrderStatus])
@pytest.mark.parametrize("matched", ["0", "5"])
@pytest.mark.parametrize("checks", [0, 9])
def test_every_conclusion_about_a_working_order_has_its_place_in_the_table(
    status, shown_as, matched, checks
):
    """Else it would be dropped, and the order would stay as it is for ever (L27)."""
    seen = None if shown_as is None else shown(shown_as, matched)
    evidence = replace(NOTHING, shown=seen, check_count=checks, held_here=NONE, held_there=NONE)

    step = conclude(an_order(status=status), evidence)

    if status is not OrderStatus.SUBMITTING:  # given up before anything is concluded
        assert isinstance(step, NextStep) or (status, step) in TRANSITIONS
