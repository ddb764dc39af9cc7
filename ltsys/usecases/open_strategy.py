"""Mirror a forward test with new money, once what was asked for makes sense (LESSONS L39)."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal

from ltsys.domain.errors import RefusedError, SettingsError
from ltsys.domain.ft_wallet import FtWallet
from ltsys.domain.ids import Address, FtWalletId, StrategyId
from ltsys.domain.money import Usd
from ltsys.domain.pricing import MIN_MARKETABLE_BUY
from ltsys.domain.rule_change import nonsense
from ltsys.domain.sizing import largest_bet
from ltsys.domain.stage import Standing
from ltsys.domain.strategy import SHADOW_ONLY, RiskRules, Strategy
from ltsys.domain.venue import TimeInForce
from ltsys.ports import Clock
from ltsys.ports.store import Store
from ltsys.usecases.launch_strategy import launch_strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a new strategy is to be."""

    ft_wallet: str
    capital: Usd
    slippage_tolerance: Decimal
    rules: RiskRules
    time_in_force: TimeInForce = TimeInForce.FAK
    max_signal_age_s: int = 180
    cooldown_s: int = 0
    standing: Standing = SHADOW_ONLY


class StrategyExistsError(RefusedError):
    """The owner mirrors this forward test already; nothing of it was changed."""


def open_strategy(
    asked: Asked, *, user_id: str, account: Address, store: Store, clock: Clock
) -> StrategyId:
    """The strategy mirrors the wallet from now on, on the user's trading account.

    Raises SettingsError for what could never trade, and StrategyExistsError.
    """
    wallet = _wallet(asked.ft_wallet, user_id, store)
    _refuse_nonsense(asked, wallet)
    names = strategy_ids(FtWalletId(asked.ft_wallet), user_id)
    now = clock.now()
    for strategy_id in names:
        strategy = Strategy(
            strategy_id=strategy_id,
            user_id=user_id,
            ft_wallet_id=FtWalletId(asked.ft_wallet),
            wallet_address=account,
            is_active=True,
            launched_at=now,
            initial_capital=asked.capital,
            slippage_tolerance=asked.slippage_tolerance,
            time_in_force=asked.time_in_force,
            max_signal_age_s=asked.max_signal_age_s,
            cooldown_s=asked.cooldown_s,
            standing=asked.standing,
            bet_cap=largest_bet(wallet),
        )
        if launch_strategy(strategy, asked.rules, store=store):
            return strategy_id
    raise StrategyExistsError(f"{names[0]} exists already; its limits are left as they are")


def strategy_ids(ft_wallet: FtWalletId, user_id: str) -> tuple[StrategyId, StrategyId]:
    """The name of a strategy, and the one it has where another user has the first (DESIGN §4).

    The second tells nothing of the user but that it is not the first.
    """
    suffix = hashlib.sha256(user_id.encode()).hexdigest()[:8]
    return StrategyId(f"LT_{ft_wallet}"), StrategyId(f"LT_{ft_wallet}_{suffix}")


def _wallet(wallet_id: str, user_id: str, store: Store) -> FtWallet:
    """Another user's wallet is as if it did not exist (LESSONS L63)."""
    with store.transaction() as tx:
        work = tx.wallet_work(FtWalletId(wallet_id), 1, lock=False)
        known = tx.active_wallets(seen_by=user_id)
    if work is None or wallet_id not in known:
        names = ", ".join(known) or "none; add some with `lt wallets add FILE`"
        raise SettingsError(f"there is no active FT wallet {wallet_id}; there are: {names}")
    return work.wallet


def _refuse_nonsense(asked: Asked, wallet: FtWallet) -> None:
    """Limits under which no order could ever be placed are mistakes."""
    least = MIN_MARKETABLE_BUY
    if wallet.max_bet and wallet.max_bet < least:
        raise SettingsError(
            f"{wallet.wallet_id} bets at most {wallet.max_bet}, "
            f"under the venue's minimum of {least}"
        )
    least = max(least, wallet.min_bet)
    wrong = list(nonsense(asked.rules, smallest=least, capital=asked.capital))
    if asked.capital < least:
        wrong.insert(
            0,
            f"capital: {asked.capital} is under {least}, the smallest order of "
            f"{wallet.wallet_id} that the venue takes; nothing could ever be bought",
        )
    if wrong:
        raise SettingsError("; ".join(wrong))
