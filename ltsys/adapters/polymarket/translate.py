"""From the venue's words to the domain's, for our orders and fills (VENUE §5, §8).

Every function raises MalformedAnswerError for what it cannot believe.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ltsys.adapters.polymarket.wire import (
    MakerRow,
    OrderRow,
    PostedOrder,
    SentOrder,
    TradeReport,
    shaped,
)
from ltsys.domain.errors import MalformedAnswerError
from ltsys.domain.ids import (
    ConditionId,
    TokenId,
    VenueOrderId,
    VenueTradeId,
    condition_id,
    token_id,
)
from ltsys.domain.money import UNITS_PER_ONE, Price, Shares, Usd, exact
from ltsys.domain.source_trade import Side, timestamp_of
from ltsys.domain.venue import FillStatus, VenueFill, VenueOrder, VenueOrderStatus

_SMALLEST_BASE_UNITS = UNITS_PER_ONE
_SIZE_TOLERANCE = Decimal("0.01")
_ORDER_PREFIX = "ORDER_STATUS_"
_TRADE_PREFIX = "TRADE_STATUS_"
_BEFORE_BROADCAST = "matched_not_broadcasted"


def order_of(row: OrderRow, order_id: VenueOrderId, expected: Shares | None) -> VenueOrder:
    """The order asked for. `expected` is its size as we know it, which tells the unit."""
    if row.id.lower() != order_id.lower():
        raise MalformedAnswerError(f"asked for order {order_id}, answered order {row.id}")
    scale = _scale(row, expected)
    return VenueOrder(
        order_id=order_id,
        condition_id=condition_of(row.market),
        token_id=token_of(row.asset_id),
        status=order_status(row.status),
        original=Shares(_decimal(row.original_size) / scale),
        matched=Shares(_decimal(row.size_matched or "0") / scale),
    )


def order_status(text: str) -> VenueOrderStatus:
    """One of ours for each spelling in circulation (LESSONS L25)."""
    bare = text.strip().upper().removeprefix(_ORDER_PREFIX)
    if bare.startswith(("CANCELED", "CANCELLED")):
        return VenueOrderStatus.CANCELED
    if bare not in VenueOrderStatus.__members__:
        raise MalformedAnswerError(f"an order status of {text!r}")
    return VenueOrderStatus[bare]


def fills_of(row: TradeReport, order_id: VenueOrderId) -> tuple[VenueFill, ...]:
    """The order's part in a venue trade, if it has one.

    As taker it is the trade itself; as maker our own entry, whose price and token may be those
    of the other outcome's side, never the top level's (LESSONS L21).
    """
    wanted = order_id.lower()
    if row.taker_order_id.lower() == wanted:
        return (_taker_fill(row, order_id),)
    ours = [maker for maker in row.maker_orders if maker.order_id.lower() == wanted]
    return (_maker_fill(row, ours, order_id),) if ours else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ourselves:
    """How the venue names us: the API key that ordered, or the wallet that paid."""

    owner: str
    wallet: str

    def are(self, row: TradeReport | MakerRow) -> bool:
        return row.maker_address.lower() == self.wallet.lower() or row.owner == self.owner


def own_fills_of(row: TradeReport, ourselves: Ourselves) -> tuple[VenueFill, ...]:
    """Our part in a venue trade, whichever of our orders it was; both sides may be ours.

    One without any part of ours is not what was asked for (LESSONS L45).
    """
    names = [maker.order_id.lower() for maker in row.maker_orders if ourselves.are(maker)]
    if ourselves.are(row):
        names.append(row.taker_order_id.lower())
    if not names:
        raise MalformedAnswerError(f"asked for our trades, answered trade {row.id} of others")
    named = tuple(dict.fromkeys(VenueOrderId(name) for name in names))
    return tuple(fill for name in named for fill in fills_of(row, name))


def matched_at_once(
    said: PostedOrder, envelope: Mapping[str, object]
) -> tuple[Usd | None, Shares | None]:
    """Dollars and shares that an accepted order matched; None where that is not said.

    Text with a point is in human units. Whole numbers are millionths if, read as dollars or
    shares, they would be more than the order gives (VENUE §5.1). The order is accepted, so
    what cannot be read is not said.
    """
    try:
        sent = shaped(SentOrder, envelope.get("order"))
        making, taking = exact(said.making), exact(said.taking)
        is_human = "." in said.making + said.taking or making * UNITS_PER_ONE <= sent.maker_units
        scale = 1 if is_human else UNITS_PER_ONE
        usd, shares = (making, taking) if sent.side is Side.BUY else (taking, making)
        return Usd(usd / scale), Shares(shares / scale)
    except (ValueError, MalformedAnswerError):
        return None, None


def balance_of(text: str) -> Decimal:
    """Base units are whole numbers; the older shape had a point (VENUE §10)."""
    number = _decimal(text)
    if number < 0:
        raise MalformedAnswerError(f"a balance of {text}")
    return number if "." in text else number / UNITS_PER_ONE


def condition_of(text: str) -> ConditionId:
    try:
        return condition_id(text)
    except ValueError as error:
        raise MalformedAnswerError(str(error)) from error


def token_of(text: str) -> TokenId:
    try:
        return token_id(text)
    except ValueError as error:
        raise MalformedAnswerError(str(error)) from error


def price_of(number: Decimal) -> Price:
    """A price on the venue's scale; percent and cents are refused (LESSONS L43)."""
    try:
        return Price(number)
    except ValueError as error:
        raise MalformedAnswerError(str(error)) from error


