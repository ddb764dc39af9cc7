"""`lt strategies stage`, `promote`, `demote` and the changes that wait, on a running system."""

import pytest
from lt_harness import Running

pytestmark = pytest.mark.slow

CHECKS = [
    "days in the stage",
    "orders that ended",
    "fill rate",
    "mean slippage",
    "FT orders executed",
    "result gap of FT and LT",
    "books agree with the venue",
    "drill",
    "free to trade",
]


def test_a_new_strategy_starts_on_paper_and_shows_its_checks(system: Running, quiet: str):
    """L36, L61."""
    shown = system.lt("strategies", "stage", quiet).out
    facts = system.lt("strategies", "stage", quiet, "--json").json

    assert "[shadow] → canary → ramp → full" in shown
    assert facts["standing"] == {"stage": "shadow", "cap": None}
    assert [check["name"] for check in facts["checks"]] == CHECKS
    assert (facts["may_climb"], facts["mode"]) == (False, "SIMULATOR")
    assert [step["cause"] for step in facts["steps"]] == ["launched"]


def test_a_promotion_is_refused_with_every_reason(system: Running, quiet: str):
    """L61."""
    untyped = system.lt("strategies", "promote", quiet, "--cap", "50")
    unready = system.lt("strategies", "promote", quiet, "--cap", "50", "--confirm", quiet)
    capless = system.lt("strategies", "promote", quiet, "--confirm", quiet)
    nonsense = system.lt("strategies", "promote", quiet, "--cap", "much", "--confirm", quiet)

    assert untyped.code == unready.code == capless.code == nonsense.code == 1
    assert f"type {quiet} to confirm" in untyped.err
    assert "drill: none is recorded" in unready.err
    assert "needs a cap" in capless.err
    assert "'much' is not an amount" in nonsense.err


def test_a_strategy_on_paper_cannot_be_sent_further_back(system: Running, quiet: str):
    refused = system.lt("strategies", "demote", quiet)

    assert "shadow is not below shadow" in refused.err


def test_a_change_that_waits_is_listed_and_withdrawn(system: Running, limited: str):
    """L61."""
    system.lt("strategies", "limits", limited, "--set", "monthly_budget=900")
    raised = ("--set", "monthly_budget=5000", "--confirm", limited)
    (waiting,) = [
        change
        for change in system.lt("strategies", "limits", limited, *raised, "--json").json["waiting"]
        if change["request"]["subject"] == "monthly_budget"
    ]
    number = str(waiting["change_id"])

    listed = system.lt("strategies", "changes", limited).out
    ended = system.lt("strategies", "withdraw", number, "--reason", "too much", "--json").json
    again = system.lt("strategies", "withdraw", number)

    assert "monthly_budget from 900 to 5000" in listed
    assert ended["change"]["status"] == "withdrawn"
    assert "is withdrawn already: too much" in again.err


def test_a_strategy_starts_at_shadow_or_full(system: Running, quiet: str):
    refused = system.lt(
        "strategies", "create", "--ft-wallet", quiet[3:], "--capital", "9", "--stage", "ramp"
    )

    assert "starts at shadow or at full" in refused.err
