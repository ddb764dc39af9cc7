"""Real order books, rebuilt from recorded market-channel frames, and what is measured on them."""

import gzip
import json
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from statistics import pstdev

import pytest
from sim_harness import SHARED

LONGEST_S = 30
"""A state of a book counts for so long at most, for the recording has gaps."""


@dataclass(frozen=True)
class State:
    """A book from `at` on: shares by price in cents; `is_snapshot` after a trade."""

    at: float
    bids: dict
    asks: dict
    is_snapshot: bool

    @property
    def sides(self):
        """Each side with its best price and the step away from it."""
        return (self.bids, max(self.bids), -1), (self.asks, min(self.asks), 1)

    @property
    def spread(self):
        """In cents; a frame that came late may make it negative."""
        return min(self.asks) - max(self.bids)


def recorded_books():
    """The states of each token's book in order of time."""
    path = SHARED / "data" / "books" / "market_channel.jsonl.gz"
    if not path.exists():
        pytest.skip(f"no recording at {path}")
    books, histories = {}, defaultdict(list)
    with gzip.open(path) as lines:
        for line in lines:
            frame = json.loads(line)
            token, at = frame["asset_id"], int(frame["timestamp"]) / 1000
            is_snapshot = frame["event_type"] == "book"
            if is_snapshot:
                books[token] = tuple(_side(frame[name]) for name in ("bids", "asks"))
            elif token in books:
                books[token] = _changed(*books[token], frame["changes"])
            if token in books and all(books[token]):
                histories[token].append(State(at, *books[token], is_snapshot))
    return list(histories.values())


def _side(levels):
    return {round(float(each["price"]) * 100): float(each["size"]) for each in levels}


def _changed(bids, asks, changes):
    sides = {"BUY": dict(bids), "SELL": dict(asks)}
    for change in changes:
        side, price = sides[change["side"]], round(float(change["price"]) * 100)
        side[price] = float(change["size"])
        if not side[price]:
            del side[price]
    return sides["BUY"], sides["SELL"]


def weighted(histories):
    """Each sound state of each book with the seconds for which it stood."""
    for states in histories:
        for state, following in pairwise(states):
            if state.spread > 0:
                yield state, min(LONGEST_S, following.at - state.at)


def quantile(values, share):
    """The value below which a share of the weight lies."""
    ordered = sorted(values)
    target, reached = share * sum(weight for _, weight in ordered), 0
    for value, weight in ordered:
        reached += weight
        if reached >= target:
            return value
    return ordered[-1][0]


def spreads(histories):
    """How much of the time the spread had so many cents."""
    totals = defaultdict(float)
    for state, weight in weighted(histories):
        totals[state.spread] += weight
    whole = sum(totals.values())
    return {cents: weight / whole for cents, weight in totals.items()}


def depths(histories, distance):
    """Shares so many cents from the touch of their side, with their weights."""
    return [
        (side.get(best + step * distance, 0), weight)
        for state, weight in weighted(histories)
        for side, best, step in state.sides
    ]


def level_counts(histories):
    """Levels of a side, with their weights."""
    return [(len(side), weight) for s, weight in weighted(histories) for side, _, _ in s.sides]


def far_levels(histories, tens):
    """How many levels lay so many times ten cents from the touch, on average."""
    found, whole = 0.0, 0.0
    for state, weight in weighted(histories):
        for side, best, _ in state.sides:
            whole += weight
            found += weight * sum(abs(price - best) // 10 == tens for price in side)
    return found / whole


def minute_move_cents(histories):
    """Standard deviation of the mid price's move in a minute, looked at every ten seconds."""
    moves = []
    for states in histories:
        times = [state.at for state in states]
        for ten_seconds in range(int((times[-1] - times[0] - 60) // 10)):
            at = times[0] + 10 * ten_seconds
            before, after = (bisect_right(times, at + later) - 1 for later in (0, 60))
            if times[before] > at - LONGEST_S and times[after] > at + LONGEST_S:
                moves.append(_middle(states[after]) - _middle(states[before]))
    return pstdev(moves)


def refill_times(histories, share):
    """After a fifth or more of the best two levels was taken: until a share of it was back.

    Infinite where it did not come back in two minutes.
    """
    return [
        _refilled_after(states, number, side, share)
        for states in histories
        for number in range(1, len(states))
        for side in range(2)
        if _is_taken(states[number - 1], states[number], side)
    ]


def _is_taken(before, after, side):
    if not after.is_snapshot or after.at - before.at > 10:
        return False
    had = _best_two(before, side)
    return had > 0 and (had - _left(before, after, side)) / had >= 0.2


def _left(before, after, side):
    """What is left of the two prices that were best before."""
    _, best, step = before.sides[side]
    now = after.sides[side][0]
    return now.get(best, 0) + now.get(best + step, 0)


def _best_two(state, side):
    levels, best, step = state.sides[side]
    return levels[best] + levels.get(best + step, 0)


def _refilled_after(states, number, side, share):
    before, after = states[number - 1], states[number]
    left = _left(before, after, side)
    wanted = left + share * (_best_two(before, side) - left)
    for state in states[number + 1 :]:
        if state.at - after.at > 120:
            break
        if _best_two(state, side) >= wanted:
            return state.at - after.at
    return float("inf")


def _middle(state):
    return (max(state.bids) + min(state.asks)) / 2
