"""When a fault strikes: in a window, at a rate, at chosen requests, and whom."""

from dataclasses import dataclass
from hashlib import sha256
from math import inf

from ltsys.simulator.http import Request

_RESOLUTION = 1 << 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Simulated seconds since the clock's start; the end is outside."""

    start_s: float = 0
    length_s: float = inf

    @property
    def end_s(self) -> float:
        """The first second after it."""
        return self.start_s + self.length_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which requests a fault may strike; what is empty does not narrow it.

    A route is a method and a path; either may be empty, and a path may end in `*`. A wallet
    or a market is met where the request names it: in its headers, its path, its query or
    its body. A market is named by its condition id or its tokens.
    """

    routes: tuple[tuple[str, str], ...] = ()
    wallet: str = ""
    market: str = ""

    def covers(self, request: Request, tokens: tuple[str, ...]) -> bool:
        """Whether this request is within; `tokens` are those of the scope's market."""
        if self.routes and not any(request.is_for(*route) for route in self.routes):
            return False
        if not self.wallet and not self.market:
            return True
        text = _all_text(request)
        is_about_wallet = self.wallet.encode() in text
        names = (self.market, *tokens)
        return is_about_wallet and any(name.encode() in text for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """Which of the requests in scope are struck: all, by the dice, or by their number."""

    rate: float = 1.0
    numbers: frozenset[int] = frozenset()

    def strikes(self, number: int, seed: str) -> bool:
        """The same answer for the same number and seed, in every run."""
        if self.numbers and number not in self.numbers:
            return False
        if self.rate >= 1:
            return True
        digest = sha256(f"{seed}|{number}".encode()).digest()
        return int.from_bytes(digest[:8]) < self.rate * _RESOLUTION


def _all_text(request: Request) -> bytes:
    """Everything in a request that may name a wallet or a market, in lower case."""
    address = request.headers.get(b"poly_address", b"")
    parts = (address, request.path.encode(), request.query_string, request.body)
    return b"\n".join(parts).lower()
