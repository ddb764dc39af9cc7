"""What the venue charges (VENUE §11)."""

from decimal import ROUND_HALF_UP, Decimal

from ltsys.domain.market import Market
from ltsys.domain.money import Price, Shares, Usd

_FEE_STEP = Decimal("0.00001")


def taker_fee(shares: Shares, price: Price, *, rate: Decimal, exponent: Decimal) -> Usd:
    """Shares × rate × (p·(1−p))^exponent, rounded to 5 decimals of a dollar (VENUE §11)."""
    p = price.per_share
    variance = p * (1 - p)
    charged = shares.count * rate * (variance if exponent == 1 else variance**exponent)
    return Usd(charged.quantize(_FEE_STEP, rounding=ROUND_HALF_UP))


def highest_fee(spend: Usd, market: Market) -> Usd:
    """No fill of a BUY that spends at most `spend` is charged more, at whatever price.

    A spend s at price p buys s÷p shares, so with an exponent of 1 or more the fee is at most
    s × rate. A smaller exponent has no such bound; such a market is refused when planning.
    """
    return spend.times(market.fee_rate).rounded_up(_FEE_STEP)
