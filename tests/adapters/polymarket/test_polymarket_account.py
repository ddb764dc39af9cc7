"""The account as a whole: every open order and every trade of ours, or an error (L54)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from polymarket_stub import TEST_ADDRESS, Drop, Reply, Truncate

from ltsys.adapters.polymarket.auth import RequestSigner
from ltsys.adapters.polymarket.client import PolymarketVenue
from ltsys.domain.errors import MalformedAnswerError, VenueUnavailableError
from ltsys.domain.money import Price, Shares
from ltsys.domain.source_trade import Side
from ltsys.domain.venue import FillStatus, VenueOrderStatus

MARKET = "0x" + "cd" * 32
YES, NO = "1001", "1002"
OURS, THEIRS = "0x" + "1a" * 32, "0x" + "2b" * 32
FUNDER, STRANGER = "0x" + "F" * 40, "0x" + "7" * 40
MATCHED_AT = datetime.fromtimestamp(1782753357, UTC)
SINCE = MATCHED_AT - timedelta(hours=1)
READS = (lambda venue: venue.open_orders(), lambda venue: venue.trades(SINCE))


def order_row(number=1, **changes):
    row = {
        "id": f"0x{number:064X}",
        "status": "ORDER_STATUS_LIVE",
        "market": MARKET,
        "asset_id": YES,
        "side": "BUY",
        "original_size": "10.0",
        "size_matched": "2.5",
        "price": "0.5",
    }
    return {**row, **changes}


def maker_row(order_id=OURS, **changes):
    row = {
        "order_id": order_id,
        "owner": "somebody",
        "maker_address": STRANGER,
        "matched_amount": "3",
        "price": "0.48",
        "asset_id": NO,
        "side": "BUY",
    }
    return {**row, **changes}


def trade_row(*makers, **changes):
    row = {
        "id": "t1",
        "taker_order_id": OURS.upper().replace("0X", "0x"),
        "market": MARKET,
        "asset_id": YES,
        "side": "BUY",
        "size": "5.28846",
        "price": "0.52",
        "status": "TRADE_STATUS_CONFIRMED",
        "match_time": "1782753357",
        "owner": "the-key-id",
        "maker_address": TEST_ADDRESS,
        "maker_orders": makers,
    }
    return {**row, **changes}


def page(*rows, cursor="LTE="):
    return {"limit": 500, "count": len(rows), "next_cursor": cursor, "data": list(rows)}


def pages(stub, *answers):
    """The answers in their order, whatever is asked."""
    left = list(answers)
    stub.behave = lambda _: Reply(left.pop(0)) if left else Reply(status=503)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_an_error_is_never_an_empty_account(stub, venue, read, status):
    stub.says({"error": "x"}, status)

    with pytest.raises(VenueUnavailableError):
        read(venue)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("misbehaviour", [Drop(), Truncate()])
def test_a_lost_page_is_unavailable(stub, venue, read, misbehaviour):
    stub.does(misbehaviour)

    with pytest.raises(VenueUnavailableError):
        read(venue)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("body", ["[]", "{}", '{"data": []}', '{"next_cursor": "LTE="}', "null"])
def test_a_page_of_the_wrong_shape_is_malformed(stub, venue, read, body):
    stub.says(body)

    with pytest.raises(MalformedAnswerError):
        read(venue)


@pytest.mark.parametrize(
    ("read", "row"), [(READS[0], order_row()), (READS[1], trade_row())], ids=["orders", "trades"]
)
def test_a_page_that_cannot_be_had_fails_the_whole(stub, venue, read, row):
    pages(stub, page(row, cursor="NTAw"))

    with pytest.raises(VenueUnavailableError):
        read(venue)


@pytest.mark.parametrize("read", READS)
def test_pages_that_go_in_a_circle_are_refused(stub, venue, read):
    stub.says(page(cursor="NTAw"))

    with pytest.raises(MalformedAnswerError, match="do not end"):
        read(venue)


def test_open_orders_of_all_pages_are_read(stub, venue):
    pages(stub, page(order_row(1), cursor="NTAw"), page(order_row(2)))

    first, second = venue.open_orders()

    assert (first.order_id, second.order_id) == (f"0x{1:064x}", f"0x{2:064x}")
    assert first.status is VenueOrderStatus.LIVE
    assert (first.original, first.matched) == (Shares.of(10), Shares.of("2.5"))
    assert [asked.first("next_cursor") for asked in stub.asked] == ["MA==", "NTAw"]
    assert {asked.path for asked in stub.asked} == {"/data/orders"}


@pytest.mark.parametrize("wrong", [{"status": "NONSENSE"}, {"market": "?"}, {"asset_id": MARKET}])
def test_an_order_that_makes_no_sense_fails_the_whole(stub, venue, wrong):
    """L09, L25."""
    stub.says(page(order_row(), order_row(2, **wrong)))

    with pytest.raises(MalformedAnswerError):
        venue.open_orders()


def test_all_trades_are_asked_for_from_a_minute_before(stub, venue):
    """Their clock and ours differ; no market is named, for any may have traded."""
    stub.says(page(trade_row()))

    (fill,) = venue.trades(MATCHED_AT)

    assert (fill.order_id, fill.trade_id, fill.token_id) == (OURS, "t1", YES)
    assert (fill.shares, fill.price) == (Shares.of("5.28846"), Price.of("0.52"))
    assert (fill.side, fill.status, fill.is_taker) == (Side.BUY, FillStatus.CONFIRMED, True)
    after = str(int((MATCHED_AT - timedelta(seconds=60)).timestamp()))
    assert stub.asked[0].query == [("after", after), ("next_cursor", "MA==")]
    assert venue.trades(MATCHED_AT + timedelta(seconds=1)) == ()


def test_as_maker_our_own_entry_counts(stub, venue):
    """L21: the other outcome's token, and our price."""
    own = maker_row(owner="the-key-id")
    others = maker_row(THEIRS)
    stub.says(
        page(trade_row(others, own, taker_order_id=THEIRS, owner="?", maker_address=STRANGER))
    )

    (fill,) = venue.trades(SINCE)

    assert (fill.order_id, fill.token_id, fill.price) == (OURS, NO, Price.of("0.48"))
    assert not fill.is_taker


