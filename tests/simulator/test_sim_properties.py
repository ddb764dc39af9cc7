"""What holds over any history of orders, cancels, settlements, failures and redemptions."""

from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sim_engine import RESOLVES_S, T0, Engine, market

from ltsys.simulator.exchange.events import TradeChanged
from ltsys.simulator.exchange.settlement import confirmed, failed, rehashed, retried
from ltsys.simulator.units import ONE
from ltsys.simulator.venue_error import VenueError

PRICES = ((0, 500_000), (60, 480_000), (150, 530_000), (300, 500_000), (450, 930_000))
PLANS = (confirmed, retried, failed, rehashed)

users = st.integers(0, 2)
posts = st.tuples(
    st.just("post"),
    users,
    st.sampled_from([0, 0, 0, 1, 1, 2, 3]),
    st.sampled_from(["BUY", "SELL"]),
    st.sampled_from(["GTC", "GTC", "GTC", "GTC", "GTD", "FAK", "FOK"]),
    st.sampled_from([48, 49, 50, 51, 52]),
    st.sampled_from([5, 10, 25]),
)
moves = st.tuples(st.just("move"), st.sampled_from([1, 7, 40, 130]))
others = st.one_of(
    st.tuples(st.sampled_from(["cancel", "again"]), users, st.integers(0, 30)),
    st.tuples(st.sampled_from(["split", "merge"]), users, st.integers(0, 1), st.integers(1, 20)),
)
rounds = st.tuples(st.lists(posts, min_size=2, max_size=6), st.one_of(moves, moves, others))
histories = st.lists(rounds, min_size=3, max_size=12).map(
    lambda listed: [action for orders, other in listed for action in [*orders, other]]
)


