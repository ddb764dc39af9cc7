"""A strategy on Postgres in a scripted world, and a history of all that can happen to it."""

from datetime import timedelta
from decimal import Decimal

from live_made import (
    ACCOUNT,
    MARKET,
    NOON,
    STRATEGY,
    YES,
    a_book,
    a_market,
    a_match,
    an_ended_market,
    an_ft_order,
)
from stocked import taken, with_strategy

from ltsys.adapters.memory import (
    DigestSigner,
    HandClock,
    KeptHaltFile,
    ScriptedMarketData,
    ScriptedVenue,
)
from ltsys.adapters.postgres.queries import PostgresQueries
from ltsys.domain import ledger
from ltsys.domain.errors import OutcomeUnknownError
from ltsys.domain.live_order import lt_order_id
from ltsys.domain.money import Shares, Usd
from ltsys.domain.venue import Accepted, AcceptedStatus, FillStatus, Killed
from ltsys.usecases.desk import Desk, Patience
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.record_fill import record_fill
from ltsys.usecases.resolve_market import resolve_market
from ltsys.usecases.resolve_order import Word
from ltsys.usecases.retry_order import retry_order
from ltsys.usecases.track_order import track_order

MINUTE = timedelta(minutes=1)
BOB = Word(operator="bob", reason="why not")
FEE = {"fee_rate": Decimal("0.05")}


def accepted(signed) -> Accepted:
    return Accepted(
        order_id=signed.order_id,
        status=AcceptedStatus.MATCHED,
        matched_usd=Usd.of(4),
        matched_shares=None,
    )


class Office:
    """A strategy on Postgres in a scripted world."""

    def __init__(self, store, database_url, wall) -> None:
        self.clock = HandClock(NOON, wall + MINUTE)
        self.store, self.venue = store, ScriptedVenue()
        self.market_data = ScriptedMarketData(
            books={YES: a_book()}, shown={MARKET: a_market(**FEE)}
        )
        self.queries = PostgresQueries(database_url)
        self.desk = Desk(
            store=store,
            market_data=self.market_data,
            signer=DigestSigner(),
            venue=self.venue,
            shadow=ScriptedVenue(),
            clock=self.clock,
            halt_file=KeptHaltFile(),
            account=ACCOUNT,
            patience=Patience(park_after=timedelta(0), conclude_after_checks=1),
        )
        with_strategy(store)
        with store.transaction() as tx:
            tx.save_markets([a_market(**FEE)], checked_at=NOON)
            tx.post(STRATEGY, ledger.Book.LIVE, ledger.fund("launch", Usd.of(1000)))

    def execute(self, number, answer):
        """The order of a signal that got this answer."""
        taken(self.store, [an_ft_order(number)])
        with self.store.transaction() as tx:
            (key,) = tx.queue_signals(NOON, None)
        self.venue.answers.append(answer)
        execute_order(key, desk=self.desk)
        with self.store.reading() as tx:
            return tx.order(lt_order_id(tx.signal(*key)))

    def fills(self, order, number, *, status=FillStatus.CONFIRMED, **match) -> None:
        """The stream tells of a match."""
        fill = a_match(order.order_id, number=number, status=status, **match)
        with self.store.transaction() as tx:
            tracking = tx.lock_tracking(order.lt_order_id)
            record_fill(fill, tracking, now=NOON, look_at=self.clock.wall(), tx=tx)

    def page(self, order):
        return self.queries.order(order.lt_order_id)


def history(office):
    """A fill before and after the outcome, one that failed after it, a retry, a parked order."""
    order = office.execute(1, accepted)
    office.venue.matches.append(a_match(order.order_id, number=1, shares="10"))
    track_order(order.lt_order_id, desk=office.desk)
    retried = office.execute(2, Killed(text="no match"))
    office.venue.answers.append(Killed(text="no match again"))
    retry_order(retried.lt_order_id, BOB, even_if_old=False, desk=office.desk)
    parked = office.execute(3, OutcomeUnknownError("timed out"))
    office.venue.held[YES] = Shares.of(99)
    for _ in range(2):
        track_order(parked.lt_order_id, desk=office.desk)
    office.market_data.shown[MARKET] = an_ended_market("1", "0", **FEE)
    resolve_market(MARKET, store=office.store, market_data=office.market_data, clock=office.clock)
    for number, status in ((2, "confirmed"), (3, "matched"), (3, "failed")):
        office.fills(order, number, status=FillStatus(status), shares="5")
    return order, retried, parked
