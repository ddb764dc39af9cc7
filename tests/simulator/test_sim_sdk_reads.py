"""py-clob-client-v2, unmodified, reads markets, books, prices and account (VENUE §9, §10)."""

import json

import pytest
from py_clob_client_v2 import (
    BookParams,
    ClobClient,
    PricesHistoryParams,
)
from py_clob_client_v2.exceptions import PolyApiException
from sdk_trader import SdkTrader
from sim_process import START


@pytest.fixture
def client(running_venue):
    """A client without a key."""
    return ClobClient(running_venue.url, 137)


@pytest.fixture
def market(running_venue):
    """An open market as Gamma shows it."""
    return running_venue.open_market()


@pytest.fixture
def tokens(market):
    """Its two tokens."""
    return json.loads(market["clobTokenIds"])


def test_the_venue_tells_its_version_and_time(client):
    """VENUE §9."""
    assert client.get_ok() == "OK"
    assert client.get_version() == 2
    assert client.get_server_time() == START


def test_prices_books_and_spreads_agree(client, tokens):
    """The singular and the plural forms tell the same (VENUE §9)."""
    up, down = tokens
    params = [BookParams(token_id=each) for each in tokens]
    sides = [BookParams(token_id=up, side=side) for side in ("BUY", "SELL")]

    book = client.get_order_book(up)

    bid, ask = book["bids"][-1]["price"], book["asks"][-1]["price"]
    assert client.get_price(up, "BUY") == {"price": bid}
    assert client.get_price(up, "SELL") == {"price": ask}
    assert {side: float(price) for side, price in client.get_prices(sides)[up].items()} == {
        "BUY": float(bid),
        "SELL": float(ask),
    }
    middle = client.get_midpoint(up)["mid"]
    assert float(middle) == pytest.approx((float(bid) + float(ask)) / 2)
    assert client.get_midpoints(params)[up] == middle
    spread = client.get_spread(up)["spread"]
    assert float(spread) == pytest.approx(float(ask) - float(bid))
    assert client.get_spreads(params)[up] == spread
    books = {each["asset_id"]: each for each in client.get_order_books(params)}
    assert set(books) == {up, down}
    assert books[up] == book
    assert client.get_order_book_hash(book) == book["hash"]


def test_last_trades_and_history_are_told(client, tokens):
    """VENUE §9."""
    one = client.get_last_trade_price(tokens[0])
    many = client.get_last_trades_prices([BookParams(token_id=each) for each in tokens])
    history = client.get_prices_history(PricesHistoryParams(market=tokens[0], interval="1h"))

    assert set(one) == {"price", "side"}
    assert {each["token_id"] for each in many} <= set(tokens)
    assert all(0 < point["p"] < 1 and point["t"] <= START for point in history["history"])


def test_a_market_is_described_in_all_its_forms(client, market, tokens):
    """The same tick, size, fee and exchange whatever is asked (VENUE §9)."""
    condition = market["conditionId"]

    compact = client.get_clob_market_info(condition)
    long = client.get_market(condition)

    assert [each["t"] for each in compact["t"]] == tokens
    assert [each["token_id"] for each in long["tokens"]] == tokens
    assert client.get_tick_size(tokens[0]) == str(long["minimum_tick_size"]) == str(compact["mts"])
    assert client.get_neg_risk(tokens[0]) is long["neg_risk"]
    assert client.get_fee_rate_bps(tokens[0]) == compact["tbf"]
    assert client.get_fee_exponent(tokens[0]) == compact["fd"]["e"]


@pytest.mark.parametrize(
    "listing", ["markets", "simplified_markets", "sampling_markets", "sampling_simplified_markets"]
)
def test_listings_page_to_their_end(client, market, listing):
    """Cursors end with LTE= and nothing is told twice (VENUE §9)."""
    call = getattr(client, f"get_{listing}")
    cursor, seen = "MA==", []

    while cursor != "LTE=":
        page = call(next_cursor=cursor)
        cursor = page["next_cursor"]
        seen += [each["condition_id"] for each in page["data"]]

    assert len(seen) == len(set(seen))
    assert market["conditionId"] in seen


def test_unknown_tokens_raise_with_the_venues_words(client):
    """VENUE §9: 404 without a book, 400 for what is no token."""
    with pytest.raises(PolyApiException, match="No orderbook exists") as unknown:
        client.get_order_book("1234567890")
    with pytest.raises(PolyApiException, match="Invalid token id") as nonsense:
        client.get_order_book("nonsense")

    assert [unknown.value.status_code, nonsense.value.status_code] == [404, 400]


def test_an_account_reads_its_further_keys_and_notices(running_venue):
    """Read-only and builder keys, notifications (VENUE §2.1, §8.4)."""
    client = SdkTrader(running_venue).client

    readonly = client.create_readonly_api_key()["apiKey"]
    builder = client.create_builder_api_key()

    assert readonly in str(client.get_readonly_api_keys())
    assert client.delete_readonly_api_key(readonly) is not None
    assert set(builder) >= {"key", "secret", "passphrase"}
    assert builder["key"] in str(client.get_builder_api_keys())
    assert isinstance(client.get_notifications(), list)
    assert client.get_pre_migration_orders() == []


def test_a_client_may_follow_the_venues_clock(running_venue):
    """use_server_time asks /time before each signed call (VENUE §2.2).

    The simulated clock stands elsewhere than the machine's; the venue checks against both.
    """
    trader = SdkTrader(running_venue)
    follower = ClobClient(
        running_venue.url,
        137,
        trader.client.signer.private_key,
        creds=trader.client.creds,
        use_server_time=True,
    )

    assert follower.get_open_orders() == []
