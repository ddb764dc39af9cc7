"""Signals for a benchmark: FT orders of one wallet, committed into the outbox."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import cycle, islice

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

WALLET = FtWalletId("FT_BENCH")
_PLENTY = Usd(Decimal(100_000_000))


def set_up(store: PostgresStore, account: Address, now: datetime, strategy_count: int) -> None:
    """Strategies with limits that never bind, so that every signal becomes an order."""
    add_account("owner", account, signature_type=0, key_reference="file", store=store)
    rules = RiskRules(
        daily_budget=_PLENTY,
        max_position_size=_PLENTY,
        max_total_exposure=_PLENTY,
        max_consecutive_losses=5,
        max_drawdown_ratio=Decimal("0.20"),
    )
    for number in range(strategy_count):
        wallet = FtWallet(wallet_id=wallet_id(number), started_at=now)
        add_ft_wallet(wallet, leader_pool=None, store=store)
        launch_strategy(_strategy(number, account, now), rules, store=store)


def wallet_id(number: int) -> FtWalletId:
    return FtWalletId(f"{WALLET}_{number}")


def strategy_id(number: int) -> StrategyId:
    return StrategyId(f"LT_{wallet_id(number)}")


def add_signals(
    connection: Connection,
    targets: Sequence[Target],
    names: Sequence[str],
    *,
    strategy_count: int,
    now: datetime,
) -> list[tuple[str, str]]:
    """One FT order a name, spread over outcomes and strategies, and committed; returns the keys."""
    keys = []
    with connection.transaction(), connection.pipeline():
        chosen = islice(cycle(targets), len(names))
        for place, (name, target) in enumerate(zip(names, chosen, strict=True)):
            number = place % strategy_count
            _add_signal(connection, name, number, target, now)
            keys.append((str(strategy_id(number)), name))
    return keys


def _add_signal(
    connection: Connection, name: str, number: int, target: Target, now: datetime
) -> None:
    ft_order_id = write_ft_order(
        connection, target, wallet_id=wallet_id(number), trade_id=name, size_usd=2, at=now
    )
    connection.execute(
        """
        INSERT INTO lt_seen_trades (strategy_id, source_trade_id, ft_order_id, outcome, kicked_at)
        VALUES (%s, %s, %s, 'queued', clock_timestamp())
        """,
        (strategy_id(number), name, ft_order_id),
    )


def _strategy(number: int, account: Address, now: datetime) -> Strategy:
    return Strategy(
        strategy_id=strategy_id(number),
        user_id="owner",
        ft_wallet_id=wallet_id(number),
        wallet_address=account,
        is_active=True,
        launched_at=now,
        initial_capital=_PLENTY,
        slippage_tolerance=Decimal("0.05"),
        time_in_force=TimeInForce.FAK,
        max_signal_age_s=86_400,
        cooldown_s=0,
        standing=Standing(stage=Stage.FULL),
    )
