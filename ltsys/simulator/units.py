"""Money, shares and prices as whole millionths, the wire's own grid (VENUE §3.1)."""

from decimal import Decimal, InvalidOperation

import orjson

ONE = 1_000_000
"""One dollar, one share, or the price of certainty."""

SHARE_STEP = 10
"""A spend-limited BUY receives shares in hundred-thousandths (VENUE §5.1)."""

DUST = 10_000
"""What is left of an order below a hundredth of a share counts as nothing (VENUE §5.1)."""

FEE_STEP = 10
"""Fees are whole hundred-thousandths of a dollar (VENUE §11)."""


def human(units: int) -> str:
    """The units as the shortest decimal text, as the venue prints amounts."""
    sign = "-" if units < 0 else ""
    whole, rest = divmod(abs(units), ONE)
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{rest:06d}".rstrip("0")


def number(units: int) -> orjson.Fragment:
    """The units as a JSON number, made without a float."""
    return orjson.Fragment(human(units))


def parse_uint(value: object, *, digits: int = 78) -> int | None:
    """A decimal text or a JSON integer as an int; None for anything else, signs included."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= digits:
        return int(value)
    return None


def taker_fee(shares: int, price: int, *, rate: int, exponent: int) -> int:
    """The taker's fee in units: shares x rate x (p(1-p))^exponent to five decimals (VENUE §11)."""
    numerator, scale = shares * rate, ONE * FEE_STEP
    for _ in range(exponent):
        numerator *= price * (ONE - price)
        scale *= ONE * ONE
    return (2 * numerator + scale) // (2 * scale) * FEE_STEP


def decimal_of(value: object) -> Decimal | None:
    """A finite decimal from a JSON number or text, by its shortest text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        parsed = Decimal(str(value))
    except InvalidOperation:
        return None
    return parsed if parsed.is_finite() else None
