"""What the house bids and offers around a price.

Two ways of quoting. The plain ladder is what recordings are replayed against: it is small,
the same around every price, and must not change. The measured one is what invented worlds
have: its spread, depth and refill were measured on real books, 31,212 market-channel
messages of six baseball markets, both tokens, in June 2025 (`data/books/market_channel`),
each state of a book weighted with the time for which it stood, 30 seconds at most.
"""

from hashlib import sha256, sha512
from itertools import pairwise

from ltsys.simulator.units import ONE
from ltsys.simulator.world.facts import Market, PricePoint

Ladder = tuple[tuple[int, int], ...]
"""Price and shares of each level in the first outcome's terms, best first."""

SPREAD_TICKS = {1: 0.591, 2: 0.212, 3: 0.122, 4: 0.040, 5: 0.008, 6: 0.003}
"""How much of the time the best ask was so many ticks above the best bid (measured)."""

DEPTH_SHARES = (
    (37, 369, 1_784, 45_968, 171_602),
    (288, 1_000, 15_500, 103_526, 252_151),
    (150, 2_424, 27_870, 91_891, 97_319),
    (10, 4_567, 16_457, 26_183, 37_547),
    (0, 543, 5_433, 24_339, 25_751),
    (0, 0, 406, 5_427, 9_377),
    (0, 0, 0, 400, 9_294),
    (0, 0, 0, 22_275, 23_110),
    (0, 0, 0, 22_181, 23_720),
    (0, 0, 0, 0, 400),
)
"""Shares at 0, 1, 2 … ticks from the touch of their side at 10, 25, 50, 75 and 90 % of the
time (measured); 0 means that there was no level."""

FAR_PRESENCE = (0.45, 0.30, 0.29, 0.94, 0.54, 0.29, 0.20, 0.24)
"""How many levels there were 10 to 19, 20 to 29 … ticks from the touch (measured)."""

FAR_SHARES = (100, 150, 355, 1_780, 5_344)
"""Shares of a level ten ticks or more from the touch, at the same shares of the time."""

REFILL_S = 5.0
"""After a taker took a fifth or more of the best two levels, their depth was back: half of it
after 0.3 s in the median case and after 3.1 s in the slower quarter of 152 cases, nine tenths
after 0.4 and 5.1 s (measured). The house refills evenly over the slow figure, so that who
comes twice within seconds meets a thinner book."""

MOVE_60S_CENTS = 4.1
"""Standard deviation of the mid price's move in a minute (measured). Invented games last so
long that their prices, which must come from somewhere to nought or one, move as much."""

EDGE_LOW, EDGE_HIGH = 40_000, 960_000
FINE_TICK = 1_000
"""Beyond these prices the grid becomes finer (VENUE §5.2)."""

_PLAIN_LEVELS = 6
_BYTE = 256
_AT_PERCENT = (10, 25, 50, 75, 90)


class House:
    """How the house makes the markets of a world."""

    def __init__(self, *, is_measured: bool = False, refill_s: float = 0) -> None:
        """Quote the measured books or the plain ladder.

        What a taker took comes back over `refill_s` simulated seconds. At nought a book
        depends on the price's moment alone, so that takers who come in any order at one
        time meet the same book.
        """
        self.is_measured = is_measured
        self.refill_s = refill_s
        self._quotes: dict[str, tuple[PricePoint, tuple[Ladder, Ladder]]] = {}

    def tick(self, market: Market, point: PricePoint) -> int:
        """The market's grid at a price; with the plain ladder it never changes."""
        return grid_at(market.tick, point.price) if self.is_measured else market.tick

    def quotes(self, market: Market, point: PricePoint) -> tuple[Ladder, Ladder]:
        """Bids and asks, made from the market and the price's moment alone, and remembered."""
        known = self._quotes.get(market.condition_id)
        if known is None or known[0] is not point:
            known = self._quotes[market.condition_id] = (point, self._made(market, point))
        return known[1]

    def _made(self, market: Market, point: PricePoint) -> tuple[Ladder, Ladder]:
        if self.is_measured:
            return _measured_quotes(market, point, self.tick(market, point))
        return _plain_quotes(market, point)


