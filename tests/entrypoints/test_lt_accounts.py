"""`lt users` and `lt tokens`, on a database of their own."""

from datetime import UTC, datetime
from functools import partial

import pytest
from lt_harness import lt

from ltsys.adapters.clock import SystemClock
from ltsys.adapters.postgres import PostgresStore
from ltsys.domain.account import Role
from ltsys.domain.ids import UserId
from ltsys.usecases.identify_caller import caller_of_token, secret_hash


@pytest.fixture
def run(database_url):
    """A command that finds the database by its environment."""
    own = {"LTSYS_DATABASE_URL": database_url, "LTSYS_REDIS_URL": "redis://127.0.0.1:1"}
    return partial(lt, environ=own)


def test_somebody_is_added_linked_disabled_and_enabled(run, database_url):
    added = run("users", "add", "ann", "--role", "trader", "--json").json
    again = run("users", "add", "ANN")
    linked = run("users", "link", "ann")

    code = linked.out.split("/set-up#")[1].split()[0]
    assert added["path"] == f"/set-up#{added['code']}"
    assert (again.code, "there is a user ann already" in again.err) == (1, True)
    with PostgresStore(database_url, pool_size=1) as store, store.reading() as tx:
        assert tx.open_link(secret_hash(code), datetime.now(UTC)) == "ann"
        assert tx.open_link(secret_hash(added["code"]), datetime.now(UTC)) is None
        assert tx.user(UserId("ann")).role is Role.TRADER

    assert run("users", "disable", "ann", "--json").json["state"] == "disabled"
    (ann,) = run("users", "list", "--json").json
    assert (ann["name"], ann["role"], ann["state"]) == ("ann", "trader", "disabled")
    assert "no user ann who may sign in" in run("users", "link", "ann").err
    assert "no password yet" in run("users", "enable", "ann").out
    assert run("users", "sign-out", "ann", "--json").json == {"name": "ann", "ended": 0}
    assert "ann" in run("users", "list").out
    assert "is 1 to 32 letters" in run("users", "add", "not a name").err


def test_a_token_is_shown_once_and_opens_until_it_is_revoked(run, database_url):
    """L62, L63."""
    run("users", "add", "ann", "--role", "trader")
    made = run("tokens", "create", "cron", "--scope", "read", "--scope", "trade", "--user", "ann")
    refused = run("tokens", "create", "x", "--scope", "admin", "--user", "ann")
    listed = run("tokens", "list", "--user", "ann", "--json")
    secret = made.out.split()[-1]

    with PostgresStore(database_url, pool_size=1) as store:
        caller = caller_of_token(secret, store=store, clock=SystemClock())
        revoked = run("tokens", "revoke", secret[:12] + "…", "--user", "ann", "--json").json
        assert caller.user_id == "ann"
        assert caller_of_token(secret, store=store, clock=SystemClock()) is None

    assert revoked == {"prefix": secret[:12], "state": "revoked"}
    assert (refused.code, "may give: read, trade" in refused.err) == (1, True)
    assert listed.json[0]["scopes"] == ["read", "trade"]
    assert secret not in listed.out + run("tokens", "list", "--user", "ann").out
    assert run("tokens", "revoke", secret[:12], "--user", "ann").code == 1
