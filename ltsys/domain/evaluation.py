"""Whether an FT wallet takes a leader's trade: the checks in their order (FT_RULES §4)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Final, Literal

from ltsys.domain.ft_wallet import FtWallet, WinRateSource
from ltsys.domain.market import Market
from ltsys.domain.money import Price, Usd
from ltsys.domain.rejection import Reason, Rejected
from ltsys.domain.sizing import Bet, bet_size
from ltsys.domain.source_trade import Side, SourceTrade
from ltsys.domain.trader import LeaderFacts, TraderStatistics, leader_facts

__all__ = [
    "NOT_ASKED",
    "Case",
    "Evaluation",
    "NeedsProbability",
    "NotAsked",
    "Probability",
    "Qualified",
    "Reason",
    "Rejected",
    "evaluate",
    "judge",
    "screen",
]

SLIPPAGE_FACTOR: Final = Decimal("1.003")
_HIGHEST_ENTRY: Final = Decimal("0.9999")


class NotAsked(Enum):
    """Tells "the model has not been asked" from None, "it had no answer"."""

    NOT_ASKED = "not asked"


NOT_ASKED: Final = NotAsked.NOT_ASKED
Probability = Decimal | None | Literal[NotAsked.NOT_ASKED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualified:
    """Taken: what to bet, at which price, and everything that was believed at the time."""

    bet: Usd
    entry_price: Price
    edge: Decimal
    win_rate: Decimal
    trade_count: int
    conviction: Decimal
    probability: Decimal | None


@dataclass(frozen=True, slots=True)
class NeedsProbability:
    """Checks 1 to 18 pass; ask the model, then evaluate again with its answer."""


Evaluation = Qualified | Rejected | NeedsProbability


def evaluate(
    trade: SourceTrade,
    *,
    wallet: FtWallet,
    market: Market | None,
    statistics: TraderStatistics | None,
    now: datetime,
    last_sync_at: datetime,
    bankroll: Usd,
    probability: Probability = NOT_ASKED,
    profile_win_rate: Decimal | None = None,
    leader_exposure: Usd | None = None,
) -> Evaluation:
    """The wallet's verdict on a trade; the first check that fails gives the reason.

    `profile_win_rate` is used by wallets with wr_source PROFILE, None means no match.
    `leader_exposure` is used by BUDGETED_DYNAMIC.
    """
    refused = screen(trade, wallet=wallet, market=market, now=now, last_sync_at=last_sync_at)
    if refused is not None:
        return refused
    facts = leader_facts(trade, statistics, is_named=trade.trader.lower() in wallet.targets)
    if facts is None:
        return Rejected(Reason.UNKNOWN_TRADER, trade.trader)
    win_rate = facts.win_rate
    if wallet.wr_source is WinRateSource.PROFILE and profile_win_rate is not None:
        win_rate = profile_win_rate
    return judge(
        Case(
            trade=trade,
            wallet=wallet,
            tags=() if market is None else market.tags,
            facts=facts,
            win_rate=win_rate,
            leader_exposure=leader_exposure,
        ),
        bankroll=bankroll,
        probability=probability,
    )


def screen(
    trade: SourceTrade,
    *,
    wallet: FtWallet,
    market: Market | None,
    now: datetime,
    last_sync_at: datetime,
) -> Rejected | None:
    """Checks 1 to 8: what needs no knowledge of the trader's results."""
    return (
        _screen_trade(trade, wallet, last_sync_at)
        or _screen_market(trade, market)
        or (_screen_start(market, now) if wallet.filters.trade_live_only else None)
        or _screen_rules(trade, wallet)
    )


def _screen_trade(trade: SourceTrade, wallet: FtWallet, last_sync_at: datetime) -> Rejected | None:
    if trade.side is not Side.BUY:
        return Rejected(Reason.NOT_A_BUY, trade.side.value)
    since = last_sync_at if last_sync_at > wallet.started_at else wallet.started_at
    if trade.traded_at <= since:
        return Rejected(Reason.TRADE_TOO_OLD, trade.traded_at, since)
    return None


def _screen_market(trade: SourceTrade, market: Market | None) -> Rejected | None:
    if market is None:
        return Rejected(Reason.MARKET_NOT_FOUND, trade.condition_id)
    if market.is_resolved or market.is_closed:
        return Rejected(Reason.MARKET_RESOLVED, market.condition_id)
    if market.end_at is not None and trade.traded_at >= market.end_at:
        return Rejected(Reason.AFTER_MARKET_END, trade.traded_at, market.end_at)
    return None


def _screen_start(market: Market | None, now: datetime) -> Rejected | None:
    start_at = None if market is None else market.game_start_at or market.start_at
    if start_at is None:
        return Rejected(Reason.NO_GAME_START_TIME)
    return Rejected(Reason.PRE_GAME, now, start_at) if now < start_at else None


def _screen_rules(trade: SourceTrade, wallet: FtWallet) -> Rejected | None:
    if wallet.targets and trade.trader.lower() not in wallet.targets:
        return Rejected(Reason.NOT_TARGET_TRADER, trade.trader)
    price = trade.price.per_share
    if price < wallet.price_min:
        return Rejected(Reason.PRICE_OUT_OF_RANGE, price, wallet.price_min)
    if price > wallet.price_max:
        return Rejected(Reason.PRICE_OUT_OF_RANGE, price, wallet.price_max)
    return None


@dataclass(slots=True, kw_only=True)
class Case:
    """A screened trade and what is believed of its leader."""

    trade: SourceTrade
    wallet: FtWallet
    tags: tuple[str, ...]
    facts: LeaderFacts
    win_rate: Decimal
    leader_exposure: Usd | None = None


