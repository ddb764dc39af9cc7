"""A decision explained, and other limits previewed, on a system that runs."""

import pytest
from lt_harness import Running


@pytest.fixture
def filled(system: Running) -> dict:
    """An order with fills that limits decided about: no test of another file's."""
    system.wait_for("the first order was filled")
    orders = system.lt("orders", "list", "--status", "filled", "--limit", "200", "--json").json
    return next(order for order in orders if not order["is_force_test"])


def test_a_decision_is_explained_check_by_check_and_made_again(system: Running, filled):
    """With every number that decided, met or not (L32)."""
    done = system.lt("orders", "explain", filled["lt_order_id"], "--json")
    shown = system.lt("orders", "explain", filled["lt_order_id"]).out

    (made,) = done.json
    assert done.code == 0
    assert (made["attempt"], made["is_same"], made["difference"]) == (1, True, None)
    assert made["answer"].startswith("planned: to spend $")
    assert [check["is_met"] for check in made["checks"]] == [True] * len(made["checks"])
    assert {"SIGNAL_TOO_OLD", "DEAD_MARKET", "INSUFFICIENT_CASH"} <= {
        check["code"] for check in made["checks"]
    }
    assert "decided again by this code: the same answer, byte for byte" in shown
    assert "s old ≤" in shown


def test_a_preview_counts_every_kept_decision_of_the_strategy(system: Running, filled):
    strategy = filled["strategy_id"]

    nothing = system.lt("risk", "preview", strategy, "--set", "max_position_size=0.50", "--json")
    shown = system.lt("risk", "preview", strategy, "--set", "max_position_size=0.50")

    found = nothing.json
    assert (nothing.code, shown.code) == (0, 0)
    assert found["allowed_before"] > 0
    assert found["allowed_after"] == 0
    assert found["counts"]["newly_denied"] == found["allowed_before"]
    assert (found["by_code"], found["unreadable"]) == (0, 0)
    first = found["differences"][0]
    assert first["would_be"]["code"]
    assert "allowed → denied" in shown.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("risk", "preview", "LT_NONE", "--set", "daily_budget=5"), "there is no strategy LT_NONE"),
        (("orders", "explain", "lto_none"), "there is no order lto_none"),
    ],
)
def test_what_is_not_there_is_said(system: Running, arguments, sentence):
    done = system.lt(*arguments)

    assert done.code == 1
    assert sentence in done.err


def test_a_rule_that_is_none_is_refused_with_those_there_are(system: Running, filled):
    """L39."""
    done = system.lt("risk", "preview", filled["strategy_id"], "--set", "max_size=5")

    assert done.code == 1
    assert "there is no rule 'max_size'" in done.err
    assert "max_position_size" in done.err
