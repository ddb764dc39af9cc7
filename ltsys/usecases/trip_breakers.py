"""Trip circuit breakers by the news of the moment, and end those whose time is over (L34).

A fill, an answer or a result trips in the transaction that writes it down, a book in the one
that plans by it. The sweep looks at every window again, so that nothing depends on one task.
"""

from collections.abc import Iterable
from dataclasses import replace
from operator import itemgetter

from ltsys.domain import ledger
from ltsys.domain.alert import Alert, Severity
from ltsys.domain.breaker import NEWS_KINDS, Breaker, BreakerKind, Trip, explained
from ltsys.domain.ids import StrategyId
from ltsys.domain.market import Book
from ltsys.domain.pricing import limit_price
from ltsys.domain.strategy import RiskRules, RiskState
from ltsys.domain.tripping import (
    book_readings,
    cleared_by_book,
    measured,
    of_book,
    of_results,
    tripped,
)
from ltsys.ports import Clock
from ltsys.ports.breakers import Breakers, Watched
from ltsys.ports.records import Execution, LogEntry
from ltsys.ports.store import Store, Transaction
from ltsys.usecases.clear_breaker import end_breaker

_ITS_RULE = "its own rule"


def sweep_breakers(*, store: Store, clock: Clock) -> None:
    """Breakers whose time is over have ended, and every window that is beyond has tripped.

    Run twice at once it does each once.
    """
    wall = clock.wall()
    with store.transaction() as tx:
        due = [each for each in tx.open_breakers() if each.is_due(wall)]
    for each in due:
        with store.transaction() as tx:
            end_breaker(each, by=_ITS_RULE, because="its time is over", tx=tx)
    with store.transaction() as tx:
        _trip(_judged(tx.watched_breakers(NEWS_KINDS, None)), tx)


def trip_by_news(
    strategy_id: StrategyId, kinds: frozenset[BreakerKind], breakers: Breakers, tx: Transaction
) -> None:
    """What was just written trips the windows that it belongs to, the strategy's and all's.

    Costs a read only where a rule looks at such news.
    """
    if breakers.watches(kinds):
        _trip(_judged(tx.watched_breakers(kinds, strategy_id)), tx)


def trip_by_result(
    strategy_id: StrategyId, rules: RiskRules, state: RiskState, tx: Transaction
) -> None:
    """A run of losses or a drawdown at its limit stops the strategy, whatever is won later.

    What is lost on paper stops nothing by itself: the limit denies it there (LESSONS L36).
    """
    if state.book is ledger.Book.LIVE and of_results(strategy_id, rules, state, ()):
        _trip(of_results(strategy_id, rules, state, tx.breaker_rules()), tx)


def judge_book(execution: Execution, book: Book, tx: Transaction) -> Execution:
    """The execution with what stops it now that its book is in hand; only real orders judge.

    A bad book trips before anything is planned by it, and a good one ends what waited for it.
    """
    signal, strategy, breakers = execution.signal, execution.strategy, execution.breakers
    if signal.is_force_test or execution.state.book is not ledger.Book.LIVE:
        return execution
    limit = limit_price(signal.price, strategy.slippage_tolerance, book.tick)
    readings = book_readings(book, limit)
    better, worse = (
        cleared_by_book(breakers.tripped, readings),
        of_book(breakers.rules, readings),
    )
    if not better and not worse:
        return execution
    _turn(better, worse, tx)
    scopes = {None, strategy.strategy_id}
    stopping = tuple(each for each in tx.open_breakers() if each.strategy_id in scopes)
    return replace(execution, breakers=replace(breakers, tripped=stopping))


def _turn(better: Iterable[Breaker], worse: Iterable[Trip], tx: Transaction) -> None:
    """In the one order of breakers, whichever of them this book ends and trips."""
    changes = {each.place: each for each in better} | {each.rule.place: each for each in worse}
    for _, change in sorted(changes.items(), key=itemgetter(0)):
        if isinstance(change, Breaker):
            end_breaker(change, by=_ITS_RULE, because="the book is better again", tx=tx)
        else:
            _trip([change], tx)


def _judged(watched: Iterable[Watched]) -> list[Trip]:
    judged = (tripped(each.rule, measured(each.rule, each.readings)) for each in watched)
    return [trip for trip in judged if trip]


def _trip(trips: Iterable[Trip], tx: Transaction) -> None:
    """Each is a row, a line in the log and an alert, once, in one order: so nobody deadlocks."""
    for trip in sorted(trips, key=lambda each: each.rule.place):
        breaker = tx.trip_breaker(trip)
        if breaker is None:
            continue
        text = explained(breaker)
        numbers = {"kind": breaker.kind, "value": breaker.value, "limit": breaker.threshold}
        tx.log(
            LogEntry(
                stage="breaker",
                message=f"tripped: {text}",
                level="WARNING",
                strategy_id=breaker.strategy_id,
                extra=numbers,
            )
        )
        tx.raise_alert(
            Alert(
                key=breaker.key,
                severity=Severity.CRITICAL,
                text=text,
                strategy_id=breaker.strategy_id,
            )
        )
