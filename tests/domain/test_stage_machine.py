"""Stages: one step up at a time, any number down, a cap where one belongs."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_made import a_state, a_strategy

from ltsys.domain.change import OPEN, TRANSITIONS, ChangeEvent, ChangeStatus, after
from ltsys.domain.denial import DenialCode, first_denial
from ltsys.domain.errors import IllegalTransitionError, RefusedError
from ltsys.domain.ledger import Balances, Book
from ltsys.domain.money import Usd
from ltsys.domain.stage import Stage, Standing, demoted, is_lower, next_stage, promoted
from ltsys.domain.stage_cap import stage_checks
from ltsys.usecases.promote import standing_of, words_of

CAPS = st.decimals(min_value="0.01", max_value=100_000, places=6).map(Usd)
STANDINGS = st.one_of(
    st.sampled_from([Stage.SHADOW, Stage.FULL]).map(lambda stage: Standing(stage=stage)),
    st.builds(Standing, stage=st.sampled_from([Stage.CANARY, Stage.RAMP]), cap=CAPS),
)


def order(stage: Stage) -> int:
    return list(Stage).index(stage)


@given(before=STANDINGS, cap=st.none() | CAPS)
def test_a_promotion_climbs_one_step_or_none(before, cap):
    """Nothing reaches real money but through every stage before (L61)."""
    try:
        made = promoted(before, cap)
    except RefusedError:
        return

    assert order(made.stage) == order(before.stage) + 1
    assert (made.cap is not None) is made.stage.is_capped
    if before.cap is not None and made.cap is not None:
        assert made.cap > before.cap


@given(before=STANDINGS, to=st.sampled_from(Stage), cap=st.none() | CAPS)
def test_a_demotion_only_lowers(before, to, cap):
    try:
        made = demoted(before, to, cap)
    except RefusedError:
        return

    assert made.stage is to
    assert is_lower(made.stage, before.stage)
    if before.cap is not None and made.cap is not None:
        assert made.cap <= before.cap


@given(standing=STANDINGS)
def test_a_standing_is_read_back_from_the_words_of_a_change(standing):
    assert standing_of(words_of(standing)) == standing


def test_shadow_can_always_be_reached_and_nothing_is_above_full():
    for stage in (Stage.CANARY, Stage.RAMP):
        assert demoted(Standing(stage=stage, cap=Usd.of(1)), Stage.SHADOW).stage is Stage.SHADOW
    assert next_stage(Stage.FULL) is None
    with pytest.raises(RefusedError, match="no stage above full"):
        promoted(Standing(stage=Stage.FULL), None)


@pytest.mark.parametrize(
    ("stage", "cap"), [(Stage.CANARY, None), (Stage.FULL, "5"), (Stage.RAMP, "0")]
)
def test_a_cap_stands_where_it_belongs_and_nowhere_else(stage, cap):
    with pytest.raises(ValueError, match="cap"):
        Standing(stage=stage, cap=None if cap is None else Usd.of(cap))


@given(standing=STANDINGS, held=CAPS, added=CAPS, book=st.sampled_from([Book.LIVE, Book.SHADOW]))
def test_real_money_never_passes_the_cap_of_a_stage(standing, held, added, book):
    """Paper has no cap; real money in shadow has one of zero (L36)."""
    state = a_state(balances=Balances(position=held), book=book)

    denial = first_denial(stage_checks(added, a_strategy(standing=standing), state))

    limit = standing.cap.amount if standing.cap else Decimal(0)
    is_bound = book is Book.LIVE and standing.stage is not Stage.FULL
    assert (denial is not None) is (is_bound and held.amount + added.amount > limit)
    if denial is not None:
        assert (denial.code, denial.limit) == (DenialCode.STAGE_CAP_REACHED, limit)


@pytest.mark.parametrize("event", ChangeEvent)
@pytest.mark.parametrize("status", ChangeStatus)
def test_every_move_of_a_change_is_in_the_table_or_refused(status, event):
    """What is over stays over, and nothing takes effect that nobody confirmed (L61)."""
    if (status, event) in TRANSITIONS:
        assert status in OPEN
        assert after(status, event) is TRANSITIONS[status, event]
        return
    with pytest.raises(IllegalTransitionError):
        after(status, event)


def test_a_change_that_nobody_confirmed_never_takes_effect():
    """L61."""
    assert (ChangeStatus.PROPOSED, ChangeEvent.APPLY) not in TRANSITIONS
