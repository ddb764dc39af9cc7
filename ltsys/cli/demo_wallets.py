"""The demo's forward-test wallets, and which of them are mirrored under which limits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from ltsys.domain.ft_wallet import AllocationMethod, FtWallet
from ltsys.domain.ids import FtWalletId
from ltsys.domain.money import Usd
from ltsys.domain.stage import Stage, Standing
from ltsys.domain.strategy import RiskRules
from ltsys.usecases.open_strategy import Asked

_PATIENT_S = 600
"""Venue seconds; at the demo's speed a signal ages faster than we do."""


_WALLETS = (
    (
        FtWallet(
            wallet_id=FtWalletId("FT_DEMO_SHARP"),
            display_name="The two best leaders, five dollars a bet",
            price_min=Decimal("0.25"),
            price_max=Decimal("0.60"),
            bet_size=Usd.of(5),
        ),
        slice(0, 2),
    ),
    (
        FtWallet(
            wallet_id=FtWalletId("FT_DEMO_KELLY"),
            display_name="Three leaders, a quarter Kelly where the edge is 5 cents",
            price_min=Decimal("0.30"),
            price_max=Decimal("0.60"),
            min_edge=Decimal("0.05"),
            allocation_method=AllocationMethod.KELLY,
            min_bet=Usd.of(2),
            max_bet=Usd.of(12),
        ),
        slice(0, 3),
    ),
    (
        FtWallet(
            wallet_id=FtWalletId("FT_DEMO_UNDERDOG"),
            display_name="Everybody's underdogs, two dollars a bet",
            price_min=Decimal("0.10"),
            price_max=Decimal("0.45"),
            bet_size=Usd.of(2),
            min_bet=Usd.of(2),
        ),
        slice(None),
    ),
    (
        FtWallet(
            wallet_id=FtWalletId("FT_DEMO_CONVICTION"),
            display_name="The second and the fourth, more when they bet more",
            price_max=Decimal("0.70"),
            allocation_method=AllocationMethod.CONVICTION,
            bet_size=Usd.of(3),
            min_conviction=Decimal("0.80"),
        ),
        slice(1, 4, 2),
    ),
    (
        FtWallet(
            wallet_id=FtWalletId("FT_DEMO_MODEL"),
            display_name="Whatever the model likes, scaled by its score",
            use_model=True,
            model_threshold=Decimal("0.60"),
            min_edge=Decimal("-0.20"),
            allocation_method=AllocationMethod.ML_SCALED,
            bet_size=Usd.of(3),
        ),
        slice(None),
    ),
    (
        FtWallet(
            wallet_id=FtWalletId("FT_DEMO_EDGE"),
            display_name="The third leader, scaled by the edge",
            min_edge=Decimal("-0.05"),
            allocation_method=AllocationMethod.EDGE_SCALED,
            bet_size=Usd.of(4),
        ),
        slice(2, 3),
    ),
)
"""Each with the places of its leaders among all."""


def wallets(leaders: Sequence[str], started_at: datetime) -> tuple[FtWallet, ...]:
    """Six ways to follow the invented world's six leaders, the best of whom comes first."""
    return tuple(
        replace(rules, target_traders=tuple(leaders[places]), started_at=started_at)
        for rules, places in _WALLETS
    )


def strategies() -> tuple[Asked, ...]:
    """Two with room, and one so tight that its refusals are seen."""
    return (
        Asked(
            ft_wallet="FT_DEMO_SHARP",
            capital=Usd.of(1_000),
            slippage_tolerance=Decimal("0.20"),
            rules=_rules(max_drawdown_ratio=Decimal("0.50")),
            max_signal_age_s=_PATIENT_S,
            standing=Standing(stage=Stage.FULL),
        ),
        Asked(
            ft_wallet="FT_DEMO_KELLY",
            capital=Usd.of(2_000),
            slippage_tolerance=Decimal("0.20"),
            rules=_rules(max_position_size=Usd.of(15), max_drawdown_ratio=Decimal("0.50")),
            max_signal_age_s=_PATIENT_S,
            standing=Standing(stage=Stage.FULL),
            cooldown_s=60,
        ),
        Asked(
            ft_wallet="FT_DEMO_UNDERDOG",
            capital=Usd.of(100),
            slippage_tolerance=Decimal("0.10"),
            rules=_rules(
                daily_budget=Usd.of(40),
                max_total_exposure=Usd.of(4),
                max_consecutive_losses=5,
                max_drawdown_ratio=Decimal("0.20"),
            ),
            max_signal_age_s=_PATIENT_S,
            standing=Standing(stage=Stage.FULL),
        ),
    )


def _rules(
    *,
    daily_budget: Usd | None = None,
    max_position_size: Usd | None = None,
    max_total_exposure: Usd | None = None,
    max_consecutive_losses: int | None = None,
    max_drawdown_ratio: Decimal | None = None,
) -> RiskRules:
    return RiskRules(
        daily_budget=daily_budget,
        max_position_size=max_position_size,
        max_total_exposure=max_total_exposure,
        max_consecutive_losses=max_consecutive_losses,
        max_drawdown_ratio=max_drawdown_ratio,
    )
