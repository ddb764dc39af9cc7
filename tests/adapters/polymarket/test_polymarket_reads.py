"""Questions about our account: what is found, what is not, and what is not known."""

from datetime import UTC, datetime

import pytest
from polymarket_stub import Drop, Hang, Reply, Truncate, recorded

from ltsys.adapters.polymarket.translate import order_status
from ltsys.domain.errors import MalformedAnswerError, VenueUnavailableError
from ltsys.domain.ids import ConditionId, TokenId, VenueOrderId
from ltsys.domain.money import Price, Shares, Usd
from ltsys.domain.source_trade import Side
from ltsys.domain.venue import FillStatus, VenueOrderStatus

OURS = VenueOrderId("0x" + "1a" * 32)
OTHER = "0x" + "2b" * 32
MARKET = ConditionId("0x" + "cd" * 32)
YES, NO = TokenId("1001"), TokenId("1002")
SINCE = datetime(2026, 11, 20, tzinfo=UTC)
HTML = "<!DOCTYPE html><html>Attention Required! | Cloudflare</html>"


def order_row(**changes):
    row = {
        "id": OURS,
        "status": "ORDER_STATUS_LIVE",
        "market": MARKET,
        "asset_id": YES,
        "side": "BUY",
        "original_size": "10",
        "size_matched": "2.5",
        "price": "0.5",
    }
    return {**row, **changes}


def trade_row(**changes):
    row = {
        "id": "t1",
        "taker_order_id": OURS,
        "market": MARKET,
        "asset_id": YES,
        "side": "BUY",
        "size": "5.28846",
        "price": "0.52",
        "status": "TRADE_STATUS_CONFIRMED",
        "match_time": "1782753357",
        "maker_orders": [],
    }
    return {**row, **changes}


def page(*rows, cursor="LTE="):
    return {"limit": 500, "count": len(rows), "next_cursor": cursor, "data": list(rows)}


READS = (
    lambda venue: venue.order(OURS),
    lambda venue: venue.fills(OURS, MARKET, SINCE),
    lambda venue: venue.balance(),
    lambda venue: venue.shares(YES),
    lambda venue: venue.version(),
)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("status", [400, 401, 403, 425, 429, 500, 502, 503])
def test_an_error_is_never_an_empty_answer(stub, venue, read, status):
    """L53, L54, L05: neither "no order", nor "no fills", nor "no money"."""
    stub.says({"error": "x"}, status, Retry_After="3")

    with pytest.raises(VenueUnavailableError) as caught:
        read(venue)

    assert caught.value.retry_after_s == 3.0


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("status", [200, 403, 404, 502])
def test_a_page_in_place_of_data_is_unavailable(stub, venue, read, status):
    """L53: even a 404, which may come from something between us and the venue."""
    stub.says(HTML, status)

    with pytest.raises(VenueUnavailableError):
        read(venue)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("misbehaviour", [Drop(), Truncate()])
def test_a_lost_read_is_unavailable(stub, venue, read, misbehaviour):
    stub.does(misbehaviour)

    with pytest.raises(VenueUnavailableError):
        read(venue)


def test_a_slow_read_is_unavailable(stub, impatient, make_venue):
    """L03: a 5 s poll timeout once "rejected" an order that later filled."""
    stub.does(Hang())

    with pytest.raises(VenueUnavailableError, match="ReadTimeout"):
        make_venue(impatient, stub.url).order(OURS)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("body", ["[]", "{}", "42", '"OK"', "NaN", '{"version": "x"}', "{", "OK"])
def test_an_answer_of_the_wrong_shape_is_malformed(stub, venue, read, body):
    stub.says(body)

    with pytest.raises(MalformedAnswerError):
        read(venue)


def test_an_order_that_is_not_found_is_none(stub, venue):
    """L05, VENUE §8.1: 404, or null in older answers."""
    stub.says({"error": "Unable to find requested resource"}, 404)
    assert venue.order(OURS) is None

    stub.says("null")
    assert venue.order(OURS) is None


