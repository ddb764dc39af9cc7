"""How an FT wallet is written down: one JSON object, numbers as text (deviation D8)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ltsys.domain.ft_wallet import (
    EPOCH,
    AllocationMethod,
    CopyTerms,
    DeadMarketGuard,
    Filters,
    FtWallet,
    WinRateSource,
)
from ltsys.domain.ids import FtWalletId
from ltsys.domain.money import Usd, exact

_USUAL = FtWallet(wallet_id=FtWalletId(""))
_LIMIT_KEYS = (
    "min_trader_win_rate",
    "max_trader_win_rate",
    "max_edge",
    "max_conviction",
    "min_original_trade_usd",
    "max_original_trade_usd",
)
_EXTRA_KEYS = frozenset(
    {
        *_LIMIT_KEYS,
        "trade_live_only",
        "target_trader",
        "target_traders",
        "market_categories",
        "exclude_market_keywords",
        "wr_source",
        "copy_rate",
        "copy_budget_usd",
        "copy_rate_min",
        "copy_rate_max",
        "dead_market_guard_enabled",
        "dead_market_floor_price",
        "dead_market_max_drift_ratio",
        # notes of the original that are no rules
        "agent_managed",
        "bot_role",
    }
)


def allocation_method_of(stored: object) -> AllocationMethod:
    """The method of that name; FIXED for a falsy or unknown one (FT_RULES §5)."""
    known = AllocationMethod.__members__
    return known.get(stored if isinstance(stored, str) else "", AllocationMethod.FIXED)


def wallet_from_json(obj: Mapping[str, object], *, started_at: datetime = EPOCH) -> FtWallet:
    """The wallet of a stored row; numbers are decimals, integers or text, never floats.

    `extra` holds further filters: null, JSON text, a mapping, or one of the three notes
    "categories: A, B", "wr_source=PROFILE" and "min_original_trade_usd=100.00 (…)".
    Raises ValueError with one sentence when anything cannot be believed: such a wallet does
    not trade and says why (deviations D8, D10).
    """
    row, extra = _Row(obj), _Row(_extra_of(obj.get("extra")))
    return FtWallet(
        wallet_id=FtWalletId(row.text("wallet_id")),
        display_name=row.text("display_name"),
        price_min=row.number("price_min", Decimal(0)),
        price_max=row.number("price_max", Decimal(1)),
        min_edge=row.number("min_edge", Decimal(0)),
        use_model=row.flag("use_model"),
        model_threshold=row.optional("model_threshold"),
        allocation_method=allocation_method_of(obj.get("allocation_method")),
        bet_size=Usd(row.number("bet_size", _USUAL.bet_size.amount)),
        bet_allocation_weight=row.number("bet_allocation_weight", Decimal(1)),
        kelly_fraction=row.number("kelly_fraction", _USUAL.kelly_fraction),
        min_bet=Usd(row.number("min_bet", _USUAL.min_bet.amount)),
        max_bet=Usd(row.number("max_bet", _USUAL.max_bet.amount)),
        starting_balance=Usd(row.number("starting_balance", _USUAL.starting_balance.amount)),
        min_trader_resolved_count=row.whole("min_trader_resolved_count"),
        min_conviction=row.number("min_conviction", Decimal(0)),
        target_traders=extra.words("target_traders"),
        categories=row.words("market_categories"),
        excluded_keywords=extra.words("exclude_market_keywords"),
        filters=_filters(extra),
        copy_terms=_copy_terms(extra),
        wr_source=WinRateSource(extra.text("wr_source") or WinRateSource.GLOBAL),
        started_at=started_at,
        dead_market_guard=_guard(extra),
    )


def wallet_to_json(wallet: FtWallet) -> dict[str, object]:
    """What `wallet_from_json` reads back as the same wallet, its start apart; numbers are text."""
    w, terms, guard = wallet, wallet.copy_terms, wallet.dead_market_guard
    limits = {key: getattr(w.filters, key) for key in _LIMIT_KEYS}
    return {
        "wallet_id": w.wallet_id,
        "display_name": w.display_name,
        "price_min": str(w.price_min),
        "price_max": str(w.price_max),
        "min_edge": str(w.min_edge),
        "use_model": w.use_model,
        "model_threshold": None if w.model_threshold is None else str(w.model_threshold),
        "allocation_method": w.allocation_method.value,
        "bet_size": str(w.bet_size.amount),
        "bet_allocation_weight": str(w.bet_allocation_weight),
        "kelly_fraction": str(w.kelly_fraction),
        "min_bet": str(w.min_bet.amount),
        "max_bet": str(w.max_bet.amount),
        "starting_balance": str(w.starting_balance.amount),
        "min_trader_resolved_count": w.min_trader_resolved_count,
        "min_conviction": str(w.min_conviction),
        "market_categories": list(w.categories),
        "extra": {
            **{key: str(limit) for key, limit in limits.items() if limit is not None},
            "trade_live_only": w.filters.trade_live_only,
            "target_trader": w.filters.target_trader,
            "target_traders": list(w.target_traders),
            "market_categories": list(w.filters.market_categories),
            "exclude_market_keywords": list(w.excluded_keywords),
            "wr_source": w.wr_source.value,
            "copy_rate": str(terms.rate),
            "copy_budget_usd": str(terms.budget.amount),
            "copy_rate_min": str(terms.rate_min),
            "copy_rate_max": str(terms.rate_max),
            "dead_market_guard_enabled": guard.is_enabled,
            "dead_market_floor_price": str(guard.floor_price),
            "dead_market_max_drift_ratio": str(guard.max_drift_ratio),
        },
    }


def _extra_of(stored: object) -> Mapping[str, object]:
    """The further filters as keys; every key is known. Raises ValueError."""
    extra = stored or {}
    if isinstance(extra, str):
        extra = _extra_of_text(extra.strip())
    if not isinstance(extra, Mapping):
        raise ValueError(f"the filters are not a JSON object: {stored!r}")
    unknown = sorted(extra.keys() - _EXTRA_KEYS)
    if unknown:
        raise ValueError(f"the filters hold unknown keys: {', '.join(unknown)}")
    return extra


def _extra_of_text(text: str) -> object:
    if text.startswith("categories:"):
        return {"market_categories": [w.strip() for w in text[11:].split(",") if w.strip()]}
    name, equals, value = text.partition("=")
    if equals and name in _EXTRA_KEYS:
        return {name: value.partition(" (")[0].strip()}
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=exact)
    except ValueError as error:
        raise ValueError(f"the filters are not JSON: {text!r}") from error


def _filters(extra: "_Row") -> Filters:
    return Filters(
        trade_live_only=extra.flag("trade_live_only"),
        target_trader=extra.text("target_trader") or None,
        market_categories=extra.words("market_categories"),
        min_trader_win_rate=extra.limit("min_trader_win_rate"),
        max_trader_win_rate=extra.limit("max_trader_win_rate"),
        max_edge=extra.limit("max_edge"),
        max_conviction=extra.limit("max_conviction"),
        min_original_trade_usd=extra.limit("min_original_trade_usd"),
        max_original_trade_usd=extra.limit("max_original_trade_usd"),
    )


def _copy_terms(extra: "_Row") -> CopyTerms:
    return CopyTerms(
        rate=extra.number("copy_rate", Decimal(0)),
        budget=Usd(extra.number("copy_budget_usd", Decimal(0))),
        rate_min=extra.number("copy_rate_min", Decimal(0)),
        rate_max=extra.number("copy_rate_max", Decimal(1)),
    )


def _guard(extra: "_Row") -> DeadMarketGuard:
    usual = DeadMarketGuard()
    return DeadMarketGuard(
        is_enabled=extra.flag("dead_market_guard_enabled", usual=usual.is_enabled),
        floor_price=extra.number("dead_market_floor_price", usual.floor_price),
        max_drift_ratio=extra.number("dead_market_max_drift_ratio", usual.max_drift_ratio),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """Typed reading of a JSON object; each method raises ValueError naming the key."""

    of: Mapping[str, object]

    def text(self, key: str) -> str:
        value = self.of.get(key)
        if not isinstance(value, str | None):
            raise ValueError(f"{key} is not text: {value!r}")
        return value or ""

    def flag(self, key: str, *, usual: bool = False) -> bool:
        value = self.of.get(key)
        if not isinstance(value, bool | None):
            raise ValueError(f"{key} is neither true nor false: {value!r}")
        return usual if value is None else value

    def optional(self, key: str) -> Decimal | None:
        value = self.of.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
            raise ValueError(f"{key} is not a decimal number: {value!r}")
        try:
            return exact(value)
        except ValueError as error:
            raise ValueError(f"{key} is not a number: {value!r}") from error

    def number(self, key: str, usual: Decimal) -> Decimal:
        value = self.optional(key)
        return usual if value is None else value

    def limit(self, key: str) -> Decimal | None:
        """A key with a null is a limit of 0 (FT_RULES §4, "present")."""
        return self.number(key, Decimal(0)) if key in self.of else None

    def whole(self, key: str) -> int | None:
        value = self.optional(key)
        if value is not None and value != int(value):
            raise ValueError(f"{key} is not a whole number: {value}")
        return None if value is None else int(value)

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words; a null among them is the empty word, which every text contains."""
        value = self.of.get(key)
        listed = [] if value is None else value
        if not isinstance(listed, list | tuple) or not all(
            isinstance(word, str | None) for word in listed
        ):
            raise ValueError(f"{key} is not a list of words: {value!r}")
        return tuple(word or "" for word in listed)
