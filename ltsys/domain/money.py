"""Dollars, shares and prices: three types that cannot be mistaken for one another (LESSONS L40).

All three hold a `Decimal` and are made from strings, integers or decimals, never from floats.
The venue counts both dollars and shares in millionths (VENUE §3.1).
"""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal
from typing import Self

UNITS_PER_ONE = 1_000_000
MICRO = Decimal("0.000001")
_CENT = Decimal("0.01")


def exact(value: Decimal | int | str) -> Decimal:
    """A finite decimal. Raises ValueError for NaN, infinity, a float or unreadable text."""
    if isinstance(value, float):
        raise ValueError(f"{value!r} is a float; money is made from text or integers")
    try:
        number = Decimal(value)
    except (ArithmeticError, TypeError) as error:
        raise ValueError(f"{value!r} is not a number") from error
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a finite number")
    return number


@dataclass(frozen=True, slots=True, order=True)
class Usd:
    """An amount of dollars, of either sign."""

    amount: Decimal

    @classmethod
    def of(cls, value: Decimal | int | str) -> Self:
        return cls(exact(value))

    @classmethod
    def from_units(cls, units: int) -> Self:
        """Millionths of a dollar, as the venue's integers count."""
        return cls(Decimal(units) / UNITS_PER_ONE)

    def __add__(self, other: "Usd") -> "Usd":
        return Usd(self.amount + other.amount)

    def __sub__(self, other: "Usd") -> "Usd":
        return Usd(self.amount - other.amount)

    def __neg__(self) -> "Usd":
        return Usd(-self.amount)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def times(self, factor: Decimal) -> "Usd":
        """Scaled by a pure number."""
        return Usd(self.amount * factor)

    def over(self, other: "Usd") -> Decimal:
        """The ratio of two amounts. Raises ZeroDivisionError on a zero divisor."""
        if not other.amount:
            raise ZeroDivisionError("a ratio to zero dollars")
        return self.amount / other.amount

    def rounded_down(self, step: Decimal = MICRO) -> "Usd":
        """Down to a multiple of `step`: what we may spend never grows by rounding."""
        return Usd(self.amount.quantize(step, rounding=ROUND_DOWN))

    def rounded_up(self, step: Decimal = MICRO) -> "Usd":
        """Up to a multiple of `step`: what we set aside never falls short by rounding."""
        return Usd(self.amount.quantize(step, rounding=ROUND_UP))

    def rounded(self, step: Decimal = MICRO) -> "Usd":
        """To the nearest multiple of `step`, ties to even: for records, favouring nobody."""
        return Usd(self.amount.quantize(step, rounding=ROUND_HALF_EVEN))

    def __str__(self) -> str:
        sign = "-" if self.amount < 0 else ""
        shown = abs(self.amount).quantize(_CENT, rounding=ROUND_HALF_EVEN)
        return f"{sign}${shown}"


@dataclass(frozen=True, slots=True, order=True)
class Shares:
    """A number of outcome shares, never negative."""

    count: Decimal

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError(f"{self.count} shares is less than 0")

    @classmethod
    def of(cls, value: Decimal | int | str) -> Self:
        return cls(exact(value))

    @classmethod
    def from_units(cls, units: int) -> Self:
        """Millionths of a share, as the venue's integers count."""
        return cls(Decimal(units) / UNITS_PER_ONE)

    def __add__(self, other: "Shares") -> "Shares":
        return Shares(self.count + other.count)

    def __sub__(self, other: "Shares") -> "Shares":
        return Shares(self.count - other.count)

    def __bool__(self) -> bool:
        return bool(self.count)

    def times(self, factor: Decimal) -> "Shares":
        """Scaled by a pure number."""
        return Shares(self.count * factor)

    def over(self, other: "Shares") -> Decimal:
        """The ratio of two quantities. Raises ZeroDivisionError on a zero divisor."""
        if not other.count:
            raise ZeroDivisionError("a ratio to zero shares")
        return self.count / other.count

    def paying(self, dollars_per_share: Decimal) -> Usd:
        """What these shares are worth at a payout of 0 to 1 dollar each."""
        return Usd(self.count * dollars_per_share)


@dataclass(frozen=True, slots=True, order=True)
class Price:
    """Dollars a share, strictly between 0 and 1 (LESSONS L43)."""

    per_share: Decimal

    def __post_init__(self) -> None:
        if not 0 < self.per_share < 1:
            raise ValueError(f"price {self.per_share} is outside (0, 1)")

    @classmethod
    def of(cls, value: Decimal | int | str) -> Self:
        return cls(exact(value))

    def __mul__(self, shares: Shares) -> Usd:
        return Usd(self.per_share * shares.count)

    def shares_for(self, spend: Usd) -> Shares:
        """How many shares `spend` buys at this price, unrounded."""
        return Shares(spend.amount / self.per_share)


ZERO_USD = Usd(Decimal(0))
ZERO_SHARES = Shares(Decimal(0))
