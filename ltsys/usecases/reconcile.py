"""Compare a trading wallet's books with the venue's word (DESIGN §4, LESSONS L05, L54, L60).

Our side is read before and after the venue's, so that what moves meanwhile is known to have
moved. Only fills of our own orders are corrected, by the use case that counts every fill; all
other differences wait for the operator. One that stands in two comparisons in a row is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from ltsys.domain.alert import Alert, Severity
from ltsys.domain.comparison import compare
from ltsys.domain.errors import MalformedAnswerError, StaleWriteError, VenueUnavailableError
from ltsys.domain.gate import Gate
from ltsys.domain.ids import Address, TokenId
from ltsys.domain.money import Usd
from ltsys.domain.reconciliation import (
    Action,
    Books,
    Comparison,
    Counts,
    Finding,
    FindingKey,
    Holding,
    Kind,
    Known,
    Reconciliation,
    Result,
    Span,
    Theirs,
    alert_key,
    alert_prefix,
)
from ltsys.domain.resolution import resolution_of
from ltsys.domain.venue import VenueFill
from ltsys.ports.reconciliation import KeptReconciliation, Scope
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Transaction
from ltsys.usecases.desk import Desk
from ltsys.usecases.record_fill import record_fill

OVERDUE = "reconciliation:overdue"
"""The alert that stands while trading waits for a clean comparison."""

_STAGE = "reconcile"
_COMPLETE = frozenset({Result.CLEAN, Result.DRIFT})
_LEASE_TICKS = 3
_OVERLAP = timedelta(minutes=10)
"""Venue time, before the last clean comparison: a trade may be listed late."""
_KEPT = timedelta(days=30)
_NO_ANSWER = (VenueUnavailableError, MalformedAnswerError)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """What is known before the venue is asked."""

    scope: Scope
    asked_at: datetime
    started_at: datetime
    books: Books
    known: Known
    accepted: Mapping[FindingKey, Decimal]


def reconcile(*, desk: Desk) -> Reconciliation:
    """The books of the desk's wallet were compared once; a clean result keeps its gate open.

    Where fills were corrected they are compared again at once. An answer that is missing or
    cannot be believed changes nothing but the row that says so.
    """
    made = _compare_once(desk)
    return _compare_once(desk) if made.counts.corrections else made


def _compare_once(desk: Desk) -> Reconciliation:
    started_at = desk.clock.wall()
    try:
        start = _read_start(started_at, desk)
        theirs = _ask(start, desk)
    except _NO_ANSWER as error:
        return _give_up(started_at, str(error), desk)
    scope = replace(
        start.scope,
        orders=theirs.named,
        tokens=tuple(theirs.shares),
    )
    with desk.store.transaction() as tx:
        books = tx.wallet_books(scope)
    young_after = start.asked_at - desk.patience.reconcile_grace
    found = compare(books, theirs, start.known, young_after=young_after)
    findings = tuple(_act(finding, found, start.asked_at, desk) for finding in found.findings)
    return _save(start, theirs, replace(found, findings=findings), desk)


def _read_start(started_at: datetime, desk: Desk) -> _Start:
    """Raises VenueUnavailableError where the venue's time cannot be had."""
    wallet, since, asked_at = Address(desk.account), desk.books_since, desk.clock.now()
    with desk.store.transaction() as tx:
        clean = tx.last_reconciliation(wallet, {Result.CLEAN}, since=since)
        complete = tx.last_reconciliation(wallet, _COMPLETE, since=since)
        accepted = tx.accepted(wallet, since=since)
        scope = Scope(
            wallet=wallet,
            settled_before=started_at - desk.patience.reconcile_grace,
            posted_since=since,
            matched_since=_matched_since(clean, tx.first_launch(wallet) or asked_at),
        )
        books = tx.wallet_books(scope)
    return _Start(
        scope=scope,
        asked_at=asked_at,
        started_at=started_at,
        books=books,
        known=_known(complete, accepted),
        accepted=accepted,
    )


