"""What people read of the books, after orders that went well and badly, on the real database."""

from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest
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
from ltsys.domain.ledger import Account, Kind
from ltsys.domain.live_order import lt_order_id
from ltsys.domain.money import ZERO_USD, Shares, Usd
from ltsys.domain.venue import Accepted, AcceptedStatus, FillStatus, Killed
from ltsys.usecases.check_health import ANSWERS, SIGNALS, check_health
from ltsys.usecases.clear_alert import clear_alert
from ltsys.usecases.desk import Desk, Patience
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.explain_ledger import explain
from ltsys.usecases.queries import overview, why
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


@pytest.fixture
def office(postgres, database_url, wall) -> Office:
    return Office(postgres, database_url, wall)


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


def test_the_books_are_right_after_a_history_of_everything(office):
    """Every kept amount follows from its rows (L29, L41, L55)."""
    history(office)

    report = office.queries.ledger()

    assert report.is_right, report
    assert report.strategy_count == 1


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("lt_orders SET reserved_usd = reserved_usd + 1", "reserved"),
        ("lt_orders SET executed_usd = executed_usd + 1", "filled"),
        ("lt_orders SET fees_usd = fees_usd + 1", "fees"),
        ("lt_orders SET pnl = pnl + 1", "realized result"),
        ("lt_orders SET outcome = 'OPEN'", "position"),
        ("lt_orders SET settles_at = resolved_at", "settling"),
        ("lt_risk_state SET daily_spent_usd = daily_spent_usd + 1", "spent today"),
        ("lt_strategies SET initial_capital = initial_capital + 1", "capital"),
        ("lt_fills SET cost_usd = cost_usd + 1 WHERE status = 'confirmed'", "filled"),
    ],
)
def test_a_dollar_that_is_kept_wrongly_is_found(office, database_url, change, what):
    """L29, L55."""
    history(office)
    with psycopg.connect(database_url) as connection:
        connection.execute(f"UPDATE {change}")

    report = office.queries.ledger()

    assert any(each.what.startswith(what) for each in report.mismatches), report
    assert not report.is_right


def test_the_ledger_of_a_strategy_is_told_posting_by_posting(office):
    """With its cause, in words, and what was there afterwards (L29)."""
    order, retried, _ = history(office)

    steps = explain(office.queries.postings(STRATEGY))

    with office.store.reading() as tx:
        state = tx.lock_state(STRATEGY)
    kinds = [step.row.kind for step in steps if step.row.lt_order_id == order.lt_order_id]
    again = [s.row.cause for s in steps if s.row.lt_order_id == retried.lt_order_id]
    assert steps[-1].balances == state.balances
    assert kinds == [
        Kind.RESERVE,
        Kind.FILL,
        Kind.RELEASE,
        Kind.RESOLVE,
        Kind.SETTLE,
        Kind.FILL,
        Kind.RESOLVE,
        Kind.SETTLE,
        Kind.FILL,
        Kind.RESOLVE,
        Kind.SETTLE,
        Kind.UNFILL,
        Kind.UNRESOLVE,
        Kind.UNSETTLE,
    ]
    assert again[-1] == f"{retried.lt_order_id}#2"
    assert "failed to settle" in next(s for s in steps if s.row.kind is Kind.UNFILL).words
    assert sum((s.row.amounts.get(Account.CAPITAL, ZERO_USD) for s in steps), ZERO_USD) == Usd.of(
        -1000
    )


def test_the_page_of_an_order_shows_all_that_is_known(office):
    """History, attempts, answers, looks, fills, postings, alerts and log (L08, L32)."""
    order, retried, parked = history(office)

    filled, again, waiting = map(office.page, (order, retried, parked))

    assert [fill.status for fill in filled.fills] == ["confirmed", "confirmed", "failed"]
    assert [row.alert.key for row in filled.alerts] == [f"fill_failed:{order.lt_order_id}"]
    assert [(each.attempt, each.answer) for each in again.attempts] == [
        (1, "no match"),
        (2, "no match again"),
    ]
    assert again.newest == again.attempts[1]
    assert (again.order.lt_order_id, again.order.attempt) == (retried.lt_order_id, 2)
    assert any(str(BOB) in said.message for said in again.logs)
    assert waiting.looks.parked_at is not None
    assert waiting.looks.next_at is None
    assert (waiting.looks.count, waiting.looks.last.held_there) == (2, Shares.of(99))
    assert waiting.reserved == Usd.of("10.5")
    assert why(waiting.order).startswith("waits for an operator since")
    assert waiting.postings[0].kind is Kind.RESERVE


def test_an_overview_tells_what_waits_and_what_is_critical(office):
    """L51, L64."""
    office.execute(4, OutcomeUnknownError("timed out"))
    history(office)
    office.clock.move(2 * MINUTE)
    check_health(desk=office.desk)

    view = overview(queries=office.queries, clock=office.clock)

    ages = view.outbox_ages_s
    keys = [row.alert.key for row in view.alerts]
    assert view.pulse.parked_count == 1
    assert view.critical_count == 2
    assert ages["oldest_queued_signal"] is None
    assert 170 <= ages["oldest_unanswered_order"] <= 190
    assert ANSWERS in keys
    assert SIGNALS not in keys


def test_an_alert_is_cleared_by_a_person_once_and_noted(office):
    """L64."""
    order, *_ = history(office)
    key = f"fill_failed:{order.lt_order_id}"

    cleared = [clear_alert(key, "bob", store=office.store) for _ in range(2)]

    assert cleared == [True, False]
    assert key not in [row.alert.key for row in office.queries.alerts()]
    assert office.page(order).alerts[0].cleared_at is not None
    assert office.queries.logs(1)[0].message == f"alert {key} was cleared by bob"
