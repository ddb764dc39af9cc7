"""The edge's sliding windows per IP address (VENUE §12)."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass

from ltsys.simulator.http import Request

MINUTE_S = 60
TEN_MINUTES_S = 600


@dataclass(frozen=True, slots=True)
class Window:
    """At most `count` requests to these paths in any `length_s` simulated seconds.

    A path may end in `*`; an empty method is any.
    """

    name: str
    count: int
    length_s: int
    method: str
    paths: tuple[str, ...]

    def covers(self, request: Request) -> bool:
        """Whether a request counts in this window."""
        return any(request.is_for(self.method, path) for path in self.paths)


_EVENTS = ("/events", "/events/*")
_MARKETS = ("/markets", "/markets/keyset", "/markets/slug/*")
_GAMMA = (*_EVENTS, *_MARKETS, "/comments*", "/tags*", "/public-search", "/series*", "/sports*")
_DATA = (
    *("/trades", "/activity", "/positions", "/closed-positions", "/value", "/holders", "/traded"),
    *("/oi", "/live-volume", "/v1/leaderboard", "/v1/market-positions", "/v2/*"),
)
_CLOB = (
    *("/order", "/orders", "/cancel-all", "/cancel-market-orders", "/data/*", "/auth/*"),
    *("/balance-allowance*", "/book*", "/price*", "/midpoint*", "/spread*", "/last-trade*"),
    *("/tick-size*", "/neg-risk*", "/fee-rate*", "/clob-markets/*", "/markets-by-token/*"),
    *("/time", "/version", "/notifications", "/v1/heartbeats", "/heartbeats", "/order-scoring"),
)
_LEDGER = ("/data/order/*", "/data/orders", "/data/trades", "/notifications")

# Where two hosts of the venue share a path here, the window is the one of the host that
# answers it here.
WINDOWS: tuple[Window, ...] = (
    Window("overall", 15_000, 10, "", ("/*",)),
    Window("ok", 100, 10, "", ("/ok",)),
    Window("gamma", 4_000, 10, "", _GAMMA),
    Window("gamma events", 500, 10, "", _EVENTS),
    Window("gamma markets", 300, 10, "", _MARKETS),
    Window("gamma listings", 900, 10, "", (*_EVENTS, *_MARKETS)),
    Window("gamma comments", 200, 10, "", ("/comments*",)),
    Window("gamma tags", 200, 10, "", ("/tags*",)),
    Window("gamma search", 350, 10, "", ("/public-search",)),
    Window("data", 1_000, 10, "", _DATA),
    Window("data trades", 200, 10, "", ("/trades",)),
    Window("data positions", 150, 10, "", ("/positions",)),
    Window("data closed positions", 150, 10, "", ("/closed-positions",)),
    Window("clob", 9_000, 10, "", _CLOB),
    Window("balance", 200, 10, "GET", ("/balance-allowance",)),
    Window("balance update", 50, 10, "GET", ("/balance-allowance/update",)),
    Window("book", 1_500, 10, "", ("/book",)),
    Window("price", 1_500, 10, "", ("/price",)),
    Window("midpoint", 1_500, 10, "", ("/midpoint",)),
    Window("books", 500, 10, "", ("/books",)),
    Window("prices", 500, 10, "", ("/prices",)),
    Window("midpoints", 500, 10, "", ("/midpoints",)),
    Window("prices history", 1_000, 10, "", ("/prices-history",)),
    Window("tick size", 200, 10, "", ("/tick-size",)),
    Window("ledger", 900, 10, "GET", _LEDGER),
    Window("ledger orders", 500, 10, "GET", ("/data/orders",)),
    Window("ledger trades", 500, 10, "GET", ("/data/trades",)),
    Window("notifications", 125, 10, "GET", ("/notifications",)),
    Window("api keys", 100, 10, "", ("/auth/*",)),
    Window("post order", 5_000, 10, "POST", ("/order",)),
    Window("post order, long", 120_000, TEN_MINUTES_S, "POST", ("/order",)),
    Window("cancel order", 5_000, 10, "DELETE", ("/order",)),
    Window("cancel order, long", 120_000, TEN_MINUTES_S, "DELETE", ("/order",)),
    Window("post orders", 2_000, 10, "POST", ("/orders",)),
    Window("post orders, long", 21_000, TEN_MINUTES_S, "POST", ("/orders",)),
    Window("cancel orders", 2_000, 10, "DELETE", ("/orders",)),
    Window("cancel orders, long", 15_000, TEN_MINUTES_S, "DELETE", ("/orders",)),
    Window("cancel all", 250, 10, "DELETE", ("/cancel-all",)),
    Window("cancel all, long", 6_000, TEN_MINUTES_S, "DELETE", ("/cancel-all",)),
    Window("cancel market", 1_500, 10, "DELETE", ("/cancel-market-orders",)),
    Window("cancel market, long", 21_000, TEN_MINUTES_S, "DELETE", ("/cancel-market-orders",)),
    Window("relayer submit", 25, MINUTE_S, "POST", ("/submit",)),
)


class SlidingWindows:
    """When each address's next request may pass; exact, not by buckets of time."""

    def __init__(self, windows: Sequence[Window] = WINDOWS) -> None:
        """Nobody has asked yet."""
        self._windows = windows
        self._admitted: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def wait_s(self, request: Request, now: float) -> float:
        """Simulated seconds until the request would be within every window."""
        opens = [self._opens_at(window, request, now) for window in self._covering(request)]
        return max(opens, default=now) - now

    def admit(self, request: Request, at: float) -> None:
        """Count a request that passes at this time."""
        for window in self._covering(request):
            times = self._admitted[window.name, request.client]
            times.append(at)
            if len(times) > window.count:
                times.popleft()

    def _opens_at(self, window: Window, request: Request, now: float) -> float:
        """The time when the window has room: a length after the oldest of its last requests."""
        times = self._admitted[window.name, request.client]
        if len(times) < window.count:
            return now
        return max(now, times[0] + window.length_s)

    def _covering(self, request: Request) -> list[Window]:
        return [window for window in self._windows if window.covers(request)]
