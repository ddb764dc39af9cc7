"""Who trades with whom, for how much, and what everybody is told of it."""

import pytest
from sim_engine import ENDS_S, Engine, market

from ltsys.simulator.exchange.eip712 import EXCHANGE, NEG_RISK_EXCHANGE
from ltsys.simulator.exchange.events import BookChanged, OrderChanged, TradeChanged
from ltsys.simulator.units import ONE
from ltsys.simulator.venue_error import VenueError


@pytest.fixture
def engine():
    """One market that last traded at a half: bid 0.48 or 0.49, ask 0.5."""
    return Engine()


@pytest.fixture
def alone():
    """The same without a house, so that users meet at any price."""
    return Engine(house=False)


def tokens(engine):
    """The two outcomes."""
    return engine.markets[0].tokens


def test_makers_at_one_price_share_a_trade_and_prices_part_them(alone):
    """VENUE §8.3: several maker_orders in one trade, several trades in one sweep."""
    yes, _ = tokens(alone)
    makers = [alone.user(name, pairs=50) for name in ("bob", "cid", "dan")]
    for maker, cents in zip(makers, (45, 45, 46), strict=True):
        maker.sell(yes, 10, cents)

    order = alone.user("ann").buy(yes, 30, 46, order_type="FAK")

    assert [[leg.shares for leg in fill.makers] for fill in order.fills] == [
        [10 * ONE, 10 * ONE],
        [10 * ONE],
    ]
    assert [fill.shares for fill in order.fills] == [20 * ONE, 10 * ONE]
    assert [fill.bucket_index for fill in order.fills] == [0, 1]
    assert [maker.held(yes) for maker in makers] == [40 * ONE] * 3


def test_time_decides_at_one_price_and_price_before_time(alone):
    """VENUE §18.5."""
    yes, _ = tokens(alone)
    late, early, best = (alone.user(name, pairs=50) for name in ("late", "early", "best"))
    early_id = early.sell(yes, 10, 46).order_id
    late.sell(yes, 10, 46)
    best_id = best.sell(yes, 10, 45).order_id

    order = alone.user("ann").buy(yes, 20, 46, order_type="FOK")

    met = [leg.order_id for fill in order.fills for leg in fill.makers]
    assert met[:2] == [best_id, early_id]


def test_two_buyers_mint_and_two_sellers_merge(alone):
    """VENUE §8.3: each pays, or gets, his own price, together a dollar a pair."""
    yes, no = tokens(alone)
    ann, bob = alone.user("ann"), alone.user("bob")
    condition = alone.markets[0].condition_id
    ann.buy(yes, 10, 49)

    minted = bob.buy(no, 10, 51, order_type="FAK").fills[0]
    locked = alone.exchange.ledger.collateral[condition]
    ann.sell(yes, 10, 49)
    merged = bob.sell(no, 10, 51, order_type="FAK").fills[0]

    assert (minted.taker.usd, minted.makers[0].usd) == (5_100_000, 4_900_000)
    assert minted.makers[0].outcome_index != minted.taker.outcome_index
    assert locked == 10 * ONE
    assert merged.taker.usd + merged.makers[0].usd == 10 * ONE
    assert alone.exchange.ledger.collateral[condition] == 0
    assert (ann.held(yes), bob.held(no)) == (0, 0)


def test_the_house_mints_what_it_sells(engine):
    """LESSONS L29: nobody is short, the house included."""
    yes, no = tokens(engine)

    bought = engine.user("ann").buy(yes, 10, 60, order_type="FAK").matched_shares

    shares = engine.exchange.ledger.shares
    house = next(address for address in shares if shares[address].get(no))
    assert shares[house][no] == bought
    assert shares[house][yes] == 0


def test_an_order_does_not_meet_its_own_wallets(alone):
    """An immediate one passes by; a resting one takes the older one's place."""
    yes, no = tokens(alone)
    ann = alone.user("ann", pairs=50)
    older = ann.sell(yes, 10, 45)

    with pytest.raises(VenueError, match="no orders found to match"):
        ann.buy(yes, 10, 45, order_type="FAK")
    assert older.status == "LIVE"
    newer = ann.sell(no, 10, 58)

    assert (older.status, newer.status) == ("LIVE", "LIVE")
    assert ann.buy(yes, 10, 45).status == "LIVE"
    assert older.status == "CANCELED"


