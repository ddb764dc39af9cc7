"""Take to the books what the venue's streams tell (DESIGN §4, LESSONS L22, L28)."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from ltsys.domain.errors import LtsysError, StaleWriteError
from ltsys.domain.ids import ConditionId, LtOrderId, VenueOrderId
from ltsys.domain.order import OrderStatus
from ltsys.domain.stream import Heard, MarketEnded, OrderHeard, TickChanged, TradeHeard
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Transaction
from ltsys.usecases.desk import Desk
from ltsys.usecases.record_fill import record_fill
from ltsys.usecases.track_order import track_order

_STAGE = "stream"
_RESTING = frozenset({OrderStatus.LIVE, OrderStatus.PARTIALLY_FILLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kicks:
    """Who is to be told that there is work. Their rows say so too: a lost kick costs time."""

    orders: tuple[LtOrderId, ...] = ()
    markets: tuple[ConditionId, ...] = ()

    def __add__(self, other: "Kicks") -> "Kicks":
        return Kicks(
            orders=tuple(dict.fromkeys(self.orders + other.orders)),
            markets=tuple(dict.fromkeys(self.markets + other.markets)),
        )


def hear(heard: Sequence[Heard], *, desk: Desk) -> Kicks:
    """Each fact is a row, and then booked once; returns what is to be looked at now.

    The rows come first and in a transaction of their own, so that a fact which cannot be booked
    is not lost with the attempt. What belongs to no order of ours stays unhandled.
    """
    now, wall = desk.clock.now(), desk.clock.wall()
    with desk.store.transaction() as tx:
        fresh = [
            each
            for each in heard
            if tx.keep_stream_event(each, account=desk.account, received_at=wall)
        ]
    return sum((_handled(each, now, wall, desk) for each in fresh), Kicks())


@dataclass(slots=True, kw_only=True)
class Resync:
    """Catching up after one connection; it goes on where it failed.

    Begun anew at each failed answer it would hardly ever end: a venue that loses one answer in
    twenty gives few rows of a hundred.
    """

    desk: Desk
    asked: set[LtOrderId] = field(default_factory=set)
    """Orders that were asked about since the connection stood."""

    def go_on(self) -> int:
        """All that may have been missed was asked for by REST; returns how many orders that were.

        The balance is asked for first: a stream whose credentials are wrong stays silent (VENUE
        §13.2), and no order might be waiting that would bring it to light. Raises
        VenueUnavailableError and MalformedAnswerError: then not everything is known yet.
        """
        self.desk.venue.balance()
        with self.desk.store.reading() as tx:
            waiting = tx.orders_to_resync(self.desk.clock.wall())
        for lt_order_id in waiting:
            if lt_order_id not in self.asked:
                # somebody else looked at the same moment, and saved what he saw
                with suppress(StaleWriteError):
                    track_order(lt_order_id, desk=self.desk)
                self.asked.add(lt_order_id)
        return len(self.asked)


def _handled(each: Heard, now: datetime, wall: datetime, desk: Desk) -> Kicks:
    """What cannot be booked is logged and left to the next look at the venue."""
    try:
        with desk.store.transaction() as tx:
            kicks = _book(each, now, wall, tx)
            if kicks is None:
                return Kicks()
            for lt_order_id in kicks.orders:
                tx.look_soon(lt_order_id, at=wall)
            tx.note_stream_handled(each, account=desk.account, at=desk.clock.wall())
            return kicks
    except LtsysError as error:
        with desk.store.transaction() as tx:
            message = f"{each.key} was heard and cannot be booked: {error}"
            tx.log(LogEntry(stage=_STAGE, message=message, level="ERROR"))
        return Kicks()


def _book(each: Heard, now: datetime, wall: datetime, tx: Transaction) -> Kicks | None:
    """None where the fact is about no order of ours."""
    match each.fact:
        case TradeHeard() as trade:
            return _book_trade(trade, now, wall, tx)
        case OrderHeard() as told:
            return _look_at(told, tx)
        case MarketEnded(condition_id=condition_id):
            # an order that still works in it has been cancelled by the venue (LESSONS L27)
            working = tx.working_orders_in(condition_id)
            return Kicks(orders=working, markets=(condition_id,))
        case TickChanged():
            return Kicks()


def _book_trade(trade: TradeHeard, now: datetime, wall: datetime, tx: Transaction) -> Kicks | None:
    ours = tx.orders_named(trade.order_ids)
    changed = [
        lt_order_id
        for order_id, lt_order_id in sorted(ours.items())
        if _count(trade, order_id, lt_order_id, now, wall, tx)
    ]
    return Kicks(orders=tuple(changed)) if ours else None


def _count(
    trade: TradeHeard,
    order_id: VenueOrderId,
    lt_order_id: LtOrderId,
    now: datetime,
    wall: datetime,
    tx: Transaction,
) -> bool:
    """True when the order has to be looked at: its money moved, or its part was unreadable."""
    tracking = tx.lock_tracking(lt_order_id)
    if tracking is None:
        return False
    fill = trade.fill_of(order_id)
    if fill is None:
        message = f"our part in trade {trade.trade_id} cannot be read; the venue is asked"
        tx.log(
            LogEntry(
                stage=_STAGE,
                message=message,
                level="ERROR",
                strategy_id=tracking.order.strategy_id,
                lt_order_id=lt_order_id,
                order_id=order_id,
            )
        )
        return True
    counted = record_fill(fill, tracking, now=now, look_at=wall, tx=tx)
    return counted.order != tracking.order


def _look_at(told: OrderHeard, tx: Transaction) -> Kicks | None:
    """Only news is worth a look: an unknown order exists, or a resting one is over.

    One that is being submitted has its answer on the way, and its fills come as trades.
    """
    lt_order_id = tx.orders_named((told.order_id,)).get(told.order_id)
    if lt_order_id is None:
        return None
    order = tx.order(lt_order_id)
    if order is None:
        return Kicks()
    is_news = order.status is OrderStatus.UNKNOWN or (told.has_ended and order.status in _RESTING)
    return Kicks(orders=(lt_order_id,)) if is_news else Kicks()
