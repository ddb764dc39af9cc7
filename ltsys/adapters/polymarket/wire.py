"""The venue's answers as it writes them, checked for shape and not for sense.

Numbers never pass through a binary float: JSON numbers are read as decimals, or as the text that
was sent. Unknown fields are ignored, since the venue adds some; missing ones are refused.
"""

import json
from decimal import Decimal
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from ltsys.domain.errors import MalformedAnswerError
from ltsys.domain.money import exact
from ltsys.domain.source_trade import Side


def _number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise ValueError(f"{value!r} is not a number")
    return exact(value)


def _text(value: object) -> str:
    """Text, or a number as it was written; null is the empty text."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise ValueError(f"{value!r} is not text")
    return str(value)


def _listed(value: object) -> object:
    """Gamma writes lists as text that holds JSON (VENUE §15)."""
    if value in (None, ""):
        return []
    return load(value) if isinstance(value, str) else value


Number = Annotated[Decimal, BeforeValidator(_number)]
Text = Annotated[str, BeforeValidator(_text)]
Listed = Annotated[tuple[Text, ...], BeforeValidator(_listed)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


W = TypeVar("W")


def load(text: str) -> object:
    """JSON with decimals in place of floats. Raises MalformedAnswerError."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):  # their text and state quote the body
        raise MalformedAnswerError(f"{len(text)} characters that are not JSON") from None


def parse(shape: type[W], text: str) -> W:
    """The body as `shape`. Raises MalformedAnswerError, which names the fields and no values."""
    return shaped(shape, load(text))


def parse_object(text: str) -> dict[str, object]:
    """The body as a JSON object. Raises MalformedAnswerError for anything else."""
    loaded = load(text)
    if not isinstance(loaded, dict):
        raise MalformedAnswerError(f"a JSON {type(loaded).__name__} in place of an object")
    return loaded


def shaped(shape: type[W], loaded: object) -> W:
    """Loaded JSON as `shape`. Raises MalformedAnswerError."""
    try:
        return _adapter(shape).validate_python(loaded)
    except ValidationError as error:
        where = ", ".join(
            ".".join(map(str, e["loc"])) + f" {e['type']}" for e in error.errors()[:5]
        )
        name = getattr(shape, "__name__", str(shape))
        raise MalformedAnswerError(f"not a {name}: {where}") from None


_ADAPTERS: dict[object, TypeAdapter[Any]] = {}  # Any: one per shape, typed by `shaped`


def _adapter(shape: type[W]) -> TypeAdapter[W]:
    if shape not in _ADAPTERS:
        _ADAPTERS[shape] = TypeAdapter(shape)
    return _ADAPTERS[shape]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


class ErrorAnswer(_Wire):
    error: Text = ""
    error_msg: Text = Field(default="", alias="errorMsg")
    message: Text = ""
    retry_after: Number | None = Field(default=None, alias="retry_after_seconds")
    code: Text = ""

    @property
    def words(self) -> str:
        """Whichever field holds the text, with the machine's code where there is one."""
        said = self.error or self.error_msg or self.message
        return f"{said} ({self.code})" if said and self.code else said


class PostedOrder(_Wire):
    """POST /order (VENUE §5.1)."""

    success: bool = False
    error: Text = ""
    error_msg: Text = Field(default="", alias="errorMsg")
    order_id: Text = Field(default="", alias="orderID")
    status: Text = ""
    making: Text = Field(default="", alias="makingAmount")
    taking: Text = Field(default="", alias="takingAmount")

    @property
    def words(self) -> str:
        return self.error_msg or self.error


class SentOrder(_Wire):
    """The part of our own envelope that an answer is compared with."""

    side: Side
    maker_units: int = Field(alias="makerAmount")


class ApiKey(_Wire):
    """POST /auth/api-key and GET /auth/derive-api-key (VENUE §2.1)."""

    api_key: str = Field(alias="apiKey", repr=False)
    secret: str = Field(repr=False)
    passphrase: str = Field(repr=False)


