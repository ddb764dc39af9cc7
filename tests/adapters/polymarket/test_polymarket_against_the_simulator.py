"""The adapters and the venue in a box, which were written apart, understand one another."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from importlib.util import find_spec
from itertools import islice

import httpx
import pytest
from polymarket_stub import TEST_ADDRESS, TEST_KEY

from ltsys.adapters.clock import SimulatedClock
from ltsys.adapters.polymarket.auth import RequestSigner, create_or_derive_credentials
from ltsys.adapters.polymarket.client import PolymarketVenue
from ltsys.adapters.polymarket.http import Http
from ltsys.adapters.polymarket.market_data import PolymarketMarketData
from ltsys.adapters.polymarket.signing import PolymarketSigner
from ltsys.adapters.polymarket.trade_feed import PolymarketTradeFeed
from ltsys.domain.errors import VenueRejectedError
from ltsys.domain.ids import condition_id
from ltsys.domain.money import Price, Shares, Usd
from ltsys.domain.pricing import buy_units, derived_salt, limit_price
from ltsys.domain.source_trade import Side, SourceTrade
from ltsys.domain.venue import (
    Accepted,
    AcceptedStatus,
    AlreadySeen,
    Killed,
    OrderTicket,
    TimeInForce,
    VenueOrderStatus,
)

pytestmark = pytest.mark.skipif(
    find_spec("ltsys.simulator.__main__") is None, reason="there is no simulator yet"
)
CASH = Usd.of(1000)
WARM_UP_S = 120


@dataclass
class World:
    url: str
    http: Http
    clock: SimulatedClock
    data: PolymarketMarketData
    feed: PolymarketTradeFeed
    venue: PolymarketVenue
    signer: PolymarketSigner

    def open_book(self):
        """A market that takes orders, with a book of two sides."""
        listed = httpx.get(f"{self.url}/markets", params={"closed": "false", "limit": "50"})
        names = [condition_id(row["conditionId"]) for row in listed.json()]
        for market in self.data.markets(names):
            for outcome in market.outcomes:
                book = self.data.book(outcome.token_id) if market.accepts_orders else None
                if book is not None and book.best_ask and book.best_bid:
                    return market, book
        pytest.fail("the simulated world has no open market with a book")

    def ticket(self, book, name, spend, price, time_in_force=TimeInForce.FAK):
        is_marketable = time_in_force in {TimeInForce.FAK, TimeInForce.FOK}
        maker, taker = buy_units(spend, price, marketable=is_marketable)
        return OrderTicket(
            token_id=book.token_id,
            side=Side.BUY,
            maker_units=maker,
            taker_units=taker,
            is_neg_risk=book.is_neg_risk,
            salt=derived_salt("test", name, 1),
            timestamp_ms=int(self.clock.now().timestamp() * 1000),
            time_in_force=time_in_force,
            expires_at_s=0,
        )


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    ready = tmp_path_factory.mktemp("simulator") / "ready.json"
    options = ["--ready-file", str(ready), "--paused", "--market-minutes", "60"]
    options += ["--category", "crypto"]  # a game's orders would wait for its delay
    process = subprocess.Popen([sys.executable, "-m", "ltsys.simulator", *options])
    try:
        yield process, ready
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def world(simulator, eventually, http):
    process, ready = simulator
    eventually(lambda: ready.exists() or process.poll() is not None)
    told = json.loads(ready.read_text())
    url, bearer = told["url"], {"Authorization": f"Bearer {told['token']}"}
    deposit = {"address": TEST_ADDRESS, "cash_usd": str(CASH.amount)}
    httpx.post(f"{url}/sim/accounts", json=deposit, headers=bearer).raise_for_status()
    clock = SimulatedClock(url, http)
    later = {"advance_to": clock.now().timestamp() + WARM_UP_S}
    httpx.post(f"{url}/sim/clock", json=later, headers=bearer).raise_for_status()
    now_s = int(clock.wall().timestamp())
    credentials = create_or_derive_credentials(http, url, TEST_KEY, 137, timestamp_s=now_s)
    return World(
        url=url,
        http=http,
        clock=clock,
        data=PolymarketMarketData(http, url, url),
        feed=PolymarketTradeFeed(http, url),
        venue=PolymarketVenue(
            http, url, RequestSigner(TEST_ADDRESS, credentials), clock, signature_type=0
        ),
        signer=PolymarketSigner(TEST_KEY, 137, 0, owner=credentials.api_key),
    )


def test_an_order_is_bought_found_and_not_bought_twice(world):
    """L02, L04, L20: the id is ours before the post; the second post says "seen"."""
    market, book = world.open_book()
    limit = limit_price(book.best_ask, Decimal("0.03"), book.tick)
    signed = world.signer.sign(world.ticket(book, "bought", Usd.of(5), limit))
    since, cash = world.clock.now(), world.venue.balance().cash
    held = world.venue.shares(book.token_id)

    answer, again = world.venue.post(signed), world.venue.post(signed)

    assert isinstance(answer, Accepted)
    assert answer.status is AcceptedStatus.MATCHED
    assert isinstance(again, AlreadySeen)
    fills = world.venue.fills(signed.order_id, market.condition_id, since)
    bought = sum((fill.shares.count for fill in fills), Decimal(0))
    assert answer.matched_shares == Shares(bought)
    assert all(fill.is_taker and fill.price <= limit for fill in fills)
    assert answer.matched_usd <= Usd.of(5)
    assert world.venue.shares(book.token_id) - held == Shares(bought)
    assert cash - world.venue.balance().cash >= answer.matched_usd


def test_an_order_that_finds_nothing_is_killed(world):
    """VENUE §5.2."""
    _, book = world.open_book()
    lowest = Price(book.tick)
    signed = world.signer.sign(world.ticket(book, "killed", Usd.of(1), lowest))

    assert isinstance(world.venue.post(signed), Killed)
    assert isinstance(world.venue.post(signed), AlreadySeen)
    assert world.venue.order(signed.order_id) is None


def test_a_resting_order_is_seen_and_canceled(world):
    """VENUE §7, §8.1: the size that we know settles the unit."""
    _, book = world.open_book()
    ticket = world.ticket(book, "resting", Usd.of(2), Price(book.tick), TimeInForce.GTC)
    size = Shares.from_units(ticket.taker_units)
    signed = world.signer.sign(ticket)

    assert world.venue.post(signed).status is AcceptedStatus.LIVE
    order = world.venue.order(signed.order_id, expected=size)
    assert (order.status, order.original, order.matched) == (
        VenueOrderStatus.LIVE,
        size,
        Shares.of(0),
    )
    assert world.venue.cancel(signed.order_id).is_canceled
    assert not world.venue.cancel(signed.order_id).is_canceled
    assert world.venue.order(signed.order_id).status is VenueOrderStatus.CANCELED


def test_open_orders_and_trades_are_read_over_more_than_a_page(world):
    """L48: the venue gives five hundred at a time."""
    _, book = world.open_book()
    since = world.clock.now().replace(microsecond=0)
    bought = world.signer.sign(world.ticket(book, "one trade", Usd.of(5), book.best_ask))
    assert isinstance(world.venue.post(bought), Accepted)
    names = [f"resting {number}" for number in range(501)]
    lowest = Price(book.tick)
    tickets = [world.ticket(book, each, Usd.of("0.2"), lowest, TimeInForce.GTC) for each in names]
    resting = [world.signer.sign(ticket) for ticket in tickets]
    for signed in resting:
        assert world.venue.post(signed).status is AcceptedStatus.LIVE

    shown = world.venue.open_orders()
    trades = world.venue.trades(since)

    assert {order.order_id for order in shown} == {signed.order_id for signed in resting}
    assert bought.order_id in {trade.order_id for trade in trades}
    assert {*world.venue.cancel_all()} == {signed.order_id for signed in resting}
    assert world.venue.open_orders() == ()


@pytest.mark.parametrize(
    ("spend", "code"), [("0.5", "MIN_NOTIONAL"), ("900000", "NOT_ENOUGH_BALANCE")]
)
def test_a_refusal_has_its_code(world, spend, code):
    """L32."""
    _, book = world.open_book()
    signed = world.signer.sign(world.ticket(book, code, Usd.of(spend), book.best_ask))

    with pytest.raises(VenueRejectedError) as caught:
        world.venue.post(signed)

    assert caught.value.code == code


def test_a_signature_for_the_other_exchange_is_refused(world):
    """VENUE §18.3."""
    _, book = world.open_book()
    ticket = world.ticket(book, "elsewhere", Usd.of(5), book.best_ask)
    other = PolymarketSigner(TEST_KEY, 80002, 0, owner=world.signer._owner)

    with pytest.raises(VenueRejectedError, match="INVALID_SIGNATURE"):
        world.venue.post(other.sign(ticket))


def test_leaders_are_read_the_same_however_often(world):
    """L06, L50."""
    for leader in islice(world.feed.leaderboard("MONTH", "PNL", 3), 3):
        since = world.clock.now() - timedelta(hours=3)
        first = list(world.feed.activity(leader.trader, since))

        assert first == list(world.feed.activity(leader.trader, since))
        assert all(isinstance(trade, SourceTrade) for trade in first)
        ids = [trade.source_trade_id for trade in first]
        assert len(ids) == len(set(ids))
        world.feed.closed_positions(leader.trader)


def test_the_venue_speaks_the_version_that_we_sign_for(world):
    assert world.venue.version() == 2
