"""Find out whose request this is, by the secret that came with it."""

import hashlib
from datetime import timedelta

from ltsys.domain.account import Caller, How, caller_of
from ltsys.ports import Clock
from ltsys.ports.store import Store

_TOUCH_EVERY = timedelta(minutes=1)
"""A page that looks every second does not write every second."""


def secret_hash(secret: str) -> str:
    """What is kept of a secret of 256 random bits, which no guessing of hashes will find."""
    return hashlib.sha256(secret.encode()).hexdigest()


def caller_of_session(secret: str, *, store: Store, clock: Clock) -> Caller | None:
    """None for a session that is over, was ended, never was, or whose user is disabled (L63)."""
    key, now = secret_hash(secret), clock.wall()
    with store.reading() as tx:
        session = tx.session(key)
        if session is None or not session.is_good(now):
            return None
        user = tx.user(session.user_id)
    if user is None or user.is_disabled:
        return None
    if now - session.last_seen_at >= _TOUCH_EVERY:
        with store.transaction() as tx:
            tx.touch_session(key, at=now)
    return caller_of(user, How.SESSION)


def caller_of_token(secret: str, *, store: Store, clock: Clock) -> Caller | None:
    """As `caller_of_session`; scopes are those of the token that the role still has."""
    key, now = secret_hash(secret), clock.wall()
    with store.reading() as tx:
        token = tx.token(key)
        if token is None or not token.is_good(now):
            return None
        user = tx.user(token.user_id)
    if user is None or user.is_disabled:
        return None
    if token.last_used_at is None or now - token.last_used_at >= _TOUCH_EVERY:
        with store.transaction() as tx:
            tx.touch_token(key, at=now)
    return caller_of(user, How.TOKEN, granted=token.scopes)
