"""What the tests of the comparison with the venue do all the time."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from live_made import YES
from trading_floor import Floor, accepted

from ltsys.domain.gate import Gate
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import Shares, Usd
from ltsys.domain.venue import FillStatus
from ltsys.usecases.reconcile import reconcile

MINUTE = timedelta(minutes=1)


def behind_the_gate(floor: Floor) -> Floor:
    """The venue's wallet has $1,000, and trading waits for the comparison."""
    floor.venue.cash = Usd.of(1000)
    floor.desk = replace(floor.desk, required_gates=frozenset({Gate.RECONCILIATION}))
    return floor


def later(floor, by=MINUTE):
    floor.clock.move(by)
    return reconcile(desk=floor.desk)


def bought(floor, number=1) -> LiveOrder:
    """An order of ours has bought 25 shares for $10, and both sides know."""
    order = placed(floor, number)
    floor.reports(order, number)
    settle(floor)
    return floor.track(order)


def placed(floor, number=1) -> LiveOrder:
    """As `bought`, but we were not told yet."""
    reconcile(desk=floor.desk)
    return floor.execute(number, accepted("10"))


def settle(floor):
    """The venue's balances are what its trades make of them."""
    ours = [m for m in floor.venue.matches if m.status is not FillStatus.FAILED]
    spent = sum((m.price.per_share * m.shares.count for m in ours), Decimal(0))
    floor.venue.cash = Usd.of(1000 - spent)
    floor.venue.held[YES] = Shares(sum((m.shares.count for m in ours), Decimal(0)))


def gate(floor):
    states = floor.store.tables.lt_gates
    return Gate.RECONCILIATION in states and states[Gate.RECONCILIATION].is_open(floor.clock.wall())


def alerts(floor):
    return sorted(floor.store.tables.lt_alerts)


def kinds(made):
    return [(finding.kind, finding.action) for finding in made.findings]


def last(floor):
    return floor.store.tables.reconciliations[-1]


def deposit(floor):
    floor.venue.cash += Usd.of(50)
