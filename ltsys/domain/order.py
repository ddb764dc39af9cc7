"""The life of a live order as one table of (status, event) → status (DESIGN §5)."""

from enum import StrEnum

from ltsys.domain.errors import IllegalTransitionError


class OrderStatus(StrEnum):
    """Denied is ours, rejected is the venue's, unknown is nobody's yet."""

    DENIED = "denied"
    PLANNED = "planned"
    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    LIVE = "live"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"


class OrderEvent(StrEnum):
    """What can happen to an order."""

    DENY = "deny"
    """We refused after all: the signal grew too old before it could be posted."""
    SUBMIT = "submit"
    """Signed, saved, about to be posted."""
    POSTPONE = "postpone"
    """The venue provably did not take it; the same envelope may be posted again."""
    ACCEPT = "accept"
    REJECT = "reject"
    KILL = "kill"
    """Its time in force ended it before anything was filled."""
    LOSE_ANSWER = "lose_answer"
    FILL_PART = "fill_part"
    FILL_ALL = "fill_all"
    UNFILL = "unfill"
    """A fill that was counted failed to settle."""
    CANCEL = "cancel"
    EXPIRE = "expire"
    PARK = "park"
    """Nobody could tell what became of it in time; it waits for an operator."""
    UNPARK = "unpark"
    RETRY = "retry"
    """An operator wants a new attempt at a signal whose last one has definitely ended."""


_S, _E = OrderStatus, OrderEvent

TRANSITIONS: dict[tuple[OrderStatus, OrderEvent], OrderStatus] = {
    (_S.PLANNED, _E.DENY): _S.DENIED,
    (_S.PLANNED, _E.SUBMIT): _S.SUBMITTING,
    (_S.SUBMITTING, _E.POSTPONE): _S.PLANNED,
    (_S.SUBMITTING, _E.ACCEPT): _S.LIVE,
    (_S.SUBMITTING, _E.REJECT): _S.REJECTED,
    (_S.SUBMITTING, _E.KILL): _S.CANCELED,
    (_S.SUBMITTING, _E.LOSE_ANSWER): _S.UNKNOWN,
    # a fill may be seen before the answer to the post is (VENUE §13.2)
    (_S.SUBMITTING, _E.FILL_PART): _S.PARTIALLY_FILLED,
    (_S.SUBMITTING, _E.FILL_ALL): _S.FILLED,
    (_S.UNKNOWN, _E.ACCEPT): _S.LIVE,
    (_S.UNKNOWN, _E.REJECT): _S.REJECTED,
    (_S.UNKNOWN, _E.KILL): _S.CANCELED,
    (_S.UNKNOWN, _E.LOSE_ANSWER): _S.UNKNOWN,
    (_S.UNKNOWN, _E.FILL_PART): _S.PARTIALLY_FILLED,
    (_S.UNKNOWN, _E.FILL_ALL): _S.FILLED,
    (_S.UNKNOWN, _E.CANCEL): _S.CANCELED,
    (_S.LIVE, _E.ACCEPT): _S.LIVE,
    (_S.LIVE, _E.FILL_PART): _S.PARTIALLY_FILLED,
    (_S.LIVE, _E.FILL_ALL): _S.FILLED,
    # taken at first, and then ended by the venue without a match
    (_S.LIVE, _E.KILL): _S.CANCELED,
    (_S.LIVE, _E.REJECT): _S.REJECTED,
    (_S.LIVE, _E.CANCEL): _S.CANCELED,
    (_S.LIVE, _E.EXPIRE): _S.EXPIRED,
    (_S.PARTIALLY_FILLED, _E.ACCEPT): _S.PARTIALLY_FILLED,
    (_S.PARTIALLY_FILLED, _E.FILL_PART): _S.PARTIALLY_FILLED,
    (_S.PARTIALLY_FILLED, _E.FILL_ALL): _S.FILLED,
    (_S.PARTIALLY_FILLED, _E.CANCEL): _S.CANCELED,
    (_S.PARTIALLY_FILLED, _E.EXPIRE): _S.EXPIRED,
    (_S.PARTIALLY_FILLED, _E.UNFILL): _S.PARTIALLY_FILLED,
    (_S.FILLED, _E.UNFILL): _S.FILLED,
    # the last cent may come late, and a match that failed may be made good by another
    (_S.FILLED, _E.FILL_PART): _S.FILLED,
    (_S.FILLED, _E.FILL_ALL): _S.FILLED,
    (_S.CANCELED, _E.UNFILL): _S.CANCELED,
    (_S.EXPIRED, _E.UNFILL): _S.EXPIRED,
    # the late answer to a post whose fills are already known
    (_S.FILLED, _E.ACCEPT): _S.FILLED,
    (_S.CANCELED, _E.ACCEPT): _S.CANCELED,
    # a fill may cross our cancel (LESSONS L24)
    (_S.CANCELED, _E.FILL_PART): _S.CANCELED,
    (_S.CANCELED, _E.FILL_ALL): _S.FILLED,
    (_S.EXPIRED, _E.FILL_PART): _S.EXPIRED,
    (_S.EXPIRED, _E.FILL_ALL): _S.FILLED,
    # whatever we believed, shares that are ours are counted, and nothing more is posted
    (_S.PLANNED, _E.FILL_PART): _S.CANCELED,
    (_S.PLANNED, _E.FILL_ALL): _S.FILLED,
    (_S.DENIED, _E.FILL_PART): _S.CANCELED,
    (_S.DENIED, _E.FILL_ALL): _S.FILLED,
    (_S.REJECTED, _E.FILL_PART): _S.CANCELED,
    (_S.REJECTED, _E.FILL_ALL): _S.FILLED,
    (_S.UNKNOWN, _E.PARK): _S.UNKNOWN,
    (_S.LIVE, _E.PARK): _S.LIVE,
    (_S.PARTIALLY_FILLED, _E.PARK): _S.PARTIALLY_FILLED,
    (_S.UNKNOWN, _E.UNPARK): _S.UNKNOWN,
    (_S.LIVE, _E.UNPARK): _S.LIVE,
    (_S.PARTIALLY_FILLED, _E.UNPARK): _S.PARTIALLY_FILLED,
    (_S.CANCELED, _E.RETRY): _S.PLANNED,
    (_S.REJECTED, _E.RETRY): _S.PLANNED,
}

WORKING = frozenset({_S.SUBMITTING, _S.UNKNOWN, _S.LIVE, _S.PARTIALLY_FILLED})
"""Statuses in which the venue may still hold the order: these are polled."""

ENDED = frozenset({_S.DENIED, _S.REJECTED, _S.FILLED, _S.CANCELED, _S.EXPIRED})

_READERS_WORDS = {
    _S.PLANNED: "PENDING",
    _S.SUBMITTING: "PENDING",
    _S.UNKNOWN: "PENDING",
    _S.LIVE: "PENDING",
    _S.PARTIALLY_FILLED: "PARTIAL",
    _S.FILLED: "FILLED",
    _S.DENIED: "REJECTED",
    _S.REJECTED: "REJECTED",
    _S.CANCELED: "CANCELED",
    _S.EXPIRED: "CANCELED",
}


def after(status: OrderStatus, event: OrderEvent) -> OrderStatus:
    """The status that follows. Raises IllegalTransitionError where the table has no such row."""
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        raise IllegalTransitionError(f"an order that is {status} cannot {event}") from None


def readers_word(status: OrderStatus) -> str:
    """The word of the specification that readers know the status by."""
    return _READERS_WORDS[status]
