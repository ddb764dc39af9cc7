"""What the REST API shows: shapes, pages, filters, and whose rows."""

import re
from decimal import Decimal
from urllib.parse import quote

import psycopg
import pytest
from api_made import ORDER, OWNER, STRATEGY, VIEWER, WALLET, Client, people
from fresh import forget_services, fresh_services

from ltsys.web.app import create_app

LISTS = [
    "/api/lt/strategies",
    "/api/lt/orders",
    f"/api/lt/strategies/{STRATEGY}/orders",
    "/api/lt/logs",
    "/api/lt/alerts",
    "/api/ft/wallets",
    f"/api/ft/wallets/{WALLET}/orders",
]
ITEMS = [
    f"/api/lt/strategies/{STRATEGY}",
    f"/api/lt/strategies/{STRATEGY}/risk",
    f"/api/lt/strategies/{STRATEGY}/orders",
    f"/api/lt/orders/{ORDER}",
    f"/api/lt/signals/{STRATEGY}/trade-1",
    f"/api/lt/orders?strategy_id={STRATEGY}",
    f"/api/lt/logs?strategy_id={STRATEGY}",
]


@pytest.fixture(scope="module")
def clients(module_database_url):
    tokens = people(module_database_url)
    app = create_app()
    return {user: Client(app, token) for user, token in tokens.items()} | {None: Client(app)}


@pytest.fixture(autouse=True)
def _database(module_database_url, monkeypatch):
    monkeypatch.setenv("LTSYS_DATABASE_URL", module_database_url)
    with fresh_services():
        yield


