"""polymarket-client, the venue's newest SDK, reads, trades and listens (VENUE §0).

It has no public way to another host than production's, so these tests make an environment with
the SDK's private factory. Nothing else of it is touched. Prices of assets, sports, perpetuals and
combos live on hosts that the simulator does not play.
"""

import asyncio
import dataclasses
from decimal import Decimal

import pytest
from eth_account import Account
from polymarket import (
    PRODUCTION,
    AsyncSecureClient,
    PublicClient,
    RequestRejectedError,
    SecureClient,
)
from polymarket._internal.environment import PRODUCTION_CONFIG, with_environment_config
from polymarket.models import AcceptedOrder
from polymarket.streams import (
    MarketBookPayload,
    MarketSpec,
    UserOrderPayload,
    UserSpec,
    UserTradePayload,
)

ONE = 1_000_000
PATIENCE_S = 10


@pytest.fixture
def environment(running_venue):
    """The SDK's production with every host of the venue moved to the simulator."""
    url = running_venue.url
    socket = url.replace("http", "ws", 1)
    config = dataclasses.replace(
        PRODUCTION_CONFIG,
        clob_url=url,
        gamma_url=url,
        data_url=url,
        relayer_url=url,
        clob_market_ws_url=f"{socket}/ws/market",
        clob_user_ws_url=f"{socket}/ws/user",
        relayer_poll_frequency_ms=1,
    )
    return with_environment_config(PRODUCTION, config=config)


@pytest.fixture
def account(running_venue):
    """A funded account that trades for itself (signature type 0)."""
    account = Account.create()
    running_venue.fund(account.address, 1000)
    return account


@pytest.fixture
def secure(environment, account):
    """A client with credentials of its own making."""
    key = "0x" + account.key.hex().removeprefix("0x")
    with SecureClient.create(
        private_key=key, wallet=account.address, environment=environment
    ) as client:
        yield client


@pytest.fixture
def market(environment, running_venue):
    """An open market as the SDK's own model."""
    with PublicClient(environment) as client:
        return client.get_market(slug=running_venue.open_market()["slug"])


@pytest.fixture
def token(market):
    """Its first outcome."""
    return market.outcomes.yes.token_id


def test_markets_and_books_are_read_without_a_key(environment, market, token):
    """Gamma's models and the CLOB's agree about one market (VENUE §9, §15)."""
    with PublicClient(environment) as client:
        book = client.get_order_book(token_id=token)
        spread = client.get_spread(token_id=token)
        middle = client.get_midpoint(token_id=token)
        listed = client.list_markets(closed=False, page_size=100).first_page()
        prices = [client.get_price(token_id=token, side=side) for side in ("BUY", "SELL")]

    assert market.condition_id in {each.condition_id for each in listed.items}
    assert book.condition_id == market.condition_id
    assert prices == [book.bids[-1].price, book.asks[-1].price]
    assert spread == prices[1] - prices[0]
    assert middle == sum(prices) / 2


def test_leaders_are_read_from_the_data_api(environment, running_venue):
    """The second version's rows fill the SDK's models (VENUE §14.2)."""
    leader = running_venue.get("/v1/leaderboard")[0]["proxyWallet"]

    with PublicClient(environment) as client:
        trades = client.list_trades(user=leader).first_page().items
        activity = client.list_activity(user=leader).first_page().items
        positions = client.list_positions(user=leader).first_page().items
        value = client.get_portfolio_value(user=leader)
        resolutions = client.get_resolutions(condition_ids=[trades[0].condition_id])

    assert trades
    assert {each.wallet.lower() for each in trades} == {leader}
    assert activity
    assert isinstance(positions, tuple)
    assert value is not None
    assert [each.condition_id for each in resolutions] == [trades[0].condition_id]


def test_limit_and_market_orders_are_placed_read_and_canceled(secure, running_venue, token):
    """What the SDK's models say is what the venue knows (VENUE §5, §7, §8)."""
    resting = secure.place_limit_order(token_id=token, price="0.1", size=10, side="BUY")
    bought = secure.place_market_order(token_id=token, side="BUY", amount=10)
    sold = secure.place_market_order(token_id=token, side="SELL", shares=5, order_type="FOK")

    assert all(isinstance(each, AcceptedOrder) for each in (resting, bought, sold))
    assert [each.status for each in (resting, bought, sold)] == ["live", "matched", "matched"]
    assert bought.transactions_hashes == secure.wait_for_order_fill_settlement(bought)
    assert secure.get_order(order_id=resting.order_id).original_size == Decimal(10)
    assert [each.id for each in secure.list_open_orders().iter_items()] == [resting.order_id]
    trades = list(secure.list_account_trades().iter_items())
    assert {each.taker_order_id for each in trades} == {bought.order_id, sold.order_id}
    held = secure.get_balance_allowance(asset_type="CONDITIONAL", token_id=token).balance
    assert held == int(bought.taking_amount * ONE) - 5 * ONE
    cash = secure.get_balance_allowance(asset_type="COLLATERAL").balance
    assert cash == running_venue.cash_units(secure.wallet)
    assert secure.cancel_order(order_id=resting.order_id).canceled == (resting.order_id,)
    assert secure.cancel_all().canceled == ()
    truth = running_venue.truth(secure.wallet)["orders"]
    assert {each["order_id"] for each in truth} == {
        resting.order_id,
        bought.order_id,
        sold.order_id,
    }


