"""What a stream may tell, each field replaceable."""

from live_made import MARKET, YES, a_match

from ltsys.domain.ids import VenueOrderId
from ltsys.domain.stream import Channel, Heard, MarketEnded, OrderHeard, TradeHeard
from ltsys.domain.venue import FillStatus, VenueFill, VenueOrderStatus


def a_trade_heard(
    order_id: VenueOrderId,
    status: FillStatus = FillStatus.MATCHED,
    *,
    others: tuple[VenueOrderId, ...] = (),
    **match,
) -> Heard:
    """A step of the settlement of a match of the order."""
    return trade_heard(a_match(order_id, status=status, **match), others=others)


def trade_heard(*fills: VenueFill, others: tuple[VenueOrderId, ...] = ()) -> Heard:
    first = fills[0]
    fact = TradeHeard(
        trade_id=first.trade_id,
        status=first.status,
        order_ids=(*(fill.order_id for fill in fills), *others),
        fills=fills,
    )
    key = f"trade:{first.trade_id}:{first.status}"
    return Heard(channel=Channel.USER, key=key, fact=fact, payload={"id": first.trade_id})


def an_order_heard(
    order_id: VenueOrderId, status: VenueOrderStatus | None = VenueOrderStatus.LIVE
) -> Heard:
    over = {VenueOrderStatus.CANCELED, VenueOrderStatus.INVALID}
    fact = OrderHeard(order_id=order_id, status=status, has_ended=status in over)
    return Heard(channel=Channel.USER, key=f"order:{order_id}:{status}", fact=fact, payload={})


def a_market_ended() -> Heard:
    fact = MarketEnded(condition_id=MARKET, winner=YES)
    return Heard(channel=Channel.MARKET, key=f"resolved:{MARKET}", fact=fact, payload={})
