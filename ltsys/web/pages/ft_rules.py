"""The rules of a forward test, one by one, in the order in which a trade is asked (FT_RULES §4)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ltsys.domain.ft_wallet import COPY_METHODS, AllocationMethod, FtWallet
from ltsys.domain.rejection import Reason
from ltsys.web.pages.shown import NOTHING, dollars, percent, price

_ANY: Final = "any"
_FEW_TRADERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule in words with its units. `settings` are the names that it is stored under."""

    label: str
    value: str
    meaning: str
    settings: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()
    """Under which a trade that breaks it is counted as skipped."""


def ft_rules(w: FtWallet) -> dict[str, tuple[Rule, ...]]:
    """All that decides whether the forward test bets, and how much; by what it is about."""
    return {
        "Which trades it takes": (*_whose(w), *_how_sure(w), *_which_markets(w)),
        "How much it bets": (*_bets(w), *_copies(w)),
        "When a market has died": _guard(w),
    }


def _whose(w: FtWallet) -> tuple[Rule, ...]:
    targets = sorted(w.targets)
    more = f" and {len(targets) - _FEW_TRADERS} more" if len(targets) > _FEW_TRADERS else ""
    return (
        Rule(
            label="Leaders",
            value=f"{', '.join(targets[:_FEW_TRADERS])}{more}" if targets else "its pool",
            meaning="Only trades of these traders; without names, of the pool that it follows.",
            settings=("target_trader", "target_traders"),
            reasons=(Reason.NOT_TARGET_TRADER,),
        ),
        Rule(
            label="Only once a game has begun",
            value=_yes(is_so=w.filters.trade_live_only),
            meaning="The market must name the start of its game, and it must be over.",
            settings=("trade_live_only",),
            reasons=(Reason.NO_GAME_START_TIME, Reason.PRE_GAME),
        ),
        Rule(
            label="Leader's price",
            value=f"{price(w.price_min)} to {price(w.price_max)}",
            meaning="Dollars a share; both ends are inside.",
            settings=("price_min", "price_max"),
            reasons=(Reason.PRICE_OUT_OF_RANGE,),
        ),
        Rule(
            label="Leader's trade",
            value=_range(w.filters.min_original_trade_usd, w.filters.max_original_trade_usd, "$"),
            meaning="Dollars of the trade that is followed.",
            settings=("min_original_trade_usd", "max_original_trade_usd"),
            reasons=(Reason.TRADE_TOO_SMALL, Reason.TRADE_TOO_LARGE),
        ),
    )


def _how_sure(w: FtWallet) -> tuple[Rule, ...]:
    most = w.filters.max_trader_win_rate
    return (
        Rule(
            label="Leader's win rate",
            value=f"{percent(w.least_win_rate)} to {_ANY if most is None else percent(most)}",
            meaning="Won of the leader's resolved trades.",
            settings=("min_trader_win_rate", "max_trader_win_rate"),
            reasons=(Reason.LOW_WIN_RATE, Reason.HIGH_WIN_RATE),
        ),
        Rule(
            label="Win rate over",
            value="trades like this one" if w.wr_source == "PROFILE" else "all trades",
            meaning="Whose win rate is believed: the leader's in all, or over alike trades.",
            settings=("wr_source",),
        ),
        Rule(
            label="Leader's resolved trades",
            value=f"{w.least_trade_count:,} or more",
            meaning="With fewer a win rate says nothing.",
            settings=("min_trader_resolved_count",),
            reasons=(Reason.UNKNOWN_TRADER, Reason.LOW_TRADE_COUNT),
        ),
        Rule(
            label="Edge",
            value=_range(w.min_edge, w.filters.max_edge),
            meaning="Win rate − entry price, in dollars a share.",
            settings=("min_edge", "max_edge"),
            reasons=(Reason.INSUFFICIENT_EDGE, Reason.HIGH_EDGE),
        ),
        Rule(
            label="Conviction",
            value=_range(w.min_conviction or None, w.filters.max_conviction),
            meaning="The trade's size over the leader's usual size.",
            settings=("min_conviction", "max_conviction"),
            reasons=(Reason.LOW_CONVICTION, Reason.HIGH_CONVICTION),
        ),
        Rule(
            label="Model",
            value=f"{percent(w.model_threshold)} or more" if w.use_model else "not asked",
            meaning="The probability that the model must give the outcome.",
            settings=("use_model", "model_threshold"),
            reasons=(Reason.ML_UNAVAILABLE, Reason.LOW_ML_SCORE),
        ),
    )


