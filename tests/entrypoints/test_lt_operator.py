"""An operator's word, the ledger's story and alerts, on a system that runs."""

import getpass
from decimal import Decimal

import psycopg
import pytest
from lt_harness import Running

BUCKETS = {"available", "reserved", "position", "settling", "fees", "realized_pnl", "capital"}
PARK = """
    UPDATE lt_orders SET status = 'unknown', parked_at = clock_timestamp(), next_check_at = NULL
     WHERE lt_order_id = %s
"""


def run(system: Running, statement: str, *parameters):
    with psycopg.connect(system.environment["LTSYS_DATABASE_URL"]) as connection:
        connection.execute(statement, parameters)


@pytest.fixture
def filled(system: Running) -> str:
    """An order with fills."""
    system.wait_for("the first order was filled")
    rows = system.lt("orders", "list", "--status", "filled", "--json").json
    return rows[0]["lt_order_id"]


def test_the_page_of_an_order_has_everything(system: Running, filled: str):
    """L08, L32."""
    page = system.lt("orders", "show", filled, "--json").json
    shown = system.lt("orders", "show", filled).out

    assert [each["attempt"] for each in page["attempts"]] == [1]
    assert "signature" not in page["attempts"][0]["envelope"]["order"]
    assert {"reserve", "fill"} <= {each["kind"] for each in page["postings"]}
    assert page["looks"]["count"] >= 0
    assert page["logs"]
    for title in ("History", "Looks at the venue", "Fills", "Ledger of", "Log"):
        assert title in shown


def test_the_ledger_tells_how_the_balances_came_to_be(system: Running, filled: str):
    """L29."""
    strategy = system.lt("orders", "show", filled, "--json").json["strategy_id"]

    story = system.lt("ledger", "explain", strategy, "--json").json
    of_order = system.lt("ledger", "explain", filled).out

    assert story[0]["why"] == "capital was handed over"
    assert all(set(step["balances"]) == BUCKETS for step in story)
    assert all(sum(map(Decimal, step["amounts"].values())) == 0 for step in story)
    assert f"Ledger of {filled}" in of_order
    assert "set aside" in of_order


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ledger", "explain", "LT_NOBODY"), "neither a strategy nor an order LT_NOBODY"),
        (("alerts", "clear", "nothing"), "there is no open alert nothing"),
        (("orders", "resolve", "lto_x", "--reason", "r"), "say one of --killed, --ended, --look"),
        (
            ("orders", "resolve", "lto_x", "--reason", "r", "--look", "--retry"),
            "2 were said",
        ),
        (("orders", "resolve", "lto_x", "--reason", "r", "--look"), "there is no order lto_x"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(system: Running, arguments, sentence):
    """L54."""
    done = system.lt(*arguments)

    assert done.code == 1
    assert sentence in done.err
    assert "Traceback" not in done.err


def test_a_filled_order_is_not_declared_killed(system: Running, filled: str):
    """L20."""
    refused = system.lt("orders", "resolve", filled, "--killed", "--reason", "test", "--yes")

    assert refused.code == 1
    assert f"{filled} is filled already" in refused.err


def test_nothing_is_done_without_the_typed_word(system: Running, filled: str):
    """L61."""
    command = ["orders", "resolve", filled, "--retry", "--reason", "test"]

    refused = system.lt(*command, typed="yes\n")

    assert "SIMULATOR" in refused.out
    assert "Type retry to go on" in refused.out
    assert "nothing was changed" in refused.err


def test_a_parked_order_is_looked_at_by_an_operators_word(system: Running, quiet: str):
    """Its fills are at the venue all the time; who asked is on its page (L27)."""
    done = system.force_test(quiet, "--size", "2").json
    order_id = done["lt_order_id"]
    run(system, PARK, order_id)
    waiting = system.lt("orders", "show", order_id, "--json").json

    looked = system.lt("orders", "resolve", order_id, "--look", "--reason", "why not", "--json")

    assert waiting["why"].startswith("waits for an operator since")
    assert looked.code == 0, looked.err
    assert looked.json["looks"]["parked_at"] is None
    assert any(
        f"{getpass.getuser()}: why not" in (event["detail"] or "")
        for event in looked.json["events"]
    )


def test_an_alert_is_listed_and_cleared(system: Running):
    """L64."""
    run(
        system,
        "INSERT INTO lt_alerts (key, severity, text) VALUES ('test', 'critical', 'a test')",
    )

    listed = system.lt("alerts", "list").out
    status = system.lt("status", "--json").json
    shown = system.lt("status").out
    cleared = system.lt("alerts", "clear", "test", "--by", "bob")
    after = system.lt("alerts", "list", "--json").json

    assert "a test" in listed
    assert "test" in [row["alert"]["key"] for row in status["alerts"]]
    assert set(status["outbox_ages_s"]) == {"oldest_queued_signal", "oldest_unanswered_order"}
    assert "CRITICAL: lt alerts list" in shown
    assert cleared.code == 0
    assert "test" not in [row["alert"]["key"] for row in after]
