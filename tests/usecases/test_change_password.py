"""Whoever knows the old password sets a new one, and is then alone in the account."""

from dataclasses import replace

import pytest
from house import ANN, HOME, PASSWORD, House

from ltsys.adapters.memory.passwords import DigestPasswords
from ltsys.domain.account import Attempts, Scope
from ltsys.domain.errors import RefusedError
from ltsys.usecases.change_password import change_password
from ltsys.usecases.entrance import SignInRefusedError, TooManyAttemptsError
from ltsys.usecases.issue_token import issue_token
from ltsys.usecases.open_account import set_disabled, set_password

NEW = "another long password"


@pytest.fixture
def house() -> House:
    return House()


def change(house, secret, old=PASSWORD, new=NEW, address=HOME) -> None:
    change_password(ANN, old=old, new=new, secret=secret, address=address, entrance=house.entrance)


def test_the_new_password_holds_and_every_other_session_is_over(house):
    """L63: tokens stay, they were given out apart."""
    here, there = house.sign_in(), house.sign_in()
    token = issue_token(ANN, "cron", frozenset({Scope.READ}), days=1, entrance=house.entrance)

    change(house, here)

    assert house.of_session(here) is not None
    assert house.of_session(there) is None
    assert house.of_token(token.secret) is not None
    assert house.of_session(house.sign_in(password=NEW)) is not None
    with pytest.raises(SignInRefusedError):
        house.sign_in()


def test_a_wrong_old_password_changes_nothing(house):
    """A browser that was left open proves nobody (L63)."""
    here, there = house.sign_in(), house.sign_in()

    with pytest.raises(SignInRefusedError, match="old password is wrong"):
        change(house, here, old="wrong horse battery")

    assert house.of_session(there) is not None
    assert house.of_session(house.sign_in()) is not None


def test_guessing_the_old_password_ends_as_guessing_at_the_door_does(house):
    """L63: both are counted as one."""
    here, most = house.sign_in(), Attempts.MOST[0]
    house.guess(most - 1)

    with pytest.raises(SignInRefusedError):
        change(house, here, old="wrong horse battery")
    with pytest.raises(TooManyAttemptsError):
        change(house, here)

    with pytest.raises(TooManyAttemptsError):
        house.sign_in()


def test_a_success_takes_the_mistakes_before_it_back(house):
    here = house.sign_in()
    house.guess(Attempts.MOST[0] - 1)

    change(house, here)

    assert house.store.tables.login_attempts == []


@pytest.mark.parametrize("new", ["short", "a" * 12, "ann-ann-ann-", PASSWORD])
def test_a_new_password_that_is_weak_or_the_old_one_costs_no_attempt(house, new):
    here = house.sign_in()

    with pytest.raises(RefusedError):
        change(house, here, new=new)

    assert house.store.tables.login_attempts == []
    assert house.of_session(house.sign_in()) is not None


def test_a_password_that_changed_while_the_old_one_was_compared_stays(house):
    """L63: of two words at once the first holds."""
    third = "a third long password"

    class Slow(DigestPasswords):
        def matches(self, password_hash, password):
            found = super().matches(password_hash, password)
            set_password(ANN, third, entrance=house.entrance)
            return found

    here = house.sign_in()
    slow = replace(house.entrance, passwords=Slow())

    with pytest.raises(SignInRefusedError):
        change_password(ANN, old=PASSWORD, new=NEW, secret=here, address=HOME, entrance=slow)

    assert house.of_session(house.sign_in(password=third)) is not None


def test_somebody_who_is_disabled_sets_nothing(house):
    """L63."""
    here = house.sign_in()
    set_disabled(ANN, is_disabled=True, entrance=house.entrance)

    with pytest.raises(SignInRefusedError):
        change(house, here)


def test_no_password_is_said_anywhere(house):
    """L62."""
    change(house, house.sign_in())

    assert NEW not in house.said()
    assert PASSWORD not in house.said()
