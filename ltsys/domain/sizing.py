"""How much an FT wallet bets (FT_RULES §5)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from types import MappingProxyType

from ltsys.domain.ft_wallet import AllocationMethod, FtWallet
from ltsys.domain.money import ZERO_USD, Usd

_HALF = Decimal("0.5")
_ONE = Decimal(1)
_ZERO = Decimal(0)
_CENT = Decimal("0.01")
_DEFAULT_MIN_BET = Decimal("0.50")
_DEFAULT_MAX_BET = Decimal(10)
_DEFAULT_KELLY_FRACTION = Decimal("0.25")
_DEFAULT_PROBABILITY = Decimal("0.55")
_KELLY_PRICE_LIMIT = Decimal("0.99")
_TIERS = (
    (Decimal("0.15"), Decimal(2)),
    (Decimal("0.10"), Decimal("1.5")),
    (Decimal("0.05"), Decimal(1)),
)
_EDGE_SPAN = Decimal("0.20")
_WIN_RATE_SPAN = Decimal("0.30")
_CONVICTION_SPAN = Decimal("2.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bet:
    """What a bet's size depends on. `price` is the leader's, `edge` is against the entry price."""

    win_rate: Decimal
    price: Decimal
    edge: Decimal
    conviction: Decimal
    bankroll: Usd
    probability: Decimal | None
    leader_notional: Usd = ZERO_USD
    leader_exposure: Usd | None = None


def bet_size(wallet: FtWallet, bet: Bet) -> Usd:
    """The bet in whole cents, halves up; where the caps cross, the minimum wins (FT_RULES §5).

    Zero minimum, maximum, weight or Kelly fraction means the default, as in the original.
    """
    cents = (_capped(wallet, bet) * 100 + _HALF).to_integral_value(ROUND_FLOOR)
    return Usd(cents.scaleb(-2))


def largest_bet(wallet: FtWallet) -> Usd:
    """No bet of these settings is larger, whatever it depends on; whole cents, rounded up."""
    smallest = wallet.min_bet.amount or _DEFAULT_MIN_BET
    largest = wallet.max_bet.amount or _DEFAULT_MAX_BET
    factor = _MOST_OF_BASE.get(wallet.allocation_method)
    most = largest if factor is None else min(largest, _base(wallet) * factor)
    return Usd(max(smallest, most)).rounded_up(_CENT)


def _capped(wallet: FtWallet, bet: Bet) -> Decimal:
    smallest = wallet.min_bet.amount or _DEFAULT_MIN_BET
    largest = wallet.max_bet.amount or _DEFAULT_MAX_BET
    return max(smallest, min(largest, _METHODS[wallet.allocation_method](wallet, bet)))


def _base(wallet: FtWallet) -> Decimal:
    return wallet.bet_size.amount * (wallet.bet_allocation_weight or _ONE)


def _fixed(wallet: FtWallet, _bet: Bet) -> Decimal:
    return _base(wallet)


def _kelly(wallet: FtWallet, bet: Bet) -> Decimal:
    """Raw price, slipped edge; near a price of 1 the fraction explodes, so the minimum (L39)."""
    if bet.price >= _KELLY_PRICE_LIMIT:
        return wallet.min_bet.amount or _DEFAULT_MIN_BET
    fraction = wallet.kelly_fraction or _DEFAULT_KELLY_FRACTION
    return bet.bankroll.amount * bet.edge * fraction / (1 - bet.price)


def _edge_scaled(wallet: FtWallet, bet: Bet) -> Decimal:
    return _base(wallet) * (1 + 5 * bet.edge)


def _tiered(wallet: FtWallet, bet: Bet) -> Decimal:
    factor = next((factor for edge, factor in _TIERS if bet.edge >= edge), _HALF)
    return _base(wallet) * factor


def _conviction(wallet: FtWallet, bet: Bet) -> Decimal:
    return _base(wallet) * _clamp(bet.conviction, _HALF, Decimal(3))


def _ml_scaled(wallet: FtWallet, bet: Bet) -> Decimal:
    return _base(wallet) * _clamp(_HALF + (_model(bet) - _HALF), _HALF, Decimal(2))


def _confidence(wallet: FtWallet, bet: Bet) -> Decimal:
    """No lower clamp on any part: a poor one pulls the bet below half of the base."""
    edge = min(bet.edge / _EDGE_SPAN, _ONE)
    wins = min((bet.win_rate - _HALF) / _WIN_RATE_SPAN, _ONE)
    conviction = min((bet.conviction - _HALF) / _CONVICTION_SPAN, _ONE)
    score = Decimal("0.4") * edge + Decimal("0.3") * conviction + Decimal("0.3") * wins
    return _base(wallet) * (_HALF + Decimal("1.5") * score)


def _whale(wallet: FtWallet, bet: Bet) -> Decimal:
    model = _clamp((_model(bet) - _HALF) / _HALF, _ZERO, _ONE)
    wins = _clamp((bet.win_rate - _HALF) / _WIN_RATE_SPAN, _ZERO, _ONE)
    conviction = _clamp((bet.conviction - _HALF) / _CONVICTION_SPAN, _ZERO, _ONE)
    edge = min(bet.edge / _EDGE_SPAN, _ONE)
    parts = (
        (Decimal("0.35"), model),
        (Decimal("0.30"), conviction),
        (Decimal("0.25"), wins),
        (Decimal("0.10"), edge),
    )
    return _base(wallet) * (_HALF + sum((weight * part for weight, part in parts), _ZERO))


def _fixed_rate(wallet: FtWallet, bet: Bet) -> Decimal:
    return bet.leader_notional.amount * wallet.copy_terms.rate


def _budgeted_dynamic(wallet: FtWallet, bet: Bet) -> Decimal:
    return bet.leader_notional.amount * _copy_rate(wallet, bet.leader_exposure)


def _copy_rate(wallet: FtWallet, exposure: Usd | None) -> Decimal:
    """Budget ÷ exposure within its bounds; an unknown exposure copies least (L18)."""
    terms = wallet.copy_terms
    if exposure is None:
        return terms.rate_min
    if exposure.amount <= 0:
        return terms.rate_max
    return _clamp(terms.budget.over(exposure), terms.rate_min, terms.rate_max)


def _model(bet: Bet) -> Decimal:
    return _DEFAULT_PROBABILITY if bet.probability is None else bet.probability


def _clamp(value: Decimal, low: Decimal, high: Decimal) -> Decimal:
    return max(low, min(high, value))


_MOST_OF_BASE: Mapping[AllocationMethod, Decimal] = MappingProxyType(
    {
        AllocationMethod.FIXED: _ONE,
        AllocationMethod.EDGE_SCALED: Decimal(6),
        AllocationMethod.TIERED: Decimal(2),
        AllocationMethod.CONVICTION: Decimal(3),
        AllocationMethod.ML_SCALED: _ONE,
        AllocationMethod.CONFIDENCE: Decimal(2),
        AllocationMethod.WHALE: Decimal(2),
    }
)
"""Times the base bet, at an edge, a probability and a win rate of at most 1; others have none."""

_METHODS: Mapping[AllocationMethod, Callable[[FtWallet, Bet], Decimal]] = MappingProxyType(
    {
        AllocationMethod.FIXED: _fixed,
        AllocationMethod.KELLY: _kelly,
        AllocationMethod.EDGE_SCALED: _edge_scaled,
        AllocationMethod.TIERED: _tiered,
        AllocationMethod.CONVICTION: _conviction,
        AllocationMethod.ML_SCALED: _ml_scaled,
        AllocationMethod.CONFIDENCE: _confidence,
        AllocationMethod.WHALE: _whale,
        AllocationMethod.FIXED_RATE: _fixed_rate,
        AllocationMethod.BUDGETED_DYNAMIC: _budgeted_dynamic,
    }
)
