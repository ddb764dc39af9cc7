"""Every fault by its name: what it does, what it can be told, whom it may strike (VENUE §18.6)."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["seconds", "count", "status", "price", "text", "word"]
Target = Literal["request", "trade", "frame", "connection", "moment"]
Route = tuple[str, str]

_POSTS: tuple[Route, ...] = (("POST", "/order"), ("POST", "/orders"))
_CANCELS: tuple[Route, ...] = (
    ("DELETE", "/order"),
    ("DELETE", "/orders"),
    ("DELETE", "/cancel-all"),
    ("DELETE", "/cancel-market-orders"),
)
_ORDER_CALLS = (*_POSTS, *_CANCELS)
_DATA_API: tuple[Route, ...] = tuple(
    ("GET", path)
    for path in (
        *("/trades", "/activity", "/positions", "/closed-positions", "/value", "/holders"),
        *("/traded", "/oi", "/live-volume", "/v1/*", "/v2/*"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One thing that a fault can be told, by its place or by its name; `choices` for a word."""

    name: str
    kind: Kind
    default: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """A fault as it may be named in a script.

    `letter` is its place in VENUE §18.6, or a word for what that list lacks. It is `of` what
    it happens to: a request, a trade, a frame of a stream, a new connection to one, or at a
    moment whoever asks. `routes` are the requests that it strikes unless the script says
    otherwise.
    """

    name: str
    letter: str
    meaning: str
    example: str
    parameters: tuple[Parameter, ...] = ()
    routes: tuple[Route, ...] = ()
    of: Target = "request"
    needs_window: bool = False


_HOW = Parameter(name="how", kind="word", default="close", choices=("close", "reset"))
_AFTER = Parameter(name="after", kind="seconds", default="20s")
_EVENT = Parameter(name="kind", kind="text", default="")
_RETRY_AFTER = Parameter(name="retry-after", kind="count", default="1")