def shares_of(number: Decimal) -> Shares:
    try:
        return Shares(number)
    except ValueError as error:
        raise MalformedAnswerError(str(error)) from error


def moment_of(text: str) -> datetime:
    """Aware UTC of Unix seconds or milliseconds, or of ISO text."""
    moment = timestamp_of(text) if text else None
    if moment is None:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise MalformedAnswerError(f"a time of {text!r}") from error
    if moment.tzinfo is None:
        raise MalformedAnswerError(f"a time of {text!r}, without its zone")
    return moment


def _scale(row: OrderRow, expected: Shares | None) -> int:
    """1 for human sizes, a million for base units (VENUE §8.1).

    Without the size that we know, a whole number of at least a million counts as base units:
    the smallest order in them is of one share.
    """
    original = _decimal(row.original_size)
    if expected is None:
        is_whole = "." not in row.original_size + row.size_matched
        return UNITS_PER_ONE if is_whole and original >= _SMALLEST_BASE_UNITS else 1
    near = expected.count * _SIZE_TOLERANCE
    for scale in (1, UNITS_PER_ONE):
        if abs(original / scale - expected.count) <= near:
            return scale
    raise MalformedAnswerError(
        f"order {row.id} has a size of {row.original_size}; ours was {expected.count} shares"
    )


def _taker_fill(row: TradeReport, order_id: VenueOrderId) -> VenueFill:
    return _fill(
        row,
        order_id,
        token=row.asset_id,
        side=row.side,
        shares=_decimal(row.size),
        price=row.price,
        is_taker=True,
    )


def _maker_fill(row: TradeReport, ours: list[MakerRow], order_id: VenueOrderId) -> VenueFill:
    """A maker is filled at its own price, so several entries of one order are one fill."""
    first = ours[0]
    return _fill(
        row,
        order_id,
        token=first.asset_id,
        side=first.side,
        shares=sum((_decimal(maker.matched_amount) for maker in ours), Decimal(0)),
        price=first.price,
        is_taker=False,
    )


def _fill(
    row: TradeReport,
    order_id: VenueOrderId,
    *,
    token: str,
    side: str,
    shares: Decimal,
    price: Decimal,
    is_taker: bool,
) -> VenueFill:
    return VenueFill(
        trade_id=VenueTradeId(row.id),
        order_id=order_id,
        condition_id=condition_of(row.market),
        token_id=token_of(token),
        side=_side(side),
        shares=shares_of(shares),
        price=price_of(price),
        is_taker=is_taker,
        status=fill_status(row.status),
        matched_at=moment_of(row.match_time),
    )


def _side(text: str) -> Side:
    """Never a default one (LESSONS L07)."""
    if text.upper() not in Side.__members__:
        raise MalformedAnswerError(f"a side of {text!r}")
    return Side(text.upper())


def fill_status(text: str) -> FillStatus:
    bare = text.strip().upper().removeprefix(_TRADE_PREFIX).lower()
    if bare == _BEFORE_BROADCAST:
        return FillStatus.MATCHED
    try:
        return FillStatus(bare)
    except ValueError as error:
        raise MalformedAnswerError(f"a trade status of {text!r}") from error


def _decimal(text: str) -> Decimal:
    try:
        return exact(text)
    except ValueError as error:
        raise MalformedAnswerError(str(error)) from error