class CanceledOrders(_Wire):
    """DELETE /order (VENUE §7)."""

    canceled: tuple[str, ...]
    not_canceled: dict[str, Text] = Field(default_factory=dict)


class OrderRow(_Wire):
    """GET /data/order (VENUE §8.1)."""

    id: str
    status: str
    market: str
    asset_id: str
    original_size: Text
    size_matched: Text


class MakerRow(_Wire):
    order_id: str
    matched_amount: Text
    price: Number
    asset_id: str
    side: str
    owner: Text = ""
    maker_address: Text = ""


class TradeReport(_Wire):
    """A row of GET /data/trades (VENUE §8.3)."""

    id: str
    taker_order_id: str
    market: str
    asset_id: str
    side: str
    size: Text
    price: Number
    status: str
    match_time: Text
    owner: Text = ""
    maker_address: Text = ""
    maker_orders: tuple[MakerRow, ...] = ()


class Page(_Wire):
    """A part of a list (VENUE §8.2)."""

    next_cursor: str


class TradesPage(Page):
    data: tuple[TradeReport, ...]


class OrdersPage(Page):
    data: tuple[OrderRow, ...]


class Balance(_Wire):
    """GET /balance-allowance (VENUE §10)."""

    balance: Text


class Version(_Wire):
    version: int


class Level(_Wire):
    price: Number
    size: Number


class BookRow(_Wire):
    """GET /book (VENUE §9)."""

    market: str
    asset_id: str
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    min_order_size: Number
    tick_size: Number
    neg_risk: bool


class Tag(_Wire):
    label: Text = ""


class EventRow(_Wire):
    id: Text = ""
    slug: object = None
    category: Text = ""
    tags: tuple[Tag, ...] | None = None


class FeeSchedule(_Wire):
    rate: Number
    exponent: Number


class MarketRow(_Wire):
    """A Gamma market (VENUE §15)."""

    condition_id: str = Field(alias="conditionId")
    question: Text = ""
    slug: object = None
    """Whatever it is: it names no money, so that a bad one refuses no market."""
    outcomes: Listed = ()
    outcome_prices: Listed = Field(default=(), alias="outcomePrices")
    token_ids: Listed = Field(default=(), alias="clobTokenIds")
    position_ids: Listed = Field(default=(), alias="positionIds")
    start_date: Text = Field(default="", alias="startDate")
    event_start_time: Text = Field(default="", alias="eventStartTime")
    game_start_time: Text = Field(default="", alias="gameStartTime")
    end_date: Text = Field(default="", alias="endDate")
    closed: bool
    accepting_orders: bool | None = Field(default=None, alias="acceptingOrders")
    enable_order_book: bool | None = Field(default=None, alias="enableOrderBook")
    uma_status: Text = Field(default="", alias="umaResolutionStatus")
    neg_risk: bool | None = Field(default=None, alias="negRisk")
    version: Text = ""
    category: Text = ""
    tags: tuple[Tag, ...] | None = None
    events: tuple[EventRow, ...] | None = None
    fees_enabled: bool | None = Field(default=None, alias="feesEnabled")
    fee_schedule: FeeSchedule | None = Field(default=None, alias="feeSchedule")


class ActivityRow(_Wire):
    """GET /activity (VENUE §14.1). Every field may be missing: the domain judges the row."""

    id: Text = ""
    proxy_wallet: Text = Field(default="", alias="proxyWallet")
    condition_id: Text = Field(default="", alias="conditionId")
    type: Text = ""
    side: Text = ""
    asset: Text = ""
    size: Text = ""
    price: Text = ""
    timestamp: Text = ""
    title: Text = ""
    outcome: Text = ""
    transaction_hash: Text = Field(default="", alias="transactionHash")


class ClosedPositionRow(_Wire):
    proxy_wallet: Text = Field(default="", alias="proxyWallet")
    asset: str
    condition_id: str = Field(alias="conditionId")
    realized_pnl: Number = Field(alias="realizedPnl")
    timestamp: Number


class LeaderRow(_Wire):
    proxy_wallet: str = Field(alias="proxyWallet")
    pnl: Number
    vol: Number


class ClockReading(_Wire):
    now: Number
