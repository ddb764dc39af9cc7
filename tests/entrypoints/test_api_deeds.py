"""What the REST API does: strategies, pauses, tests and work for the queues, each once a key."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import redis
from api_made import (
    ADMIN,
    ORDER,
    OTHER,
    OTHERS_ACCOUNT,
    OWNER,
    STRATEGY,
    VIEWER,
    WALLET,
    Client,
    a_token,
    everything,
    people,
)
from fresh import forget_services, fresh_services
from psycopg import sql

from ltsys.bootstrap import services
from ltsys.domain.account import Scope
from ltsys.web.app import create_app

NEW = {"ft_wallet_id": WALLET, "capital_usd": "250"}
BUSY = "LT_FT_BENCH_2"
"""Has two orders at work."""
PAUSE = f"/api/lt/strategies/{STRATEGY}/pause"


@pytest.fixture
def clients(database_url, redis_url, monkeypatch, tmp_path):
    monkeypatch.setenv("LTSYS_DATABASE_URL", database_url)
    monkeypatch.setenv("LTSYS_REDIS_URL", redis_url)
    monkeypatch.setenv("LTSYS_CLOCK", "machine")
    monkeypatch.setenv("LTSYS_HALT_FILE", str(tmp_path / "halt"))
    with fresh_services():
        tokens = people(database_url, orders=40)
        app = create_app()
        yield {user: Client(app, token) for user, token in tokens.items()} | {None: Client(app)}


@pytest.fixture
def a_desk(monkeypatch, tmp_path):
    """What a process needs to speak for the account, at a venue that does not answer."""
    key = tmp_path / "wallet.key"
    key.write_text("0x" + "1" * 64)
    key.chmod(0o600)
    monkeypatch.setenv("LTSYS_WALLET_KEY_FILE", str(key))
    monkeypatch.setenv("LTSYS_SIMULATOR_URL", "http://127.0.0.1:1")
    forget_services()


def messages(url: str, queue: str) -> int:
    with redis.Redis.from_url(url) as client:
        return client.llen(queue)


def count(url: str, table: str) -> int:
    statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchone()[0]


def test_a_new_strategy_has_what_was_asked_for_and_the_limits_it_shows(theirs):
    """L31: what is not said is none, but for the two that the design names."""
    limits = {"daily_budget_usd": "40", "max_positions": 3, "max_consecutive_losses": None}

    made = theirs.post("/api/lt/strategies", NEW | {"limits": limits})

    assert made.status_code == 201, made.text
    row = made.json()
    assert row["wallet_address"] == OTHERS_ACCOUNT
    assert row["initial_capital_usd"] == row["balances"]["available_usd"] == "250.000000"
    shown = theirs.get(f"/api/lt/strategies/{row['strategy_id']}/risk").json()["limits"]
    set_ones = {
        name: value for name, value in shown.items() if value is not None and value is not False
    }
    assert set_ones == {
        "daily_budget_usd": "40.000000",
        "max_positions": 3,
        "max_drawdown_ratio": "0.20",
    }


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"ft_wallet_id": "FT_NONE"}, 422, "there is no active FT wallet FT_NONE"),
        ({"capital_usd": "0"}, 422, "capital_usd: $0.00 is not above $0.00"),
        ({"capital_usd": "0.50"}, 422, "capital: $0.50 is under $1.00"),
        ({"capital_usd": 250}, 422, "capital_usd"),
        ({"slippage_tolerance_ratio": "0.6"}, 422, "0.6 is over the limit of 0.5"),
        ({"wallet_address": "0x" + "b" * 40}, 422, "is not a trading account of yours"),
        ({"limits": {"daily_budget": "5"}}, 422, "daily_budget"),
        ({"limits": {"max_positions": 0}}, 422, "max_positions"),
        ({"surprise": 1}, 422, "surprise"),
    ],
)
def test_a_strategy_that_makes_no_sense_is_refused_with_the_reason(
    theirs, database_url, changes, status, sentence
):
    """L39."""
    answer = theirs.post("/api/lt/strategies", NEW | changes)

    assert answer.status_code == status
    assert sentence in answer.json()["detail"]
    assert count(database_url, "lt_strategies") == 3


def test_who_has_no_account_launches_on_the_systems_for_which_no_key_is_needed(
    clients, monkeypatch
):
    """L62."""
    account = "0x" + "d" * 40
    unknown = clients[ADMIN].post("/api/lt/strategies", NEW)
    monkeypatch.setenv("LTSYS_WALLET_ADDRESS", account)
    forget_services()

    made = clients[ADMIN].post("/api/lt/strategies", NEW)

    assert unknown.status_code == 422
    assert "LTSYS_WALLET_ADDRESS is not set" in unknown.json()["detail"]
    assert made.status_code == 201, made.text
    assert made.json()["wallet_address"] == account
    assert "signer" not in vars(services())


def test_who_mirrors_a_wallet_already_is_told_so(mine):
    answer = mine.post("/api/lt/strategies", NEW)

    assert (answer.status_code, answer.json()["code"]) == (409, "REFUSED")
    assert f"{STRATEGY} exists already" in answer.json()["detail"]


def test_the_same_key_makes_one_strategy_and_gives_one_answer(theirs, database_url):
    """L01."""
    first = theirs.post("/api/lt/strategies", NEW, key="k1")
    again = theirs.post("/api/lt/strategies", NEW, key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert count(database_url, "lt_strategies") == 4


def test_one_key_for_two_requests_is_refused(theirs):
    theirs.post("/api/lt/strategies", NEW, key="k1")

    other_body = theirs.post("/api/lt/strategies", NEW | {"capital_usd": "1000"}, key="k1")
    other_path = theirs.post("/api/lt/resolve", NEW, key="k1")

    assert (other_body.status_code, other_path.status_code) == (422, 422)
    assert other_body.json()["code"] == "IDEMPOTENCY_KEY_REUSED"


def test_a_refusal_does_not_use_a_key_up(theirs):
    refused = theirs.post("/api/lt/strategies", NEW | {"capital_usd": "0.50"}, key="k1")
    done = theirs.post("/api/lt/strategies", NEW, key="k1")

    assert (refused.status_code, done.status_code) == (422, 201)


def test_of_many_equal_requests_at_once_one_acts(theirs, database_url):
    """L01: the others get the same answer, or hear that it still runs."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: theirs.post("/api/lt/strategies", NEW, key="k1"), range(8))
        )

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {each.json()["code"] for each in answers if each.status_code == 409} <= {"STILL_RUNNING"}
    assert count(database_url, "lt_strategies") == 4


