"""The independent check is independent, and right where a reader can reckon along."""

import ast
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from independent import Pace, forward_test, forward_test_pnl, live_pnl, live_results
from independent_facts import Market, Recording, Trade, token_id

START = 1_774_216_800
LEADER = "0x" + "1" * 40
FIXED = {"allocation_method": "FIXED", "bet_size": Decimal(2), "price_max": Decimal("0.5")}
MARKET = Market(
    title="Up or Down",
    category="crypto",
    outcomes=("Up", "Down"),
    starts_at=START,
    ends_at=START + 300,
    winner="Up",
)


def trade(at: int, outcome: str, price: str, side: str = "BUY") -> Trade:
    return Trade(
        trader=LEADER,
        transaction=f"0x{at}",
        slug="m",
        outcome=outcome,
        side=side,
        price=Decimal(price),
        shares=Decimal(10),
        usd=Decimal(price) * 10,
        at=at,
        order=f"0x{at}",
    )


def taken(*trades: Trade) -> list[tuple[str, Decimal, Decimal]]:
    recording = Recording(trades=list(trades), markets={"m": MARKET})
    answer = forward_test(recording, {"W": FIXED}, {"W": [LEADER]}, Pace())
    return [(o.outcome, o.bet, o.pnl) for o in answer.orders["W"]]


@pytest.mark.parametrize("name", ["independent.py", "independent_facts.py"])
def test_the_independent_check_imports_nothing_but_the_standard_library(name):
    tree = ast.parse((Path(__file__).parent / name).read_text())
    imported = {
        module.split(".")[0]
        for node in ast.walk(tree)
        for module in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported - {"independent_facts"} <= sys.stdlib_module_names


def test_a_won_buy_pays_out_size_over_entry():
    """$2 at 0.40 × 1.003 buys 4.985045 shares, which pay $4.985045."""
    assert taken(trade(START + 1, "Up", "0.40")) == [("WON", 2, Decimal("2.985045"))]


def test_a_lost_buy_loses_its_size():
    assert taken(trade(START + 1, "Down", "0.40")) == [("LOST", 2, Decimal("-2.000000"))]


def test_a_leaders_sell_closes_at_his_price():
    """4.985045 shares at 0.45 bring $2.243270."""
    trades = (trade(START + 1, "Down", "0.40"), trade(START + 20, "Down", "0.45", "SELL"))

    assert taken(*trades) == [("SOLD", 2, Decimal("0.243270"))]


def test_a_price_over_the_limit_is_not_taken():
    assert taken(trade(START + 1, "Up", "0.51")) == []


def test_live_profit_is_payout_minus_cost_with_fees_apart():
    fills = [{"shares_units": 5_000_000, "usd_units": 2_000_000, "fee_units": 84_000}]
    order = {"order_id": "0x1", "token_id": token_id("m", "Up"), "fills": fills}
    recording = Recording(trades=[], markets={"m": MARKET})

    results = live_results([order], {"0x1": "LT_W"}, recording)

    assert live_pnl(results.values()) == {"LT_W": 3}
    assert results["0x1"].fee == Decimal("0.084")
    same = forward_test_pnl(size=Decimal(2), entry=Decimal("0.4"), payout=Decimal(1))
    assert same == results["0x1"].pnl
