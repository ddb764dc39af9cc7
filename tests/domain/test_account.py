"""How long what signs people in lasts, and who may do what."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_made import NOON

from ltsys.domain.account import (
    SESSION_IDLE,
    SESSION_LIFE,
    ApiToken,
    Attempts,
    How,
    Role,
    Scope,
    Session,
    User,
    caller_of,
    user_id_of,
    weakness_of,
)
from ltsys.domain.ids import UserId

ANN = UserId("ann")
moments = st.integers(0, int(3 * SESSION_LIFE.total_seconds())).map(
    lambda seconds: NOON + timedelta(seconds=seconds)
)


def a_session(**changes) -> Session:
    usual = {"session_hash": "5e55", "user_id": ANN, "created_at": NOON, "last_seen_at": NOON}
    return Session(**{**usual, **changes})


def a_token(**changes) -> ApiToken:
    usual = {
        "token_hash": "70ce",
        "user_id": ANN,
        "name": "cron",
        "prefix": "lt_abc",
        "scopes": frozenset({Scope.READ}),
        "created_at": NOON,
        "expires_at": NOON + timedelta(days=30),
    }
    return ApiToken(**{**usual, **changes})


@given(seen=moments, now=moments)
def test_a_session_lives_while_it_is_used_and_no_longer_than_a_day(seen, now):
    """L63."""
    session = a_session(last_seen_at=seen)

    is_good = session.is_good(now)

    assert is_good == (now < seen + SESSION_IDLE and now < NOON + SESSION_LIFE)


@given(seen=moments, ended=moments, now=moments)
def test_a_session_that_was_ended_signs_nobody_in_at_any_time(seen, ended, now):
    """L63."""
    assert not a_session(last_seen_at=seen, ended_at=ended).is_good(now)


@given(days=st.integers(1, 365), now=moments, revoked=st.none() | moments)
def test_a_token_opens_until_it_expires_or_is_revoked(days, now, revoked):
    """L63."""
    token = a_token(expires_at=NOON + timedelta(days=days), revoked_at=revoked)

    is_good = token.is_good(now)

    assert is_good == (revoked is None and now < NOON + timedelta(days=days))


@pytest.mark.parametrize("made", [a_session, a_token])
def test_nothing_is_good_before_it_was_made(made):
    """A clock that was set back opens nothing."""
    assert not made().is_good(NOON - timedelta(seconds=1))


@given(role=st.sampled_from(Role), granted=st.frozensets(st.sampled_from(Scope)))
def test_nobody_may_more_than_their_role(role, granted):
    """A token of a trader who became a viewer does not trade any more (L63)."""
    user = User(user_id=ANN, role=role, is_disabled=False, created_at=NOON)

    caller = caller_of(user, How.TOKEN, granted=granted)

    assert caller.scopes <= role.scopes
    assert {scope for scope in Scope if caller.may(scope)} == granted & role.scopes


def test_each_role_may_all_that_the_one_before_may():
    viewer, trader, admin = (role.scopes for role in Role)

    assert viewer < trader < admin == frozenset(Scope)


def test_few_guesses_from_one_place_and_more_from_everywhere():
    for counts, are_too_many in (
        ((6, 6, 6), False),
        ((7, 7, 7), True),
        ((1, 100, 1), False),
        ((1, 101, 1), True),
        ((1, 1, 40), False),
        ((1, 1, 41), True),
    ):
        both, login, address = counts
        made = Attempts(of_both=both, of_login=login, of_address=address)

        assert made.are_too_many is are_too_many, counts


@pytest.mark.parametrize("text", ["", "-ann", "ann smith", "ann/..", "é", "a" * 33, "<b>"])
def test_what_cannot_be_a_name_is_refused(text):
    with pytest.raises(ValueError, match="name"):
        user_id_of(text)


def test_a_name_is_the_same_however_it_is_typed():
    assert user_id_of(" Ann.Smith-2 ") == "ann.smith-2"


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "5 characters"),
        ("x" * 257, "257 characters"),
        ("abababababab", "repeats"),
        ("123-annabel-1", "the name"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason_and_not_repeated(password, why):
    """L62."""
    said = weakness_of(password, UserId("annabel"))

    assert said is not None
    assert why in said
    assert password not in said


def test_a_few_unrelated_words_are_a_password():
    assert weakness_of("correct horse battery", ANN) is None


@pytest.mark.parametrize("made", [a_session, a_token])
def test_what_is_printed_of_a_credential_holds_no_hash(made):
    """L62."""
    assert "5e55" not in repr(made())
    assert "70ce" not in repr(made())
