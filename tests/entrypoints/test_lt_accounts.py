"""`lt users`, `lt tokens` and `lt keys`, on a database of their own."""

from datetime import UTC, datetime
from functools import partial
from unittest import mock

import pytest
from eth_account import Account
from lt_harness import fresh_services, lt

from ltsys.adapters.clock import SystemClock
from ltsys.adapters.postgres import PostgresStore
from ltsys.bootstrap import services
from ltsys.domain.account import Role
from ltsys.domain.ids import UserId
from ltsys.usecases.identify_caller import caller_of_token, secret_hash

KEY = "0x" + "7" * 64


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


def test_a_trading_key_is_sealed_and_rotated_and_never_shown(run, tmp_path):
    """L62."""
    master, file = tmp_path / "master", tmp_path / "key"
    file.write_text(KEY)
    file.chmod(0o600)
    made = run("keys", "init", str(master), "--json").json
    sealed = partial(run, environ={**run.keywords["environ"], "LTSYS_MASTER_KEY_FILE": str(master)})

    added = sealed("keys", "add", "--file", str(file))
    first = sealed("keys", "list", "--json")
    rotated = sealed("keys", "rotate", "--json").json
    (after,) = sealed("keys", "list", "--json").json

    wallet = Account.from_key(KEY).address.lower()
    assert f"LTSYS_WALLET_ADDRESS={wallet}" in added.out
    assert first.json[0]["master_id"] == made["master_id"] != rotated["master_id"]
    assert (after["wallet"], after["master_id"]) == (wallet, rotated["master_id"])
    assert KEY[2:] not in added.out + added.err + first.out + sealed("keys", "list").out
    assert "exists" in run("keys", "init", str(master)).err
    assert "LTSYS_MASTER_KEY_FILE" in run("keys", "rotate").err

    system = {**sealed.keywords["environ"], "LTSYS_SIGNER": "sealed"}
    with (
        mock.patch.dict("os.environ", {**system, "LTSYS_WALLET_ADDRESS": wallet}),
        fresh_services(),
    ):
        assert services().signer.address.lower() == wallet
        services().database.close()


def test_a_key_file_that_others_can_read_or_that_holds_none_is_refused(run, tmp_path):
    """L62."""
    file = tmp_path / "key"
    file.write_text("0xnonsense")
    file.chmod(0o644)

    loose = run("keys", "add", "--file", str(file))
    file.chmod(0o600)
    wrong = run("keys", "add", "--file", str(file))

    assert "must be 600" in loose.err
    assert "not a private key" in wrong.err
    assert "nonsense" not in wrong.err