class History:
    """Three traders, two markets of which one is neg-risk, and plans for their trades."""

    def __init__(self, plans, payouts, *, settle_s=20, house=True):
        self.markets = [
            market(0, payouts=payouts),
            market(1, neg_risk=True, payouts=payouts, seconds_delay=3),
        ]
        self.engine = Engine(markets=self.markets, prices=PRICES, house=house)
        self.exchange = self.engine.exchange
        self.users = [self.engine.user(name, usd=80) for name in "abc"]
        self.pairs = {(user.address, number): 0 for user in self.users for number in (0, 1)}
        for number in (0, 1):
            self.split(0, number, 25)
            self.split(1, number, 25)
        self.exchange.settlement.plan = lambda _: PLANS[next(chosen)](settle_s)
        self.envelopes = []
        chosen = cycle(plans)

    def act(self, what, *arguments):
        """Do one thing; refusals are as good as anything else."""
        getattr(self, what)(*arguments)
        check_ledger(self)
        check_balances(self)
        check_books(self)
        check_orders(self)

    def post(self, number, token, side, order_type, cents, shares):
        """Post an order."""
        user = self.users[number]
        amounts = [shares * cents * ONE // 100, shares * ONE]
        if side == "SELL":
            amounts.reverse()
        token = self.markets[token // 2].tokens[token % 2]
        expiration = int(self.engine.now) + 200 if order_type == "GTD" else 0
        more = {"order_type": order_type, "expiration": expiration}
        self.envelopes.append((user, user.sign(token, side, *amounts, **more)))
        self.again(0, len(self.envelopes) - 1)

    def again(self, _, number):
        """Post some envelope, maybe for the second time."""
        if self.envelopes:
            user, envelope = self.envelopes[number % len(self.envelopes)]
            is_new = len(self.exchange.orders)
            filled = [list(order.fills) for order in self.exchange.orders.values()]
            try:
                order = user.post(envelope)
            except VenueError as error:
                if error.kind == "duplicated":
                    assert filled == [o.fills for o in self.exchange.orders.values()]
            else:
                assert order.sequence == is_new

    def cancel(self, number, order):
        """Cancel some order as some user."""
        if self.exchange.orders:
            order_id = list(self.exchange.orders)[order % len(self.exchange.orders)]
            self.exchange.cancel(order_id, self.users[number].key, self.engine.now)

    def split(self, number, market_number, shares):
        """Turn dollars into pairs while the market lives."""
        where = self.users[number].address, self.markets[market_number], shares * ONE
        if self.engine.now < T0 + RESOLVES_S and self.exchange.split(*where, self.engine.now):
            self.pairs[where[0], market_number] += shares * ONE

    def merge(self, number, market_number, shares):
        """Turn pairs into dollars."""
        where = self.users[number].address, self.markets[market_number], shares * ONE
        if self.exchange.merge(*where):
            self.pairs[where[0], market_number] -= shares * ONE

    def move(self, seconds):
        """Let time pass."""
        self.engine.move(seconds)


def check_ledger(history):
    """Dollars are deposits, shares come in pairs, nobody owes and nothing is promised twice."""
    ledger = history.exchange.ledger
    assert sum(ledger.cash.values()) + sum(ledger.collateral.values()) == 240 * ONE
    for each in history.markets:
        held = [sum(s.get(token, 0) for s in ledger.shares.values()) for token in each.tokens]
        locked = ledger.collateral[each.condition_id]
        if history.engine.now < each.resolves_at:
            assert held == [locked, locked]
        else:
            assert held == [0, 0]
            assert 0 <= locked <= 4
    for user in history.users:
        tokens = [token for each in history.markets for token in each.tokens]
        assert all(ledger.free(user.address, asset) >= 0 for asset in ["", *tokens])
    assert all(units >= 0 for shares in ledger.shares.values() for units in shares.values())


def check_balances(history):
    """Everybody has what his trades, pairs and redemptions brought, and FAILED brought nothing."""
    redeemed = history.exchange.redeemer.by_address
    for user in history.users:
        legs = [
            (fill, leg)
            for fill in history.exchange.fills_by_owner.get(user.address, [])
            for leg in fill.legs
            if leg.address == user.address and fill.status != "FAILED"
        ]
        paid = sum((leg.usd if leg.is_buy else -leg.usd) + leg.fee for _, leg in legs)
        pairs = sum(history.pairs[user.address, number] for number in (0, 1))
        won = sum(each.usd for each in redeemed.get(user.address, []))
        assert user.cash() == 80 * ONE - pairs - paid + won
        for number, each in enumerate(history.markets):
            for index, token in enumerate(each.tokens):
                moved = [
                    leg.shares if leg.is_buy else -leg.shares
                    for fill, leg in legs
                    if fill.market is each and leg.outcome_index == index
                ]
                held = history.pairs[user.address, number] + sum(moved)
                is_paid = history.engine.now >= each.resolves_at
                assert user.held(token) == (0 if is_paid else held)


def check_books(history):
    """The best bid is below the best ask, users and house together."""
    for each in history.markets:
        if each.is_open(history.engine.now):
            point = history.engine.world.last_price(each, history.engine.now)
            book = history.exchange.book(each).token_book(point, history.engine.now, 0)
            assert not all(book) or book[0][0][0] < book[1][0][0]


def check_orders(history):
    """A BUY never pays more than it signed, nor a SELL gives more; prices to the unit."""
    for order in history.exchange.orders.values():
        legs = [fill.leg(order.order_id) for fill in order.fills]
        usd, shares = sum(leg.usd for leg in legs), sum(leg.shares for leg in legs)
        assert (order.matched_usd, order.matched_shares) == (usd, shares)
        assert (usd if order.is_buy else shares) <= order.maker_units
        for leg in legs:
            ours, theirs = (leg.usd, leg.shares) if order.is_buy else (leg.shares, leg.usd)
            slack = order.taker_units if order.is_buy else order.maker_units
            assert ours * order.taker_units <= theirs * order.maker_units + slack


def check_settlements(history):
    """Each trade ended once, and events were told in the order of time."""
    told = history.engine.told(TradeChanged)
    for fill in {id(event.fill): event.fill for event in told}.values():
        words = [event.status for event in told if event.fill is fill]
        assert words[0] == "MATCHED"
        assert words[-1] == fill.status
        assert [word for word in words if word in {"CONFIRMED", "FAILED"}] == words[-1:]
    times = [event.at for event in history.engine.events]
    assert times == sorted(times)


@settings(max_examples=100, deadline=None)
@given(
    histories,
    st.lists(st.integers(0, 3), min_size=1, max_size=6),
    st.sampled_from([(ONE, 0), (0, ONE), (ONE // 2, ONE // 2)]),
    st.sampled_from([0, 20, 200]),
    st.booleans(),
)
def test_nothing_is_made_or_lost_whatever_happens(actions, plans, payouts, settle_s, house):
    """LESSONS L29: dollars and shares are conserved, books never cross, no order exceeds what it
    signed, no signature fills twice (VENUE §3.3, §8.3); L23: FAILED undoes both sides.
    """
    history = History(plans, payouts, settle_s=settle_s, house=house)

    for action in actions:
        history.act(*action)
    history.act("move", RESOLVES_S)

    check_settlements(history)
    assert not any(history.exchange.working(user.key) for user in history.users)


@pytest.mark.parametrize("damage", ["cash", "shares", "collateral"])
def test_the_check_of_the_ledger_can_fail(damage):
    """A unit too much anywhere is seen."""
    history = History([0], (ONE, 0))
    history.act("post", 0, 0, "BUY", "FAK", 60, 10)
    ledger, token = history.exchange.ledger, history.markets[0].tokens[0]

    if damage == "cash":
        ledger.cash[history.users[0].address] += 1
    elif damage == "shares":
        ledger.shares[history.users[0].address][token] += 1
    else:
        ledger.collateral[history.markets[0].condition_id] -= 1

    with pytest.raises(AssertionError):
        check_ledger(history)


def test_the_same_history_gives_the_same_events():
    """The same orders at the same simulated times, however the time between was walked."""

    def run(pause):
        history = History([0, 1, 2], (ONE, 0))
        for number, side in enumerate(["BUY", "SELL", "BUY", "BUY"] * 3):
            history.post(number % 3, number % 4, side, "GTC", 45 + number, 10)
            for _ in range(60 // pause):
                history.move(pause)
        return [
            (type(event).__name__, event.at, getattr(event, "status", getattr(event, "kind", "")))
            for event in history.engine.events
        ]

    assert run(60) == run(4)