def test_both_sides_of_a_trade_may_be_ours(stub, venue):
    mine = maker_row(THEIRS, maker_address=TEST_ADDRESS.lower())
    stub.says(page(trade_row(mine)))

    assert {fill.order_id for fill in venue.trades(SINCE)} == {OURS, THEIRS}


def test_the_wallet_that_pays_is_ours_whoever_signed(stub, http, credentials):
    """VENUE §16.2; the venue's website orders for the same wallet with a key of its own."""
    signer = RequestSigner(TEST_ADDRESS, credentials)
    clock = StandingStill()
    venue = PolymarketVenue(http, stub.url, signer, clock, signature_type=2, funder=FUNDER)
    stub.says(page(trade_row(owner="another-key", maker_address=FUNDER.lower())))

    assert [fill.order_id for fill in venue.trades(SINCE)] == [OURS]


class StandingStill:
    def wall(self):
        return MATCHED_AT


def test_a_trade_of_others_is_not_what_was_asked_for(stub, venue):
    """L45."""
    stub.says(page(trade_row(owner="another-key", maker_address=STRANGER)))

    with pytest.raises(MalformedAnswerError, match="trade t1 of others"):
        venue.trades(SINCE)


def test_a_trade_that_moved_to_the_next_page_counts_once(stub, venue):
    """One that came in between pushed it there; the newer word is taken."""
    pages(
        stub,
        page(trade_row(status="MATCHED"), cursor="NTAw"),
        page(trade_row(), trade_row(id="t2", size="1")),
    )

    fills = venue.trades(SINCE)

    assert [(fill.trade_id, fill.status) for fill in fills] == [
        ("t1", FillStatus.CONFIRMED),
        ("t2", FillStatus.CONFIRMED),
    ]
    assert sum((fill.shares.count for fill in fills), Decimal(0)) == Decimal("6.28846")