def _matched_since(clean: KeptReconciliation | None, launched_at: datetime) -> datetime:
    """Trades are listed by the second."""
    compared_at = clean.reconciliation.asked_at if clean else None
    since = launched_at if compared_at is None else compared_at - _OVERLAP
    return since.replace(microsecond=0)


def _known(last: KeptReconciliation | None, accepted: Mapping[FindingKey, Decimal]) -> Known:
    """A comparison that corrected something is repeated at once: the two are not two in a row."""
    if last is None:
        return Known(accepted=accepted)
    before = last.reconciliation
    names = frozenset(finding.name for finding in before.findings)
    return Known(
        unexplained=before.observed if _is_cash_accepted(last) else before.unexplained,
        accepted=accepted,
        standing=frozenset() if before.counts.corrections else names,
    )


def _is_cash_accepted(last: KeptReconciliation) -> bool:
    """Then what was seen is what the operator has of his own; later looks narrow it again."""
    return any(
        each.finding.kind is Kind.COLLATERAL and each.acknowledged_at is not None
        for each in last.findings
    )


def _ask(start: _Start, desk: Desk) -> Theirs:
    """Cash is asked for twice, since a redemption between two answers moves it."""
    venue, since = desk.venue, start.scope.matched_since
    trades, orders = venue.trades(since), venue.open_orders()
    cash = venue.balance().cash.amount
    shares = {each.token_id: venue.shares(each.token_id) for each in start.books.holdings}
    again = venue.balance().cash.amount
    theirs = Theirs(
        asked_at=start.asked_at,
        since=since,
        orders=orders,
        trades=trades,
        shares=shares,
        cash=Span(least=min(cash, again), most=max(cash, again)),
    )
    return replace(theirs, over=_over(start, theirs, desk))


def _over(start: _Start, theirs: Theirs, desk: Desk) -> Mapping[TokenId, Decimal | None]:
    """Of open tokens with fewer shares than we count: whether their markets have ended."""
    short = [each for each in start.books.holdings if _is_short(each, theirs)]
    if not short:
        return {}
    conditions = tuple(dict.fromkeys(each.condition_id for each in short))
    markets = {market.condition_id: market for market in desk.market_data.markets(conditions)}
    over: dict[TokenId, Decimal | None] = {}
    for holding in short:
        market = markets.get(holding.condition_id)
        if market is None:
            continue
        end = resolution_of(market, token_id=holding.token_id)
        has_ended = market.end_at is not None and market.end_at <= theirs.asked_at
        if end is not None:
            over[holding.token_id] = end.payout_per_share
        elif market.is_closed or has_ended:
            over[holding.token_id] = None
    return over


def _is_short(holding: Holding, theirs: Theirs) -> bool:
    most = holding.bought.most
    held = theirs.shares[holding.token_id].count
    return holding.payout is None and (most is None or held < most)


def _act(finding: Finding, found: Comparison, now: datetime, desk: Desk) -> Finding:
    """What is safe is done, each in a transaction of its own; the rest is left as it is."""
    if finding.lt_order_id is None:
        return finding
    wall = desk.clock.wall()
    if finding.action is Action.ASKED:
        with desk.store.transaction() as tx:
            tx.look_soon(finding.lt_order_id, at=wall)
        return finding
    told = found.missed.get(finding.name)
    if told is None:
        return finding
    try:
        is_corrected = _correct(finding, told, now=now, wall=wall, desk=desk)
    except (MalformedAnswerError, StaleWriteError) as error:
        return replace(finding, ours=f"{finding.ours}; cannot be booked: {error}")
    return replace(finding, action=Action.CORRECTED) if is_corrected else finding


def _correct(
    finding: Finding, told: VenueFill, *, now: datetime, wall: datetime, desk: Desk
) -> bool:
    """The fill is counted, or taken back, where every fill is; False if there is no such order."""
    if finding.lt_order_id is None:
        return False
    with desk.store.transaction() as tx:
        tracking = tx.lock_tracking(finding.lt_order_id)
        if tracking is None:
            return False
        record_fill(told, tracking, now=now, look_at=wall, tx=tx)
        entry = _entry(f"corrected: {finding}", level="WARNING")
        tx.log(replace(entry, lt_order_id=finding.lt_order_id, order_id=told.order_id))
    return True