def test_an_order_is_read_with_its_prefix_and_without(stub, venue):
    stub.says(order_row())

    order = venue.order(OURS)

    assert order.status is VenueOrderStatus.LIVE
    assert (order.original, order.matched) == (Shares.of(10), Shares.of("2.5"))
    assert (order.condition_id, order.token_id) == (MARKET, YES)
    assert stub.asked[0].path == f"/data/order/{OURS}"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("ORDER_STATUS_CANCELED_MARKET_RESOLVED", VenueOrderStatus.CANCELED),
        ("CANCELED_order couldn't be fully filled. FOK", VenueOrderStatus.CANCELED),
        ("cancelled", VenueOrderStatus.CANCELED),
        ("INVALID", VenueOrderStatus.INVALID),
        ("unmatched", VenueOrderStatus.UNMATCHED),
        ("ORDER_STATUS_MATCHED", VenueOrderStatus.MATCHED),
        ("DELAYED", VenueOrderStatus.DELAYED),
    ],
)
def test_every_spelling_of_a_status_is_one_of_ours(text, status):
    """L25."""
    assert order_status(text) is status


def test_a_status_that_nobody_knows_is_malformed():
    with pytest.raises(MalformedAnswerError, match="RESTING"):
        order_status("RESTING")


@pytest.mark.parametrize(
    ("original", "matched", "expected", "shares"),
    [
        ("5", "5.28846", "5", ("5", "5.28846")),
        ("100000000", "25000000", "100", ("100", "25")),
        ("2000000", "0", "2000000", ("2000000", "0")),
        ("19.2307", "19.23", "19.2307", ("19.2307", "19.23")),
        ("100000000", "25000000", None, ("100", "25")),
        ("5", "0", None, ("5", "0")),
        ("1000000.0", "0", None, ("1000000", "0")),
        ("5", "", None, ("5", "0")),
    ],
)
def test_the_unit_of_a_size_is_told_by_our_own_size(
    stub, venue, original, matched, expected, shares
):
    """VENUE §8.1: human decimals or millionths; a BUY may match more than it asked (L26)."""
    stub.says(order_row(original_size=original, size_matched=matched))

    order = venue.order(OURS, expected=None if expected is None else Shares.of(expected))

    assert (order.original, order.matched) == tuple(map(Shares.of, shares))


def test_a_size_that_fits_neither_unit_is_malformed(stub, venue):
    stub.says(order_row(original_size="7"))

    with pytest.raises(MalformedAnswerError, match="ours was 10"):
        venue.order(OURS, expected=Shares.of(10))


@pytest.mark.parametrize(
    "changes",
    [{"id": OTHER}, {"market": "0x12"}, {"asset_id": MARKET}, {"original_size": "-5"}],
)
def test_an_order_that_is_not_ours_or_not_believable_is_malformed(stub, venue, changes):
    """L45, L09."""
    stub.says(order_row(**changes))

    with pytest.raises(MalformedAnswerError):
        venue.order(OURS, expected=Shares.of(10))


def test_a_taker_fill_is_the_trade_itself(stub, venue):
    stub.says(page(trade_row()))

    (fill,) = venue.fills(OURS, MARKET, SINCE)

    assert fill.is_taker
    assert (fill.shares, fill.price) == (Shares.of("5.28846"), Price.of("0.52"))
    assert fill.status is FillStatus.CONFIRMED
    assert fill.matched_at == datetime(2026, 6, 29, 17, 15, 57, tzinfo=UTC)
    assert stub.asked[0].first("market") == MARKET
    assert int(stub.asked[0].first("after")) < SINCE.timestamp()


def test_a_maker_fill_is_our_own_entry(stub, venue):
    """L21: the top level is the counterparty, and its token may be the other outcome."""
    maker = {"owner": "u", "fee_rate_bps": "0", "outcome": "No"}
    theirs = {**maker, "order_id": OTHER, "matched_amount": "9", "price": "0.4"}
    ours = {**maker, "order_id": OURS, "matched_amount": "3", "price": "0.48"}
    rows = [
        {**theirs, "asset_id": YES, "side": "SELL"},
        {**ours, "asset_id": NO, "side": "BUY"},
        {**ours, "asset_id": NO, "side": "BUY", "matched_amount": "1"},
    ]
    stub.says(page(trade_row(taker_order_id=OTHER, maker_orders=rows, status="MINED")))

    (fill,) = venue.fills(OURS, MARKET, SINCE)

    assert not fill.is_taker
    assert (fill.token_id, fill.side) == (NO, Side.BUY)
    assert (fill.shares, fill.price) == (Shares.of(4), Price.of("0.48"))
    assert fill.status is FillStatus.MINED


def test_one_order_over_several_trades_and_pages_is_read_whole(stub, venue):
    """L48, VENUE §8.3: sweeping many makers gives many trades; a foreign trade gives nothing."""
    pages = {
        "MA==": page(trade_row(id="t1"), trade_row(taker_order_id=OTHER), cursor="Mg=="),
        "Mg==": page(trade_row(id="t2", status="MATCHED_NOT_BROADCASTED")),
    }
    stub.behave = lambda asked: Reply(pages[asked.first("next_cursor")])

    fills = venue.fills(OURS, MARKET, SINCE)

    assert [fill.trade_id for fill in fills] == ["t1", "t2"]
    assert fills[1].status is FillStatus.MATCHED


