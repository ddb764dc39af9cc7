"""Why an FT wallet did not take a trade, with the numbers that decided it (LESSONS L32)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from ltsys.domain.money import Usd

Fact = Decimal | int | str | datetime | Usd | None


class Reason(StrEnum):
    """Why a trade was not taken, in the order of the checks (FT_RULES §4, deviations §10)."""

    INVALID_TRADE = "invalid_trade"
    NOT_A_BUY = "not_a_buy"
    TRADE_TOO_OLD = "trade_too_old"
    MARKET_NOT_FOUND = "market_not_found"
    MARKET_RESOLVED = "market_resolved"
    AFTER_MARKET_END = "after_market_end"
    NO_GAME_START_TIME = "no_game_start_time"
    PRE_GAME = "pre_game"
    NOT_TARGET_TRADER = "not_target_trader"
    PRICE_OUT_OF_RANGE = "price_out_of_range"
    UNKNOWN_TRADER = "unknown_trader"
    LOW_WIN_RATE = "low_win_rate"
    INSUFFICIENT_EDGE = "insufficient_edge"
    LOW_TRADE_COUNT = "low_trade_count"
    LOW_CONVICTION = "low_conviction"
    HIGH_WIN_RATE = "high_win_rate"
    HIGH_EDGE = "high_edge"
    HIGH_CONVICTION = "high_conviction"
    WRONG_CATEGORY = "wrong_category"
    EXCLUDED_CATEGORY = "excluded_category"
    TRADE_TOO_SMALL = "trade_too_small"
    TRADE_TOO_LARGE = "trade_too_large"
    ML_UNAVAILABLE = "ml_unavailable"
    LOW_ML_SCORE = "low_ml_score"
    INSUFFICIENT_CASH = "insufficient_cash"


@dataclass(frozen=True, slots=True)
class Rejected:
    """Not taken, with the numbers that decided it (LESSONS L32)."""

    reason: Reason
    value: Fact = None
    limit: Fact = None

    @property
    def text(self) -> str:
        """One sentence for people."""
        return _SENTENCES[self.reason].format(value=_shown(self.value), limit=_shown(self.limit))

    @property
    def numbers(self) -> tuple[Decimal | None, Decimal | None]:
        """Value and limit where they are numbers, dollars as their amount."""
        return _number(self.value), _number(self.limit)


def _shown(fact: Fact) -> str:
    if isinstance(fact, datetime):
        return fact.isoformat(sep=" ", timespec="seconds")
    return "none" if fact is None else f"{fact}"


def _number(fact: Fact) -> Decimal | None:
    if isinstance(fact, Usd):
        return fact.amount
    return Decimal(fact) if isinstance(fact, Decimal | int) else None


_SENTENCES: Final[dict[Reason, str]] = {
    Reason.INVALID_TRADE: "The trade cannot be believed: {value}.",
    Reason.NOT_A_BUY: "Only buys open a position; the trade is a {value}.",
    Reason.TRADE_TOO_OLD: "The trade of {value} is not after {limit}.",
    Reason.MARKET_NOT_FOUND: "The market {value} is not known.",
    Reason.MARKET_RESOLVED: "The market {value} is closed or resolved.",
    Reason.AFTER_MARKET_END: "The trade of {value} is not before the market's end, {limit}.",
    Reason.NO_GAME_START_TIME: "Only live games are traded and no start time is known.",
    Reason.PRE_GAME: "Only live games are traded; it is {value} and the start is {limit}.",
    Reason.NOT_TARGET_TRADER: "The trader {value} is not one the wallet follows.",
    Reason.PRICE_OUT_OF_RANGE: "The price {value} is beyond the limit of {limit}.",
    Reason.UNKNOWN_TRADER: "Nothing is known of the results of trader {value}.",
    Reason.LOW_WIN_RATE: "The win rate {value} is below {limit}.",
    Reason.INSUFFICIENT_EDGE: "The edge {value} is below {limit}.",
    Reason.LOW_TRADE_COUNT: "The trader's {value} resolved trades are fewer than {limit}.",
    Reason.LOW_CONVICTION: "The conviction {value} is below {limit}.",
    Reason.HIGH_WIN_RATE: "The win rate {value} is above {limit}.",
    Reason.HIGH_EDGE: "The edge {value} is above {limit}.",
    Reason.HIGH_CONVICTION: "The conviction {value} is above {limit}.",
    Reason.WRONG_CATEGORY: "The market “{value}” is in none of the categories {limit}.",
    Reason.EXCLUDED_CATEGORY: "The market “{value}” matches an excluded word of {limit}.",
    Reason.TRADE_TOO_SMALL: "The leader's trade of {value} is below {limit}.",
    Reason.TRADE_TOO_LARGE: "The leader's trade of {value} is above {limit}.",
    Reason.ML_UNAVAILABLE: "The model gave no probability; {limit} is needed.",
    Reason.LOW_ML_SCORE: "The model's probability {value} is below {limit}.",
    Reason.INSUFFICIENT_CASH: "The bankroll {value} does not cover the bet of {limit}.",
}