def test_a_strategy_is_paused_with_a_reason_and_resumed(mine):
    paused = mine.post(PAUSE, {"reason": "the venue is under maintenance"}).json()
    resumed = mine.post(f"/api/lt/strategies/{STRATEGY}/resume", {"reason": "it is back"}).json()

    assert (paused["is_paused"], paused["pause_reason"]) == (True, "the venue is under maintenance")
    assert (resumed["is_paused"], resumed["pause_reason"]) == (False, None)


@pytest.mark.usefixtures("a_desk")
def test_a_lowered_limit_holds_at_once_and_a_raised_one_waits(mine, theirs):
    """L61: raising needs the name typed, and takes effect later."""
    path = f"/api/lt/strategies/{STRATEGY}"
    lower = {"limits": {"daily_budget_usd": "40"}}
    higher = {"limits": {"daily_budget_usd": "50"}}

    lowered = mine.ask("PATCH", path, json=lower)
    unsaid = mine.ask("PATCH", path, json=higher)
    raised = mine.ask("PATCH", path, json=higher | {"confirm": STRATEGY})
    foreign = theirs.ask("PATCH", path, json=lower)

    assert (lowered.status_code, lowered.json()["waiting"]) == (200, [])
    assert lowered.json()["limits"]["daily_budget_usd"].startswith("40")
    assert (unsaid.status_code, foreign.status_code) == (409, 404)
    (waiting,) = raised.json()["waiting"]
    assert (waiting["subject"], waiting["after"]) == ("daily_budget", "50")
    shown = mine.get(f"{path}/risk").json()["limits"]["daily_budget_usd"]
    assert shown == "40.000000"


def halted(client, **said):
    return client.post("/api/lt/halts", {"reason": "the books differ"} | said)


def test_a_halt_stands_until_it_is_lifted_and_both_stay_known(mine, theirs, redis_url):
    """L61: a kill asks for every working order at once."""
    made = halted(mine, scope="strategy", target=BUSY)

    assert made.status_code == 201, made.text
    path = f"/api/lt/halts/{made.json()['halt_id']}/lift"
    foreign = theirs.post(path, {"reason": "let me"})
    refused = mine.post(path, {"reason": "they agree again"})
    lifted = mine.post(path, {"reason": "they agree again", "even_if_working": True})
    (shown,) = mine.get("/api/lt/halts").json()

    assert (foreign.status_code, refused.status_code, lifted.status_code) == (404, 409, 200)
    assert (shown["by"], shown["reason"]) == (OWNER, "the books differ")
    assert (shown["is_standing"], shown["lifted_because"]) == (False, "they agree again")
    assert messages(redis_url, "fills") == 2


def test_one_halts_oneself_and_only_an_admin_halts_everybody(clients, mine, tmp_path):
    """L63."""
    assert halted(mine, scope="user").json()["target"] == OWNER
    assert halted(mine, scope="user", target=OTHER).status_code == 404
    assert halted(mine, scope="strategy", target="LT_NOBODY").status_code == 404
    assert halted(mine, scope="global").status_code == 403
    assert not (tmp_path / "halt").exists()
    assert halted(clients[ADMIN], scope="global", kind="pause").status_code == 201
    assert (tmp_path / "halt").exists()


