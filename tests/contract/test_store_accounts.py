"""What both stores know of people, and of what signs them in."""

import threading
from datetime import timedelta

import pytest
from live_made import NOON, a_wallet

from ltsys.domain.account import ApiToken, Role, Scope, Session, handle_of
from ltsys.domain.errors import AlreadyRecordedError, StaleWriteError
from ltsys.domain.ids import UserId

ANN, BOB = UserId("ann"), UserId("bob")
MINUTE = timedelta(minutes=1)
KEPT = "$argon2id$kept"


@pytest.fixture
def at(wall):
    """A moment that Postgres keeps to the microsecond."""
    return wall


@pytest.fixture
def peopled(store, at):
    with store.transaction() as tx:
        assert tx.add_user(ANN, Role.TRADER, at=at)
        assert tx.add_user(BOB, Role.VIEWER, at=at)
    return store


def a_session(digit: str, at, **changes) -> Session:
    usual = {"session_hash": digit * 64, "user_id": ANN, "created_at": at, "last_seen_at": at}
    return Session(**{**usual, **changes})


def a_token(digit: str, at, **changes) -> ApiToken:
    usual = {
        "token_hash": digit * 64,
        "user_id": ANN,
        "name": "cron",
        "prefix": f"lt_{digit}",
        "scopes": frozenset({Scope.READ, Scope.TRADE}),
        "created_at": at,
        "expires_at": at + timedelta(days=1),
    }
    return ApiToken(**{**usual, **changes})


def test_users_are_added_once_and_changed(peopled, at):
    with peopled.transaction() as tx:
        assert not tx.add_user(ANN, Role.ADMIN, at=at)
        tx.set_role(BOB, Role.ADMIN)
        tx.set_disabled(BOB, is_disabled=True)
        tx.set_password(ANN, KEPT, at=at)

    with peopled.reading() as tx:
        ann, bob = tx.users()
        nobody = tx.user(UserId("nobody"))
    assert (ann.user_id, ann.role, ann.password_hash, ann.created_at) == (
        ANN,
        Role.TRADER,
        KEPT,
        at,
    )
    assert (bob.role, bob.is_disabled, bob.password_hash) == (Role.ADMIN, True, None)
    assert nobody is None


@pytest.mark.parametrize(
    "change",
    [
        lambda tx: tx.set_role(UserId("nobody"), Role.ADMIN),
        lambda tx: tx.set_disabled(UserId("nobody"), is_disabled=True),
        lambda tx: tx.set_password(UserId("nobody"), KEPT, at=NOON),
    ],
)
def test_nobody_cannot_be_changed(store, change):
    with pytest.raises(StaleWriteError), store.transaction() as tx:
        change(tx)


def test_whoever_an_account_was_added_for_is_a_viewer_without_a_password(store):
    with store.transaction() as tx:
        tx.add_account("ann", "0x" + "a" * 40, 0, "file")

    with store.reading() as tx:
        ann = tx.user(ANN)
    assert (ann.role, ann.password_hash, ann.is_disabled) == (Role.VIEWER, None, False)


def test_sessions_are_found_touched_and_ended(peopled, at):
    with peopled.transaction() as tx:
        tx.add_session(a_session("1", at))
        tx.add_session(a_session("2", at + MINUTE, last_seen_at=at + MINUTE))
        tx.add_session(a_session("3", at, user_id=BOB))
    with peopled.transaction() as tx:
        tx.touch_session("1" * 64, at=at + MINUTE)
        tx.touch_session("1" * 64, at=at)
        tx.end_session("3" * 64, at=at)
        tx.end_session("3" * 64, at=at + MINUTE)
        tx.end_session("9" * 64, at=at)

    with peopled.reading() as tx:
        mine = tx.sessions(ANN)
        ended = tx.session("3" * 64)
        none = (tx.session("9" * 64), tx.sessions(BOB))
    assert [each.session_hash[0] for each in mine] == ["2", "1"]
    assert mine[1].last_seen_at == at + MINUTE
    assert ended.ended_at == at
    assert none == (None, ())


def test_all_sessions_of_one_user_end_together(peopled, at):
    with peopled.transaction() as tx:
        for digit, user in (("1", ANN), ("2", ANN), ("3", BOB)):
            tx.add_session(a_session(digit, at, user_id=user))

    with peopled.transaction() as tx:
        counts = tx.end_sessions(ANN, at=at), tx.end_sessions(ANN, at=at)

    assert counts == (2, 0)
    with peopled.reading() as tx:
        assert len(tx.sessions(BOB)) == 1


def test_all_sessions_but_one_end_together(peopled, at):
    """L63: of that user alone."""
    with peopled.transaction() as tx:
        for digit, user in (("1", ANN), ("2", ANN), ("3", BOB)):
            tx.add_session(a_session(digit, at, user_id=user))

    with peopled.transaction() as tx:
        count = tx.end_sessions(ANN, at=at, but="2" * 64)

    with peopled.reading() as tx:
        left = [each.session_hash[0] for user in (ANN, BOB) for each in tx.sessions(user)]
    assert (count, left) == (1, ["2", "3"])


