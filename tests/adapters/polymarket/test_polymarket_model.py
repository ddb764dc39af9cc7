"""The probability model: a number or nothing."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from polymarket_stub import Drop, Hang, Reply

from ltsys.adapters.polymarket.model_scores import HttpModelScores
from ltsys.domain.ids import Address, ConditionId, SourceTradeId, TokenId
from ltsys.domain.market import Market, Outcome
from ltsys.domain.money import Price, Shares
from ltsys.domain.source_trade import Side, SourceTrade

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MARKET = ConditionId("0x" + "cd" * 32)
TRADE = SourceTrade(
    source_trade_id=SourceTradeId("s1"),
    trader=Address("0x" + "19" * 20),
    condition_id=MARKET,
    token_id=TokenId("1001"),
    token_label="Yes",
    side=Side.BUY,
    price=Price.of("0.07"),
    shares=Shares.of("11.11"),
    traded_at=datetime(2026, 11, 20, tzinfo=UTC),
    title="Will it?",
)


def market_at(price):
    return Market(
        condition_id=MARKET,
        title="Will it?",
        tags=("Crypto",),
        outcomes=(Outcome(label="Yes", token_id=TokenId("1001"), price=price),),
        start_at=None,
        game_start_at=datetime(2026, 11, 19, tzinfo=UTC),
        end_at=None,
        is_closed=False,
        is_resolved=False,
        accepts_orders=True,
        is_neg_risk=False,
        version="",
        fee_rate=Decimal(0),
        fee_exponent=Decimal(1),
    )


@pytest.fixture
def ask(http, stub):
    scores = HttpModelScores(http, f"{stub.url}/score", "bearer-hush")
    return lambda price=Decimal("0.08"): scores.probability(TRADE, market_at(price), NOW)


@pytest.mark.parametrize(
    ("body", "probability"),
    [
        ({"prediction": {"probability": 0.61}, "valuation": {"ai_fair_value": 0.2}}, "0.61"),
        ({"prediction": {}, "valuation": {"ai_fair_value": "0.2"}}, "0.2"),
        ({"prediction": None, "analysis": {"prediction_stats": {"ai_fair_value": 61}}}, "0.61"),
        ({"prediction": {"probability": 0}}, "0"),
        ({"prediction": {"probability": 1}}, "1"),
        ({"prediction": {"probability": 100}}, "1"),
    ],
)
def test_the_first_present_probability_is_taken(stub, ask, body, probability):
    """FT_RULES §11: above 1 it is a percentage."""
    stub.says(body)

    assert ask() == Decimal(probability)


@pytest.mark.parametrize(
    "reply",
    [
        Reply({}),
        Reply([]),
        Reply("<html>"),
        Reply("{"),
        Reply({"prediction": {"probability": 0.5}}, 500),
        Reply({"prediction": {"probability": 0.5}}, 401),
        Reply({"prediction": {"probability": 101}}),
        Reply({"prediction": {"probability": -0.1}}),
        Reply({"prediction": {"probability": "high"}}),
        Reply({"prediction": {"probability": True}}),
        Reply({"prediction": {"probability": "high"}, "valuation": {"ai_fair_value": 0.2}}),
        Reply('{"prediction": {"probability": NaN}}'),
        Reply({"analysis": {"prediction_stats": 7}}),
        Drop(),
    ],
)
def test_anything_wrong_is_no_probability(stub, ask, reply):
    """FT_RULES D7: never a silent 0.5."""
    stub.behave = lambda _: reply

    assert ask() is None


def test_a_slow_model_is_no_probability(stub, impatient):
    stub.does(Hang())
    scores = HttpModelScores(impatient, stub.url, "k")

    assert scores.probability(TRADE, market_at(None), NOW) is None


def test_the_question_is_the_documented_one(stub, ask):
    """FT_RULES §11; the key travels in its header only (L62)."""
    stub.says({})

    ask()

    (asked,) = stub.asked
    assert asked.headers["authorization"] == "Bearer bearer-hush"
    assert json.loads(asked.body) == {
        "original_trade": {
            "wallet_address": TRADE.trader,
            "condition_id": MARKET,
            "side": "BUY",
            "price": 0.07,
            "shares_normalized": 11.11,
            "timestamp": 1795132800,
        },
        "market_context": {
            "current_price": 0.08,
            "current_timestamp": 1795219200,
            "market_title": "Will it?",
            "market_tags": ["Crypto"],
            "market_end_time_unix": None,
            "market_start_time_unix": 1795046400,
            "token_label": "Yes",
        },
        "user_slippage": 0.3,
    }


def test_a_market_without_a_price_is_asked_about_at_the_trade_s(stub, ask):
    stub.says({})

    ask(None)

    assert json.loads(stub.asked[0].body)["market_context"]["current_price"] == 0.07
