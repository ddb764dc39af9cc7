"""py-clob-client-v2, unmodified, places and cancels orders of every kind (VENUE §4, §5, §7)."""

import json

import pytest
from py_clob_client_v2 import (
    MarketOrderArgs,
    OpenOrderParams,
    OrderArgs,
    OrderMarketCancelParams,
    OrderPayload,
    OrderScoringParams,
    OrdersScoringParams,
    OrderType,
    PostOrdersV2Args,
    TradeParams,
)
from py_clob_client_v2.exceptions import PolyApiException
from sdk_trader import SdkTrader
from sim_process import START

ONE = 1_000_000


@pytest.fixture
def trader(running_venue):
    """A new account with a thousand dollars."""
    return SdkTrader(running_venue)


@pytest.fixture
def token(running_venue):
    """The first outcome of an open market, quoted around one half."""
    return json.loads(running_venue.open_market()["clobTokenIds"])[0]


def market_order(trader, token, side, amount, order_type):
    """Post an immediate order; the SDK reads the price from the book."""
    order = MarketOrderArgs(token_id=token, amount=amount, side=side, order_type=order_type)
    return trader.client.create_and_post_market_order(order, order_type=order_type)


def test_keys_are_made_derived_listed_and_deleted(trader):
    """create_or_derive gives the same key on every start (VENUE §2.1)."""
    client = trader.client

    again = client.create_or_derive_api_key()

    assert again == client.creds
    assert client.get_api_keys()["apiKeys"] == [client.creds.api_key]
    assert client.get_closed_only_mode() == {"closed_only": False}
    assert client.delete_api_key() == "OK"
    with pytest.raises(PolyApiException) as refusal:
        client.get_api_keys()
    assert refusal.value.status_code == 401


def test_a_buy_through_a_builder_fits_into_the_balance_with_its_fees(trader, token, caplog):
    """The SDK asks for the builder's fees, and warns if it cannot learn them (VENUE §11)."""
    order = MarketOrderArgs(
        token_id=token,
        amount=20,
        side="BUY",
        order_type=OrderType.FAK,
        builder_code="0x" + "b" * 64,
        user_usdc_balance=10,
    )

    trader.client.create_and_post_market_order(order, order_type=OrderType.FAK)

    assert 9_500_000 < 1_000_000_000 - trader.cash_units() <= 10_000_000
    assert "builder fee rate" not in caplog.text


@pytest.mark.parametrize("order_type", [OrderType.FOK, OrderType.FAK])
def test_immediate_orders_buy_and_sell(trader, token, order_type):
    """The answer's amounts, the balances and the venue's own truth agree (VENUE §5.1)."""
    bought = market_order(trader, token, "BUY", 10, order_type)
    held = trader.held_units(token)
    sold = market_order(trader, token, "SELL", 5, order_type)

    assert [bought["status"], sold["status"]] == ["matched", "matched"]
    assert bought["transactionsHashes"]
    assert held == int(float(bought["takingAmount"]) * ONE)
    assert trader.held_units(token) == held - 5 * ONE
    assert [each["order_type"] for each in trader.orders] == [order_type, order_type]
    assert trader.cash_units() == trader.venue.cash_units(trader.wallet)
    trades = trader.client.get_trades()
    assert {each["taker_order_id"] for each in trades} == {bought["orderID"], sold["orderID"]}
    assert all(each["trader_side"] == "TAKER" for each in trades)
    first = trader.client.get_trades(TradeParams(id=bought["tradeIDs"][0]))
    assert [each["id"] for each in first] == [bought["tradeIDs"][0]]


@pytest.mark.parametrize(
    ("order_type", "expiration"), [(OrderType.GTC, 0), (OrderType.GTD, START + 3600)]
)
def test_resting_orders_buy_and_sell(trader, token, order_type, expiration):
    """Both sides rest, are listed, found and canceled; the GTD keeps its date (VENUE §5.2)."""
    market_order(trader, token, "BUY", 20, OrderType.FAK)
    placed = [
        trader.client.create_and_post_order(
            OrderArgs(token, price, 10, side, expiration=expiration),
            order_type=order_type,
            post_only=True,
        )
        for side, price in (("BUY", 0.1), ("SELL", 0.9))
    ]

    found = {each["id"]: each for each in trader.client.get_open_orders()}
    ids = [each["orderID"] for each in placed]

    assert [each["status"] for each in placed] == ["live", "live"]
    assert set(found) == set(ids)
    assert [found[each]["side"] for each in ids] == ["BUY", "SELL"]
    assert {each["expiration"] for each in found.values()} == {str(expiration)}
    assert trader.client.get_order(ids[0])["original_size"] == "10"
    assert trader.client.get_open_orders(OpenOrderParams(id=ids[1]))[0]["price"] == "0.9"
    answer = trader.client.cancel_orders(ids)
    assert (set(answer["canceled"]), answer["not_canceled"]) == (set(ids), {})
    assert trader.client.get_open_orders() == []


def test_a_crossing_limit_order_takes_and_rests_the_remainder(trader, token):
    """GTC takes what is there and waits with the rest; post-only may not (VENUE §5.2)."""
    crossing = OrderArgs(token, 0.9, 10, "BUY")

    with pytest.raises(PolyApiException, match="order crosses book"):
        trader.client.create_and_post_order(crossing, post_only=True)
    taken = trader.client.create_and_post_order(crossing)

    assert taken["status"] == "matched"
    assert trader.held_units(token) > 10 * ONE


