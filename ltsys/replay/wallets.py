"""Which forward-test wallets a replay runs, whom they follow, and which of them are mirrored."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from ltsys.domain.errors import SettingsError
from ltsys.domain.ft_wallet import FtWallet
from ltsys.domain.ft_wallet_json import wallet_from_json
from ltsys.domain.ids import Address, FtWalletId, StrategyId
from ltsys.domain.money import Usd
from ltsys.domain.stage import Stage, Standing
from ltsys.domain.strategy import RiskRules, Strategy
from ltsys.domain.venue import TimeInForce

FILE_NAME = "ft_wallets.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A wallet of the file and the leaders that it is given, by who traded first."""

    wallet_id: str
    leaders: tuple[int, ...]
    max_position_usd: int | None = None
    """The live strategy's limit on one order; without one the wallet is not mirrored."""


FOLLOWERS = (
    Follower(wallet_id="FT_HIGH_CONVICTION", leaders=(0, 1)),
    Follower(wallet_id="FT_T1_PURE_CONV", leaders=(3, 5), max_position_usd=5),
    Follower(wallet_id="FT_FAVORITE_GRINDER", leaders=(1, 2, 3, 4)),
    Follower(wallet_id="FT_LEARNINGS_CONV_3X", leaders=(1, 3), max_position_usd=15),
    Follower(wallet_id="FT_T2_MIDRANGE", leaders=(1,), max_position_usd=7),
    Follower(wallet_id="FT_T2_LONGSHOTS", leaders=(4,), max_position_usd=10),
    Follower(wallet_id="FT_T1_PURE_ML", leaders=(5,)),
    Follower(wallet_id="FT_LEARNINGS_SWEET_SPOT", leaders=(6,)),
    Follower(wallet_id="FT_S_EDGE_SCALE", leaders=(0, 5)),
    Follower(wallet_id="FT_T5_RANDOM", leaders=(0, 1, 2, 3, 4, 5, 6)),
)


def find_file(recording: Path) -> Path:
    """The nearest file of wallets at or above the recording. Raises SettingsError without one."""
    for folder in (recording.resolve(), *recording.resolve().parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    raise SettingsError(f"no {FILE_NAME} at or above {recording}; name one with --wallets")


def chosen_wallets(
    file: Path, leaders: Sequence[str], started_at: datetime
) -> tuple[FtWallet, ...]:
    """The replay's wallets with the rules of the file and their leaders as targets.

    Raises SettingsError when the file lacks one of them or cannot be read.
    """
    try:
        rows = json.loads(file.read_text(), parse_float=Decimal)
        by_id = {str(row["wallet_id"]): row for row in rows}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SettingsError(f"{file} is not a list of FT wallets: {error}") from error
    wallets = []
    for follower in FOLLOWERS:
        if follower.wallet_id not in by_id:
            raise SettingsError(f"{file} has no wallet {follower.wallet_id}")
        wallet = wallet_from_json(by_id[follower.wallet_id], started_at=started_at)
        targets = tuple(leaders[i] for i in follower.leaders if i < len(leaders))
        wallets.append(replace(wallet, target_traders=targets))
    return tuple(wallets)


def mirrored_strategies(
    wallets: Sequence[FtWallet], account: Address, launched_at: datetime
) -> tuple[tuple[Strategy, RiskRules], ...]:
    """The live strategies of a replay, each with limits that it shows and no other."""
    limits = {f.wallet_id: f.max_position_usd for f in FOLLOWERS}
    return tuple(
        (_strategy(wallet.wallet_id, account, launched_at), _rules(Usd(Decimal(limit))))
        for wallet in wallets
        if (limit := limits[wallet.wallet_id]) is not None
    )


def _rules(max_position: Usd) -> RiskRules:
    """A run of losses is nothing unusual in markets of five minutes, so it has no limit here."""
    return RiskRules(
        daily_budget=None,
        max_position_size=max_position,
        max_total_exposure=None,
        max_consecutive_losses=None,
        max_drawdown_ratio=Decimal("0.90"),
    )


def _strategy(wallet_id: FtWalletId, account: Address, launched_at: datetime) -> Strategy:
    return Strategy(
        strategy_id=StrategyId(f"LT_{wallet_id}"),
        user_id="owner",
        ft_wallet_id=wallet_id,
        wallet_address=account,
        is_active=True,
        launched_at=launched_at,
        initial_capital=Usd(Decimal(10_000)),
        slippage_tolerance=Decimal("0.05"),
        time_in_force=TimeInForce.FAK,
        max_signal_age_s=600,
        cooldown_s=0,
        standing=Standing(stage=Stage.FULL),
    )
