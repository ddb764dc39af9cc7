"""From MATCHED to CONFIRMED or FAILED, and when what was bought may be sold."""

import pytest
from sim_engine import RESOLVES_S, T0, Engine, market

from ltsys.simulator.exchange.events import TradeChanged
from ltsys.simulator.exchange.settlement import confirmed, failed, rehashed, retried
from ltsys.simulator.units import ONE
from ltsys.simulator.venue_error import VenueError


def steps_of(engine):
    """Seconds after T0, status and whether there is a hash, for each step that was told."""
    return [(event.at - T0, event.status) for event in engine.told(TradeChanged)]


@pytest.mark.parametrize(
    ("plan", "steps"),
    [
        (confirmed, [(0, "MATCHED"), (10, "MINED"), (20, "CONFIRMED")]),
        (retried, [(0, "MATCHED"), (10, "RETRYING"), (20, "MINED"), (30, "CONFIRMED")]),
        (failed, [(0, "MATCHED"), (10, "RETRYING"), (20, "FAILED")]),
        (rehashed, [(0, "MATCHED"), (10, "MINED"), (20, "CONFIRMED")]),
    ],
)
def test_a_trade_takes_its_steps_at_their_times(plan, steps):
    """VENUE §8.3, LESSONS L23: told in order, however far the clock jumps."""
    engine = Engine(settle_s=20)
    engine.exchange.settlement.plan = lambda _: plan(20)
    token = engine.markets[0].tokens[0]

    engine.user("ann").buy(token, 10, 60, order_type="FAK")
    engine.move(100)

    assert steps_of(engine) == steps


def test_without_a_settlement_time_a_trade_is_confirmed_at_once():
    """So that a simple rehearsal need not wait."""
    engine = Engine()

    order = engine.user("ann").buy(engine.markets[0].tokens[0], 10, 60, order_type="FAK")

    assert steps_of(engine) == [(0, "MATCHED"), (0, "MINED"), (0, "CONFIRMED")]
    assert order.fills[0].transaction_hash.startswith("0x")


def test_the_hash_comes_late_and_may_change():
    """VENUE §8.3: empty at the match, and another one when it is confirmed."""
    engine = Engine(settle_s=20)
    engine.exchange.settlement.plan = lambda _: rehashed(20)
    hashes = []

    order = engine.user("ann").buy(engine.markets[0].tokens[0], 10, 60, order_type="FAK")
    for _ in range(3):
        hashes.append(order.fills[0].transaction_hash)
        engine.move(10)

    assert hashes[0] == ""
    assert len(set(hashes)) == 3


def test_a_failed_trade_gives_both_sides_back_what_they_gave():
    """LESSONS L23: dollars, shares and the fee; the order keeps its matched size."""
    engine = Engine(settle_s=20, house=False)
    engine.exchange.settlement.plan = lambda _: failed(20)
    token = engine.markets[0].tokens[0]
    ann, bob = engine.user("ann"), engine.user("bob", pairs=10)
    bob.sell(token, 10, 45)
    before = ann.cash(), bob.cash()

    order = ann.buy(token, 10, 45, order_type="FAK")
    between = ann.cash(), bob.cash(), ann.held(token), bob.held(token)
    engine.move(20)

    assert between[0] < before[0]
    assert between[1:] == (before[1] + 4_500_000, 10 * ONE, 0)
    assert (ann.cash(), bob.cash()) == before
    assert (ann.held(token), bob.held(token)) == (0, 10 * ONE)
    assert order.matched_shares == 10 * ONE


def test_a_failed_mint_leaves_no_pair_behind():
    """VENUE §8.3: the dollar behind each pair goes back to the two who paid it."""
    engine = Engine(settle_s=20)
    engine.exchange.settlement.plan = lambda _: failed(20)
    yes, no = engine.markets[0].tokens
    ann, bob = engine.user("ann"), engine.user("bob")
    ann.buy(yes, 10, 49)
    bob.buy(no, 10, 51, order_type="FAK")
    locked = engine.exchange.ledger.collateral[engine.markets[0].condition_id]

    engine.move(20)

    assert locked == 10 * ONE
    assert engine.exchange.ledger.collateral[engine.markets[0].condition_id] == 0
    assert (ann.cash(), bob.cash()) == (1000 * ONE, 1000 * ONE)


def test_what_a_failing_trade_brought_cannot_be_spent_before():
    """LESSONS L12: neither the buyer's shares nor the seller's dollars."""
    engine = Engine(settle_s=20)
    engine.exchange.settlement.plan = lambda _: failed(20)
    token = engine.markets[0].tokens[0]
    ann, bob = engine.user("ann"), engine.user("bob", usd=0, pairs=10)
    ann.buy(token, 10, 60, order_type="FAK")
    bob.sell(token, 10, 30, order_type="FAK")

    for order in (lambda: ann.sell(token, 5, 90), lambda: bob.buy(token, 10, 10)):
        with pytest.raises(VenueError, match="not enough balance / allowance: balance: 0"):
            order()


def test_fresh_shares_are_unsellable_for_a_while():
    """VENUE §5.2: balance 0 for some seconds, while /balance-allowance shows them."""
    engine = Engine()
    engine.exchange.settlement.fresh_shares_s = 30
    token = engine.markets[0].tokens[0]
    ann = engine.user("ann")
    ann.buy(token, 10, 60, order_type="FAK")

    with pytest.raises(VenueError, match="balance: 0, order amount: 5000000"):
        ann.sell(token, 5, 90)
    assert ann.held(token) >= 10 * ONE
    engine.move(30)

    assert ann.sell(token, 5, 90).status == "LIVE"


def test_a_resolution_waits_for_no_settlement():
    """LESSONS L23: a failing trade is undone before its market pays out, not after."""
    engine = Engine(settle_s=2 * RESOLVES_S)
    engine.exchange.settlement.plan = lambda _: failed(2 * RESOLVES_S)
    token = engine.markets[0].tokens[0]
    ann = engine.user("ann")
    ann.buy(token, 10, 60, order_type="FAK")

    engine.move(RESOLVES_S)

    assert ann.cash() == 1000 * ONE
    assert steps_of(engine)[-1] == (RESOLVES_S, "FAILED")
    engine.move(2 * RESOLVES_S)
    assert ann.cash() == 1000 * ONE


def test_each_trade_has_its_own_plan():
    """A fault may strike one trade of a sweep and spare the next."""
    engine = Engine(settle_s=20)
    plans = iter([failed(20), confirmed(20)])
    engine.exchange.settlement.plan = lambda _: next(plans)
    token = engine.markets[0].tokens[0]

    order = engine.user("ann", usd=1_000_000).buy(token, 500, 51, order_type="FAK")
    engine.move(20)

    assert [fill.status for fill in order.fills] == ["FAILED", "CONFIRMED"]
    assert [fill.bucket_index for fill in order.fills] == [0, 1]


def test_a_market_that_pays_half_pays_both_sides():
    """LESSONS L46: a pair is worth a dollar however it is split."""
    engine = Engine(markets=[market(payouts=(ONE // 2, ONE // 2))])
    ann = engine.user("ann", pairs=7)

    engine.move(RESOLVES_S)

    assert ann.cash() == 1007 * ONE
    assert sum(engine.exchange.ledger.collateral.values()) == 0
