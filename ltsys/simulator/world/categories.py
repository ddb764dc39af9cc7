"""What kinds of markets there are, and what their takers pay (VENUE §11, August 2026)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """The rate of the fee formula, and the part of the fees that makers get back; in units."""

    rate: int
    rebate_ratio: int


FEES = {
    "crypto": FeeSchedule(70_000, 200_000),
    "sports": FeeSchedule(50_000, 150_000),
    "finance": FeeSchedule(40_000, 250_000),
    "politics": FeeSchedule(40_000, 250_000),
    "mentions": FeeSchedule(40_000, 250_000),
    "tech": FeeSchedule(40_000, 250_000),
    "economics": FeeSchedule(50_000, 250_000),
    "culture": FeeSchedule(50_000, 250_000),
    "weather": FeeSchedule(50_000, 250_000),
    "other": FeeSchedule(50_000, 250_000),
    "geopolitics": FeeSchedule(0, 0),
}
"""By category."""

CATEGORIES = tuple(FEES)
