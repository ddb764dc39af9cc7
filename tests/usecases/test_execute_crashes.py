"""A worker may die at any line of an execution; the end is the same (L02, L56)."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from live_made import NOON, STRATEGY
from trading_floor import accepted

from ltsys.domain.money import Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.venue import AlreadySeen
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.queue_signals import due_signals
from ltsys.usecases.track_order import due_orders, track_order

TRANSACTIONS = 3
"""Plan, save the envelope, record the answer."""


class CrashError(Exception):
    """The process is gone."""


def die(_):
    raise CrashError


class MortalStore:
    """Dies before, within, or just after its n-th transaction."""

    def __init__(self, store, *, number: int, where: str) -> None:
        self._store, self._left, self._where = store, number, where

    def reading(self):
        return self._store.reading()

    @contextmanager
    def transaction(self):
        self._left -= 1
        dies = self._left == 0
        if dies and self._where == "before":
            raise CrashError
        with self._store.transaction() as tx:
            yield tx
            if dies and self._where == "within":
                raise CrashError
        if dies:
            raise CrashError


class ExactVenue:
    """Knows each envelope once: matches it whole, then calls it a duplicate."""

    def __init__(self, floor) -> None:
        self._floor = floor
        self.taken: dict[str, int] = {}

    def __call__(self, signed):
        number = self.taken.setdefault(signed.order_id, len(self.taken) + 1)
        if len(self._floor.venue.posted) > 1:
            return AlreadySeen(text="order duplicated")
        order = replace(next(iter(self._floor.store.tables.lt_orders.values())).order)
        now = self._floor.clock.now()
        self._floor.reports(replace(order, order_id=signed.order_id), number, matched_at=now)
        return accepted("10")(signed)


def recover(floor) -> None:
    """What the sweeps do until nothing is due."""
    for _ in range(12):
        floor.clock.move(timedelta(seconds=21))
        for key in due_signals(desk=floor.desk):
            execute_order(key, desk=floor.desk)
        for lt_order_id in due_orders(desk=floor.desk):
            track_order(lt_order_id, desk=floor.desk)


@pytest.mark.parametrize("repost", [False, True])
@pytest.mark.parametrize("where", ["before", "within", "after"])
@pytest.mark.parametrize("number", range(1, TRANSACTIONS + 1))
def test_a_crash_at_any_transaction_ends_in_one_order_or_none(new_floor, number, where, repost):
    """At most one envelope ever leaves, and no dollar is lost (L01, L02, L03)."""
    floor = new_floor(repost=repost)
    venue = ExactVenue(floor)
    floor.venue.answers.extend([venue] * 20)
    key = floor.signal()
    mortal = MortalStore(floor.store, number=number, where=where)

    with pytest.raises(CrashError):
        execute_order(key, desk=replace(floor.desk, store=mortal))
    recover(floor)

    (row,) = floor.store.tables.lt_orders.values()
    was_never_sent = (number, where) == (2, "after") and not repost
    assert len({signed.order_id for signed in floor.venue.posted}) <= 1
    assert len(venue.taken) == (0 if was_never_sent else 1)
    assert row.status is (OrderStatus.CANCELED if was_never_sent else OrderStatus.FILLED)
    spent = Usd.of(0) if was_never_sent else Usd.of(10)
    assert floor.balances.reserved + floor.balances.position == spent


@pytest.mark.parametrize("when", ["before it is sent", "after it was taken"])
def test_a_crash_during_the_post_is_asked_about_and_never_posted_blindly(floor, when):
    """A submitting order that is found is not sent by whoever finds it (L03)."""
    key = floor.signal()

    def break_down(signed):
        if when == "after it was taken":
            order = next(iter(floor.store.tables.lt_orders.values())).order
            floor.reports(replace(order, order_id=signed.order_id))
        raise CrashError

    floor.venue.answers.append(break_down)
    with pytest.raises(CrashError):
        execute_order(key, desk=floor.desk)
    at_first = floor.row(key).status

    recover(floor)

    was_taken = when == "after it was taken"
    assert at_first is OrderStatus.SUBMITTING
    assert len(floor.venue.posted) == 1
    assert floor.row(key).status is (OrderStatus.FILLED if was_taken else OrderStatus.CANCELED)


def test_a_redelivered_message_finds_a_submitting_order_and_leaves_it(floor):
    """L03, L56."""
    key = floor.signal()
    floor.venue.answers.append(die)
    with pytest.raises(CrashError):
        execute_order(key, desk=floor.desk)

    result = execute_order(key, desk=floor.desk)

    assert result is None
    assert floor.row(key).status is OrderStatus.SUBMITTING
    assert len(floor.venue.posted) == 1


def test_a_message_that_comes_again_when_all_is_answered_asks_the_venue_nothing(floor):
    """A second delivery costs one read and no request (L56)."""
    key = floor.signal()
    floor.venue.answers.append(accepted())
    execute_order(key, desk=floor.desk)
    silent = SimpleNamespace(book=die)

    result = execute_order(key, desk=replace(floor.desk, market_data=silent))

    assert result is None
    assert len(floor.venue.posted) == 1


def test_a_crash_while_signing_leaves_a_planned_order_for_the_next_run(floor):
    """L02."""
    key = floor.signal()

    signer = SimpleNamespace(sign=die)

    with pytest.raises(CrashError):
        execute_order(key, desk=replace(floor.desk, signer=signer))
    between = floor.row(key).status
    floor.venue.answers.append(accepted())
    execute_order(key, desk=floor.desk)

    assert between is OrderStatus.PLANNED
    assert floor.row(key).status is OrderStatus.LIVE
    assert key == (STRATEGY, "trade-1")
    assert floor.row(key).order.plan.planned_at == NOON