def test_waiting_signals_are_sent_to_the_workers_at_once(mine, theirs, database_url, redis_url):
    """Only one's own; another's count is not told (L63)."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "UPDATE lt_seen_trades SET outcome = 'queued' WHERE source_trade_id ~ '^trade-[12]$'"
        )

    nothing = theirs.post("/api/lt/execute")
    done = mine.post("/api/lt/execute", {"strategy_id": STRATEGY})

    assert nothing.json()["accepted_count"] == 0
    assert (done.status_code, done.json()["ids"]) == (202, [f"{STRATEGY}:trade-1"])
    assert done.headers["location"] == f"/api/lt/orders?strategy_id={STRATEGY}"
    assert messages(redis_url, "execution") == 1


def test_markets_that_one_holds_something_in_are_asked_for_their_outcome(mine, theirs, redis_url):
    held = mine.post("/api/lt/resolve").json()
    one = mine.post("/api/lt/resolve", {"condition_id": held["ids"][0]})
    foreign = theirs.post("/api/lt/resolve", {"condition_id": held["ids"][0]})

    assert held["accepted_count"] == len(held["ids"]) > 0
    assert one.json()["accepted_count"] == 1
    assert foreign.status_code == 404
    assert messages(redis_url, "resolution") == held["accepted_count"] + 1


def test_payouts_are_released_by_a_worker(mine, redis_url):
    done = mine.post("/api/lt/redemptions/process")

    assert done.status_code == 202
    assert "nothing is sent to the chain" in done.json()["note"]
    assert messages(redis_url, "resolution") == 1


def test_what_waits_in_no_row_is_not_accepted_without_a_broker(mine, monkeypatch):
    """L58: a signal's row waits for the sweep, but nobody would ever release the payouts."""
    monkeypatch.setenv("LTSYS_REDIS_URL", "redis://:hunter2@127.0.0.1:1/0")
    forget_services()

    answers = [mine.post(f"/api/lt/{path}") for path in ("redemptions/process", "execute")]

    assert [answer.status_code for answer in answers] == [503, 202]
    assert answers[0].json()["code"] == "BROKER_UNAVAILABLE"
    assert "hunter2" not in answers[0].text


def test_a_force_test_of_too_much_money_is_refused(mine, database_url):
    answer = mine.post("/api/lt/force-test", {"strategy_id": STRATEGY, "size_usd": "101"})

    assert answer.status_code == 422
    assert "size_usd: $101.00 is not within $1.00 and $100.00" in answer.json()["detail"]
    assert count(database_url, "lt_seen_trades") == 40


FOREIGN = [
    (PAUSE, {"reason": "mine now"}),
    (f"/api/lt/strategies/{STRATEGY}/resume", {"reason": "mine now"}),
    ("/api/lt/execute", {"strategy_id": STRATEGY}),
    ("/api/lt/force-test", {"strategy_id": STRATEGY}),
    ("/api/lt/halts", {"scope": "strategy", "target": STRATEGY, "reason": "mine now"}),
]


@pytest.mark.parametrize(("path", "body"), FOREIGN)
def test_nobody_acts_on_what_is_anothers(theirs, clients, database_url, path, body):
    """L63: not found, and nothing moved; an admin's scope opens no other person's things either."""
    before = everything(database_url)

    answers = [theirs.post(path, body), clients[ADMIN].post(path, body)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert everything(database_url) == before


def test_scopes_decide_what_a_token_may(clients, database_url):
    """L63: a viewer's role and a token's scopes both bound it."""
    app = clients[None].app
    reader = Client(app, a_token(database_url, OWNER, Scope.READ))
    trader = Client(app, a_token(database_url, OWNER, Scope.TRADE))
    before = everything(database_url)
    body = {"reason": "stop"}

    refused = [reader.post(PAUSE, body), clients[VIEWER].post(PAUSE, body)]
    blind = trader.get("/api/lt/orders")

    assert [answer.status_code for answer in refused] == [403, 403]
    assert everything(database_url) == before
    assert blind.status_code == 403
    assert trader.post(PAUSE, body).status_code == 200


def test_without_signing_in_nothing_is_read_and_nothing_changes(clients, database_url, redis_url):
    """L63: every route and method there is, but /healthz and the pages to sign in by."""
    nobody, before = clients[None], everything(database_url)
    names = {
        "strategy_id": STRATEGY,
        "order_id": ORDER,
        "wallet_id": WALLET,
        "source_trade_id": "trade-1",
        "halt_id": "halt_1",
        "change_id": "1",
    }
    said = {}
    for path in clients[OWNER].get("/openapi.json").json()["paths"] | dict.fromkeys(
        ("/docs", "/docs/start.js", "/docs/swagger-ui.css", "/openapi.json")
    ):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            for headers in ({}, {"Authorization": "Bearer guess"}, {"Authorization": "Basic eDp4"}):
                answer = nobody.ask(method, path.format(**names), headers=headers, json={})
                said[method, path, *headers.values()] = (answer.status_code, answer.text)

    assert {status for status, _ in said.values()} <= {401, 405}
    assert not any(STRATEGY in text or ORDER in text for _, text in said.values())
    assert everything(database_url) == before
    assert messages(redis_url, "execution") == messages(redis_url, "resolution") == 0
    assert nobody.get("/healthz").json() == {"status": "ok"}
