"""py-clob-client, made for the venue's first exchange: it reads and cancels, but cannot place.

Its reads, keys and cancels speak the same protocol; its orders are refused (VENUE §0, §17).
"""

import json

import pytest
from eth_account import Account
from py_clob_client.client import ClobClient
from py_clob_client.clob_types import (
    AssetType,
    BalanceAllowanceParams,
    BookParams,
    OrderArgs,
    OrderScoringParams,
)
from py_clob_client.exceptions import PolyApiException
from py_clob_client_v2 import ApiCreds as NewCreds
from py_clob_client_v2 import ClobClient as NewClient
from py_clob_client_v2 import OrderArgs as NewOrderArgs


@pytest.fixture
def client(running_venue):
    """A client with a key and a hundred dollars."""
    account = Account.create()
    running_venue.fund(account.address, 100)
    client = ClobClient(running_venue.url, 137, account.key.hex())
    client.set_api_creds(client.create_or_derive_api_creds())
    return client


@pytest.fixture
def tokens(running_venue):
    """Both outcomes of an open market."""
    return json.loads(running_venue.open_market()["clobTokenIds"])


def place(client, token):
    """An order of the same account through the current client."""
    creds = client.creds
    new_creds = NewCreds(creds.api_key, creds.api_secret, creds.api_passphrase)
    newer = NewClient(client.host, 137, client.signer.private_key, creds=new_creds)
    return newer.create_and_post_order(NewOrderArgs(token, 0.1, 10, "BUY"))["orderID"]


def test_the_old_client_reads_the_market(client, tokens):
    """Books, prices and what a market is like (VENUE §9)."""
    up, _ = tokens

    book = client.get_order_book(up)

    assert client.get_ok()
    assert client.get_price(up, "SELL")["price"] == book.asks[-1].price
    assert client.get_order_books([BookParams(each) for each in tokens])[0].asset_id in tokens
    assert client.get_order_book_hash(book) == book.hash
    assert float(client.get_midpoint(up)["mid"]) < float(book.asks[-1].price)
    assert float(client.get_spread(up)["spread"]) > 0
    assert client.get_tick_size(up) == "0.01"
    assert client.get_neg_risk(up) is False
    assert client.get_fee_rate_bps(up) == 1000


def test_the_old_client_reads_the_plural_forms(client, tokens):
    """VENUE §9."""
    params = [BookParams(each, "BUY") for each in tokens]

    assert set(client.get_midpoints(params)) == set(tokens)
    assert set(client.get_prices(params)) == set(tokens)
    assert set(client.get_spreads(params)) == set(tokens)
    assert client.get_simplified_markets()["data"]


def test_the_old_client_keeps_its_keys(client):
    """VENUE §2."""
    creds = client.creds

    assert client.create_or_derive_api_creds() == creds
    assert client.get_api_keys() == {"apiKeys": [creds.api_key]}
    assert client.get_closed_only_mode() == {"closed_only": False}


def test_the_old_client_sees_and_cancels_what_the_new_one_placed(client, tokens):
    """Orders, trades, balances and cancels are the same for both."""
    first, second, third = (place(client, token) for token in (*tokens, tokens[0]))
    params = BalanceAllowanceParams(asset_type=AssetType.COLLATERAL)

    assert {each["id"] for each in client.get_orders()} == {first, second, third}
    assert client.get_order(first)["id"] == first
    assert client.get_trades() == []
    assert client.get_balance_allowance(params)["balance"] == "100000000"
    client.update_balance_allowance(params)
    assert client.cancel(first)["canceled"] == [first]
    assert client.cancel_market_orders(asset_id=tokens[1])["canceled"] == [second]
    assert client.cancel_all()["canceled"] == [third]
    assert client.cancel_orders([first])["canceled"] == []


def test_the_old_client_beats_and_asks_for_scores(client, tokens):
    """VENUE §8.4."""
    order_id = place(client, tokens[0])

    assert client.post_heartbeat("")["heartbeat_id"]
    assert set(client.is_order_scoring(OrderScoringParams(orderId=order_id))) == {"scoring"}


def test_an_order_of_the_old_client_is_refused(client, tokens, running_venue):
    """Signed for the first exchange: order_version_mismatch, and nothing happened (VENUE §6)."""
    with pytest.raises(PolyApiException) as refusal:
        client.create_and_post_order(OrderArgs(tokens[0], 0.1, 10, "BUY"))

    assert refusal.value.status_code == 400
    assert refusal.value.error_msg == {"error": "order_version_mismatch"}
    assert running_venue.truth(client.get_address())["orders"] == []
