"""Halts: whom they cover, what they forbid, and what they are called."""

from datetime import timedelta

import pytest
from live_made import LEADER, NOON, OTHER_LEADER, STRATEGY

from ltsys.domain.halt import HaltKind, HaltScope, denying, new_halt, pausing, united

OURS = {"strategy_id": STRATEGY, "user_id": "ann", "leader": LEADER}


def a_halt(scope=HaltScope.GLOBAL, target="", kind=HaltKind.STOP_ENTRIES, **changes):
    said = {"by": "bob", "reason": "the venue is down", "since": NOON, **changes}
    return new_halt(scope, target, kind, **said)


@pytest.mark.parametrize(
    ("scope", "target", "others"),
    [
        (HaltScope.USER, "ann", {"user_id": "eve"}),
        (HaltScope.STRATEGY, STRATEGY, {"strategy_id": "LT_OTHER"}),
        (HaltScope.LEADER, LEADER, {"leader": OTHER_LEADER}),
    ],
)
def test_a_halt_covers_its_own_and_nobody_else(scope, target, others):
    halt = a_halt(scope, target)

    assert halt.covers(**OURS)
    assert not halt.covers(**{**OURS, **others})


def test_a_global_halt_covers_everybody():
    assert a_halt().covers(strategy_id="LT_ANY", user_id="anybody", leader=OTHER_LEADER)


def test_it_says_who_stopped_what_when_and_why():
    """L32."""
    halt = a_halt(HaltScope.STRATEGY, STRATEGY, HaltKind.KILL)

    assert str(halt) == (
        "kill of strategy LT_FT_TEST by bob since 2026-02-20 12:00:00 UTC: the venue is down"
    )


def test_one_word_has_one_name_wherever_it_is_kept():
    later = NOON + timedelta(seconds=1)

    assert a_halt().halt_id == a_halt().halt_id
    assert len({a_halt().halt_id, a_halt(since=later).halt_id, a_halt(by="eve").halt_id}) == 3


@pytest.mark.parametrize("kind", [HaltKind.STOP_ENTRIES, HaltKind.KILL])
def test_a_pause_lets_signals_wait_and_every_other_kind_denies_them(kind):
    pause, other = a_halt(kind=HaltKind.PAUSE), a_halt(kind=kind)

    assert (denying([pause]), pausing([pause])) == (None, pause)
    assert (denying([other]), pausing([other])) == (other, None)
    assert denying([pause, other]) == other


def test_a_halt_of_both_places_counts_once():
    older = a_halt(since=NOON - timedelta(hours=1))

    assert united([a_halt()], [older, a_halt()]) == (older, a_halt())