def test_a_page_that_fails_fails_the_whole(stub, venue):
    """L54: half of the fills would be a wrong position."""
    pages = {"MA==": Reply(page(trade_row(), cursor="Mg==")), "Mg==": Reply(HTML, 502)}
    stub.behave = lambda asked: pages[asked.first("next_cursor")]

    with pytest.raises(VenueUnavailableError):
        venue.fills(OURS, MARKET, SINCE)


def test_pages_that_never_end_are_given_up(stub, venue):
    """STYLE §2: every loop has a limit."""
    stub.says(page(cursor="Mg=="))

    with pytest.raises(MalformedAnswerError, match="do not end"):
        venue.fills(OURS, MARKET, SINCE)


@pytest.mark.parametrize(
    "changes",
    [
        {"market": "0x" + "ee" * 32},
        {"status": "SETTLED"},
        {"side": ""},
        {"price": "52"},
        {"price": "0"},
        {"size": "-1"},
        {"size": ""},
        {"match_time": ""},
        {"match_time": "yesterday"},
        {"match_time": "2026-01-01T00:00:00"},
        {"asset_id": MARKET},
    ],
)
def test_a_trade_that_cannot_be_believed_is_malformed(stub, venue, changes):
    """L43, L45, L07: another market, a percent scale, no side."""
    stub.says(page(trade_row(**changes)))

    with pytest.raises(MalformedAnswerError):
        venue.fills(OURS, MARKET, SINCE)


def test_balances_are_counted_in_millionths(stub, venue):
    """VENUE §10: dollars for the collateral, shares for a token."""
    stub.says({"balance": "1000000001", "allowances": {}})

    assert venue.balance().cash == Usd.of("1000.000001")
    assert venue.shares(YES) == Shares.of("1000.000001")

    cash, token = stub.asked
    assert (cash.first("asset_type"), cash.first("signature_type")) == ("COLLATERAL", "0")
    assert (token.first("asset_type"), token.first("token_id")) == ("CONDITIONAL", YES)


@pytest.mark.parametrize("balance", ["-1", "", "NaN", None, True, []])
def test_a_balance_that_is_no_amount_is_malformed(stub, venue, balance):
    stub.says({"balance": balance})

    with pytest.raises(MalformedAnswerError):
        venue.balance()


def test_the_version_is_a_number(stub, venue):
    stub.says({"version": 2})
    assert venue.version() == 2


@pytest.mark.parametrize(
    ("name", "status", "sizes"),
    [
        ("http_open_order", VenueOrderStatus.LIVE, ("100", "25")),
        ("http_open_order_sell_fok", VenueOrderStatus.MATCHED, ("50", "50")),
    ],
)
def test_recorded_orders_parse(stub, venue, name, status, sizes):
    row = recorded(f"nautilus_rust/{name}.json")
    stub.says(row)

    order = venue.order(row["id"])

    assert order.status is status
    assert (order.original, order.matched) == tuple(map(Shares.of, sizes))


def test_recorded_trades_balances_and_cancels_parse(stub, venue):
    trades = recorded("nautilus_rust/http_trades_page.json")
    stub.says(trades)
    row = trades["data"][0]
    (fill,) = venue.fills(row["taker_order_id"], row["market"], SINCE)
    assert (fill.shares, fill.status) == (Shares.of(10), FillStatus.MINED)

    report = recorded("nautilus_rust/http_trade_report.json")
    maker = report["maker_orders"][0]
    stub.says(page(report))
    (fill,) = venue.fills(maker["order_id"], report["market"], SINCE)
    assert not fill.is_taker
    assert fill.shares == Shares.of(maker["matched_amount"])

    stub.says(recorded("nautilus_rust/http_balance_allowance_collateral.json"))
    assert venue.balance().cash == Usd.of(1000)
    stub.says(recorded("nautilus_rust/http_balance_allowance_no_allowance.json"))
    assert venue.balance().cash == Usd.of("250.5")

    stub.says(recorded("nautilus_rust/http_batch_cancel_response.json"))
    assert venue.cancel(VenueOrderId("0x" + "11" * 32)).is_canceled
    assert venue.cancel(VenueOrderId("0x" + "33" * 32)).reason == "already canceled or matched"
