"""Every command against a system that runs: what it shows, what it refuses, what it hides."""

import json
from decimal import Decimal
from functools import partial

import psutil
import psycopg
import pytest
import typer
from lt_harness import Running, lt
from typer.testing import CliRunner

from ltsys.cli import app
from ltsys.domain.denial import DenialCode

WORDS = {"PENDING", "PARTIAL", "FILLED", "REJECTED", "CANCELED"}
CREATE = ("strategies", "create", "--ft-wallet", "FT_QUIET")


def commands(group, path=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", [path for path in ALL if path != ("sim",)], ids=" ".join)
def test_every_command_explains_itself_and_its_options(path):
    said = CliRunner().invoke(app, [*path, "--help"])

    assert said.exit_code == 0
    assert len(ALL[path].help.splitlines()[0]) <= 100
    assert all(option.help for option in ALL[path].params if option.param_type_name == "option")


def test_the_status_is_one_json_document_with_the_mode_first(system: Running):
    status = system.lt("status", "--json").json

    assert next(iter(status.items())) == ("mode", "SIMULATOR")
    assert set(status["queues"]) == {"signals", "execution", "fills", "resolution"}
    assert set(status["queue_ages_s"]) == set(status["queues"])
    assert all(age is None or age >= 0 for age in status["queue_ages_s"].values())
    assert len(status["strategies"]) >= 3


def test_the_page_of_a_running_system_holds_no_key_and_knows_the_account(system: Running):
    """L62."""
    web, execution = (psutil.Process(system.pids[name]).environ() for name in ("web", "execution"))

    keys = [value for name, value in web.items() if "KEY_FILE" in name or "MASTER_KEY" in name]
    assert not any(keys)
    assert execution["LTSYS_WALLET_KEY_FILE"]
    assert web["LTSYS_WALLET_ADDRESS"] == execution["LTSYS_WALLET_ADDRESS"]


def test_the_status_for_people_names_the_mode_and_the_strategies(system: Running):
    shown = system.lt("status").out

    assert "SIMULATOR" in shown
    assert "LT_FT_DEMO_UNDERDOG" in shown


def test_orders_come_newest_first_with_the_readers_word_and_a_sentence(system: Running):
    """L32."""
    system.wait_for("the first order was filled")

    orders = system.lt("orders", "list", "--json").json

    moments = [order["created_at"] for order in orders]
    assert moments == sorted(moments, reverse=True)
    assert {order["status"] for order in orders} <= WORDS
    assert all(order["why"] for order in orders)


def test_orders_are_chosen_by_strategy_and_status(system: Running):
    system.wait_for("the first order was filled")

    filled = system.lt("orders", "list", "--status", "filled", "--limit", "1", "--json").json
    chosen = system.lt("orders", "list", "--strategy", filled[0]["strategy_id"], "--json").json

    assert [order["status"] for order in filled] == ["FILLED"]
    assert {order["strategy_id"] for order in chosen} == {filled[0]["strategy_id"]}


def test_one_order_shows_its_history_and_fills_but_not_its_signature(system: Running):
    """L62: who has the signed envelope may post it."""
    system.wait_for("the first order was filled")
    order_id = system.lt("orders", "list", "--status", "filled", "--json").json[0]["lt_order_id"]

    order = system.lt("orders", "show", order_id, "--json").json
    shown = system.lt("orders", "show", order_id)

    assert [event["to_status"] for event in order["events"]][:3] == [
        "planned",
        "submitting",
        "live",
    ]
    assert order["fills"]
    assert "signature" not in order["envelope"]["order"]
    assert "owner" not in order["envelope"]
    assert system.environment["LTSYS_API_KEY"] not in json.dumps(order) + shown.out
    assert "History" in shown.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("orders", "show", "lto_nothing"), "there is no order lto_nothing"),
        (("orders", "list", "--status", "GONE"), "'GONE' is not PENDING, PARTIAL, FILLED"),
        (("orders", "list", "--strategy", "LT_NOBODY"), "there is no strategy LT_NOBODY"),
        (("strategies", "pause", "LT_NOBODY"), "there is no strategy LT_NOBODY"),
        (("force-test", "LT_NOBODY"), "there is no strategy LT_NOBODY"),
        (("force-test", "LT_NOBODY", "--size", "0.50"), "$0.50 is not within $1.00 and $100.00"),
    ],
)
def test_what_does_not_exist_is_said_in_one_sentence(system: Running, arguments, sentence):
    """L54: an error is never shown as an empty list."""
    done = system.lt(*arguments)

    assert done.code == 1
    assert sentence in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--capital", "-5"), "--capital: -$5.00 is not above $0.00"),
        (("--capital", "much"), "--capital: 'much' is not an amount of dollars"),
        (("--capital", "9", "--slippage-tolerance", "3"), "slippage_tolerance: 3 is over 0.5"),
        (
            ("--capital", "9", "--max-drawdown", "20"),
            "max_drawdown_ratio: 20 is over 1, the most it may be (a ratio: 0.20 is 20 %)",
        ),
        (("--capital", "9", "--max-losses", "0"), "max_consecutive_losses: 0 is under 1"),
        (("--capital", "9", "--time-in-force", "GTC"), "'GTC' is neither FAK nor FOK"),
        (("--capital", "NaN"), "'NaN' is not an amount of dollars"),
    ],
)
def test_a_strategy_that_makes_no_sense_is_refused_with_the_reason(options, sentence):
    """L39."""
    refused = CliRunner().invoke(app, [*CREATE, *options])

    assert sentence in str(refused.exception)


