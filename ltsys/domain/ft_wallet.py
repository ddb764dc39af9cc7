"""An FT wallet: a virtual strategy's rules of entry, bet sizing and capital (FT_RULES §4, §5)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from ltsys.domain.ids import FtWalletId
from ltsys.domain.money import ZERO_USD, Usd

_DEFAULT_TRADE_COUNT = 30
_KELLY_PRICE_LIMIT = Decimal("0.99")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BET_SIZE = Usd(Decimal("1.20"))
_KELLY_FRACTION = Decimal("0.25")
_MIN_BET = Usd(Decimal("0.50"))
_MAX_BET = Usd(Decimal(10))
_STARTING_BALANCE = Usd(Decimal(1000))


class AllocationMethod(StrEnum):
    """How a bet is sized (FT_RULES §5). The last two copy a leader's position deltas."""

    FIXED = "FIXED"
    KELLY = "KELLY"
    EDGE_SCALED = "EDGE_SCALED"
    TIERED = "TIERED"
    CONVICTION = "CONVICTION"
    ML_SCALED = "ML_SCALED"
    CONFIDENCE = "CONFIDENCE"
    WHALE = "WHALE"
    FIXED_RATE = "FIXED_RATE"
    BUDGETED_DYNAMIC = "BUDGETED_DYNAMIC"


COPY_METHODS = frozenset({AllocationMethod.FIXED_RATE, AllocationMethod.BUDGETED_DYNAMIC})


class WinRateSource(StrEnum):
    """Whose win rate is believed: the trader's over all, or over alike trades (FT_RULES §3)."""

    GLOBAL = "GLOBAL"
    PROFILE = "PROFILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Further limits of a wallet. None is no limit; 0 is a limit of zero (LESSONS L14).

    The reader of stored JSON turns a key with a null into 0, as the original (FT_RULES §4).
    """

    trade_live_only: bool = False
    target_trader: str | None = None
    market_categories: tuple[str, ...] = ()
    min_trader_win_rate: Decimal | None = None
    max_trader_win_rate: Decimal | None = None
    max_edge: Decimal | None = None
    max_conviction: Decimal | None = None
    min_original_trade_usd: Decimal | None = None
    max_original_trade_usd: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTerms:
    """How much of a leader's notional the two copying methods take (FT_RULES §5)."""

    rate: Decimal = Decimal(0)
    budget: Usd = ZERO_USD
    rate_min: Decimal = Decimal(0)
    rate_max: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadMarketGuard:
    """When a live BUY is skipped because its market has died (FT_RULES §9)."""

    is_enabled: bool = True
    floor_price: Decimal = Decimal("0.04")
    max_drift_ratio: Decimal = Decimal("0.80")


