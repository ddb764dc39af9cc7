"""Leaders, their trades, and markets: both stores keep one contract."""

from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import (
    LEADER,
    MARKET,
    NOON,
    OTHER_LEADER,
    OTHER_MARKET,
    WALLET,
    a_market,
    a_trade,
    a_wallet,
    an_ended_market,
)
from stocked import with_wallet

from ltsys.domain.ids import ConditionId
from ltsys.domain.money import Price, Shares, Usd
from ltsys.domain.trader import TraderStatistics

HOUR = timedelta(hours=1)


def test_trades_are_stored_once_and_come_back_as_they_were(store):
    """The ids absorb what a crash repeats (L06, L50)."""
    with_wallet(store)
    trades = [a_trade(1), a_trade(2, price=Price.of("0.123456"), shares=Shares.of("7.5"))]

    with store.transaction() as tx:
        first = tx.add_source_trades(LEADER, trades, cursor_at=NOON)
        second = tx.add_source_trades(LEADER, [*trades, a_trade(3)], cursor_at=NOON)

    with store.transaction() as tx:
        work = tx.wallet_work(WALLET, 10, lock=False)
    assert (first, second) == (2, 1)
    assert [undecided.trade for undecided in work.trades] == [*trades, a_trade(3)]


def test_the_sequence_grows_in_the_order_in_which_trades_were_stored(store):
    """Not in the order of their times: what comes late is not overlooked (L50)."""
    with_wallet(store)
    with store.transaction() as tx:
        tx.add_source_trades(LEADER, [a_trade(1)], cursor_at=NOON)
    with store.transaction() as tx:
        tx.add_source_trades(LEADER, [a_trade(2, traded_at=NOON - HOUR)], cursor_at=NOON)

    with store.transaction() as tx:
        work = tx.wallet_work(WALLET, 10, lock=False)

    assert [each.trade.source_trade_id for each in work.trades] == ["trade-1", "trade-2"]
    assert work.trades[0].seq < work.trades[1].seq == work.next_cursor_seq


def test_a_burst_of_more_than_a_thousand_trades_is_stored_whole(store):
    """No set of rows and no set of ids is cut at 1,000 (L48)."""
    with_wallet(store)
    trades = [a_trade(number) for number in range(2_500)]

    with store.transaction() as tx:
        added = tx.add_source_trades(LEADER, trades, cursor_at=NOON)
        tx.save_probabilities({t.source_trade_id: Decimal("0.5") for t in trades})

    with store.transaction() as tx:
        work = tx.wallet_work(WALLET, 5_000, lock=False)
        recent, lifetime = tx.average_trades(LEADER, NOON)
    assert added == len(work.trades) == 2_500
    assert all(each.probability == Decimal("0.5") for each in work.trades)
    assert recent == lifetime == Usd.of(100)


def test_the_cursor_of_a_leader_never_moves_back(store):
    """It moves by what was stored (L50)."""
    with store.transaction() as tx:
        before = tx.trade_cursor(LEADER)
        tx.add_source_trades(LEADER, [a_trade()], cursor_at=NOON)

    with store.transaction() as tx:
        tx.add_source_trades(LEADER, [], cursor_at=NOON - HOUR)
        tx.add_source_trades(LEADER, [], cursor_at=None)
        tx.note_synced(LEADER, at=NOON + HOUR)

    with store.transaction() as tx:
        assert before is None
        assert tx.trade_cursor(LEADER) == NOON
        assert tx.trade_cursor(OTHER_LEADER) is None


def test_leaders_are_those_of_active_and_sound_wallets_and_of_their_pools(store):
    """A broken wallet follows nobody (FT_RULES D8)."""
    third = "0x" + "e" * 40
    with store.transaction() as tx:
        tx.add_ft_wallet(a_wallet(), leader_pool=None, problem=None)
        pooled = a_wallet(wallet_id="FT_POOL", target_traders=())
        tx.add_ft_wallet(pooled, leader_pool="top", problem=None)
        broken = a_wallet(wallet_id="FT_BROKEN", target_traders=(third,))
        tx.add_ft_wallet(broken, leader_pool="gone", problem="no sense")
        tx.save_pool("top", [third, LEADER], at=NOON)
        tx.save_pool("top", [OTHER_LEADER, LEADER], at=NOON)

    with store.transaction() as tx:
        leaders, pools = tx.followed_leaders(), tx.wanted_pools()
        pool_work = tx.wallet_work("FT_POOL", 10, lock=False)
        active = tx.active_wallets()

    assert leaders == (LEADER, OTHER_LEADER)
    assert pools == ("gone", "top")
    assert pool_work.leaders == (LEADER, OTHER_LEADER)
    assert active == ("FT_POOL", WALLET)