@pytest.mark.usefixtures("quiet")
def test_a_limit_below_the_smallest_order_is_refused(system: Running):
    """L39: caps below minimums."""
    refused = system.lt(*CREATE, "--capital", "100", "--max-position", "0.80")

    assert refused.code == 1
    assert "max position size: $0.80 is under $1.00" in refused.err


def test_a_fresh_strategy_has_only_the_limits_it_shows(system: Running, quiet: str):
    """L31: the defaults are shown, what is not set is none, and there is no other."""
    rows = {row["strategy"]["strategy_id"]: row for row in system.lt(*LIST_JSON).json}

    limits = {name: value for name, value in rows[quiet]["rules"].items() if value}
    assert limits == {"max_consecutive_losses": 5, "max_drawdown_ratio": "0.20"}
    shown = system.lt("strategies", "list").out
    assert "LT_FT_QUIET has these limits and no other" in shown


def test_limits_are_changed_by_name_and_shown(system: Running, limited: str):
    """Every limit can be reached (L31, L39)."""
    changed = system.lt(
        "strategies",
        "limits",
        limited,
        "--set",
        "weekly_budget=500",
        "--set",
        "max_spread=0.05",
        "--by",
        "ann",
        "--json",
    ).json
    shown = system.lt("strategies", "limits", limited).out
    refused = system.lt("strategies", "limits", limited, "--set", "max_hope=1")
    untyped = system.lt("strategies", "limits", limited, "--set", "weekly_budget=none")
    looser = ("--set", "weekly_budget=none", "--set", "max_spread=none", "--confirm", limited)
    asked = system.lt("strategies", "limits", limited, *looser, "--json").json

    limits = changed["limits"]
    assert (Decimal(limits["weekly_budget"]), limits["max_spread"]) == (500, "0.05")
    assert f"type {limited} to confirm" in untyped.err
    assert Decimal(asked["limits"]["weekly_budget"]) == 500
    assert {each["request"]["subject"] for each in asked["waiting"]} >= {
        "weekly_budget",
        "max_spread",
    }
    assert "$500.00" in shown
    assert "there is no limit 'max_hope'" in refused.err


def test_settings_tighten_at_once_and_loosen_after_a_wait(system: Running, limited: str):
    """L38, L61."""
    asked = partial(system.lt, "strategies", "settings", limited)
    before = asked("--json").json["settings"]
    tighter = ("--set", "slippage_tolerance=0.01", "--set", "time_in_force=fok", "--by", "ann")
    tight = asked(*tighter, "--json").json
    untyped = asked("--set", "max_signal_age_s=600")
    loose = asked("--set", "max_signal_age_s=600", "--confirm", limited, "--json").json
    shown = asked("--set", "max_signal_age_s=500", "--confirm", limited).out

    assert before == {
        "slippage_tolerance": "0.03",
        "max_signal_age_s": 180,
        "cooldown_s": 0,
        "time_in_force": "FAK",
    }
    assert Decimal(tight["settings"]["slippage_tolerance"]) == Decimal("0.01")
    assert (tight["settings"]["time_in_force"], tight["waiting"]) == ("FOK", [])
    assert (untyped.code, f"type {limited} to confirm" in untyped.err) == (1, True)
    assert loose["settings"] == tight["settings"]
    assert [each["request"]["subject"] for each in loose["waiting"]] == ["max_signal_age_s"]
    assert "max_signal_age_s from 180 to 500" in shown
    assert "1.00%" in shown


