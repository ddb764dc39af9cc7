"""Stages, changes that wait, settings and breakers by the REST API (LESSONS L34, L61, L63)."""

import psycopg
import pytest
from api_made import ADMIN, OWNER, STRATEGY, VIEWER, Client, everything, people
from fresh import fresh_services

from ltsys.web.app import create_app

HOME = f"/api/lt/strategies/{STRATEGY}"
TRIP = """
    INSERT INTO lt_breakers (strategy_id, kind, cause, value, threshold, resume)
    VALUES (%s, 'latency', 'a slow test, 2000 ms over 900 ms', 2000, 900, 'by_hand')
"""


@pytest.fixture
def clients(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("LTSYS_DATABASE_URL", database_url)
    monkeypatch.setenv("LTSYS_CLOCK", "machine")
    monkeypatch.setenv("LTSYS_HALT_FILE", str(tmp_path / "halt"))
    with fresh_services():
        tokens = people(database_url, orders=12)
        app = create_app()
        yield {user: Client(app, token) for user, token in tokens.items()}


def tripped(url: str, *strategies: str | None) -> None:
    with psycopg.connect(url) as connection:
        for each in strategies:
            connection.execute(TRIP, (each,))


def test_the_stage_is_told_with_each_check_and_its_verdict(mine):
    """L61."""
    back = mine.post(f"{HOME}/demote", {"reason": "a look at the books"})
    told = mine.get(f"{HOME}/stage").json()

    assert back.status_code == 200, back.text
    assert (told["stage"], told["next_stage"], told["may_climb"]) == ("shadow", "canary", False)
    assert {"name", "value", "limit", "is_passed"} == set(told["checks"][0])
    assert told["steps"][-1]["cause"] == "a look at the books"
    assert mine.get(HOME).json()["stage"] == "shadow"


def test_a_promotion_is_refused_with_every_reason(mine):
    """L61."""
    mine.post(f"{HOME}/demote", {"reason": "x"})

    untyped = mine.post(f"{HOME}/promote", {"cap_usd": "50", "confirm": "yes"})
    unready = mine.post(f"{HOME}/promote", {"cap_usd": "50", "confirm": STRATEGY})

    assert (untyped.status_code, unready.status_code) == (409, 409)
    assert f"type {STRATEGY} to confirm" in untyped.json()["detail"]
    assert "drill: none is recorded" in unready.json()["detail"]
    assert mine.get("/api/lt/changes").json() == []


def test_settings_tighten_at_once_and_loosen_after_a_wait(mine):
    """L61."""
    tighter = {"slippage_tolerance_ratio": "0.01", "cooldown_s": 90, "max_signal_age_s": 60}
    tight = mine.ask("PATCH", HOME, json=tighter)
    loose = {"slippage_tolerance_ratio": "0.2", "max_signal_age_s": 600}
    unsaid = mine.ask("PATCH", HOME, json=loose)
    said = mine.ask("PATCH", HOME, json=loose | {"confirm": STRATEGY})

    assert tight.status_code == 200, tight.text
    assert tight.json()["settings"]["slippage_tolerance_ratio"] == "0.01"
    assert tight.json()["settings"]["cooldown_s"] == 90
    assert unsaid.status_code == 409
    assert said.json()["settings"] == tight.json()["settings"]
    assert {each["subject"] for each in said.json()["waiting"]} == {
        "slippage_tolerance",
        "max_signal_age_s",
    }


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({}, "neither a limit nor a setting"),
        ({"limits": {"max_positions": 1}, "cooldown_s": 5}, "requests of their own"),
        ({"slippage_tolerance_ratio": "0.6"}, "is not within 0 and 0.5"),
        ({"time_in_force": "GTC"}, "time_in_force"),
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(mine, database_url, asked, why):
    """L39."""
    before = everything(database_url)

    answer = mine.ask("PATCH", HOME, json=asked)

    assert answer.status_code == 422
    assert why in answer.json()["detail"]
    assert everything(database_url) == before


def test_a_change_that_waits_is_listed_and_withdrawn_by_its_owner_alone(clients, mine, theirs):
    """L61, L63."""
    loose = {"cooldown_s": 90}
    mine.ask("PATCH", HOME, json=loose)
    mine.ask("PATCH", HOME, json={"cooldown_s": 0, "confirm": STRATEGY})
    (waiting,) = mine.get(f"/api/lt/changes?is_open=true&strategy_id={STRATEGY}").json()
    path = f"/api/lt/changes/{waiting['change_id']}"

    foreign = [
        theirs.get("/api/lt/changes").json(),
        theirs.get(f"/api/lt/changes?strategy_id={STRATEGY}").status_code,
        theirs.post(f"{path}/withdraw", {"reason": "x"}).status_code,
        theirs.post(f"{path}/confirm", {"confirm": STRATEGY}).status_code,
        clients[VIEWER].post(f"{path}/withdraw", {"reason": "x"}).status_code,
    ]
    confirmed = mine.post(f"{path}/confirm", {"confirm": STRATEGY})
    ended = mine.post(f"{path}/withdraw", {"reason": "not yet"})
    again = mine.post(f"{path}/withdraw", {"reason": "not yet"})

    assert foreign == [[], 404, 404, 404, 403]
    assert "was confirmed before" in confirmed.json()["detail"]
    assert (ended.json()["status"], ended.json()["why"]) == ("withdrawn", "not yet")
    assert (again.status_code, mine.get("/api/lt/changes?is_open=true").json()) == (409, [])


def test_a_breaker_is_listed_and_cleared_with_a_reason(clients, mine, theirs, database_url):
    """L34, L63: one of all strategies only by an admin."""
    tripped(database_url, STRATEGY, None)
    one, all_of_them = (
        {"kind": "latency", "strategy_id": strategy, "reason": "it was a test"}
        for strategy in (STRATEGY, None)
    )

    foreign = theirs.post("/api/lt/breakers/clear", one)
    cleared = mine.post("/api/lt/breakers/clear", one)
    again = mine.post("/api/lt/breakers/clear", one)
    by_admin = clients[ADMIN].post("/api/lt/breakers/clear", all_of_them)

    assert "2000 ms over 900 ms" in cleared.json()["text"]
    assert (foreign.status_code, cleared.status_code, again.status_code) == (404, 200, 409)
    assert cleared.json()["cleared_because"] == "it was a test"
    assert by_admin.status_code == 200, by_admin.text
    assert mine.get("/api/lt/breakers?is_tripped=true").json() == []
    assert len(mine.get("/api/lt/breakers").json()) == 2
    assert [each["strategy_id"] for each in theirs.get("/api/lt/breakers").json()] == [None]


def test_a_token_without_the_scope_admin_clears_nothing_for_all(clients, database_url):
    """L63."""
    tripped(database_url, None)
    asked = {"kind": "latency", "strategy_id": None, "reason": "x"}

    answer = clients[OWNER].post("/api/lt/breakers/clear", asked)

    assert answer.status_code == 403
    assert len(clients[OWNER].get("/api/lt/breakers?is_tripped=true").json()) == 1