def test_a_market_comes_back_as_it_was_and_takes_news(store):
    with store.transaction() as tx:
        tx.save_markets([a_market("0.40", None)], checked_at=NOON)
        first = tx.markets([MARKET, OTHER_MARKET])
    news = a_market("0.70", "0.30", end_at=None, accepts_orders=False, fee_rate=Decimal("0.05"))

    with store.transaction() as tx:
        tx.save_markets([news], checked_at=NOON)

    with store.transaction() as tx:
        assert first == {MARKET: a_market("0.40", None)}
        assert tx.markets([MARKET]) == {MARKET: news}


def test_the_names_of_a_market_in_addresses_are_learned_and_not_forgotten(store):
    """Rows from before they were kept have none, and a later answer may lack them."""
    named = a_market(slug="game-5", event_slug="nba-finals")
    with store.transaction() as tx:
        tx.save_markets([a_market()], checked_at=NOON)
        before = tx.markets([MARKET])[MARKET]

    with store.transaction() as tx:
        tx.save_markets([named], checked_at=NOON)
        tx.save_markets([a_market(slug=None, event_slug=None)], checked_at=NOON)

    with store.transaction() as tx:
        assert (before.slug, before.event_slug) == (None, None)
        assert tx.markets([MARKET]) == {MARKET: named}


def test_what_the_venue_says_newly_of_an_open_market_replaces_what_it_said(store):
    """Its name and kind as well: a decision goes by what the venue says now (L45)."""
    renamed = a_market("0.5", "0.5", title="Game 6", tags=("Chess",), is_neg_risk=True)
    with store.transaction() as tx:
        tx.save_markets([a_market()], checked_at=NOON)
        tx.save_markets([renamed], checked_at=NOON + HOUR)

    with store.transaction() as tx:
        assert tx.markets([MARKET]) == {MARKET: renamed}


def test_a_resolved_market_stays_as_it_was_resolved(store):
    """Whatever the venue says later (L44)."""
    resolved = an_ended_market("1", "0")
    with store.transaction() as tx:
        tx.save_markets([a_market()], checked_at=NOON)
        tx.save_markets([resolved], checked_at=NOON)

    with store.transaction() as tx:
        tx.save_markets([an_ended_market("0", "1")], checked_at=NOON + HOUR)
        tx.save_markets([a_market("0.5", "0.5")], checked_at=NOON + HOUR)

    with store.transaction() as tx:
        assert tx.markets([MARKET]) == {MARKET: resolved}


@pytest.mark.parametrize("count", [0, 1, 1_500])
def test_unknown_markets_are_found_among_any_number(store, count):
    """L48."""
    ids = [ConditionId(f"0x{number:064x}") for number in range(count)]
    with store.transaction() as tx:
        tx.save_markets([a_market(condition_id=each) for each in ids[::2]], checked_at=NOON)

    with store.transaction() as tx:
        unknown = tx.unknown_markets(ids)
        known = tx.markets(ids)

    assert unknown == tuple(ids[1::2])
    assert list(known) == ids[::2]


def test_open_markets_take_orders_now_and_the_latest_traded_comes_first(store):
    closed, ended = ConditionId("0x" + "3" * 64), ConditionId("0x" + "4" * 64)
    with store.transaction() as tx:
        tx.save_markets(
            [
                a_market(),
                a_market(condition_id=OTHER_MARKET, end_at=None),
                a_market(condition_id=closed, is_closed=True),
                a_market(condition_id=ended, end_at=NOON),
            ],
            checked_at=NOON,
        )
        trades = [a_trade(1), a_trade(2, condition_id=OTHER_MARKET)]
        tx.add_source_trades(LEADER, trades, cursor_at=NOON)

    with store.transaction() as tx:
        found = tx.open_markets(NOON)

    assert [market.condition_id for market in found] == [OTHER_MARKET, MARKET]


