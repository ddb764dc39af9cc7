"""A request that is sent again is answered again and done once."""

from datetime import timedelta

import pytest
from live_made import ACCOUNT, NOON

from ltsys.adapters.memory import HandClock, MemoryStore
from ltsys.domain.errors import OutcomeUnknownError, SettingsError
from ltsys.ports.answers import Answer
from ltsys.usecases.add_wallet import add_account
from ltsys.usecases.answer_once import (
    KEPT_FOR,
    Answered,
    KeyReusedError,
    Once,
    StillRunningError,
    answer_once,
)

DONE = Answer(status=202, body="{}")
ASKED = Once(user_id="ann", key="k1", fingerprint="a" * 64)


class Desk:
    """Counts what was done; fails with what it is given."""

    def __init__(self) -> None:
        self.clock = HandClock(NOON)
        self.store = MemoryStore(self.clock)
        self.deeds = 0
        self.error: Exception | None = None
        add_account("ann", ACCOUNT, signature_type=0, key_reference="env:KEY", store=self.store)

    def act(self) -> Answer:
        self.deeds += 1
        if self.error is not None:
            raise self.error
        return DONE

    def ask(self, once: Once = ASKED) -> Answered:
        return answer_once(once, self.act, store=self.store, clock=self.clock)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_second_request_gets_the_answer_of_the_first(desk):
    """L01."""
    first, second = desk.ask(), desk.ask()

    assert (first.answer, second.answer) == (DONE, DONE)
    assert (first.is_replayed, second.is_replayed) == (False, True)
    assert desk.deeds == 1


def test_a_key_with_another_request_is_refused(desk):
    desk.ask()

    with pytest.raises(KeyReusedError):
        desk.ask(Once(user_id="ann", key="k1", fingerprint="b" * 64))

    assert desk.deeds == 1


def test_a_refusal_gives_the_key_back(desk):
    desk.error = SettingsError("no such strategy")
    with pytest.raises(SettingsError):
        desk.ask()
    desk.error = None

    assert desk.ask().answer == DONE


@pytest.mark.parametrize("error", [OutcomeUnknownError("lost"), RuntimeError("died")])
def test_what_may_have_happened_is_never_done_again(desk, error):
    """L03."""
    desk.error = error
    with pytest.raises(type(error)):
        desk.ask()
    desk.error = None

    with pytest.raises(StillRunningError):
        desk.ask()

    assert desk.deeds == 1


def test_a_key_is_free_again_after_a_day(desk):
    desk.ask()
    desk.clock.move(KEPT_FOR + timedelta(seconds=1))

    assert not desk.ask().is_replayed
