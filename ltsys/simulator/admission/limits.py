"""Rate limits at work: windows hold requests back, buckets refuse them (VENUE §12)."""

from dataclasses import dataclass, field
from math import ceil
from typing import Literal

import orjson

from ltsys.simulator.admission.buckets import (
    REFRESH_S,
    VOLUME_DAYS,
    Bucket,
    Kind,
    Tier,
    tier_of,
)
from ltsys.simulator.admission.windows import SlidingWindows
from ltsys.simulator.box import Box
from ltsys.simulator.http import Call, Request, Response, refusal
from ltsys.simulator.units import ONE
from ltsys.simulator.venue_error import VenueError

Mode = Literal["off", "warn", "on", "strict"]
MODES: tuple[Mode, ...] = ("off", "warn", "on", "strict")

_KINDS: dict[tuple[str, str], Kind] = {
    ("POST", "/order"): "order",
    ("POST", "/orders"): "order",
    ("DELETE", "/order"): "cancel",
    ("DELETE", "/orders"): "cancel",
    ("DELETE", "/cancel-all"): "cancel",
    ("DELETE", "/cancel-market-orders"): "cancel",
}
_BATCHES = frozenset({"/orders"})
_COUNTED_AFTERWARDS = frozenset({"/cancel-all", "/cancel-market-orders"})


@dataclass(slots=True)
class _Signer:
    """A signer's two buckets, and when his tier was looked up."""

    tier: Tier
    looked_up_at: float
    buckets: dict[Kind, Bucket] = field(default_factory=dict)


class Limits:
    """All limits of one box, in simulated time.

    `warn` only tells; `on` holds back what an address asks too fast, as the edge does, and
    refuses what a signer does; `strict` refuses both.
    """

    def __init__(self, box: Box, *, mode: Mode) -> None:
        """Nobody has asked for anything yet."""
        self._box = box
        self._mode = mode
        self._windows = SlidingWindows()
        self._signers: dict[str, _Signer] = {}

    def hold_s(self, request: Request) -> float:
        """Real seconds that a request waits before it is taken; it counts as of then."""
        if self._mode != "on" or request.path.startswith("/sim/"):
            return 0
        clock = self._box.clock
        now = clock.now()
        wait_s = self._windows.wait_s(request, now)
        self._windows.admit(request, now + wait_s)
        return wait_s / clock.rate

    def __call__(self, request: Request, call: Call) -> Response:
        """Refuse, or answer with the signer's state in the headers."""
        if self._mode == "off" or request.path.startswith("/sim/"):
            return call(request)
        now = self._box.clock.now()
        if self._mode == "strict":
            wait_s = self._windows.wait_s(request, now)
            if wait_s > 0:
                return _too_many(wait_s)
            self._windows.admit(request, now)
        kind = _KINDS.get((request.method, request.path))
        signer = request.header(b"poly_address").lower()
        if kind is None or not signer:
            return call(request)
        return self._charged(request, call, self._bucket(signer, kind, now))

    def _charged(self, request: Request, call: Call, bucket: Bucket) -> Response:
        """The answer, paid for in tokens; who is not let in pays nothing."""
        cost = _cost(request)
        can_pay = bucket.can_pay(cost)
        if not can_pay and self._mode != "warn":
            return _too_many(bucket.wait_s(cost), bucket.headers(cost))
        response = call(request)
        if response.status == 401:
            return response
        if request.path in _COUNTED_AFTERWARDS and response.status == 200:
            cost += len(orjson.loads(response.body)["canceled"])
        if can_pay:
            bucket.pay(cost)
        headers = bucket.headers(1)
        if not can_pay:
            headers["poly-ratelimit-warning"] = "true"
        response.headers += _encoded(headers)
        return response

    def _bucket(self, address: str, kind: Kind, now: float) -> Bucket:
        signer = self._signers.get(address)
        if signer is None:
            signer = self._signers[address] = _Signer(self._tier(address, now), now)
        elif now - signer.looked_up_at >= REFRESH_S:
            signer.tier, signer.looked_up_at = self._tier(address, now), now
        rate = signer.tier.order if kind == "order" else signer.tier.cancel
        bucket = signer.buckets.setdefault(kind, Bucket(signer.tier, rate, rate.burst, now))
        bucket.tier, bucket.rate = signer.tier, rate
        bucket.refill(now)
        return bucket

    def _tier(self, address: str, now: float) -> Tier:
        since = now - VOLUME_DAYS * 86_400
        fills = self._box.exchange.fills_by_owner.get(address, [])
        units = sum(fill.taker.usd for fill in fills if fill.at >= since)
        return tier_of(units // ONE)


def _cost(request: Request) -> int:
    """A token an order; what cannot be read costs one."""
    if request.path not in _BATCHES:
        return 1
    try:
        payload = request.json()
    except VenueError:
        return 1
    return max(1, len(payload)) if isinstance(payload, list) else 1


def _too_many(wait_s: float, headers: dict[str, str] | None = None) -> Response:
    told = {"retry-after": str(max(1, ceil(wait_s))), **(headers or {})}
    return refusal(VenueError(429, "too many requests", headers=_encoded(told)))


def _encoded(headers: dict[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.encode(), value.encode()) for name, value in headers.items())