def test_the_mean_trade_is_that_of_the_leader_and_none_without_trades(store):
    """A missing number is None, never 0 (L42)."""
    trades = [
        a_trade(1, price=Price.of("0.5"), shares=Shares.of(20), traded_at=NOON - HOUR),
        a_trade(2, price=Price.of("0.5"), shares=Shares.of(60)),
        a_trade(3, trader=OTHER_LEADER),
    ]

    with store.transaction() as tx:
        tx.add_source_trades(LEADER, trades, cursor_at=NOON)
        means = tx.average_trades(LEADER, NOON)
        old_only = tx.average_trades(LEADER, NOON + HOUR)
        nothing = tx.average_trades("0x" + "9" * 40, NOON)

    assert means == (Usd.of(30), Usd.of(20))
    assert old_only == (None, Usd.of(20))
    assert nothing == (None, None)


def test_statistics_come_back_with_their_gaps(store):
    """L42."""
    statistics = TraderStatistics(
        trader=LEADER,
        win_rate_30d=None,
        win_rate=Decimal("0.61"),
        resolved_count_30d=None,
        resolved_count=12,
        average_trade_30d=None,
        average_trade=Usd.of("51.25"),
    )

    with store.transaction() as tx:
        tx.note_synced(OTHER_LEADER, at=NOON)
        tx.save_statistics(statistics, at=NOON)

    with store.transaction() as tx:
        assert tx.statistics([LEADER, OTHER_LEADER]) == {LEADER: statistics}


def test_a_leader_is_to_be_refreshed_until_its_statistics_are_fresh(store):
    """L51."""
    with_wallet(store, target_traders=(LEADER,))
    statistics = TraderStatistics(
        trader=LEADER,
        win_rate_30d=None,
        win_rate=None,
        resolved_count_30d=None,
        resolved_count=None,
        average_trade_30d=None,
        average_trade=None,
    )

    with store.transaction() as tx:
        at_first = tx.leaders_to_refresh(NOON)
        tx.save_statistics(statistics, at=NOON)
        fresh = tx.leaders_to_refresh(NOON)
        stale = tx.leaders_to_refresh(NOON + timedelta(seconds=1))

    assert (at_first, fresh, stale) == ((LEADER,), (), (LEADER,))


def test_an_error_in_the_block_leaves_nothing(store):
    """All of a transaction or none of it."""
    with_wallet(store)

    def fail() -> None:
        with store.transaction() as tx:
            tx.save_markets([a_market()], checked_at=NOON)
            tx.add_source_trades(LEADER, [a_trade()], cursor_at=NOON)
            tx.claim_slot("ingest", 1)
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        fail()

    with store.transaction() as tx:
        assert tx.markets([MARKET]) == {}
        assert tx.trade_cursor(LEADER) is None
        assert tx.wallet_work(WALLET, 10, lock=False).trades == ()
        assert tx.claim_slot("ingest", 1)


def test_a_reading_sees_what_was_committed(store):
    with store.transaction() as tx:
        tx.save_markets([a_market()], checked_at=NOON)

    with store.reading() as tx:
        found = tx.markets([MARKET])

    assert found == {MARKET: a_market()}


def test_claims_of_long_ago_are_forgotten_and_newer_ones_are_not(store, wall):
    """L59."""
    with store.transaction() as tx:
        tx.claim_slot("sweep", 7)
        tx.forget_slots(wall - HOUR)
        still_there = not tx.claim_slot("sweep", 7)
        tx.forget_slots(wall + HOUR)
        gone = tx.claim_slot("sweep", 7)

    assert (still_there, gone) == (True, True)


def test_a_slot_is_claimed_by_one(store):
    """Two beats are harmless (L59)."""
    with store.transaction() as tx:
        first = tx.claim_slot("sweep", 7)

    with store.transaction() as tx:
        second = tx.claim_slot("sweep", 7)
        next_slot = tx.claim_slot("sweep", 8)
        other_job = tx.claim_slot("sync", 7)

    assert (first, second, next_slot, other_job) == (True, False, True, True)
