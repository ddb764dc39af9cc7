"""argon2id hashes, and what they cost."""

import pytest
from argon2 import PasswordHasher

from ltsys.adapters.memory.passwords import DigestPasswords
from ltsys.adapters.passwords import Argon2Passwords

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(params=["argon2", "digest"])
def passwords(request):
    return Argon2Passwords(CHEAP) if request.param == "argon2" else DigestPasswords()


def test_a_hash_knows_its_password_and_does_not_hold_it(passwords):
    """L62."""
    kept = passwords.hashed("correct horse battery")

    assert kept.startswith("$argon2id$")
    assert "horse" not in kept
    assert passwords.matches(kept, "correct horse battery")
    assert not passwords.matches(kept, "correct horse batterz")
    assert not passwords.is_outdated(kept)


def test_nobody_has_no_password_at_all(passwords):
    assert not passwords.matches(None, "nobody's")


def test_the_same_password_is_kept_differently_each_time():
    """Nobody sees who shares a password."""
    passwords = Argon2Passwords(CHEAP)

    assert passwords.hashed("correct horse battery") != passwords.hashed("correct horse battery")


def test_the_cost_is_what_rfc_9106_asks_for_and_a_cheaper_hash_is_outdated():
    kept = CHEAP.hash("correct horse battery")

    assert Argon2Passwords().is_outdated(kept)
    assert "m=65536,t=3,p=4" in Argon2Passwords().hashed("correct horse battery")


def test_a_broken_hash_matches_nothing():
    assert not Argon2Passwords(CHEAP).matches("$argon2id$nonsense", "correct horse battery")
