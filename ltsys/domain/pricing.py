"""What to ask the venue for: the price on its grid and the two amounts that are signed.

Integers and decimals only (LESSONS L10). The amounts are millionths of a dollar or a share, and
each is a multiple of the decimals that the venue lets through (VENUE §4.5).
"""

from decimal import ROUND_FLOOR, Decimal
from hashlib import sha256

from ltsys.domain.money import UNITS_PER_ONE, Price, Shares, Usd

MIN_MARKETABLE_BUY = Usd(Decimal(1))
"""The venue takes no marketable BUY below this notional (VENUE §5.2)."""

_TWO_DECIMALS = UNITS_PER_ONE // 100
_FOUR_DECIMALS = UNITS_PER_ONE // 10_000
_SALT_BITS = 53


def limit_price(signal: Price, tolerance: Decimal, tick: Decimal) -> Price | None:
    """The highest price on the grid that a BUY may pay; None when the grid has none.

    Rounded down, and never up to the lowest tick, so the tolerance is a true ceiling (LESSONS
    L15); capped at 1 − tick, the last price of the grid. Raises ValueError for a tick that does
    not divide 1, or a negative tolerance.
    """
    if not 0 < tick < 1 or 1 % tick:
        raise ValueError(f"a tick of {tick} does not divide 1")
    if tolerance < 0:
        raise ValueError(f"a slippage tolerance of {tolerance} is below 0")
    wanted = signal.per_share * (1 + tolerance)
    steps = int((wanted / tick).to_integral_value(rounding=ROUND_FLOOR))
    steps = min(steps, int(1 / tick) - 1)
    return Price(steps * tick) if steps > 0 else None


def buy_units(spend: Usd, price: Price, *, marketable: bool) -> tuple[int, int]:
    """Dollars and shares of a BUY that costs at most `spend`; (0, 0) when that buys nothing.

    A marketable BUY is limited by its dollars: whole cents, and shares cut to 4 decimals as the
    venue's precision gate wants. Cutting the shares leaves the implied price a hair above the
    limit, which lets it meet an offer at the limit; the dollars stay the cap (LESSONS L11). A
    resting BUY is limited by its shares: hundredths, at exactly the price.
    """
    if spend.amount <= 0:
        return 0, 0
    if not marketable:
        shares = _units(spend.amount / price.per_share, _TWO_DECIMALS)
        return _exact_product(shares, price), shares
    dollars = _units(spend.amount, _TWO_DECIMALS)
    shares = _units(Decimal(dollars) / UNITS_PER_ONE / price.per_share, _FOUR_DECIMALS)
    return (dollars, shares) if shares else (0, 0)


def sell_units(shares: Shares, price: Price, *, marketable: bool = True) -> tuple[int, int]:
    """Shares and dollars of a SELL of at most `shares` (LESSONS L12).

    Dust below a hundredth of a share stays. A marketable SELL has its dollars cut to 4 decimals
    by the venue's gate, which may lower the asked price by less than a tick; what it is paid is
    the bid's price.
    """
    given = _units(shares.count, _TWO_DECIMALS)
    dollars = _exact_product(given, price)
    if marketable:
        dollars -= dollars % _FOUR_DECIMALS
    return (given, dollars) if dollars else (0, 0)


def below_minimum(spend: Usd) -> bool:
    """Whether the venue refuses a marketable BUY of this notional for its size (VENUE §5.2)."""
    return spend < MIN_MARKETABLE_BUY


def derived_salt(account: str, intent: str, attempt: int) -> int:
    """The salt that this attempt at this intent always has: 53 bits of a digest (VENUE §3.4).

    53 bits, because the wire carries it as a JSON number.
    """
    digest = sha256(f"{account}|{intent}|{attempt}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - _SALT_BITS)


def _units(amount: Decimal, step: int) -> int:
    """Millionths, rounded down to a multiple of `step`."""
    units = int((amount * UNITS_PER_ONE).to_integral_value(rounding=ROUND_FLOOR))
    return units - units % step


def _exact_product(share_units: int, price: Price) -> int:
    """Hundredths of shares at a price of up to 4 decimals have whole millionths of dollars."""
    dollars = share_units * price.per_share
    return int(dollars.to_integral_value(rounding=ROUND_FLOOR))