@pytest.mark.parametrize("path", LISTS)
def test_pages_follow_each_other_without_a_gap_or_a_double(mine, path):
    """L48: keyset, so that what comes in between shifts nothing."""
    whole = mine.get(path, params={"limit": 400}).json()["rows"]
    size = max(1, len(whole) // 4)

    walked, after = [], None
    for _ in range(6):
        page = mine.get(path, params={"limit": size} | ({"after": after} if after else {})).json()
        walked += page["rows"]
        after = page["next_after"]
        if after is None:
            break

    assert len(whole) > 2
    assert walked == whole


def test_the_address_of_the_next_page_keeps_the_filters(mine):
    first = mine.get("/api/lt/orders", params={"status": "FILLED", "limit": 2}).json()

    second = mine.get(first["next_url"]).json()

    assert {row["status"] for row in second["rows"]} == {"FILLED"}
    assert len(second["rows"]) == 2
    assert not {r["order_id"] for r in first["rows"]} & {r["order_id"] for r in second["rows"]}


@pytest.mark.parametrize("after", ["nonsense", "bm9uc2Vuc2U", "MjAyNi0wMS0wMQp4", "Cg", "Cngw"])
@pytest.mark.parametrize("path", ["/api/lt/orders", "/api/lt/logs"])
def test_a_place_that_no_page_named_is_refused(mine, path, after):
    answer = mine.get(path, params={"after": after})

    assert answer.status_code == 422
    assert answer.json()["detail"] == "after: no page has said this; begin without it"


@pytest.mark.parametrize("path", ITEMS)
def test_what_is_anothers_is_as_if_it_were_not_there(mine, theirs, path):
    """L63: not found, so that nobody learns that it exists."""
    missing = theirs.get(re.sub(rf"{STRATEGY}|{ORDER}", "LT_NOBODY", path))

    assert mine.get(path).status_code == 200
    assert (theirs.get(path).status_code, missing.status_code) == (404, 404)
    said = theirs.get(path).json()["detail"].replace(STRATEGY, "X").replace(ORDER, "X")
    assert said == missing.json()["detail"].replace("LT_NOBODY", "X")


@pytest.mark.parametrize("path", ["/api/lt/strategies", "/api/lt/orders", "/api/lt/alerts"])
def test_who_has_nothing_sees_nothing(theirs, path):
    """L63."""
    assert theirs.get(path).json() == {"rows": [], "next_after": None, "next_url": None}


def test_money_is_decimal_text_and_what_is_not_known_is_null(mine):
    """L42."""
    denied = mine.get("/api/lt/orders", params={"status": "REJECTED", "limit": 1}).json()
    (row,) = denied["rows"]

    assert row["filled_price_usd"] is None
    assert row["pnl_usd"] is None
    assert row["signal_size_usd"] == "10.000000"
    assert row["created_at"].endswith("Z")
    assert row["denial_text"] in row["why"] or row["state"] == "rejected"


def test_orders_link_their_market_as_closely_as_it_is_known(mine, module_database_url):
    paths = ("/api/lt/orders", f"/api/ft/wallets/{WALLET}/orders")
    shown = [mine.get(path).json()["rows"][0] for path in paths]
    with psycopg.connect(module_database_url, autocommit=True) as connection:
        connection.execute("UPDATE markets SET slug = 'a-b', event_slug = 'a'")
        named = [mine.get(path).json()["rows"][0] for path in paths]
        connection.execute("UPDATE markets SET slug = NULL, event_slug = NULL")

    for row in shown:
        place = f"https://polymarket.com/search?_q={quote(row['market_title'])}"
        assert row["market_url"] == place
    assert {row["market_url"] for row in named} == {"https://polymarket.com/event/a/a-b"}


def test_totals_agree_with_the_rows_that_they_sum_up(mine):
    row = mine.get(f"/api/lt/strategies/{STRATEGY}").json()
    orders = mine.get(f"/api/lt/strategies/{STRATEGY}/orders", params={"limit": 500}).json()["rows"]

    results = row["results"]

    assert results["order_count"] == len(orders) == 60
    assert results["denied_count"] == sum(each["state"] == "denied" for each in orders)
    pnl = sum(Decimal(each["pnl_usd"]) for each in orders if each["pnl_usd"] is not None)
    assert Decimal(results["lt_pnl_usd"]) == pnl


def test_a_strategy_shows_every_limit_it_has_and_no_other(mine):
    """L31: limits that are none are shown as none."""
    limits = mine.get(f"/api/lt/strategies/{STRATEGY}/risk").json()["limits"]

    assert limits["daily_budget_usd"] == "100000000.000000"
    assert limits["max_consecutive_losses"] == 5
    assert limits["weekly_budget_usd"] is None


def test_an_order_page_holds_its_history_and_no_secret(mine, module_database_url):
    """L62."""
    page = mine.get(f"/api/lt/orders/{ORDER}")

    assert page.json()["order"]["order_id"] == ORDER
    assert len(page.json()["events"]) == 3
    assert len(page.json()["logs"]) == 2
    assert "signature" not in page.text
    assert "owner" not in page.text.replace("ownership", "")
    assert module_database_url not in page.text


def test_health_counts_the_last_day(mine):
    """L42: a rate without anything behind it is null."""
    health = mine.get("/api/lt/health").json()

    assert health["status"] == "ok"
    assert (health["strategy_count"], health["active_strategy_count"]) == (3, 3)
    assert health["venue"] == "simulator"
    assert health["success_count"] <= health["ended_count"] <= health["execution_count"]


def test_filters_leave_only_what_was_asked_for(mine):
    warnings = mine.get("/api/lt/logs", params={"level": "WARNING", "limit": 500}).json()["rows"]
    coded = mine.get(
        "/api/lt/orders", params={"denial_code": "DAILY_BUDGET_EXCEEDED", "limit": 500}
    ).json()["rows"]
    open_ones = mine.get("/api/lt/alerts", params={"is_open": "false"}).json()["rows"]

    assert {row["level"] for row in warnings} == {"WARNING"}
    assert {row["denial_code"] for row in coded} == {"DAILY_BUDGET_EXCEEDED"}
    assert all(row["cleared_at"] for row in open_ones)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/api/lt/orders", {"limit": 0}),
        ("/api/lt/orders", {"limit": "many"}),
        ("/api/lt/orders", {"status": "DONE"}),
        ("/api/lt/orders", {"strategy_id": "\x00"}),
        ("/api/lt/logs", {"since": "yesterday"}),
        ("/api/lt/logs", {"level": "LOUD"}),
    ],
)
def test_a_request_that_makes_no_sense_is_a_problem_with_a_sentence(mine, path, params):
    answer = mine.get(path, params=params)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "MAKES_NO_SENSE"
    assert next(iter(params)) in answer.json()["detail"]


def test_the_description_and_its_page_ask_no_other_machine(clients):
    """They are there for who is signed in, and every byte is ours (L63)."""
    page = clients[VIEWER].get("/docs")
    document = clients[VIEWER].get("/openapi.json").json()

    assert clients[None].get("/docs").status_code == 401
    assert clients[None].get("/openapi.json").status_code == 401
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {clients[VIEWER].get(path).status_code for path in loaded} == {200}
    assert all(path.startswith("/docs/") for path in loaded)
    assert "connect-src 'self'" in page.headers["content-security-policy"]
    assert set(document["components"]["securitySchemes"]) == {"token", "session"}


def test_every_route_is_described_with_its_problems(clients):
    document = clients[VIEWER].get("/openapi.json").json()

    for path, methods in document["paths"].items():
        for method, route in methods.items():
            assert {"401", "403", "422", "503"} <= set(route["responses"]), (method, path)
            assert route["description"], (method, path)


def test_a_dead_database_is_a_503_without_its_password(clients, monkeypatch):
    """L54, L62: down is never shown as empty."""
    monkeypatch.setenv("LTSYS_DATABASE_URL", "postgresql://me:hunter2@127.0.0.1:1/ltsys")
    monkeypatch.setenv("LTSYS_DATABASE_PATIENCE_S", "0.5")
    forget_services()

    answer = clients[OWNER].get("/api/lt/orders")

    assert answer.status_code == 503
    assert answer.json()["code"] == "DATABASE_UNAVAILABLE"
    assert "hunter2" not in answer.text
