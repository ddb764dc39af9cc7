"""The one page with everything that is known of an order."""

from collections.abc import Mapping

from rich.markup import escape
from rich.pretty import Pretty

from ltsys.checkup.ages import NOTHING
from ltsys.cli.ledger import print_steps
from ltsys.cli.output import console, dollars, plain, table
from ltsys.domain.money import Shares
from ltsys.domain.order import readers_word
from ltsys.ports.queries import AttemptRow, LooksRow, OrderDetails, OrderRow
from ltsys.usecases.explain_ledger import explain
from ltsys.usecases.queries import why

_SECRET = frozenset({"signature", "owner"})
"""Of an envelope: who has them may post it, or knows the API key (LESSONS L62)."""


def facts(row: OrderRow) -> dict[str, object]:
    """An order as JSON, with the reader's word and the sentence."""
    named = plain(row)
    kept = dict(named) if isinstance(named, Mapping) else {}
    return {**kept, "status": readers_word(row.status), "state": row.status.value, "why": why(row)}


def all_facts(found: OrderDetails) -> dict[str, object]:
    """The page as JSON. The newest attempt stands for itself, too."""
    newest = found.newest
    return {
        **facts(found.order),
        "reserved": found.reserved,
        "order_id": newest.order_id if newest else None,
        "answer": newest.answer if newest else None,
        "envelope": _unsigned(newest.envelope) if newest else None,
        "attempts": [_attempt_facts(each) for each in found.attempts],
        "looks": found.looks,
        "events": found.events,
        "fills": found.fills,
        "postings": found.postings,
        "alerts": found.alerts,
        "logs": found.logs,
    }


def show_page(found: OrderDetails) -> None:
    """The page for people."""
    out, row = console(), found.order
    out.print(f"[bold]{row.lt_order_id}[/]  {readers_word(row.status)}: {escape(why(row))}")
    out.print(f"{row.strategy_id}, {escape(row.token_label)} of {escape(row.title)}")
    out.print(
        f"{dollars(row.executed)} filled, fees {dollars(row.fees)}, "
        f"{dollars(found.reserved)} still reserved, result {dollars(row.pnl)}"
    )
    history = table("History", "time", "from", "to", "event", "detail")
    for event in found.events:
        moved = (event.from_status or "", event.to_status, event.event, event.detail or "")
        history.add_row(f"{event.at:%H:%M:%S.%f}", *(escape(text) for text in moved))
    out.print(history)
    for attempt in found.attempts:
        _show_attempt(attempt)
    _show_looks(found.looks)
    _show_fills(found)
    print_steps(row.lt_order_id, explain(found.postings))
    _show_told(found)


def _attempt_facts(attempt: AttemptRow) -> dict[str, object]:
    named = plain(attempt)
    kept = dict(named) if isinstance(named, Mapping) else {}
    return {**kept, "envelope": _unsigned(attempt.envelope)}


def _unsigned(envelope: Mapping[str, object]) -> dict[str, object]:
    """What was signed, without the signature and the API key."""
    return {
        key: _unsigned(value) if isinstance(value, Mapping) else value
        for key, value in envelope.items()
        if key not in _SECRET
    }


def _show_attempt(attempt: AttemptRow) -> None:
    out = console()
    answer = f"{attempt.state}: {attempt.answer}" if attempt.answer else attempt.state
    at_once = "" if attempt.matched is None else f", {attempt.matched} matched at once"
    out.print(f"attempt {attempt.attempt}, signed as {attempt.order_id} (the signature is hidden)")
    out.print(f"prepared {attempt.prepared_at:%H:%M:%S}, answered {escape(answer)}{at_once}")
    out.print(Pretty(_unsigned(attempt.envelope)))


def _show_looks(looks: LooksRow) -> None:
    """What the venue showed last, and whether it will be asked again."""
    rows = {
        "asked": f"{looks.count} times",
        "last": NOTHING if looks.last_at is None else f"{looks.last_at:%Y-%m-%d %H:%M:%S} UTC",
        "next": NOTHING if looks.next_at is None else f"{looks.next_at:%Y-%m-%d %H:%M:%S} UTC",
        "parked": NOTHING if looks.parked_at is None else f"since {looks.parked_at:%H:%M:%S} UTC",
    }
    if looks.last is not None:
        last = looks.last
        rows["shown as"] = "not found" if last.shown is None else last.shown.value
        rows["shown as matched"] = _count(last.matched)
        rows["fills listed"] = f"{last.fill_count}, {last.failed_count} of them failed"
        rows["shares in our books"] = _count(last.held_here)
        rows["shares at the venue"] = _count(last.held_there)
    shown = table("Looks at the venue", "", "")
    for name, value in rows.items():
        shown.add_row(name, value)
    console().print(shown)


def _count(shares: Shares | None) -> str:
    return NOTHING if shares is None else f"{shares.count:f}"


def _show_fills(found: OrderDetails) -> None:
    fills = table("Fills", "trade", "status", "shares", "price", "cost", "fee")
    for fill in found.fills:
        numbers = (f"{fill.shares.count:f}", f"{fill.price:f}", dollars(fill.cost), f"{fill.fee}")
        fills.add_row(fill.trade_id, fill.status, *numbers)
    console().print(fills)


def _show_told(found: OrderDetails) -> None:
    """Alerts, then the log."""
    out = console()
    if found.alerts:
        shown = table("Alerts", "severity", "since", "cleared", "what")
        for row in found.alerts:
            cleared = NOTHING if row.cleared_at is None else f"{row.cleared_at:%H:%M:%S}"
            since = f"{row.first_at:%H:%M:%S}"
            shown.add_row(row.alert.severity.value, since, cleared, escape(row.alert.text))
        out.print(shown)
    log = table("Log", "time", "level", "stage", "message")
    for said in found.logs:
        log.add_row(f"{said.at:%H:%M:%S.%f}", said.level, said.stage, escape(said.message))
    out.print(log)
