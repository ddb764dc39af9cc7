"""Headers as the venue's SDK makes them, and secrets that nothing shows."""

import logging

import pytest
from eth_account import Account
from polymarket_stub import TEST_ADDRESS, TEST_KEY, Drop, Reply
from py_clob_client_v2.clob_types import ApiCreds, RequestArgs
from py_clob_client_v2.headers.headers import create_level_1_headers, create_level_2_headers
from py_clob_client_v2.signer import Signer

from ltsys.adapters.polymarket.auth import (
    ApiCredentials,
    RequestSigner,
    create_or_derive_credentials,
)
from ltsys.adapters.polymarket.model_scores import HttpModelScores
from ltsys.domain.errors import (
    LtsysError,
    MalformedAnswerError,
    SettingsError,
    VenueRejectedError,
    VenueUnavailableError,
)
from ltsys.domain.ids import VenueOrderId

NOW_S = 1782753357
MADE = {"apiKey": "made-key", "secret": "bWFkZQ==", "passphrase": "made-pass"}
OURS = VenueOrderId("0x" + "1a" * 32)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/data/trades", ""),
        ("POST", "/order", '{"order":{"salt":1},"owner":"é"}'),
        ("DELETE", "/order", "{'orderID':'0x1'}"),
    ],
)
def test_private_headers_are_those_of_the_sdk(credentials, method, path, body):
    """VENUE §2.2, quirk of the single quotes included."""
    sdk = ApiCreds(credentials.api_key, credentials.secret, credentials.passphrase)
    args = RequestArgs(method=method, request_path=path, body=body, serialized_body=body)
    expected = create_level_2_headers(Signer(TEST_KEY, 137), sdk, args, NOW_S)

    made = RequestSigner(TEST_ADDRESS, credentials).headers(method, path, body, timestamp_s=NOW_S)

    assert made == {name: str(value) for name, value in expected.items()}


def test_what_is_signed_is_what_is_sent(stub, venue, signed, credentials):
    """VENUE §2.2: the path without its query, the body to the byte, the venue's time."""
    stub.says({"balance": "1"})
    venue.balance()
    stub.says({"error": "invalid nonce"}, 400)
    with pytest.raises(VenueRejectedError):
        venue.post(signed)

    signer = RequestSigner(TEST_ADDRESS, credentials)
    for asked in stub.asked:
        stamp = int(asked.headers["poly_timestamp"])
        expected = signer.headers(asked.method, asked.path, asked.body, timestamp_s=stamp)
        sent = {name: asked.headers[name.lower()] for name in expected}
        assert sent == expected
    assert stub.asked[1].headers["content-type"] == "application/json"


def test_a_key_is_made_under_the_wallet_s_signature(stub, http):
    """VENUE §2.1."""
    stub.says(MADE)

    made = create_or_derive_credentials(http, stub.url, TEST_KEY, 137, timestamp_s=NOW_S)

    assert made == ApiCredentials(api_key="made-key", secret="bWFkZQ==", passphrase="made-pass")
    (asked,) = stub.asked
    assert (asked.method, asked.path) == ("POST", "/auth/api-key")
    expected = create_level_1_headers(Signer(TEST_KEY, 137), 0, NOW_S)
    assert {name: asked.headers[name.lower()] for name in expected} == expected
    assert expected["POLY_ADDRESS"] == Account.from_key(TEST_KEY).address


@pytest.mark.parametrize("first", [Reply({"error": "Could not create api key"}, 400), Drop()])
def test_a_key_that_exists_or_may_exist_is_derived(stub, http, first):
    """VENUE §2.1: deriving gives the same key for ever."""
    stub.behave = lambda asked: Reply(MADE) if "derive" in asked.path else first

    made = create_or_derive_credentials(http, stub.url, TEST_KEY, 137, timestamp_s=NOW_S)

    assert made.api_key == "made-key"
    assert [asked.path for asked in stub.asked] == ["/auth/api-key", "/auth/derive-api-key"]


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"error": "Invalid L1 Request headers"}, 401, VenueRejectedError),
        ({"error": "x"}, 500, VenueUnavailableError),
        ({"apiKey": "k", "secret": "made-hush"}, 200, MalformedAnswerError),
        ({"apiKey": "k", "secret": "made-hush"}, 201, VenueUnavailableError),
        ('{"secret": "made-hush"', 200, MalformedAnswerError),
    ],
)
def test_a_key_that_cannot_be_had_says_why(stub, http, body, status, error):
    stub.behave = lambda asked: Reply(body, status if "derive" in asked.path else 400)

    with pytest.raises(error) as caught:
        create_or_derive_credentials(http, stub.url, TEST_KEY, 137, timestamp_s=NOW_S)

    assert "made-hush" not in str(caught.value) + repr(caught.value.__cause__)


def test_a_secret_that_is_not_base64_is_refused_unquoted():
    bad = ApiCredentials(api_key="k", secret="abc", passphrase="p")

    with pytest.raises(SettingsError, match="not base64") as caught:
        RequestSigner(TEST_ADDRESS, bad)

    assert "abc" not in str(caught.value)


def test_no_secret_is_ever_shown(stub, http, make_venue, signed, credentials, caplog):
    """L62: not in repr or str, not in an error, not in a log, not in a URL."""
    caplog.set_level(logging.DEBUG)
    venue = make_venue(http, stub.url)
    scores = HttpModelScores(http, f"{stub.url}/score", "bearer-hush")
    texts = [
        repr(thing) for thing in (credentials, RequestSigner("0x", credentials), venue, scores)
    ]

    replies = [Reply({"error": "x"}, status) for status in (400, 401, 403, 429, 500, 503)]
    for reply in [*replies, Reply("<html>"), Reply("{"), Drop()]:
        stub.behave = lambda _, said=reply: said
        for act in (venue.post, lambda _: venue.cancel(OURS), lambda _: venue.order(OURS)):
            with pytest.raises(LtsysError) as caught:
                act(signed)
            texts += [str(caught.value), repr(caught.value), repr(caught.value.__cause__)]
        with pytest.raises(LtsysError) as caught:
            venue.balance()
        texts.append(str(caught.value))

    shown = "\n".join([*texts, caplog.text, *(f"{a.path}?{a.query}" for a in stub.asked)])
    for secret in (credentials.secret, credentials.passphrase, "bearer-hush", TEST_KEY[2:]):
        assert secret not in shown