@dataclass(frozen=True, slots=True, kw_only=True)
class FtWallet:
    """The rules of one wallet. What evaluations read a million times is prepared once, here.

    Raises ValueError for a model without a threshold (deviation D10) and for a naive start.
    """

    wallet_id: FtWalletId
    display_name: str = ""
    price_min: Decimal = Decimal(0)
    price_max: Decimal = Decimal(1)
    min_edge: Decimal = Decimal(0)
    use_model: bool = False
    model_threshold: Decimal | None = None
    allocation_method: AllocationMethod = AllocationMethod.FIXED
    bet_size: Usd = _BET_SIZE
    bet_allocation_weight: Decimal = Decimal(1)
    kelly_fraction: Decimal = _KELLY_FRACTION
    min_bet: Usd = _MIN_BET
    max_bet: Usd = _MAX_BET
    starting_balance: Usd = _STARTING_BALANCE
    min_trader_resolved_count: int | None = None
    min_conviction: Decimal = Decimal(0)
    target_traders: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    excluded_keywords: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    copy_terms: CopyTerms = field(default_factory=CopyTerms)
    wr_source: WinRateSource = WinRateSource.GLOBAL
    started_at: datetime = EPOCH
    """Trades at or before this moment are too old for the wallet."""
    dead_market_guard: DeadMarketGuard = field(default_factory=DeadMarketGuard)

    targets: frozenset[str] = field(init=False, repr=False, compare=False)
    """Named traders in lower case; empty is no restriction. One `target_trader` wins over all."""
    category_words: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Lower case; the filters' list if it has entries, else the wallet's."""
    excluded_words: tuple[str, ...] = field(init=False, repr=False, compare=False)
    least_win_rate: Decimal = field(init=False, repr=False, compare=False)
    """FT_RULES §4, check 9: the filter, else 0 with a model, else the threshold or 0."""
    least_trade_count: int = field(init=False, repr=False, compare=False)
    """FT_RULES §4, check 11: a stored 0 means 30."""

    def __post_init__(self) -> None:
        if self.use_model and self.model_threshold is None:
            raise ValueError("a wallet that uses the model needs a model threshold (D10)")
        if self.started_at.tzinfo is None:
            raise ValueError(f"the start {self.started_at} of a wallet has no time zone")
        prepared = {
            "targets": self._targets(),
            "category_words": _lowered(self.filters.market_categories or self.categories),
            "excluded_words": tuple(w for w in _lowered(self.excluded_keywords) if w),
            "least_win_rate": self._least_win_rate(),
            "least_trade_count": self.min_trader_resolved_count or _DEFAULT_TRADE_COUNT,
        }
        for name, value in prepared.items():
            object.__setattr__(self, name, value)

    def names(self, trader: str) -> bool:
        """Whether the wallet asks for this trader by address."""
        return trader.lower() in self.targets

    def _targets(self) -> frozenset[str]:
        one = self.filters.target_trader
        return frozenset(_lowered((one,) if one else self.target_traders))

    def _least_win_rate(self) -> Decimal:
        if self.filters.min_trader_win_rate is not None:
            return self.filters.min_trader_win_rate
        return Decimal(0) if self.use_model else self.model_threshold or Decimal(0)


def problems(wallet: FtWallet) -> tuple[str, ...]:
    """Why a form must refuse these rules, one sentence each; empty when they are sound (L39)."""
    w = wallet
    checks = (
        (w.bet_size.amount < 0, f"The bet size {w.bet_size} is below $0.00."),
        (w.min_bet.amount < 0, f"The minimum bet {w.min_bet} is below $0.00."),
        (
            bool(w.max_bet) and w.min_bet > w.max_bet,
            f"The minimum bet {w.min_bet} is over the maximum bet {w.max_bet}, and would win.",
        ),
        (
            not 0 <= w.price_min <= w.price_max <= 1,
            f"The price range {w.price_min} to {w.price_max} does not lie within 0 to 1.",
        ),
        (
            w.allocation_method is AllocationMethod.KELLY and w.price_min >= _KELLY_PRICE_LIMIT,
            f"Kelly only bets the minimum from 0.99 on; the prices begin at {w.price_min}.",
        ),
        (
            not 0 <= w.kelly_fraction <= 1,
            f"The Kelly fraction {w.kelly_fraction} does not lie within 0 to 1.",
        ),
        (
            not 0 <= (w.model_threshold or Decimal(0)) <= 1,
            f"The model threshold {w.model_threshold} does not lie within 0 to 1.",
        ),
        (w.starting_balance.amount < 0, f"The balance {w.starting_balance} is below $0.00."),
        (w.bet_allocation_weight < 0, f"The weight {w.bet_allocation_weight} is below 0."),
        *_copy_problems(w),
    )
    return tuple(sentence for is_wrong, sentence in checks if is_wrong)


def _copy_problems(wallet: FtWallet) -> tuple[tuple[bool, str], ...]:
    terms, method = wallet.copy_terms, wallet.allocation_method
    return (
        (
            method in COPY_METHODS and not wallet.targets,
            f"{method.value} copies a leader, but no trader is named.",
        ),
        (
            method is AllocationMethod.FIXED_RATE and terms.rate <= 0,
            f"FIXED_RATE needs a copy rate over 0; it is {terms.rate}.",
        ),
        (
            method is AllocationMethod.BUDGETED_DYNAMIC and terms.budget.amount <= 0,
            f"BUDGETED_DYNAMIC needs a budget over $0.00; it is {terms.budget}.",
        ),
        (
            not 0 <= terms.rate_min <= terms.rate_max,
            f"The copy rates {terms.rate_min} to {terms.rate_max} are no range from 0 up.",
        ),
    )


def _lowered(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.lower() for word in words)
