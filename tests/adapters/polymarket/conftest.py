"""What every test of this adapter starts from."""

import socket
from datetime import UTC, datetime

import pytest
from polymarket_stub import TEST_ADDRESS, TEST_KEY, running_stub

from ltsys.adapters.polymarket.auth import ApiCredentials, RequestSigner
from ltsys.adapters.polymarket.client import PolymarketVenue
from ltsys.adapters.polymarket.http import Http
from ltsys.adapters.polymarket.signing import PolymarketSigner
from ltsys.domain.ids import TokenId
from ltsys.domain.source_trade import Side
from ltsys.domain.venue import OrderTicket, TimeInForce


class StandingClock:
    """Always the same moment."""

    def now(self):
        return datetime(2026, 11, 21, tzinfo=UTC)

    wall = now


@pytest.fixture
def credentials():
    return ApiCredentials(api_key="the-key-id", secret="c2VjcmV0LWJ5dGVz", passphrase="hush-hush")


@pytest.fixture
def stub():
    with running_stub() as running:
        yield running


@pytest.fixture
def http():
    made = Http(read_s=5)
    yield made
    made.close()


@pytest.fixture
def impatient():
    made = Http(read_s=0.05)
    yield made
    made.close()


@pytest.fixture
def closed_port_url():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture
def make_venue(credentials):
    def make(http, url):
        signer = RequestSigner(TEST_ADDRESS, credentials)
        return PolymarketVenue(http, url, signer, StandingClock(), signature_type=0)

    return make


@pytest.fixture
def venue(http, stub, make_venue):
    return make_venue(http, stub.url)


@pytest.fixture
def signed():
    signer = PolymarketSigner(TEST_KEY, 137, 0, owner="the-key-id")
    return signer.sign(
        OrderTicket(
            token_id=TokenId("71321045679252212594626385532706912750332728571942532289631379"),
            side=Side.BUY,
            maker_units=5_000_000,
            taker_units=9_090_900,
            is_neg_risk=False,
            salt=479249096354,
            timestamp_ms=1782753357257,
            time_in_force=TimeInForce.FAK,
            expires_at_s=0,
        )
    )
