"""Why an order may not be placed: a closed list of codes, and the checks that give them (L32)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final


class DenialCode(StrEnum):
    """In the order in which they are looked at."""

    STRATEGY_INACTIVE = "STRATEGY_INACTIVE"
    HALTED = "HALTED"
    STRATEGY_PAUSED = "STRATEGY_PAUSED"
    BREAKER_TRIPPED = "BREAKER_TRIPPED"
    SIGNAL_TOO_OLD = "SIGNAL_TOO_OLD"
    MARKET_UNKNOWN = "MARKET_UNKNOWN"
    MARKET_UNSUPPORTED = "MARKET_UNSUPPORTED"
    MARKET_NOT_OPEN = "MARKET_NOT_OPEN"
    TOKEN_NOT_OF_MARKET = "TOKEN_NOT_OF_MARKET"  # noqa: S105  an outcome token, not a secret
    NO_BOOK = "NO_BOOK"
    NO_MIDPOINT = "NO_MIDPOINT"
    DEAD_MARKET = "DEAD_MARKET"
    SPREAD_TOO_WIDE = "SPREAD_TOO_WIDE"
    NO_VALID_PRICE = "NO_VALID_PRICE"
    BELOW_VENUE_MINIMUM = "BELOW_VENUE_MINIMUM"
    BELOW_MIN_ORDER_SIZE = "BELOW_MIN_ORDER_SIZE"
    INSUFFICIENT_DEPTH = "INSUFFICIENT_DEPTH"
    SLIPPAGE_TOO_HIGH = "SLIPPAGE_TOO_HIGH"
    INSUFFICIENT_EDGE = "INSUFFICIENT_EDGE"
    DAILY_BUDGET_EXCEEDED = "DAILY_BUDGET_EXCEEDED"
    WEEKLY_BUDGET_EXCEEDED = "WEEKLY_BUDGET_EXCEEDED"
    MONTHLY_BUDGET_EXCEEDED = "MONTHLY_BUDGET_EXCEEDED"
    DAILY_LOSS_LIMIT_REACHED = "DAILY_LOSS_LIMIT_REACHED"
    MAX_POSITION_SIZE_EXCEEDED = "MAX_POSITION_SIZE_EXCEEDED"
    MAX_EQUITY_SHARE_EXCEEDED = "MAX_EQUITY_SHARE_EXCEEDED"
    MAX_TOTAL_EXPOSURE_EXCEEDED = "MAX_TOTAL_EXPOSURE_EXCEEDED"
    MAX_MARKET_EXPOSURE_EXCEEDED = "MAX_MARKET_EXPOSURE_EXCEEDED"
    MAX_EVENT_EXPOSURE_EXCEEDED = "MAX_EVENT_EXPOSURE_EXCEEDED"
    MAX_MARKET_POSITIONS_REACHED = "MAX_MARKET_POSITIONS_REACHED"
    MAX_EVENT_POSITIONS_REACHED = "MAX_EVENT_POSITIONS_REACHED"
    MAX_POSITIONS_REACHED = "MAX_POSITIONS_REACHED"
    MAX_CONSECUTIVE_LOSSES_REACHED = "MAX_CONSECUTIVE_LOSSES_REACHED"
    MAX_DRAWDOWN_REACHED = "MAX_DRAWDOWN_REACHED"
    STAGE_CAP_REACHED = "STAGE_CAP_REACHED"
    INSUFFICIENT_CASH = "INSUFFICIENT_CASH"
    WALLET_BALANCE_UNKNOWN = "WALLET_BALANCE_UNKNOWN"
    WALLET_BALANCE_EXCEEDED = "WALLET_BALANCE_EXCEEDED"


MEANINGS: Final[Mapping[DenialCode, str]] = {
    DenialCode.STRATEGY_INACTIVE: "The strategy is switched off.",
    DenialCode.HALTED: (
        "Somebody stopped trading, for everybody or for this user, strategy or leader."
    ),
    DenialCode.STRATEGY_PAUSED: "The strategy is paused.",
    DenialCode.BREAKER_TRIPPED: "A circuit breaker is open.",
    DenialCode.SIGNAL_TOO_OLD: "The signal waited longer than the strategy lets it.",
    DenialCode.MARKET_UNKNOWN: "Nothing is known of the market, or not what a limit needs to know.",
    DenialCode.MARKET_UNSUPPORTED: "The market's protocol or fee formula is not supported.",
    DenialCode.MARKET_NOT_OPEN: "The market is closed, resolved, or takes no orders.",
    DenialCode.TOKEN_NOT_OF_MARKET: "The token is not an outcome of the market.",
    DenialCode.NO_BOOK: "The venue shows no order book, or nobody offers the token.",
    DenialCode.NO_MIDPOINT: "One side of the book is empty, so there is no mid price.",
    DenialCode.DEAD_MARKET: "The price has collapsed since the signal.",
    DenialCode.SPREAD_TOO_WIDE: "Best bid and ask lie further apart than the strategy accepts.",
    DenialCode.NO_VALID_PRICE: "No price on the market's grid lies within the slippage tolerance.",
    DenialCode.BELOW_VENUE_MINIMUM: "The order is smaller than the venue takes.",
    DenialCode.BELOW_MIN_ORDER_SIZE: "The order is smaller than the strategy's own minimum.",
    DenialCode.INSUFFICIENT_DEPTH: "Too little is on offer within the limit price.",
    DenialCode.SLIPPAGE_TOO_HIGH: (
        "Walking the book, the order would cost more over its signal than is accepted."
    ),
    DenialCode.INSUFFICIENT_EDGE: "The model's probability leaves too little after price and fee.",
    DenialCode.DAILY_BUDGET_EXCEEDED: (
        "What was spent on the UTC day, what still works, and this order pass the budget."
    ),
    DenialCode.WEEKLY_BUDGET_EXCEEDED: "The same of the ISO week, which begins on Monday, UTC.",
    DenialCode.MONTHLY_BUDGET_EXCEEDED: "The same of the calendar month, UTC.",
    DenialCode.DAILY_LOSS_LIMIT_REACHED: (
        "The results of the UTC day, fees included, reach the loss limit."
    ),
    DenialCode.MAX_POSITION_SIZE_EXCEEDED: "The order is larger than one order may be.",
    DenialCode.MAX_EQUITY_SHARE_EXCEEDED: (
        "The order is a larger share of equity than one order may be."
    ),
    DenialCode.MAX_TOTAL_EXPOSURE_EXCEEDED: (
        "Positions, working orders and this order pass the limit."
    ),
    DenialCode.MAX_MARKET_EXPOSURE_EXCEEDED: "The same within the market.",
    DenialCode.MAX_EVENT_EXPOSURE_EXCEEDED: (
        "The same within the event; in a neg-risk event by its worst outcome."
    ),
    DenialCode.MAX_MARKET_POSITIONS_REACHED: (
        "The market holds as many orders of the strategy as it may."
    ),
    DenialCode.MAX_EVENT_POSITIONS_REACHED: (
        "The event holds as many orders of the strategy as it may."
    ),
    DenialCode.MAX_POSITIONS_REACHED: "The strategy holds as many orders as it may.",
    DenialCode.MAX_CONSECUTIVE_LOSSES_REACHED: "The run of losses reaches its limit.",
    DenialCode.MAX_DRAWDOWN_REACHED: "Equity has fallen from its peak by as much as it may.",
    DenialCode.STAGE_CAP_REACHED: "The strategy's stage allows no more dollars yet.",
    DenialCode.INSUFFICIENT_CASH: (
        "The strategy's available cash does not cover the order and its highest fee."
    ),
    DenialCode.WALLET_BALANCE_UNKNOWN: "The wallet's cash at the venue was never read.",
    DenialCode.WALLET_BALANCE_EXCEEDED: (
        "The wallet's cash does not cover all that works, is unsettled, and this order."
    ),
}
"""What each code says, for people; docs/denials.md is held equal to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """We refused. The numbers that decided stand beside each other (LESSONS L32)."""

    code: DenialCode
    text: str
    would_be: Decimal | None = None
    limit: Decimal | None = None

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question of a decision with the numbers it looked at; met, or the denial it gives.

    Checks are yielded one by one, so that a decision stops at the first denial, and an
    explanation lists what was looked at until then. The words are made when somebody reads them.
    """

    code: DenialCode
    saw: str
    """How it reads when it is met, a `{}` for each of `numbers`."""
    numbers: tuple[object, ...] = ()
    denial: Denial | None = None

    @property
    def text(self) -> str:
        """One sentence with the numbers, met or not."""
        return self.denial.text if self.denial else self.saw.format(*self.numbers)


def first_denial(checks: Iterable[Check]) -> Denial | None:
    """What denies the order; None when every check is met."""
    return next((check.denial for check in checks if check.denial is not None), None)
