"""Markets that hold takers back, and traders who fall silent."""

import pytest
from sim_engine import ENDS_S, Engine, market

from ltsys.simulator.exchange.events import OrderChanged
from ltsys.simulator.units import ONE
from ltsys.simulator.venue_error import VenueError


@pytest.fixture
def engine():
    """A market with a taker delay of three seconds, like a game (VENUE §5.3)."""
    return Engine(markets=[market(seconds_delay=3)], prices=((0, 500_000), (2, 560_000)))


def test_a_marketable_order_waits_and_is_matched_then(engine):
    """VENUE §5.3: POST says delayed; meanwhile it holds its dollars and cannot be canceled."""
    ann, token = engine.user("ann"), engine.markets[0].tokens[0]

    order = ann.buy(token, 10, 60)
    delayed = order.status, engine.exchange.ledger.free(ann.address, "")
    refusal = engine.exchange.cancel(order.order_id, ann.key, engine.now)
    engine.move(3)

    assert delayed == ("DELAYED", 994 * ONE)
    assert refusal == "order match delayed due to market conditions"
    assert order.status == "MATCHED"
    assert order.fills[0].taker.price == 560_000


def test_an_order_that_would_rest_does_not_wait(engine):
    """Only takers do."""
    assert engine.user("ann").buy(engine.markets[0].tokens[0], 10, 20).status == "LIVE"


def test_a_delayed_order_that_missed_its_price_rests(engine):
    """VENUE §5.1: unmatched, then live."""
    order = engine.user("ann").buy(engine.markets[0].tokens[0], 10, 52)
    told = []
    engine.exchange.events.listen(
        lambda event: (
            told.append((event.kind, event.order.status))
            if isinstance(event, OrderChanged)
            else None
        )
    )

    engine.move(3)

    assert order.status == "LIVE"
    assert told == [("UPDATE", "UNMATCHED")]


def test_a_delayed_fok_that_missed_its_price_is_canceled_with_its_reason(engine):
    """VENUE §13.2: it was accepted, so this is no refusal any more."""
    ann = engine.user("ann")
    order = ann.buy(engine.markets[0].tokens[0], 10, 52, order_type="FOK")

    engine.move(3)

    assert order.status.startswith("CANCELED_order couldn't be fully filled")
    assert engine.exchange.ledger.free(ann.address, "") == 1000 * ONE
    assert engine.exchange.find(order.order_id, ann.key, engine.now) is order


def test_a_delayed_order_whose_funds_are_gone_is_canceled(engine):
    """VENUE §13.2: CANCELED_NOT_ENOUGH_BALANCE."""
    ann, token = engine.user("ann", usd=7), engine.markets[0].tokens[0]
    order = ann.buy(token, 10, 60, order_type="FAK")
    engine.exchange.ledger.approve(ann.address, "", "0xE111180000d2663C0091e4f400237545B87B996B", 0)

    engine.move(3)

    assert order.status == "CANCELED_NOT_ENOUGH_BALANCE"


def test_a_market_may_end_while_an_order_waits(engine):
    """LESSONS L27."""
    engine.move(ENDS_S - 1)
    order = engine.user("ann").buy(engine.markets[0].tokens[0], 10, 60)

    engine.move(3)

    assert order.status == "CANCELED_MARKET_RESOLVED"


def test_ten_seconds_of_silence_cancel_the_orders_of_a_key(engine):
    """VENUE §8.4: only after a first heartbeat, and only that key's."""
    token, beats = engine.markets[0].tokens[0], engine.exchange.heartbeats
    ann, bob = engine.user("ann"), engine.user("bob")
    hers, his = ann.buy(token, 10, 20), bob.buy(token, 10, 20)
    first = beats.beat(ann.key, "", engine.now)
    engine.move(9)
    second = beats.beat(ann.key, first, engine.now)
    engine.move(9)
    alive = hers.status

    engine.move(1)

    assert (alive, hers.status, his.status) == ("LIVE", "CANCELED", "LIVE")
    assert hers.finished_at == engine.now
    assert first != second


def test_a_wrong_heartbeat_is_told_the_right_one_and_does_not_count(engine):
    """VENUE §8.4: 400 with the expected id."""
    beats, ann = engine.exchange.heartbeats, engine.user("ann")
    order = ann.buy(engine.markets[0].tokens[0], 10, 20)
    expected = beats.beat(ann.key, "", engine.now)
    engine.move(6)

    with pytest.raises(VenueError) as refusal:
        beats.beat(ann.key, "another", engine.now)

    assert refusal.value.extra["heartbeat_id"] == expected
    assert refusal.value.extra["error_msg"] == "Invalid Heartbeat ID"
    engine.move(4)
    assert order.status == "CANCELED"


def test_after_silence_a_session_may_begin_anew(engine):
    """The older form keeps one alive too."""
    beats, ann = engine.exchange.heartbeats, engine.user("ann")
    beats.beat(ann.key, "", engine.now)
    engine.move(10)
    beats.beat(ann.key, "", engine.now)
    order = ann.buy(engine.markets[0].tokens[0], 10, 20)

    for _ in range(3):
        engine.move(8)
        beats.pulse(ann.key, engine.now)

    assert order.status == "LIVE"