def _which_markets(w: FtWallet) -> tuple[Rule, ...]:
    return (
        Rule(
            label="Categories",
            value=", ".join(w.category_words) or _ANY,
            meaning="One of these words must stand in the market's title or tags.",
            settings=("market_categories",),
            reasons=(Reason.WRONG_CATEGORY,),
        ),
        Rule(
            label="Excluded words",
            value=", ".join(w.excluded_words) or "none",
            meaning="None of these words may stand in the market's title or tags.",
            settings=("exclude_market_keywords",),
            reasons=(Reason.EXCLUDED_CATEGORY,),
        ),
    )


def _bets(w: FtWallet) -> tuple[Rule, ...]:
    is_kelly = w.allocation_method is AllocationMethod.KELLY
    return (
        Rule(
            label="Method",
            value=w.allocation_method.value,
            meaning="How a bet is sized (FT_RULES §5).",
            settings=("allocation_method",),
        ),
        Rule(
            label="Base",
            value=f"{dollars(w.bet_size)} × {w.bet_allocation_weight.normalize():f}",
            meaning="The bet before the method looks at it: size × weight.",
            settings=("bet_size", "bet_allocation_weight"),
        ),
        Rule(
            label="Kelly fraction",
            value=percent(w.kelly_fraction) if is_kelly else NOTHING,
            meaning="Of the bet that Kelly's formula gives; only that method asks for it.",
            settings=("kelly_fraction",),
        ),
        Rule(
            label="One bet",
            value=f"{dollars(w.min_bet)} to {dollars(w.max_bet)}",
            meaning="Every bet is brought within these; the least wins.",
            settings=("min_bet", "max_bet"),
        ),
        Rule(
            label="Starting balance",
            value=dollars(w.starting_balance),
            meaning="Its own virtual money; it says nothing of your capital.",
            settings=("starting_balance",),
            reasons=(Reason.INSUFFICIENT_CASH,),
        ),
    )


def _copies(w: FtWallet) -> tuple[Rule, ...]:
    terms, copies = w.copy_terms, w.allocation_method in COPY_METHODS
    return (
        Rule(
            label="Share of the leader's trade",
            value=percent(terms.rate) if copies else NOTHING,
            meaning="Only methods that copy a leader ask for it.",
            settings=("copy_rate",),
        ),
        Rule(
            label="Budget for copies",
            value=dollars(terms.budget) if copies else NOTHING,
            meaning="Spread over the leader's exposure, within the two shares.",
            settings=("copy_budget_usd",),
        ),
        Rule(
            label="Least and most share",
            value=f"{percent(terms.rate_min)} to {percent(terms.rate_max)}" if copies else NOTHING,
            meaning="Between which the share of a copy stays.",
            settings=("copy_rate_min", "copy_rate_max"),
        ),
    )


def _guard(w: FtWallet) -> tuple[Rule, ...]:
    guard = w.dead_market_guard
    return (
        Rule(
            label="Skip dead markets",
            value=_yes(is_so=guard.is_enabled),
            meaning="A live order is not sent where the market has all but decided (FT_RULES §9).",
            settings=("dead_market_guard_enabled",),
        ),
        Rule(
            label="Lowest price",
            value=price(guard.floor_price) if guard.is_enabled else NOTHING,
            meaning="Dollars a share, at the middle of the book.",
            settings=("dead_market_floor_price",),
        ),
        Rule(
            label="Widest drift",
            value=percent(guard.max_drift_ratio) if guard.is_enabled else NOTHING,
            meaning="How far the price may have fallen since the signal, of the signal's price.",
            settings=("dead_market_max_drift_ratio",),
        ),
    )


def _yes(*, is_so: bool) -> str:
    return "yes" if is_so else "no"


def _range(least: Decimal | None, most: Decimal | None, unit: str = "") -> str:
    """Both ends are inside; one that is not set is no limit."""
    if least is None and most is None:
        return _ANY
    low = "any" if least is None else f"{unit}{least.normalize():f}"
    return f"{low} or more" if most is None else f"{low} to {unit}{most.normalize():f}"