def grid_at(tick: int, price: int) -> int:
    """The tick of a market whose usual one is `tick`, at a price of either outcome.

    That it becomes coarse again when the price comes back is a guess; resting orders stay
    as they are (VENUE §5.2).
    """
    return tick if EDGE_LOW <= price <= EDGE_HIGH else min(tick, FINE_TICK)


def _plain_quotes(market: Market, point: PricePoint) -> tuple[Ladder, Ladder]:
    """The token that traded last is offered at its price rounded up to the tick, and bid for
    one or two ticks lower; the other token's book is the mirror. Depth grows away from the
    touch.
    """
    tick = market.tick
    best = min(ONE - tick, max(tick, -(-point.price // tick) * tick))
    seed = sha256(f"{market.condition_id}|{point.at}|{point.price}".encode()).digest()
    lower = best - tick * (1 + seed[0] % 2)
    ask, bid = (best, lower) if point.outcome_index == 0 else (ONE - lower, ONE - best)
    return (
        _plain_ladder(market, bid, step=-tick, seed=seed[1:]),
        _plain_ladder(market, ask, step=tick, seed=seed[1 + _PLAIN_LEVELS :]),
    )


def _plain_ladder(market: Market, best: int, *, step: int, seed: bytes) -> Ladder:
    levels = ((best + step * n, (100 + seed[n]) * (n + 1) * ONE) for n in range(_PLAIN_LEVELS))
    tick = market.tick
    return tuple((price, shares) for price, shares in levels if tick <= price <= ONE - tick)


def _measured_quotes(market: Market, point: PricePoint, tick: int) -> tuple[Ladder, Ladder]:
    """Bid and ask lie around the price; of an odd spread the larger part on either side."""
    seed = sha512(f"{market.condition_id}|{point.at}|{point.price}".encode()).digest()
    price = point.price if point.outcome_index == 0 else ONE - point.price
    spread = _SPREADS[seed[0]]
    bid = price // tick - (spread + seed[1] % 2) // 2
    bid = min(ONE // tick - 1 - spread, max(1, bid))
    half = len(seed) // 2
    return (
        _measured_ladder(bid, -1, tick, seed[2:half]),
        _measured_ladder(bid + spread, 1, tick, seed[half:]),
    )


def _measured_ladder(best: int, step: int, tick: int, seed: bytes) -> Ladder:
    """Levels from `best` on, all counted in ticks; each rank of the seed picks its shares."""
    near = len(_NEAR)
    levels = [(best + step * n, shares[seed[n]]) for n, shares in enumerate(_NEAR)]
    for count, presence in enumerate(FAR_PRESENCE):
        rank, size = seed[near + count], seed[near + len(FAR_PRESENCE) + count]
        if rank < presence * _BYTE:
            distance = near + 10 * count + rank % 10
            levels.append((best + step * distance, _FAR[size]))
    most = ONE // tick
    return tuple((p * tick, shares * ONE) for p, shares in levels if 0 < p < most and shares)


def _spreads() -> tuple[int, ...]:
    """A spread for every byte, each as often as it was measured; what is left is the widest."""
    ranks = [ticks for ticks, share in SPREAD_TICKS.items() for _ in range(round(share * _BYTE))]
    return tuple((ranks + [max(SPREAD_TICKS)] * _BYTE)[:_BYTE])


def _curve(quantiles: tuple[int, ...], *, least: int = 0) -> tuple[int, ...]:
    """Shares for every byte, on straight lines between the quantiles."""
    known = [(0, least), *zip(_AT_PERCENT, quantiles, strict=True), (100, quantiles[-1])]
    return tuple(_on_line(known, 100 * rank // (_BYTE - 1)) for rank in range(_BYTE))


def _on_line(known: list[tuple[int, int]], percent: int) -> int:
    for (low, at_low), (high, at_high) in pairwise(known):
        if percent <= high:
            return at_low + (at_high - at_low) * (percent - low) // (high - low)
    return known[-1][1]


_SPREADS = _spreads()
_NEAR = (
    _curve(DEPTH_SHARES[0], least=DEPTH_SHARES[0][0] // 2),
    *(_curve(quantiles) for quantiles in DEPTH_SHARES[1:]),
)
_FAR = _curve(FAR_SHARES)