def test_killed_orders_raise_with_the_venues_words(trader, token):
    """A kill is a 400 and leaves no dollar reserved (VENUE §6)."""
    far_below = OrderArgs(token, 0.05, 20, "BUY")

    with pytest.raises(PolyApiException, match="no orders found to match with FAK order"):
        trader.client.create_and_post_order(far_below, order_type=OrderType.FAK)
    with pytest.raises(PolyApiException, match="couldn't be fully filled") as refusal:
        trader.client.create_and_post_order(far_below, order_type=OrderType.FOK)

    assert refusal.value.status_code == 400
    assert trader.cash_units() == 1000 * ONE
    assert trader.client.get_trades() == []


def test_a_signed_order_posted_twice_is_duplicated(trader, token):
    """The hash is the only handle (VENUE §3.3, L04)."""
    signed = trader.client.create_order(OrderArgs(token, 0.1, 10, "BUY"))
    trader.client.post_order(signed)

    with pytest.raises(PolyApiException, match="Duplicated"):
        trader.client.post_order(signed)

    assert len(trader.orders) == 1


def test_a_batch_answers_leg_by_leg_and_cancels_by_market_and_at_once(trader, running_venue):
    """A refused leg stays inside the 200 (VENUE §5.1, §7)."""
    market = running_venue.open_market()
    up, down = json.loads(market["clobTokenIds"])
    client = trader.client
    sizes = ((up, 10), (up, 1), (down, 10), (down, 20))
    batch = [
        PostOrdersV2Args(client.create_order(OrderArgs(token, 0.1, size, "BUY")), OrderType.GTC)
        for token, size in sizes
    ]

    answers = client.post_orders(batch)
    ids = [each["orderID"] for each in answers]

    assert [bool(each["errorMsg"]) for each in answers] == [False, True, False, False]
    by_token = client.cancel_market_orders(OrderMarketCancelParams(asset_id=up))
    assert by_token["canceled"] == [ids[0]]
    assert client.cancel_order(OrderPayload(orderID=ids[2]))["canceled"] == [ids[2]]
    assert list(client.cancel_order(OrderPayload(orderID=ids[2]))["not_canceled"]) == [ids[2]]
    condition = market["conditionId"]
    assert client.get_open_orders(OpenOrderParams(market=condition))[0]["id"] == ids[3]
    assert client.cancel_all()["canceled"] == [ids[3]]
    by_market = client.cancel_market_orders(OrderMarketCancelParams(market=condition))
    assert by_market == {"canceled": [], "not_canceled": {}}


def test_too_large_a_batch_is_refused(trader, token):
    """Fifteen is the most (VENUE §6)."""
    signed = trader.client.create_order(OrderArgs(token, 0.1, 10, "BUY"))

    with pytest.raises(PolyApiException, match="Too many orders in payload: 16"):
        trader.client.post_orders([PostOrdersV2Args(signed, OrderType.GTC)] * 16)

    assert trader.orders == []


def test_a_heartbeat_is_answered_with_the_next_id(trader):
    """A wrong id is told the right one (VENUE §8.4)."""
    first = trader.client.post_heartbeat()["heartbeat_id"]
    second = trader.client.post_heartbeat(first)["heartbeat_id"]

    with pytest.raises(PolyApiException, match="Invalid Heartbeat ID") as refusal:
        trader.client.post_heartbeat("not-the-last-one")

    assert refusal.value.status_code == 400
    assert refusal.value.error_msg["heartbeat_id"] == second


def test_scoring_is_told_for_one_and_for_many(trader, token):
    """VENUE §8.4."""
    order_id = trader.client.create_and_post_order(OrderArgs(token, 0.4, 50, "BUY"))["orderID"]

    one = trader.client.is_order_scoring(OrderScoringParams(orderId=order_id))
    many = trader.client.are_orders_scoring(OrdersScoringParams(orderIds=[order_id]))

    assert many == {order_id: one["scoring"]}
    assert isinstance(one["scoring"], bool)


def test_a_neg_risk_market_is_signed_for_its_own_exchange(trader, running_venue):
    """The SDK asks which exchange it is; the venue checks it (VENUE §3.1)."""
    token = json.loads(running_venue.open_market(neg_risk=True)["clobTokenIds"])[0]
    ask = float(trader.client.get_price(token, "SELL")["price"])

    # A limit order: on a fine tick the SDK's market orders are too precise for the venue.
    bought = trader.client.create_and_post_order(OrderArgs(token, ask, 100, "BUY"))

    assert trader.client.get_neg_risk(token) is True
    assert bought["status"] == "matched"
    assert [each["order_id"] for each in trader.orders] == [bought["orderID"]]


@pytest.mark.parametrize("signature_type", [0, 1, 2, 3])
def test_each_kind_of_wallet_trades_for_its_signer(running_venue, token, signature_type):
    """EOA, proxy, Safe and deposit wallet: the wallet's money moves (VENUE §16.2)."""
    funder = "0x" + f"{signature_type:02x}" * 20 if signature_type else None
    trader = SdkTrader(running_venue, 50, signature_type=signature_type, funder=funder)

    bought = market_order(trader, token, "BUY", 10, OrderType.FAK)
    resting = trader.client.create_and_post_order(OrderArgs(token, 0.1, 10, "BUY"))

    assert [bought["status"], resting["status"]] == ["matched", "live"]
    assert trader.cash_units() == running_venue.cash_units(trader.wallet) < 40 * ONE
    assert {each["maker"] for each in trader.orders} == {trader.wallet.lower()}
    maker_address = trader.client.get_order(resting["orderID"])["maker_address"]
    assert maker_address.lower() == trader.wallet.lower()
    assert trader.client.cancel_all()["canceled"] == [resting["orderID"]]
    trader.client.update_balance_allowance()
