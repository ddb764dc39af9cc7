"""Named worlds: whatever the weather, the venue's own books are right."""

import pytest
from fault_bench import Bench
from sim_harness import START

from ltsys.simulator.faults.worlds import WORLDS

ORDERS = 60


def live_through(world, seed):
    """Post an order every ten seconds, twice each; everything that the client saw."""
    bench = Bench(world=world, seed=seed)
    seen = []
    for number in range(ORDERS):
        bench.venue.move_to(START + 10 * number)
        side = "SELL" if number % 5 == 4 else "BUY"
        envelope = bench.order(side=side, usd=5, cents=1 if number % 3 == 2 else 99)
        seen += [bench.post(envelope), bench.post(envelope)]
    return bench, seen


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_books_are_right_in_every_weather(world, seed):
    """No order is taken twice, every success is true, and the dollars add up (LESSONS L29)."""
    bench, seen = live_through(world, seed)
    bench.venue.move_to(START + 7200)

    truth = bench.venue.get("/sim/truth")
    taken = [order["order_id"] for order in truth["orders"]]
    told = [each.body for each in seen if each.status == 200 and "{" in each.text]
    placed = [body["orderID"] for body in told if body["success"]]

    assert len(taken) == len(set(taken))
    assert len(placed) == len(set(placed))
    assert set(placed) <= set(taken)
    assert truth["totals"]["difference_units"] == 0
    balance = truth["balances"][bench.trader.address]
    assert balance["reserved_cash_units"] == 0
    assert balance["positions"] == {}


@pytest.mark.parametrize("world", [name for name in WORLDS if name != "calm"])
def test_the_weather_is_felt(world):
    """Something strikes; and it strikes the same in a second run."""
    (bench, first), (_, second) = live_through(world, 1), live_through(world, 1)

    assert sum(bench.struck()) > 5
    assert [each.status for each in first] == [each.status for each in second]
    assert [each.waited_s for each in first] == [each.waited_s for each in second]


def test_calm_is_calm():
    """Every order that could be taken was, and said so."""
    bench, seen = live_through("calm", 1)

    assert bench.struck() == []
    assert {each.status for each in seen} == {200, 400}