def test_refusals_become_the_sdks_own_reasons(secure, token):
    """The SDK reduces the venue's texts to codes (VENUE §6)."""
    killed = secure.place_limit_order
    with pytest.raises(RequestRejectedError, match="not enough balance"):
        killed(token_id=token, price="0.1", size=1_000_000, side="BUY")
    with pytest.raises(RequestRejectedError, match="order crosses book"):
        killed(token_id=token, price="0.9", size=10, side="BUY", post_only=True)


def test_the_account_beats_scores_and_lists_its_keys(secure, token):
    """VENUE §2.1, §8.4."""
    order = secure.place_limit_order(token_id=token, price="0.4", size=50, side="BUY")

    beat = secure.send_order_heartbeat()

    assert beat.heartbeat_id
    assert secure.credentials.key in secure.fetch_api_keys()
    assert secure.get_closed_only_mode() is False
    scoring = secure.get_order_scoring(order_id=order.order_id)
    assert secure.get_orders_scoring(order_ids=[order.order_id]) == {order.order_id: scoring}
    assert secure.get_notifications() == ()


def test_a_new_account_trades_through_its_deposit_wallet(environment, running_venue, token):
    """The default of the SDK: a wallet of type 3 at a derived address (VENUE §16.2)."""
    account = Account.create()
    key = "0x" + account.key.hex().removeprefix("0x")
    wallet = deposit_wallet(account)
    running_venue.fund(wallet, 100, signer=account.address.lower(), signature_type=3)

    with SecureClient.create(private_key=key, environment=environment) as client:
        bought = client.place_market_order(token_id=token, side="BUY", amount=10)

    assert client.wallet.lower() == wallet.lower()
    assert client.wallet_type == "DEPOSIT_WALLET"
    assert bought.status == "matched"
    orders = running_venue.truth(wallet)["orders"]
    assert [each["order_id"] for each in orders] == [bought.order_id]


def test_both_streams_tell_of_an_order(environment, account, market, token):
    """A book on subscription, then the order, its trade and its cancellation (VENUE §13)."""
    books, told = asyncio.run(listen(environment, account, market, token))

    assert books[0].asset_id == token
    assert books[0].asks
    orders = [each for each in told if isinstance(each, UserOrderPayload)]
    trades = [each for each in told if isinstance(each, UserTradePayload)]
    assert {"PLACEMENT", "CANCELLATION"} <= {each.order_event_type for each in orders}
    assert {each.condition_id for each in told} == {market.condition_id}
    assert trades[0].trader_side == "TAKER"


async def listen(environment, account, market, token):
    """Books from the market stream; from the user stream all up to the cancellation."""
    key = "0x" + account.key.hex().removeprefix("0x")
    client = await AsyncSecureClient.create(
        private_key=key, wallet=account.address, environment=environment
    )
    books, told = [], []
    async with asyncio.timeout(PATIENCE_S), client:
        quotes = await client.subscribe(MarketSpec(token_ids=[token]))
        own = await client.subscribe(UserSpec(markets=[market.condition_id]))
        async for event in quotes:
            if isinstance(event.payload, MarketBookPayload):
                books.append(event.payload)
                break
        await client.place_market_order(token_id=token, side="BUY", amount=10)
        order = await client.place_limit_order(token_id=token, price="0.1", size=10, side="BUY")
        await client.cancel_order(order_id=order.order_id)
        async for event in own:
            told.append(event.payload)
            if getattr(event.payload, "order_event_type", "") == "CANCELLATION":
                break
        await quotes.close()
        await own.close()
    return books, told


def deposit_wallet(account):
    """The address at which the SDK expects an account's deposit wallet."""
    from polymarket._internal.wallet import derive_beacon_deposit_wallet_address

    return derive_beacon_deposit_wallet_address(
        account.address, PRODUCTION_CONFIG.wallet_derivation
    )
