"""How long we did not hear the venue, and until when what we hear is trusted."""

from datetime import UTC, datetime, timedelta

from ltsys.domain.stream import BLIND_LIMIT, Channel, StreamState

NOON = datetime(2026, 2, 20, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def a_state() -> StreamState:
    return StreamState(account="0xabc", channel=Channel.USER)


def heard_since_noon() -> StreamState:
    return a_state().connected(NOON).sighted(after(1)).heard(after(10))


def test_what_is_heard_is_trusted_for_fifteen_seconds_after_the_last_word():
    """L28."""
    assert heard_since_noon().trusted_until == after(10) + BLIND_LIMIT == after(25)


def test_a_connection_alone_is_not_trusted():
    """What was missed has to be asked for first (L28)."""
    state = a_state().connected(NOON).heard(after(1))

    assert state.trusted_until is None
    assert state.sighted(after(2)).trusted_until == after(16)


def test_blindness_counts_from_the_last_word_until_nothing_is_missing():
    """Nobody knows what followed the last word."""
    lost = heard_since_noon().lost(after(40))
    again = lost.connected(after(45))

    assert lost.blind_since == again.blind_since == after(10)
    assert lost.trusted_until is None
    assert lost.blind_for(after(41)) == timedelta(seconds=31)
    assert again.sighted(after(50)).blind_before == timedelta(seconds=41)


def test_times_of_blindness_add_up():
    state = heard_since_noon().lost(after(12)).connected(after(15)).sighted(after(20))
    lost = state.lost(after(30))

    # 1 s before the first sight, 10 s from the word at 10 until 20, and from the one at 15 on
    assert state.blind_before == timedelta(seconds=11)
    assert lost.blind_in_all(after(35)) == timedelta(seconds=31)


def test_every_connection_but_the_first_is_a_reconnect():
    state = a_state().connected(NOON)

    assert state.reconnect_count == 0
    assert state.lost(after(5)).connected(after(6)).reconnect_count == 1


def test_a_successor_counts_from_the_last_word_of_a_process_that_died():
    died = heard_since_noon()

    assert died.lost(after(100)).blind_for(after(100)) == timedelta(seconds=90)


def test_having_nothing_to_hear_is_no_blindness():
    idle = heard_since_noon().idle(after(20))

    assert idle.blind_since is None
    assert idle.trusted_until is None
    assert idle.lost(after(60)).blind_since == after(60)


def test_a_clock_that_was_set_back_makes_no_negative_blindness():
    assert heard_since_noon().lost(after(11)).sighted(after(5)).blind_before == timedelta(seconds=1)


def test_what_is_ignored_and_what_cannot_be_believed_is_counted():
    state = a_state().heard(NOON, ignored_count=2).heard(NOON, malformed_count=1, ignored_count=1)

    assert (state.ignored_count, state.malformed_count) == (3, 1)