def test_a_session_is_ended_by_its_handle_by_its_user_alone_and_once(peopled, at):
    """L63."""
    handle = handle_of("1" * 64)
    with peopled.transaction() as tx:
        tx.add_session(a_session("1", at))
        tx.add_session(a_session("2", at))

    with peopled.transaction() as tx:
        ended = [tx.end_own_session(user, handle, at=at) for user in (BOB, ANN, ANN)]

    with peopled.reading() as tx:
        left = [each.session_hash[0] for each in tx.sessions(ANN)]
        assert tx.session("1" * 64).ended_at == at
    assert (ended, left) == ([False, True, False], ["2"])


def test_old_sessions_are_forgotten(peopled, at):
    with peopled.transaction() as tx:
        tx.add_session(a_session("1", at))
        tx.add_session(a_session("2", at + MINUTE, last_seen_at=at + MINUTE))

    with peopled.transaction() as tx:
        tx.forget_sessions(at + MINUTE)

    with peopled.reading() as tx:
        assert [each.session_hash[0] for each in tx.sessions(ANN)] == ["2"]


def test_tokens_are_found_touched_and_revoked(peopled, at):
    with peopled.transaction() as tx:
        tx.add_token(a_token("1", at))
        tx.add_token(a_token("2", at + MINUTE))
        tx.add_token(a_token("3", at, user_id=BOB))
    with peopled.transaction() as tx:
        tx.touch_token("1" * 64, at=at + MINUTE)
        tx.touch_token("1" * 64, at=at)
        revoked = [tx.revoke_token(ANN, prefix, at=at) for prefix in ("lt_2", "lt_2", "lt_3")]

    with peopled.reading() as tx:
        newest, oldest = tx.tokens(ANN)
        of_bob, none = tx.token("3" * 64), tx.token("9" * 64)
    assert revoked == [True, False, False]
    assert (newest.prefix, newest.revoked_at, newest.last_used_at) == ("lt_2", at, None)
    assert oldest == a_token("1", at, last_used_at=at + MINUTE)
    assert (of_bob.revoked_at, none) == (None, None)
    with peopled.transaction() as tx:
        assert tx.revoke_tokens(ANN, at=at) == 1


def test_no_two_tokens_begin_alike(peopled, at):
    with peopled.transaction() as tx:
        tx.add_token(a_token("1", at))

    with pytest.raises(AlreadyRecordedError), peopled.transaction() as tx:
        tx.add_token(a_token("2", at, prefix="lt_1"))


def test_a_link_is_used_once_in_time_and_replaces_the_one_before(peopled, at):
    first, second = "1" * 64, "2" * 64
    with peopled.transaction() as tx:
        tx.add_link(ANN, first, at=at, until=at + MINUTE)
        tx.add_link(ANN, second, at=at, until=at + MINUTE)

    with peopled.transaction() as tx:
        found = [tx.open_link(each, at) for each in (first, second, "3" * 64)]
        late = tx.open_link(second, at + MINUTE), tx.use_link(second, at + MINUTE)
        used = tx.use_link(second, at), tx.use_link(second, at), tx.open_link(second, at)

    assert found == [None, ANN, None]
    assert late == (None, None)
    assert used == (ANN, None, None)


def test_attempts_are_counted_by_name_by_place_and_by_both(peopled, at):
    def note(key, address, when):
        with peopled.transaction() as tx:
            return tx.note_login(key, address, at=when, since=at - MINUTE)

    note("ann", "home", at - MINUTE)
    note("ann", "away", at)
    note("bob", "home", at)
    counts = note("ann", "home", at)

    assert (counts.of_both, counts.of_login, counts.of_address) == (1, 2, 2)
    with peopled.transaction() as tx:
        tx.forget_logins("ann", "home")
        tx.forget_logins_before(at)
    again = note("ann", "home", at)
    assert (again.of_both, again.of_login, again.of_address) == (1, 2, 2)


def test_guesses_made_at_once_are_counted_one_by_one(postgres, at):
    """Each of them sees those before it (L63)."""
    together, seen = threading.Barrier(8), []

    def guess() -> None:
        together.wait()
        with postgres.transaction() as tx:
            seen.append(tx.note_login("ann", "home", at=at, since=at - MINUTE).of_both)

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(seen) == list(range(1, 9))


def test_an_owned_wallet_is_seen_by_its_owner_and_a_shared_one_by_all(peopled):
    """L63."""
    account = "0x" + "a" * 40
    with peopled.transaction() as tx:
        for name, owner in (("FT_HERS", ANN), ("FT_HIS", BOB), ("FT_SHARED", None)):
            wallet = a_wallet(wallet_id=name)
            assert tx.add_ft_wallet(wallet, leader_pool=None, problem=None, owner=owner)
        tx.add_account(ANN, account, 0, "file")
        tx.add_account(BOB, account, 0, "file")

    with peopled.reading() as tx:
        seen = [tx.active_wallets(seen_by=user) for user in (None, ANN, BOB)]
        owners = tx.account_owner(account), tx.account_owner("0x" + "9" * 40)
    assert seen == [
        ("FT_HERS", "FT_HIS", "FT_SHARED"),
        ("FT_HERS", "FT_SHARED"),
        ("FT_HIS", "FT_SHARED"),
    ]
    assert owners == (ANN, None)