def judge(case: Case, *, bankroll: Usd, probability: Probability) -> Evaluation:
    """Checks 9 to 21, then the bet."""
    entry_price = min(_HIGHEST_ENTRY, case.trade.price.per_share * SLIPPAGE_FACTOR)
    edge = case.win_rate - entry_price
    for check in _CHECKS:
        refused = check(case, edge)
        if refused is not None:
            return refused
    if not case.wallet.use_model:
        return _take(case, entry_price=entry_price, edge=edge, bankroll=bankroll, score=None)
    if probability is NOT_ASKED:
        return NeedsProbability()
    refused = _model_refuses(case.wallet, probability)
    if refused is not None:
        return refused
    return _take(case, entry_price=entry_price, edge=edge, bankroll=bankroll, score=probability)


def _low_win_rate(case: Case, _edge: Decimal) -> Rejected | None:
    least = case.wallet.least_win_rate
    return Rejected(Reason.LOW_WIN_RATE, case.win_rate, least) if case.win_rate < least else None


def _insufficient_edge(case: Case, edge: Decimal) -> Rejected | None:
    least = case.wallet.min_edge
    return Rejected(Reason.INSUFFICIENT_EDGE, edge, least) if edge < least else None


def _low_trade_count(case: Case, _edge: Decimal) -> Rejected | None:
    count, least = case.facts.trade_count, case.wallet.least_trade_count
    return Rejected(Reason.LOW_TRADE_COUNT, count, least) if count < least else None


def _low_conviction(case: Case, _edge: Decimal) -> Rejected | None:
    value, least = case.facts.conviction, case.wallet.min_conviction
    return Rejected(Reason.LOW_CONVICTION, value, least) if least > 0 and value < least else None


def _high_win_rate(case: Case, _edge: Decimal) -> Rejected | None:
    most = case.wallet.filters.max_trader_win_rate
    if most is not None and case.win_rate > most:
        return Rejected(Reason.HIGH_WIN_RATE, case.win_rate, most)
    return None


def _high_edge(case: Case, edge: Decimal) -> Rejected | None:
    most = case.wallet.filters.max_edge
    return Rejected(Reason.HIGH_EDGE, edge, most) if most is not None and edge > most else None


def _high_conviction(case: Case, _edge: Decimal) -> Rejected | None:
    most = case.wallet.filters.max_conviction
    if most is not None and case.facts.conviction > most:
        return Rejected(Reason.HIGH_CONVICTION, case.facts.conviction, most)
    return None


def _wrong_category(case: Case, _edge: Decimal) -> Rejected | None:
    """Title and tags are searched, as in the original's batch path (FT_RULES §4)."""
    words = case.wallet.category_words
    if words and not _mentions(case, words):
        return Rejected(Reason.WRONG_CATEGORY, case.trade.title, ", ".join(words))
    return None


def _excluded_category(case: Case, _edge: Decimal) -> Rejected | None:
    words = case.wallet.excluded_words
    if words and _mentions(case, words):
        return Rejected(Reason.EXCLUDED_CATEGORY, case.trade.title, ", ".join(words))
    return None


def _mentions(case: Case, words: tuple[str, ...]) -> bool:
    texts = (case.trade.title.lower(), *(tag.lower() for tag in case.tags))
    return any(word in text for word in words for text in texts)


def _trade_too_small(case: Case, _edge: Decimal) -> Rejected | None:
    """In dollars (deviation D2)."""
    least = case.wallet.filters.min_original_trade_usd
    if least is not None and case.trade.value.amount < least:
        return Rejected(Reason.TRADE_TOO_SMALL, case.trade.value, Usd(least))
    return None


def _trade_too_large(case: Case, _edge: Decimal) -> Rejected | None:
    """In dollars (deviation D2)."""
    most = case.wallet.filters.max_original_trade_usd
    if most is not None and case.trade.value.amount > most:
        return Rejected(Reason.TRADE_TOO_LARGE, case.trade.value, Usd(most))
    return None


_CHECKS: tuple[Callable[[Case, Decimal], Rejected | None], ...] = (
    _low_win_rate,
    _insufficient_edge,
    _low_trade_count,
    _low_conviction,
    _high_win_rate,
    _high_edge,
    _high_conviction,
    _wrong_category,
    _excluded_category,
    _trade_too_small,
    _trade_too_large,
)


def _model_refuses(wallet: FtWallet, score: Decimal | None) -> Rejected | None:
    least = wallet.model_threshold
    if score is None:
        return Rejected(Reason.ML_UNAVAILABLE, None, least)
    return (
        Rejected(Reason.LOW_ML_SCORE, score, least) if least is not None and score < least else None
    )


def _take(
    case: Case, *, entry_price: Decimal, edge: Decimal, bankroll: Usd, score: Decimal | None
) -> Qualified | Rejected:
    """The bet, if the bankroll covers it.

    The original decides with the model's probability but sizes without it, so ML_SCALED and
    WHALE see the default of 0.55 here; the recorded answers of FT_RULES hold us to that.
    """
    facts = case.facts
    sized = Bet(
        win_rate=case.win_rate,
        price=case.trade.price.per_share,
        edge=edge,
        conviction=facts.conviction,
        bankroll=bankroll,
        probability=None,
        leader_notional=case.trade.value,
        leader_exposure=case.leader_exposure,
    )
    bet = bet_size(case.wallet, sized)
    if bankroll < bet or bankroll.amount <= 0:
        return Rejected(Reason.INSUFFICIENT_CASH, bankroll, bet)
    return Qualified(
        bet=bet,
        entry_price=Price(entry_price),
        edge=edge,
        win_rate=case.win_rate,
        trade_count=facts.trade_count,
        conviction=facts.conviction,
        probability=score,
    )
