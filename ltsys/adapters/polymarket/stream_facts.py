"""From a frame of a stream to the domain's facts (VENUE §13).

A frame is one message or an array of them. A message that cannot be believed is counted and
left out; it spoils no other.
"""

from collections.abc import Callable, Mapping, Set
from contextlib import suppress

import structlog

from ltsys.adapters.polymarket.stream_wire import (
    OrderMessage,
    ResolvedMessage,
    TickMessage,
    TradeMessage,
)
from ltsys.adapters.polymarket.translate import (
    condition_of,
    fill_status,
    fills_of,
    order_status,
    token_of,
)
from ltsys.adapters.polymarket.wire import load, shaped
from ltsys.domain.errors import MalformedAnswerError
from ltsys.domain.ids import TokenId, VenueOrderId, VenueTradeId
from ltsys.domain.stream import (
    Channel,
    Fact,
    Heard,
    MarketEnded,
    OrderHeard,
    TickChanged,
    TradeHeard,
)
from ltsys.domain.venue import VenueFill, VenueOrderStatus
from ltsys.ports.stream import Frame

_log = structlog.get_logger("ltsys.stream")

Message = Mapping[str, object]
_Keyed = tuple[str, Fact]

_SECRET_ENDING = "owner"  # noqa: S105 - the name of a field; its value is somebody's API key
_OVER = frozenset({VenueOrderStatus.CANCELED, VenueOrderStatus.INVALID, VenueOrderStatus.UNMATCHED})


def frame_of(text: str, channel: Channel, *, followed: Set[TokenId] = frozenset()) -> Frame:
    """What a frame says. `followed` are the tokens whose markets may end."""
    try:
        loaded = load(text)
    except MalformedAnswerError as error:
        return _malformed(channel, error)
    messages = loaded if isinstance(loaded, list) else [loaded]
    frames = [_message(each, channel, followed) for each in messages]
    return Frame(
        heard=tuple(heard for frame in frames for heard in frame.heard),
        ignored_count=sum(frame.ignored_count for frame in frames),
        malformed_count=sum(frame.malformed_count for frame in frames),
    )


def _message(loaded: object, channel: Channel, followed: Set[TokenId]) -> Frame:
    """Kinds that we have no use for are counted only: books and prices are read fresh (L13)."""
    try:
        message = shaped(dict[str, object], loaded)
        read = _READERS[channel].get(_kind_of(message))
        keyed = None if read is None else read(message, followed)
    except MalformedAnswerError as error:
        return _malformed(channel, error)
    if keyed is None:
        return Frame(ignored_count=1)
    key, fact = keyed
    return Frame(heard=(Heard(channel=channel, key=key, fact=fact, payload=_public(message)),))


def _kind_of(message: Message) -> str:
    kind = message.get("event_type")
    if not isinstance(kind, str):
        raise MalformedAnswerError("a message without its kind")
    return kind


def _malformed(channel: Channel, error: MalformedAnswerError) -> Frame:
    _log.warning("stream.malformed", channel=channel.value, error=str(error))
    return Frame(malformed_count=1)


def _trade(message: Message, _followed: Set[TokenId]) -> _Keyed:
    row = shaped(TradeMessage, message)
    if not row.match_time:
        row = row.model_copy(update={"match_time": row.timestamp})
    named = [row.taker_order_id, *(maker.order_id for maker in row.maker_orders)]
    order_ids = tuple(dict.fromkeys(VenueOrderId(name.lower()) for name in named))
    fills: list[VenueFill] = []
    for order_id in order_ids:
        # whose entry it is we do not know here; a part of ours that is missing is asked about
        with suppress(MalformedAnswerError):
            fills.extend(fills_of(row, order_id))
    status = fill_status(row.status)
    fact = TradeHeard(
        trade_id=VenueTradeId(row.id), status=status, order_ids=order_ids, fills=tuple(fills)
    )
    return f"trade:{row.id}:{status}", fact


def _order(message: Message, _followed: Set[TokenId]) -> _Keyed:
    row = shaped(OrderMessage, message)
    condition_of(row.market)
    step = row.type.upper()
    status = order_status(row.status) if row.status else None
    fact = OrderHeard(
        order_id=VenueOrderId(row.id.lower()),
        status=status,
        has_ended=step == "CANCELLATION" or status in _OVER,
    )
    # the whole status, for the reason of a cancellation stands in it
    return f"order:{fact.order_id}:{step}:{row.status}:{row.size_matched}:{row.timestamp}", fact


def _tick(message: Message, _followed: Set[TokenId]) -> _Keyed:
    row = shaped(TickMessage, message)
    fact = TickChanged(
        condition_id=condition_of(row.market),
        token_id=token_of(row.asset_id),
        old=row.old_tick_size,
        new=row.new_tick_size,
    )
    return f"tick:{fact.token_id}:{row.new_tick_size}:{row.timestamp}", fact


def _resolved(message: Message, followed: Set[TokenId]) -> _Keyed | None:
    """None for a market that is none of ours: everybody's are told."""
    row = shaped(ResolvedMessage, message)
    if followed.isdisjoint(row.assets_ids):
        return None
    fact = MarketEnded(condition_id=condition_of(row.market), winner=token_of(row.winning_asset_id))
    return f"resolved:{fact.condition_id}:{fact.winner}", fact


_Reader = Callable[[Message, Set[TokenId]], _Keyed | None]

_READERS: dict[Channel, dict[str, _Reader]] = {
    Channel.USER: {"trade": _trade, "order": _order},
    Channel.MARKET: {"tick_size_change": _tick, "market_resolved": _resolved},
}


def _public(message: Message) -> dict[str, object]:
    """A copy of a message without the API keys of those who take part, however deep."""
    return {
        name: _public_value(value)
        for name, value in message.items()
        if not name.endswith(_SECRET_ENDING)
    }


def _public_value(value: object) -> object:
    if isinstance(value, dict):
        return _public(value)
    if isinstance(value, list):
        return [_public_value(each) for each in value]
    return value