KINDS: tuple[FaultKind, ...] = (
    FaultKind(
        name="drop-after-accept",
        letter="a",
        meaning="the order is taken, the connection ends before the answer",
        example="rate 0.02 POST /order: drop-after-accept",
        parameters=(_HOW,),
    ),
    FaultKind(
        name="drop-before-accept",
        letter="b",
        meaning="the connection ends, nothing was taken",
        example="nth 3 POST /order: drop-before-accept reset",
        parameters=(_HOW,),
    ),
    FaultKind(
        name="status-after-accept",
        letter="c",
        meaning="the order is taken, the answer is an error",
        example="nth 5 POST /order: status-after-accept 502",
        parameters=(
            Parameter(name="status", kind="status", default="500"),
            Parameter(name="error", kind="text", default="could not insert order"),
        ),
    ),
    FaultKind(
        name="status",
        letter="c",
        meaning="an error, and nothing was taken",
        example="rate 0.01 GET /book: status 500 'Internal server error'",
        parameters=(
            Parameter(name="status", kind="status", default="500"),
            Parameter(name="error", kind="text", default="Internal server error"),
        ),
    ),
    FaultKind(
        name="restart",
        letter="d",
        meaning="425 through the window, and post-only mode after it",
        example="at 120s for 90s: restart post-only=120s",
        parameters=(Parameter(name="post-only", kind="seconds", default="120s"),),
        routes=_ORDER_CALLS,
        needs_window=True,
    ),
    FaultKind(
        name="disabled",
        letter="e",
        meaning="503: trading is disabled, cancels too",
        example="at 10m for 2m: disabled",
        routes=_ORDER_CALLS,
    ),
    FaultKind(
        name="cancel-only",
        letter="e",
        meaning="503 for new orders, cancels work",
        example="at 10m for 2m: cancel-only",
        routes=_POSTS,
    ),
    FaultKind(
        name="post-only",
        letter="e",
        meaning="503 for all but post-only orders and cancels",
        example="at 10m for 2m: post-only",
        routes=_POSTS,
    ),
    FaultKind(
        name="too-many-requests",
        letter="f",
        meaning="429 with Retry-After",
        example="rate 0.05: too-many-requests retry-after=3",
        parameters=(_RETRY_AFTER,),
    ),
    FaultKind(
        name="delay",
        letter="g",
        meaning="the order is parked, and matched or left unmatched after a while",
        example="rate 0.1: delay 3s unmatched",
        parameters=(
            Parameter(name="for", kind="seconds", default="3s"),
            Parameter(
                name="then", kind="word", default="matched", choices=("matched", "unmatched")
            ),
        ),
        routes=_POSTS,
    ),
    FaultKind(
        name="hide-matched",
        letter="h",
        meaning="a matched order is not found for a while",
        example="always: hide-matched 10m",
        parameters=(Parameter(name="for", kind="seconds", default="10m"),),
        routes=(("GET", "/data/order/*"),),
    ),
    FaultKind(
        name="fail-trade",
        letter="i",
        meaning="a trade fails some seconds after its match, and is undone",
        example="nth 2: fail-trade after=30s",
        parameters=(_AFTER,),
        of="trade",
    ),
    FaultKind(
        name="retry-trade",
        letter="i",
        meaning="a trade is retried before it is mined",
        example="rate 0.1: retry-trade",
        parameters=(_AFTER,),
        of="trade",
    ),
    FaultKind(
        name="change-hash",
        letter="j",
        meaning="a trade's transaction hash changes before it is confirmed",
        example="rate 0.1: change-hash",
        parameters=(_AFTER,),
        of="trade",
    ),
    FaultKind(
        name="slow",
        letter="k",
        meaning="the answer is late by real seconds; what was asked was done at once",
        example="rate 0.01 POST /order: slow 7s",
        parameters=(Parameter(name="for", kind="seconds", default="6s"),),
    ),
    FaultKind(
        name="unsettled",
        letter="l",
        meaning="shares just bought cannot be sold for a while",
        example="always: unsettled 40s",
        parameters=(Parameter(name="for", kind="seconds", default="30s"),),
        routes=_POSTS,
    ),
    FaultKind(
        name="no-hashes",
        letter="m",
        meaning="the answer has trade ids and no transaction hashes",
        example="always: no-hashes",
        routes=_POSTS,
    ),
    FaultKind(
        name="tick",
        letter="n",
        meaning="the market's tick size changes",
        example="at 5m market 1234567890: tick 0.001",
        parameters=(Parameter(name="size", kind="price", default=""),),
        of="moment",
        needs_window=True,
    ),
    FaultKind(
        name="success-false",
        letter="o",
        meaning="200 with success:false, and nothing was taken",
        example="rate 0.01 POST /order: success-false 'not enough balance / allowance'",
        parameters=(Parameter(name="error", kind="text", default="unknown error"),),
        routes=(("POST", "/order"),),
    ),
    FaultKind(
        name="html",
        letter="p",
        meaning="a page of the edge in place of an answer, and nothing was taken",
        example="rate 0.01: html 403",
        parameters=(Parameter(name="status", kind="status", default="502"),),
    ),
    FaultKind(
        name="html-after-accept",
        letter="p",
        meaning="the order is taken, the answer is a page of the edge",
        example="nth 4 POST /order: html-after-accept 502",
        parameters=(Parameter(name="status", kind="status", default="502"),),
    ),
    FaultKind(
        name="auto-redeem",
        letter="q",
        meaning="resolved shares are redeemed for everybody, without their asking",
        example="at 30m: auto-redeem",
        of="moment",
        needs_window=True,
    ),
    FaultKind(
        name="no-redeem",
        letter="q",
        meaning="nothing is redeemed without being asked for",
        example="at 0s for 30m: no-redeem",
        of="moment",
        needs_window=True,
    ),
    FaultKind(
        name="ws-disconnect",
        letter="r",
        meaning="every stream ends, without a closing handshake",
        example="at 5m: ws-disconnect",
        of="moment",
        needs_window=True,
    ),
    FaultKind(
        name="ws-hang-up",
        letter="r",
        meaning="a stream ends in place of a frame",
        example="rate 0.01 /ws/user: ws-hang-up",
        parameters=(_EVENT,),
        of="frame",
    ),
    FaultKind(
        name="ws-lose",
        letter="r",
        meaning="a frame is lost",
        example="rate 0.05 /ws/user: ws-lose trade",
        parameters=(_EVENT,),
        of="frame",
    ),
    FaultKind(
        name="ws-duplicate",
        letter="r",
        meaning="a frame comes twice",
        example="rate 0.1: ws-duplicate",
        parameters=(_EVENT,),
        of="frame",
    ),
    FaultKind(
        name="ws-swap",
        letter="r",
        meaning="a frame comes after the next one",
        example="rate 0.1 /ws/user: ws-swap",
        parameters=(_EVENT,),
        of="frame",
    ),
    FaultKind(
        name="ws-delay",
        letter="r",
        meaning="a frame, and all behind it, is late by real seconds",
        example="rate 0.01 /ws/market: ws-delay 5s",
        parameters=(Parameter(name="for", kind="seconds", default="5s"), _EVENT),
        of="frame",
    ),
    FaultKind(
        name="ws-array",
        letter="r",
        meaning="a single event comes in an array",
        example="rate 0.5: ws-array",
        parameters=(_EVENT,),
        of="frame",
    ),
    FaultKind(
        name="ws-refuse",
        letter="r",
        meaning="a new stream is turned away",
        example="at 5m for 30s: ws-refuse",
        of="connection",
    ),
    FaultKind(
        name="ws-close-strangers",
        letter="r",
        meaning="wrong credentials end a stream; otherwise it stays silent",
        example="always: ws-close-strangers",
        of="connection",
    ),
    FaultKind(
        name="data-lag",
        letter="s",
        meaning="the Data API shows the world as it was that long ago",
        example="at 10m for 20m: data-lag 3m",
        parameters=(Parameter(name="by", kind="seconds", default="60s"),),
        routes=_DATA_API,
    ),
    FaultKind(
        name="stale-balance",
        letter="balance",
        meaning="a balance is told as it was when first asked for, until it is updated",
        example="always: stale-balance",
        routes=(
            ("GET", "/balance-allowance"),
            ("GET", "/balance-allowance/update"),
            ("PUT", "/balance-allowance"),
        ),
    ),
    FaultKind(
        name="clock-skew",
        letter="clock",
        meaning="the venue's clock is ahead: /time tells so, and signed calls are refused",
        example="at 5m for 1m: clock-skew 90s",
        parameters=(Parameter(name="by", kind="seconds", default="90s"),),
    ),
)

BY_NAME = {kind.name: kind for kind in KINDS}
