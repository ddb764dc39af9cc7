"""Looks that take long are made aside: whoever reads what they found waits for none of them."""

from datetime import UTC, datetime
from threading import Event

import pytest

from ltsys.adapters.memory import HandClock
from ltsys.checkup.rounds import EVERY, PATIENCE, Rounds
from ltsys.domain.errors import SettingsError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


def only(rounds):
    (look,) = rounds.latest()
    return look


def test_a_look_that_hangs_holds_nobody_and_is_named_late(clock, eventually):
    answered, asked = Event(), []

    def hang() -> str:
        asked.append(1)
        answered.wait(30)
        return "well"

    rounds = Rounds({"slow": hang}, clock)
    first = only(rounds)
    clock.move(PATIENCE + EVERY)
    late = only(rounds)
    answered.set()
    eventually(lambda: only(rounds).found == "well")

    assert (first.found, first.at, first.asked_at) == (None, None, NOON)
    assert not first.is_late(NOON + PATIENCE)
    assert late.is_late(clock.wall())
    assert asked == [1]


def test_the_last_answer_stands_with_its_time_until_the_next(clock, eventually):
    answers = iter(["one", "two"])
    rounds = Rounds({"look": lambda: next(answers)}, clock)

    eventually(lambda: only(rounds).found == "one")
    clock.move(EVERY)
    young = only(rounds)
    clock.move(EVERY)
    old = only(rounds)
    eventually(lambda: only(rounds).found == "two")

    assert (young.found, young.at, young.asked_at) == ("one", NOON, None)
    assert (old.found, old.at, old.asked_at) == ("one", NOON, clock.wall())
    assert only(rounds).at == clock.wall()


def test_an_error_is_a_finding_and_what_nobody_foresaw_is_named_by_its_kind(clock, eventually):
    """L62: the text of a foreign error may quote a password."""

    def refuse() -> str:
        raise SettingsError("the broker does not answer")

    def burst() -> str:
        raise ValueError("redis://:hunter2@broker")

    rounds = Rounds({"broker": refuse, "other": burst}, clock)
    eventually(lambda: all(look.error for look in rounds.latest()))

    assert [look.error for look in rounds.latest()] == [
        "the broker does not answer",
        "it failed with a ValueError",
    ]
