"""One order: its whole life, from the leader's trade to the payout."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Response

from ltsys.domain.ids import LtOrderId
from ltsys.ports.dashboard import DashboardReads, Timings
from ltsys.ports.queries import OrderDetails
from ltsys.usecases.explain_decision import explain_decision
from ltsys.usecases.explain_ledger import explain
from ltsys.usecases.queries import why
from ltsys.web.pages.frame import PageError, Visiting, page
from ltsys.web.pages.page_route import PageRoute
from ltsys.web.pages.shown import seconds_between

router = APIRouter(route_class=PageRoute)
_SECRET = frozenset({"signature", "owner"})
"""Of an envelope: who has them may post it, or knows the API key (LESSONS L62)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of the way. `took` is the time since the step before, by the same clock."""

    name: str
    at: datetime | None
    took: str
    note: str


@router.get("/orders/{lt_order_id}")
def order(lt_order_id: str, seen: Visiting) -> Response:
    found = seen.own.queries.as_user(seen.caller.user_id).order(LtOrderId(lt_order_id))
    if found is None:
        raise PageError(404, f"There is no order {lt_order_id[:80]}.")

    def read(books: DashboardReads) -> dict[str, object]:
        timings = books.timings(LtOrderId(lt_order_id))
        return {
            "found": found,
            "row": found.order,
            "why": why(found.order),
            "timings": timings,
            "stages": _stages(timings, found) if timings else (),
            "attempts": [(each, unsigned(each.envelope)) for each in found.attempts],
            "steps": explain(found.postings),
            "decisions": explain_decision(found.order.lt_order_id, store=seen.own.store),
        }

    return page(seen, "order.html", read, title=lt_order_id, here="/orders")


def unsigned(envelope: Mapping[str, object]) -> dict[str, object]:
    """What was signed, without the signature and the API key."""
    return {
        key: unsigned(value) if isinstance(value, Mapping) else value
        for key, value in envelope.items()
        if key not in _SECRET
    }


def _stages(at: Timings, found: OrderDetails) -> list[Stage]:
    """Machine times are compared with machine times only; the venue's clock may run apart."""
    ended = next((e.at for e in reversed(found.events) if e.event in _ENDINGS), None)
    return [
        Stage(name="Leader traded", at=at.traded_at, took="", note="venue time"),
        Stage(name="Trade ingested", at=at.ingested_at, took="", note=""),
        Stage(
            name="FT order booked",
            at=at.ft_booked_at,
            took=seconds_between(at.ingested_at, at.ft_booked_at),
            note="the wallet's rules took the trade",
        ),
        Stage(
            name="Signal queued",
            at=at.queued_at,
            took=seconds_between(at.ft_booked_at, at.queued_at),
            note="the row that is the outbox",
        ),
        Stage(
            name="Decided",
            at=at.decided_at,
            took=seconds_between(at.queued_at, at.decided_at),
            note="every check, then planned or denied",
        ),
        Stage(
            name="Signed and saved",
            at=at.prepared_at,
            took=seconds_between(at.decided_at, at.prepared_at),
            note="before it was posted",
        ),
        Stage(
            name="Answered",
            at=at.answered_at,
            took=seconds_between(at.prepared_at, at.answered_at),
            note="by the venue, its last word to our post",
        ),
        Stage(
            name="First fill recorded",
            at=at.first_fill_at,
            took=seconds_between(at.answered_at, at.first_fill_at),
            note="",
        ),
        Stage(name="Ended", at=ended, took=seconds_between(at.prepared_at, ended), note=""),
        Stage(name="Market resolved", at=at.resolved_at, took="", note="venue time"),
    ]


_ENDINGS = frozenset({"fill_all", "kill", "cancel", "expire", "reject", "deny"})
