"""Settings that let more through are typed and wait; the others hold at once (LESSONS L61)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_made import STRATEGY, a_strategy
from trading_floor import Floor

from ltsys.domain.change import ChangeStatus
from ltsys.domain.errors import RefusedError, SettingsError
from ltsys.domain.setting_change import (
    NUMBERS,
    loosened_settings,
    parsed_setting,
    with_settings,
    words_of_setting,
)
from ltsys.domain.venue import TimeInForce
from ltsys.usecases.apply_changes import apply_changes
from ltsys.usecases.change_settings import change_settings

TEN_MINUTES = timedelta(minutes=10)
BEGUN = {
    "slippage_tolerance": Decimal("0.03"),
    "max_signal_age_s": 180,
    "cooldown_s": 60,
    "time_in_force": TimeInForce.FAK,
}


@pytest.fixture
def floor() -> Floor:
    return Floor(**BEGUN)


def settings(floor):
    strategy = floor.store.tables.lt_strategies[STRATEGY].strategy
    return {name: getattr(strategy, name) for name in BEGUN}


def change(floor, typed=STRATEGY, **changes):
    return change_settings(STRATEGY, changes, by="ann", typed=typed, oversight=floor.oversight)


def test_what_tightens_holds_at_once_and_is_logged(floor):
    """L38, L61."""
    tighter = {
        "slippage_tolerance": Decimal("0.01"),
        "max_signal_age_s": 60,
        "cooldown_s": 90,
        "time_in_force": TimeInForce.FOK,
    }

    made = change(floor, typed="", **tighter)

    assert settings(floor) == tighter
    assert made.waiting == ()
    (message,) = floor.messages("settings")
    assert message == (
        "slippage_tolerance 0.03 → 0.01, max_signal_age_s 180 → 60, cooldown_s 60 → 90, "
        "time_in_force FAK → FOK, by ann"
    )


@pytest.mark.parametrize(
    ("name", "looser"),
    [("slippage_tolerance", Decimal("0.05")), ("max_signal_age_s", 600), ("cooldown_s", 0)],
)
def test_what_loosens_is_typed_and_waits_its_time(floor, name, looser):
    """L61."""
    with pytest.raises(RefusedError, match=f"type {STRATEGY} to confirm"):
        change(floor, typed="yes", **{name: looser})
    made = change(floor, **{name: looser})
    at_once = settings(floor)
    floor.clock.move(TEN_MINUTES)
    apply_changes(oversight=floor.oversight)

    assert [each.request.subject for each in made.waiting] == [name]
    assert at_once == BEGUN
    assert settings(floor) == {**BEGUN, name: looser}


def test_an_untyped_loosening_changes_nothing_not_even_what_it_tightens(floor):
    """L61."""
    with pytest.raises(RefusedError):
        change(floor, typed="", slippage_tolerance=Decimal("0.4"), max_signal_age_s=5)

    assert settings(floor) == BEGUN


def test_tightening_takes_back_what_waits_to_loosen(floor):
    """L61."""
    (waiting,) = change(floor, slippage_tolerance=Decimal("0.2")).waiting
    change(floor, slippage_tolerance=Decimal("0.02"))
    floor.clock.move(TEN_MINUTES)
    apply_changes(oversight=floor.oversight)

    ended = floor.store.tables.lt_pending_changes[waiting.change_id]
    assert ended.status is ChangeStatus.REPLACED
    assert settings(floor)["slippage_tolerance"] == Decimal("0.02")


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("slippage_tolerance", "0.6", "0.6 is not within 0 and 0.5"),
        ("slippage_tolerance", "-0.01", "is not within 0 and 0.5"),
        ("max_signal_age_s", "0", "0 is not within 1 and 86400"),
        ("cooldown_s", "1.5", "1.5 is not a whole number of seconds"),
        ("cooldown_s", "soon", "'soon' is no number"),
        ("time_in_force", "GTC", "'GTC' is neither FAK nor FOK"),
        ("capital", "5", "there is no setting 'capital'"),
    ],
)
def test_nonsense_is_refused_with_the_limit(name, text, why):
    """L39."""
    with pytest.raises(SettingsError, match=why):
        parsed_setting(name, text)


@given(
    name=st.sampled_from(sorted(NUMBERS)),
    first=st.integers(1, 86_400),
    second=st.integers(1, 86_400),
)
def test_of_two_values_exactly_one_way_is_looser(name, first, second):
    """L61: what loosens one way tightens the other."""
    scale = Decimal(200_000) if name == "slippage_tolerance" else 1
    one, two = (
        with_settings(a_strategy(), {name: parsed_setting(name, f"{number / scale:f}")})
        for number in (Decimal(first), Decimal(second))
    )

    there, back = loosened_settings(one, two), loosened_settings(two, one)

    assert sorted((*there, *back)) == ([] if first == second else [name])
    assert parsed_setting(name, words_of_setting(getattr(one, name))) == getattr(one, name)