def _save(start: _Start, theirs: Theirs, found: Comparison, desk: Desk) -> Reconciliation:
    """What was found is a row, told where it stands, and opens the gate where it is nothing."""
    corrections = sum(each.action is Action.CORRECTED for each in found.findings)
    made = Reconciliation(
        wallet=start.scope.wallet,
        started_at=start.started_at,
        ended_at=desk.clock.wall(),
        asked_at=theirs.asked_at,
        result=Result.CLEAN if found.is_clean else Result.DRIFT,
        cash=theirs.cash,
        observed=found.observed,
        unexplained=found.unexplained if found.is_clean else start.known.unexplained,
        counts=Counts(
            orders=len(theirs.orders),
            trades=len(theirs.trades),
            tokens=len(theirs.shares),
            corrections=corrections,
        ),
        findings=found.findings,
    )
    with desk.store.transaction() as tx:
        tx.lock_wallet(made.wallet)
        has_been_ruled = tx.accepted(made.wallet, since=desk.books_since) != start.accepted
        if not has_been_ruled:
            tx.save_reconciliation(made)
            _tell(made, tx)
            _open_or_complain(made, desk, tx)
            if made.result is Result.CLEAN:
                tx.note_redeemed(made.wallet, found.arrived)
                tx.forget_reconciliations(made.wallet, before=made.started_at - _KEPT)
        # last, for the commit of every plan waits for whoever holds the wallet's row
        tx.note_collateral(made.wallet, Usd(theirs.cash.least), read_at=made.started_at)
    if has_been_ruled:
        return _give_up(start.started_at, "an operator accepted a finding meanwhile", desk)
    return made


def _tell(made: Reconciliation, tx: Transaction) -> None:
    """An alert stands for each difference that stands, and is gone with it."""
    names = {finding: alert_key(made.wallet, finding) for finding in made.findings}
    for finding in made.findings:
        level = "INFO" if finding.action is Action.ASKED else "WARNING"
        tx.log(_entry(f"{finding.action}: {finding}", level=level))
        if finding.action is Action.ALERTED:
            text = f"{finding}; see `lt reconcile`"
            tx.raise_alert(_alert(names[finding], text))
    for each in tx.open_alerts():
        key = each.alert.key
        if key.startswith(alert_prefix(made.wallet)) and key not in names.values():
            tx.clear_alert(key)


def _open_or_complain(made: Reconciliation, desk: Desk, tx: Transaction) -> None:
    if made.result is Result.CLEAN:
        until = made.started_at + _LEASE_TICKS * desk.patience.reconcile_every
        reason = f"the books agreed with the venue at {made.started_at:%H:%M:%S}"
        tx.renew_gate(Gate.RECONCILIATION, until=until, reason=reason)
        tx.clear_alert(OVERDUE)
        return
    lease = {each.gate: each for each in tx.gates()}.get(Gate.RECONCILIATION)
    if lease is None or not lease.is_open(made.ended_at):
        why = made.why or f"{len(made.findings)} findings"
        text = f"no new order is planned before the books agree with the venue: {why}"
        tx.raise_alert(_alert(OVERDUE, text))


def _give_up(started_at: datetime, why: str, desk: Desk) -> Reconciliation:
    made = Reconciliation(
        wallet=Address(desk.account),
        started_at=started_at,
        ended_at=desk.clock.wall(),
        result=Result.INCOMPLETE,
        why=why,
    )
    with desk.store.transaction() as tx:
        tx.save_reconciliation(made)
        tx.log(_entry(f"incomplete: {why}", level="WARNING"))
        _open_or_complain(made, desk, tx)
    return made


def _alert(key: str, text: str) -> Alert:
    return Alert(key=key, severity=Severity.CRITICAL, text=text)


def _entry(message: str, *, level: str) -> LogEntry:
    return LogEntry(stage=_STAGE, message=message, level=level)
