"""Answers to requests that may be sent again: both stores keep one contract."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from live_made import ACCOUNT

from ltsys.ports.answers import Answer, KeptAnswer

FIRST, OTHER = "a" * 64, "b" * 64
DONE = Answer(status=202, body='{"watch": "/api/lt/orders/lto_1"}')


@pytest.fixture(autouse=True)
def _people(store):
    with store.transaction() as tx:
        for user, account in (("ann", ACCOUNT), ("bob", "0x" + "b" * 40)):
            tx.add_account(user, account, 0, "env:KEY")


def claimed(store, user="ann", key="k1", fingerprint=FIRST):
    with store.transaction() as tx:
        return tx.claim_answer(user, key, fingerprint)


def kept(store, user="ann", key="k1"):
    with store.transaction() as tx:
        tx.keep_answer(user, key, DONE)


def test_a_key_is_claimed_once_and_answers_with_what_was_kept(store):
    """L01."""
    assert claimed(store) is None
    assert claimed(store, fingerprint=OTHER) == KeptAnswer(fingerprint=FIRST, answer=None)

    kept(store)

    assert claimed(store) == KeptAnswer(fingerprint=FIRST, answer=DONE)


def test_a_key_of_one_user_is_not_that_of_another(store):
    """L63."""
    assert claimed(store) is None
    kept(store)

    assert claimed(store, user="bob") is None


def test_only_what_has_no_answer_yet_is_released_or_answered(store):
    claimed(store)
    with store.transaction() as tx:
        tx.release_answer("ann", "k1")
    assert claimed(store) is None

    kept(store)
    with store.transaction() as tx:
        tx.release_answer("ann", "k1")
        tx.keep_answer("ann", "k1", Answer(status=500, body="{}"))

    assert claimed(store) == KeptAnswer(fingerprint=FIRST, answer=DONE)


def test_old_keys_are_forgotten(store, wall):
    claimed(store)
    with store.transaction() as tx:
        tx.forget_answers(wall - timedelta(hours=1))
    assert claimed(store) is not None

    with store.transaction() as tx:
        tx.forget_answers(wall + timedelta(hours=1))

    assert claimed(store) is None


def test_of_many_at_once_one_acts(store):
    """L01: decided by the row, before anything is done."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: claimed(store), range(16)))

    assert found.count(None) == 1
