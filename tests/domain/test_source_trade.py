"""Feed rows become trades or are refused, and each fill has an id of its own."""

from datetime import UTC, datetime

import pytest
from domain_made import LEADER, MARKET, NOON, STRANGER, a_row
from hypothesis import given
from hypothesis import strategies as st

from ltsys.domain.source_trade import (
    BadRow,
    BadRowReason,
    SourceTrade,
    numbered,
    parse_trade,
    source_trade_id,
    timestamp_of,
)


def test_a_well_formed_row_becomes_a_trade():
    trade = parse_trade(a_row(trader=LEADER.upper().replace("0X", "0x")), 0)

    assert isinstance(trade, SourceTrade)
    assert (trade.trader, trade.condition_id) == (LEADER, MARKET)
    assert trade.traded_at == NOON
    assert f"{trade.value}" == "$6.00"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"trader": "0x12"}, BadRowReason.BAD_ID),
        ({"condition_id": ""}, BadRowReason.BAD_ID),
        ({"token_id": MARKET}, BadRowReason.BAD_ID),
        ({"side": ""}, BadRowReason.BAD_SIDE),
        ({"price": "abc"}, BadRowReason.BAD_PRICE),
        ({"price": "NaN"}, BadRowReason.BAD_PRICE),
        ({"price": "0"}, BadRowReason.BAD_PRICE),
        ({"price": "1"}, BadRowReason.BAD_PRICE),
        ({"price": "42"}, BadRowReason.BAD_PRICE),
        ({"size": "0"}, BadRowReason.BAD_SIZE),
        ({"size": "-1"}, BadRowReason.BAD_SIZE),
        ({"size": "Infinity"}, BadRowReason.BAD_SIZE),
        ({"timestamp": "2026-02-20T12:00:00Z"}, BadRowReason.BAD_TIME),
    ],
)
def test_a_row_that_cannot_be_believed_is_refused_with_its_reason(change, reason):
    """Deviation D1; LESSONS L07 (no default side), L09, L43."""
    bad = parse_trade(a_row(**change), 0)

    assert isinstance(bad, BadRow)
    assert bad.reason == reason
    assert bad.text


def test_a_row_with_an_id_keeps_it():
    assert source_trade_id(a_row(row_id=" t-1 "), 3) == "t-1"


@pytest.mark.parametrize(
    "change",
    [
        {"trader": STRANGER},
        {"token_id": "222"},
        {"side": "SELL"},
        {"size": "15.1"},
        {"price": "0.41"},
        {"transaction_hash": "0xabd"},
    ],
)
def test_fills_of_one_transaction_that_differ_have_different_ids(change):
    """Deviation D3, LESSONS L06."""
    assert source_trade_id(a_row(**change), 0) != source_trade_id(a_row(), 0)


def test_a_fill_has_one_id_however_its_numbers_and_addresses_are_spelled():
    """LESSONS L06: the two feeds may spell one fill in two ways."""
    other = a_row(size="15", price="0.40", trader=f" {LEADER.upper()} ", side="buy")

    assert source_trade_id(other, 0) == source_trade_id(a_row(), 0)


def test_without_a_transaction_the_trader_market_and_time_stand_in():
    """FT_RULES §1."""
    made = source_trade_id(a_row(transaction_hash=None), 0)

    assert made.startswith(f"{LEADER}-{MARKET}-1771588800:")


def test_identical_fills_are_numbered_and_stay_two():
    """VENUE §14.1, LESSONS L06."""
    rows = [a_row(), a_row(size="1"), a_row()]

    ids = [source_trade_id(row, ordinal) for row, ordinal in numbered(rows)]

    assert len(set(ids)) == 3
    assert [ordinal for _, ordinal in numbered(rows)] == [0, 0, 1]


@given(st.permutations([("15", "0.4"), ("15", "0.5"), ("1", "0.4"), ("15", "0.4")]))
def test_the_order_of_pages_does_not_change_the_set_of_ids(order):
    """LESSONS L06: rows of one transaction may come on different pages."""
    rows = [a_row(size=size, price=price) for size, price in order]

    ids = {source_trade_id(row, ordinal) for row, ordinal in numbered(rows)}

    usual = [a_row(size=s, price=p) for s, p in sorted(order)]
    assert ids == {source_trade_id(row, ordinal) for row, ordinal in numbered(usual)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("bad", None),
        ("2026-02-20T12:00:00Z", None),
        ("NaN", None),
        ("1e300", None),
        ("", datetime(1970, 1, 1, tzinfo=UTC)),
        ("1771588800", NOON),
        ("1771588800000", NOON),
        ("9999999999", datetime(2286, 11, 20, 17, 46, 39, tzinfo=UTC)),
        ("10000000000", datetime(1970, 4, 26, 17, 46, 40, tzinfo=UTC)),
    ],
)
def test_a_time_is_seconds_below_ten_billion_and_milliseconds_from_there(text, expected):
    """FT_RULES §2."""
    assert timestamp_of(text) == expected