def test_settings_that_make_no_sense_are_refused_with_the_limit(system: Running, limited: str):
    """L39."""
    said = {
        wanted: system.lt("strategies", "settings", limited, "--set", wanted).err
        for wanted in ("hope=1", "cooldown_s=-1", "slippage_tolerance=3", "time_in_force=GTC", "x")
    }
    nobody = system.lt("strategies", "settings", "LT_NOBODY")

    assert "there is no setting 'hope'" in said["hope=1"]
    assert "-1 is not within 0 and 2592000 seconds" in said["cooldown_s=-1"]
    assert "3 is not within 0 and 0.5 (a ratio: 0.03 is 3 %)" in said["slippage_tolerance=3"]
    assert "'GTC' is neither FAK nor FOK" in said["time_in_force=GTC"]
    assert "'x' is not name=value" in said["x"]
    assert (nobody.code, "there is no strategy LT_NOBODY" in nobody.err) == (1, True)


def test_the_codes_of_denials_are_listed():
    """L32."""
    listed = CliRunner().invoke(app, ["risk", "codes", "--json"])

    assert [row["code"] for row in json.loads(listed.output)] == [*DenialCode]


LIST_JSON = ("strategies", "list", "--json")


@pytest.mark.usefixtures("quiet")
def test_a_strategy_exists_once(system: Running):
    again = system.lt(*CREATE, "--capital", "100")

    assert again.code == 1
    assert "LT_FT_QUIET exists already" in again.err


def test_a_paused_strategy_refuses_with_the_operators_reason_until_it_is_resumed(
    system: Running, quiet: str
):
    paused = system.lt("strategies", "pause", quiet, "--reason", "lunch", "--json").json
    denied = system.force_test(quiet)
    resumed = system.lt("strategies", "resume", quiet, "--json").json

    assert paused["state"]["is_paused"]
    assert denied.code == 1
    assert denied.json["denial_code"] == "STRATEGY_PAUSED"
    assert "lunch" in denied.json["why"]
    assert not resumed["state"]["is_paused"]


def test_a_force_test_goes_the_whole_way_and_leaves_live_capital_alone(system: Running, quiet: str):
    """L36."""
    before = state_of(system, quiet)

    done = system.force_test(quiet, "--size", "3")

    assert done.code == 0, done.err
    assert done.json["is_force_test"]
    assert done.json["status"] in {"FILLED", "CANCELED"}
    assert "on SIMULATOR" in done.err
    stages = [event["to_status"] for event in done.json["events"]]
    assert stages[:2] == ["planned", "submitting"]
    assert state_of(system, quiet) == before


def state_of(system: Running, strategy_id: str):
    rows = system.lt(*LIST_JSON).json
    return next(row for row in rows if row["strategy"]["strategy_id"] == strategy_id)


@pytest.mark.usefixtures("quiet")
def test_wallets_are_listed_and_nonsense_is_not_added(system: Running, tmp_path):
    """L39."""
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps([{"wallet_id": "FT_BAD", "min_bet": 9, "max_bet": 2}]))

    refused = system.lt("wallets", "add", str(bad))
    names = {row["wallet_id"] for row in system.lt("wallets", "list", "--json").json}

    assert refused.code == 1
    assert "FT_BAD: The minimum bet $9.00 is over the maximum bet $2.00" in refused.err
    assert "FT_BAD" not in names
    assert {"FT_DEMO_SHARP", "FT_QUIET"} <= names


def test_the_ledger_agrees_until_a_millionth_is_missing(system: Running, quiet: str):
    """L29, L55."""
    right = system.lt("ledger", "verify", "--json")
    shift(system, quiet, Decimal("0.000001"))
    try:
        wrong = system.lt("ledger", "verify", "--json")
        shown = system.lt("ledger", "verify")
    finally:
        shift(system, quiet, Decimal("-0.000001"))

    assert right.code == 0, right.out
    assert right.json["is_right"]
    assert wrong.code == 1
    assert wrong.json["report"]["drifts"] == [
        {
            "strategy_id": quiet,
            "account": "available",
            "kept": "250.000001",
            "booked": "250.000000",
        }
    ]
    assert "1 balances drifted" in shown.out


def shift(system: Running, strategy_id: str, amount: Decimal):
    with psycopg.connect(system.environment["LTSYS_DATABASE_URL"]) as connection:
        connection.execute(
            "UPDATE lt_risk_state SET available_cash = available_cash + %s WHERE strategy_id = %s",
            (amount, strategy_id),
        )


def test_a_command_without_a_system_says_how_to_start_one(tmp_path):
    lost = lt("status", "--data-dir", str(tmp_path))

    assert lost.code == 1
    assert "start one with `lt up` or `make demo`" in lost.err


def test_the_system_is_found_without_being_named(system: Running):
    """The folder above the running one is where a plain command looks."""
    found = lt("status", "--json", environ={"LTSYS_DATA_DIR": str(system.data_dir.parent)})

    assert found.code == 0, found.err
    assert found.json["mode"] == "SIMULATOR"
