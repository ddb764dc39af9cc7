"""The FT orders of a drill, written as another system would write them (DESIGN §4)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from ltsys.adapters.postgres import PostgresStore
from ltsys.domain.ft_wallet import FtWallet
from ltsys.domain.ids import Address, FtWalletId, StrategyId
from ltsys.domain.money import Usd
from ltsys.domain.stage import Stage, Standing
from ltsys.domain.strategy import RiskRules, Strategy
from ltsys.domain.venue import TimeInForce
from ltsys.usecases.add_wallet import add_account, add_ft_wallet
from ltsys.usecases.launch_strategy import launch_strategy
from ltsys.workload import Connection, Target, write_ft_order

_NO_LIMITS = RiskRules(
    daily_budget=None,
    max_position_size=None,
    max_total_exposure=None,
    max_consecutive_losses=None,
    max_drawdown_ratio=None,
)
_PLENTY = Usd.of(1_000_000)
_SIZES_USD = (2, 3, 4, 5)
_COOLDOWN_S = 30
"""Venue seconds; payouts that rest give the release of payouts something to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """A strategy of the drill: what it may do, and what it has."""

    name: str
    rules: RiskRules = _NO_LIMITS
    capital: Usd = _PLENTY
    time_in_force: TimeInForce = TimeInForce.FAK

    @property
    def wallet_id(self) -> FtWalletId:
        return FtWalletId(f"FT_DRILL_{self.name}")

    @property
    def strategy_id(self) -> StrategyId:
        return StrategyId(f"LT_{self.wallet_id}")


CAST = (
    Character(name="FREE"),
    Character(name="WHOLE", time_in_force=TimeInForce.FOK),
    Character(name="BUDGET", rules=replace(_NO_LIMITS, daily_budget=Usd.of(60))),
    Character(name="EXPOSURE", rules=replace(_NO_LIMITS, max_total_exposure=Usd.of(30))),
    Character(name="SIZE", rules=replace(_NO_LIMITS, max_position_size=Usd.of(3))),
    Character(name="POOR", capital=Usd.of(30)),
)
"""Two without limits, and one for each limit that concurrency could break."""
_TURNS = (*CAST, *CAST[:2], *CAST[:2])
"""The first two have most of the signals: what a limit denies never meets the venue."""


def launch_all(store: PostgresStore, account: Address, now: datetime) -> None:
    """Every strategy of the cast runs, each on a wallet of its own."""
    add_account("owner", account, signature_type=0, key_reference="file", store=store)
    for each in CAST:
        wallet = FtWallet(wallet_id=each.wallet_id, started_at=now)
        add_ft_wallet(wallet, leader_pool=None, store=store)
        launch_strategy(_strategy(each, account, now), each.rules, store=store)


def write_orders(
    connection: Connection, numbers: Sequence[int], targets: Sequence[Target], now: datetime
) -> list[tuple[str, str]]:
    """One FT order a number, committed together; returns the keys of the signals to come."""
    keys = []
    with connection.transaction(), connection.pipeline():
        for number in numbers:
            character = _TURNS[number % len(_TURNS)]
            # sorted by digest, so that neighbours go to different markets
            target = targets[_digest(number) % len(targets)]
            write_ft_order(
                connection,
                target,
                wallet_id=character.wallet_id,
                trade_id=trade_id(number),
                size_usd=_SIZES_USD[number % len(_SIZES_USD)],
                at=now,
            )
            keys.append((str(character.strategy_id), trade_id(number)))
    return keys


def trade_id(number: int) -> str:
    """The source trade that a number stands for."""
    return f"drill:{number:06d}"


def _strategy(character: Character, account: Address, now: datetime) -> Strategy:
    return Strategy(
        strategy_id=character.strategy_id,
        user_id="owner",
        ft_wallet_id=character.wallet_id,
        wallet_address=account,
        is_active=True,
        launched_at=now,
        initial_capital=character.capital,
        slippage_tolerance=Decimal("0.3"),
        time_in_force=character.time_in_force,
        max_signal_age_s=86_400,
        cooldown_s=_COOLDOWN_S,
        standing=Standing(stage=Stage.FULL),
    )


def _digest(number: int) -> int:
    return int.from_bytes(hashlib.sha256(str(number).encode()).digest()[:4])
