"""How much a token's price swings, by the source trades that we have seen of its market."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ltsys.domain.money import Price

SAMPLE_COUNT: Final = 50
"""So many trades at most, the newest, of the day before the signal."""
_FEWEST = 5
_STEP = Decimal("0.000001")


def volatility(prices: Sequence[Price]) -> Decimal | None:
    """The sample standard deviation of the prices, in dollars a share; None for fewer than five."""
    if len(prices) < _FEWEST:
        return None
    values = [price.per_share for price in prices]
    mean = sum(values, Decimal(0)) / len(values)
    squares = sum(((value - mean) ** 2 for value in values), Decimal(0))
    return (squares / (len(values) - 1)).sqrt().quantize(_STEP)


def swing(prices: Sequence[Price], price: Price) -> Decimal:
    """The volatility; where it is not known, the highest that a price can have (LESSONS L18).

    That is its deviation from its end at 0 or 1, √(p·(1−p)).
    """
    measured = volatility(prices)
    if measured is not None:
        return measured
    p = price.per_share
    return (p * (1 - p)).sqrt().quantize(_STEP)
