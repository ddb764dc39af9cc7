"""Strategies of one wallet decide at once; what one reserves first, another decides without."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace

import pytest
from live_made import ACCOUNT
from trading_floor import accepted

from ltsys.domain.denial import DenialCode
from ltsys.domain.errors import StaleWriteError
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.venue import Killed
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.resolve_order import Word
from ltsys.usecases.retry_order import retry_order

ALWAYS = 100
BOB = Word(operator="bob", reason="once more")


class ContestedStore:
    """Its first plans find at their commit that somebody else was first."""

    def __init__(self, store, *, lost: int, meanwhile: Callable[[], None] = lambda: None) -> None:
        self._store, self._left, self._meanwhile = store, lost, meanwhile

    def reading(self):
        return self._store.reading()

    @contextmanager
    def transaction(self):
        before, is_lost = self._store.tables.lt_ledger, False
        try:
            with self._store.transaction() as tx:
                yield tx
                if self._left and len(tx._tables.lt_ledger) > len(before):
                    is_lost, self._left = True, self._left - 1
                    raise StaleWriteError("promised meanwhile")
        finally:
            if is_lost:
                self._meanwhile()


def execute(floor, key, **contested) -> None:
    execute_order(key, desk=replace(floor.desk, store=ContestedStore(floor.store, **contested)))


def test_an_order_that_lost_the_race_is_decided_anew(floor):
    """Once, however often it is decided (L01, L30)."""
    key = floor.signal()
    floor.venue.answers.append(accepted())

    execute(floor, key, lost=2)

    assert floor.row(key).status is OrderStatus.LIVE
    assert len(floor.venue.posted) == 1
    assert floor.balances.reserved == Usd.of(10)


def test_a_lost_race_is_a_line_in_the_log(floor):
    key = floor.signal()
    floor.venue.answers.append(accepted())

    execute(floor, key, lost=1)

    assert "decided anew, for somebody was first: promised meanwhile" in floor.messages("plan")


def test_a_retry_that_lost_the_race_is_decided_anew(floor):
    """The operator has an order or a denial, not a race (L08)."""
    order = floor.execute(1, Killed(text="no match"))
    floor.venue.answers.append(accepted())
    desk = replace(floor.desk, store=ContestedStore(floor.store, lost=1))

    again = retry_order(order.lt_order_id, BOB, even_if_old=False, desk=desk)

    assert (again.status, again.attempt) == (OrderStatus.LIVE, 2)
    assert floor.balances.reserved == Usd.of(10)


def test_what_another_strategy_took_is_not_there_for_it(floor):
    """The denial has the numbers of after the race (L18, L30)."""
    key = floor.signal()

    def spend():
        with floor.store.transaction() as tx:
            tx.note_collateral(ACCOUNT, Usd.of(9), read_at=floor.clock.wall())

    execute(floor, key, lost=1, meanwhile=spend)

    denial = floor.row(key).denial
    assert denial.code is DenialCode.WALLET_BALANCE_EXCEEDED
    assert (denial.would_be, denial.limit) == (Usd.of(10).amount, Usd.of(9).amount)
    assert not floor.venue.posted


def test_a_signal_that_always_loses_waits(floor):
    """Nothing of it is kept, and the outbox still has it (L54)."""
    key = floor.signal()
    floor.venue.answers.append(accepted())

    with pytest.raises(StaleWriteError):
        execute(floor, key, lost=ALWAYS)

    assert not floor.venue.posted
    assert floor.balances.reserved == ZERO_USD
    execute_order(key, desk=floor.desk)
    assert floor.row(key).status is OrderStatus.LIVE
