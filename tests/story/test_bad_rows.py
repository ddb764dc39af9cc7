"""What cannot be believed is counted with its reason, and does not touch what can (L54)."""

from collections import Counter

import pytest
from agreement import assert_nothing_is_amiss
from replayed import check, replay
from tiny_recording import LEADERS, buy, market, same_rules_for_all, save

from ltsys.simulator.world.recording import Recording

MARKETS = [market("btc", winner="Up"), market("eth", winner="Down")]
GOOD = [
    buy(LEADERS[0], "btc", "Up", shares=10, price=0.4, at=10),
    buy(LEADERS[1], "eth", "Up", shares=20, price=0.3, at=20),
    buy(LEADERS[0], "btc", "Down", shares=5, price=0.45, at=30) | {"side": "SELL"},
    buy(LEADERS[1], "eth", "Down", shares=8, price=0.2, at=40),
    buy(LEADERS[0], "eth", "Down", shares=7, price=0.25, at=40),
]


def without(name):
    return {key: value for key, value in a_trade().items() if key != name}


def a_trade(**other):
    return buy(LEADERS[0], "btc", "Up", shares=3, price=0.41, at=40) | other


BAD_TRADES = [
    ("broken_json", '{"proxyWallet": "0x'),
    ("broken_json", "[1, 2]"),
    ("broken_json", b"\xff\xfe\x00"),
    ("missing_field", without("proxyWallet")),
    ("missing_field", without("side")),
    ("missing_field", without("price")),
    ("missing_field", without("size")),
    ("missing_field", without("timestamp")),
    ("missing_field", without("outcome")),
    ("missing_field", a_trade(price=None)),
    ("bad_side", a_trade(side="HOLD")),
    ("bad_side", a_trade(side="buy")),
    ("bad_price", a_trade(price=0)),
    ("bad_price", a_trade(price=1)),
    ("bad_price", a_trade(price=40)),
    ("bad_price", a_trade(price=-0.4)),
    ("bad_price", a_trade(price="cheap")),
    ("bad_price", a_trade(price=float("nan"))),
    ("bad_price", a_trade(price=float("inf"))),
    ("bad_size", a_trade(size=0)),
    ("bad_size", a_trade(size=-1)),
    ("bad_size", a_trade(size=float("nan"))),
    ("bad_timestamp", a_trade(timestamp="noon")),
    ("bad_timestamp", a_trade(timestamp=-5)),
    ("unknown_market", a_trade(slug="doge")),
    ("unknown_outcome", a_trade(outcome="Sideways")),
]
BAD_MARKETS = [
    ("market_broken_json", '{"slug":'),
    ("market_missing_field", {"slug": "no-outcomes"}),
    ("market_missing_field", {"outcomes": '["Up", "Down"]'}),
]
WITHIN_GOOD_ONES = [
    ("time_reversed", buy(LEADERS[0], "btc", "Up", shares=3, price=0.41, at=5)),
    ("duplicate_row", GOOD[-1]),
]


@pytest.mark.parametrize(("reason", "row"), BAD_TRADES)
def test_one_bad_row_alone_is_counted_with_its_reason(reason, row, tmp_path):
    recording = Recording(save(tmp_path, trades=[row], markets=MARKETS))

    assert recording.report() == {"rows_read": 1, "rows_good": 0, "bad_rows": {reason: 1}}


@pytest.mark.slow
def test_a_recording_of_nothing_but_bad_rows_ends_well(reachable_folder):
    folder = reachable_folder()
    recording = save(folder, trades=[row for _, row in BAD_TRADES], markets=MARKETS)

    replayed = replay(recording, wallets=rules(folder), data_dir=reachable_folder())

    assert replayed.report["bad_rows"] == Counter(reason for reason, _ in BAD_TRADES)
    assert (replayed.report["source_trades"], replayed.report["ingested"]) == (len(BAD_TRADES), 0)
    assert_nothing_is_amiss(replayed)


@pytest.mark.slow
def test_bad_rows_among_good_ones_change_nothing_but_their_counts(reachable_folder):
    folder, clean = reachable_folder(), reachable_folder()
    wallets = rules(folder)
    bad = [*BAD_TRADES, *WITHIN_GOOD_ONES]
    third = len(bad) // 3
    rows = [row for _, row in bad]
    # The first good rows come before all bad ones: time can only be reversed after some.
    mixed = [*GOOD[:1], *rows[:third], *GOOD[1:3], *rows[third : 2 * third], *GOOD[3:]]
    mixed += rows[2 * third :]
    recording = save(folder, trades=mixed, markets=[row for _, row in BAD_MARKETS] + MARKETS)

    replayed = replay(recording, wallets=wallets, data_dir=reachable_folder())

    save(clean, trades=GOOD, markets=MARKETS)
    expected = check(clean, wallets=wallets, followed=replayed.books.followed)
    assert replayed.report["bad_rows"] == Counter(reason for reason, _ in bad + BAD_MARKETS)
    assert replayed.report["ingested"] == len(GOOD)
    assert replayed.books.orders == expected.orders
    assert sum(map(len, expected.orders.values())) > 0
    assert_nothing_is_amiss(replayed)


def rules(folder):
    return same_rules_for_all(folder, allocation_method="FIXED", bet_size="2.00", price_max="0.50")
