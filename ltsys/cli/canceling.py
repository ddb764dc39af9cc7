"""Canceling from the command line, where no worker may be there to do it."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from ltsys.bootstrap import Services
from ltsys.domain.errors import (
    LtsysError,
    MalformedAnswerError,
    OutcomeUnknownError,
    SettingsError,
    VenueUnavailableError,
)
from ltsys.domain.ids import HaltId, LtOrderId, VenueOrderId
from ltsys.usecases.cancel_orders import cancel_at_venue, cancel_order, orders_to_cancel

_PAUSE_S = 0.25
_GIVE_UP_S = 30.0
_QUIET_S = 1.0
_LONGEST_POST_S = 13.0
"""An order on its way may come to the venue for as long; with the database up, a sweep sees it."""

_UNANSWERED = (VenueUnavailableError, OutcomeUnknownError, MalformedAnswerError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Canceling:
    """What was canceled, and what is not over yet."""

    canceled: tuple[VenueOrderId, ...] = ()
    left: tuple[VenueOrderId, ...] = ()
    """What the venue still worked when it was last asked."""
    problem: str | None = None
    """Why it could not be asked at last."""
    working: tuple[LtOrderId, ...] = ()
    """Of our rows: orders under the kill whose end is not known yet."""


def cancel_everything(own: Services, *, is_recorded: bool) -> Canceling:
    """The venue works nothing of the account any more and did not for a while, or what it does."""
    quiet_s = _QUIET_S if is_recorded else _LONGEST_POST_S
    pause, began, quiet_since = threading.Event(), time.monotonic(), None
    done, canceled = Canceling(), set[VenueOrderId]()
    while True:
        done, now = _round(own, canceled), time.monotonic()
        if done.left or done.problem:
            quiet_since = None
        elif quiet_since is None:
            quiet_since = now
        elif now - quiet_since >= quiet_s:
            return done
        if now - began >= _GIVE_UP_S:
            return done
        pause.wait(_PAUSE_S)


def _round(own: Services, canceled: set[VenueOrderId]) -> Canceling:
    try:
        answer = cancel_at_venue(own.venue)
    except _UNANSWERED as error:
        return Canceling(canceled=tuple(sorted(canceled)), problem=f"no clear answer: {error}")
    except SettingsError as error:
        return Canceling(problem=f"the venue cannot be asked from here: {error}")
    canceled |= answer.canceled
    left = tuple(order.order_id for order in answer.left)
    return Canceling(canceled=tuple(sorted(canceled)), left=left)


def cancel_row_by_row(halt_id: HaltId, own: Services) -> tuple[LtOrderId, ...]:
    """Every working order under the kill was asked to be canceled; returns those that still work.

    Workers do the same at the same time, and go on with it: what they took is waited for.
    """
    pause, began, desk = threading.Event(), time.monotonic(), own.desk
    while True:
        for lt_order_id in orders_to_cancel(desk=desk):
            with suppress(LtsysError):
                cancel_order(lt_order_id, desk=desk)
        with desk.store.reading() as tx:
            working = tx.orders_under(halt_id)
        if not working or time.monotonic() - began >= _GIVE_UP_S:
            return working
        pause.wait(_PAUSE_S)
