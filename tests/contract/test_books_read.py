"""What people read of the books, after orders that went well and badly, on the real database."""

import psycopg
import pytest
from live_made import STRATEGY
from office import BOB, MINUTE, Office, history

from ltsys.domain.errors import OutcomeUnknownError
from ltsys.domain.ledger import Account, Kind
from ltsys.domain.money import ZERO_USD, Shares, Usd
from ltsys.usecases.check_health import ANSWERS, SIGNALS, check_health
from ltsys.usecases.clear_alert import clear_alert
from ltsys.usecases.explain_ledger import explain
from ltsys.usecases.queries import overview, why


@pytest.fixture
def office(postgres, database_url, wall) -> Office:
    return Office(postgres, database_url, wall)


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