def test_every_change_is_told_when_it_happens(alone):
    """VENUE §13.2: placement, match and leaving of orders, and each trade."""
    yes, _ = tokens(alone)
    maker = alone.user("bob", pairs=50).sell(yes, 10, 45)
    ann = alone.user("ann")
    alone.events.clear()

    taker = ann.buy(yes, 10, 45)
    resting = ann.buy(yes, 10, 20)
    alone.exchange.cancel(resting.order_id, ann.key, alone.now)

    orders = [(event.order.order_id, event.kind) for event in alone.told(OrderChanged)]
    assert orders == [
        (taker.order_id, "PLACEMENT"),
        (maker.order_id, "UPDATE"),
        (taker.order_id, "UPDATE"),
        (resting.order_id, "PLACEMENT"),
        (resting.order_id, "CANCELLATION"),
    ]
    statuses = [event.status for event in alone.told(TradeChanged)]
    assert statuses == ["MATCHED", "MINED", "CONFIRMED"]
    assert len(alone.told(BookChanged)) == 3


def test_a_killed_order_is_told_with_its_reason(engine):
    """VENUE §13.2: status CANCELED_ and the text of the refusal."""
    yes, _ = tokens(engine)

    with pytest.raises(VenueError):
        engine.user("ann").buy(yes, 10, 20, order_type="FOK")

    (event,) = engine.told(OrderChanged)
    assert event.kind == "CANCELLATION"
    assert event.order.shown_status.startswith("CANCELED_order couldn't be fully filled")


def test_orders_end_with_their_market(engine):
    """LESSONS L25, L27: CANCELED_MARKET_RESOLVED when trading stops, and dollars are free again."""
    ann = engine.user("ann")
    order = ann.buy(tokens(engine)[0], 10, 20)

    engine.move(ENDS_S)

    assert order.status == "CANCELED_MARKET_RESOLVED"
    assert engine.exchange.ledger.free(ann.address, "") == 1000 * ONE
    with pytest.raises(VenueError, match="does not exist"):
        ann.buy(tokens(engine)[0], 10, 20)


def test_a_market_is_not_ready_before_it_opens():
    """VENUE §6."""
    engine = Engine(markets=[market(opens_at=2_000_000_000, ends_at=None, resolves_at=None)])

    with pytest.raises(VenueError, match="not yet ready to process new orders"):
        engine.user("ann").buy(tokens(engine)[0], 10, 20)


def test_an_expiring_order_does_not_wake_the_house():
    """What was swept stays away until the price moves, whatever else happens in the market."""
    engine = Engine()
    yes, _ = tokens(engine)
    ann = engine.user("ann", usd=1_000_000)
    swept = ann.buy(yes, 100_000, 50)
    ann.buy(yes, 10, 20, order_type="GTD", expiration=int(engine.now) + 200)
    matched = swept.matched_shares

    engine.move(190)

    assert 0 < swept.matched_shares == matched < swept.original_shares


@pytest.mark.parametrize(
    ("side", "maker", "taker", "text"),
    [
        ("BUY", 5_200_000, 10_000_100, "taker amount for a $0.52 order of size 5.2 should be '10'"),
        ("SELL", 10_000_000, 5_200_050, "for a $0.52 order of size 10 should be '5.2'"),
        ("BUY", 5_230_000, 10_000_000, "Price (0.523) breaks minimum tick size rule: 0.01"),
    ],
)
def test_amounts_must_stand_for_a_price_no_worse_than_its_tick(engine, side, maker, taker, text):
    """VENUE §6, LESSONS L10, L11: nobody is filled at a worse price than he signed."""
    ann = engine.user("ann", pairs=50)

    with pytest.raises(VenueError) as refusal:
        ann.post(ann.sign(tokens(engine)[0], side, maker, taker))

    assert text in refusal.value.text


def test_approvals_are_needed_for_dollars_and_for_shares(engine):
    """VENUE §10: for the contract on which the market trades."""
    yes, _ = tokens(engine)
    ann, ledger = engine.user("ann", pairs=50), engine.exchange.ledger
    ledger.approve(ann.address, "", NEG_RISK_EXCHANGE, 0)
    ledger.approve(ann.address, yes, EXCHANGE, 0)

    assert ann.buy(yes, 10, 20).status == "LIVE"
    with pytest.raises(VenueError, match="not enough balance / allowance: allowance: 0"):
        ann.sell(yes, 10, 90)
