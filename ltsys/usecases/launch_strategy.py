"""Start, pause and resume a live strategy."""

from dataclasses import replace
from datetime import datetime

from ltsys.domain import ledger
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import StrategyId
from ltsys.domain.ledger import Book, Posting
from ltsys.domain.money import ZERO_USD
from ltsys.domain.risk import next_midnight, next_monday, next_month
from ltsys.domain.stage import StageStep
from ltsys.domain.strategy import RiskRules, RiskState, Strategy
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Store


def launch_strategy(strategy: Strategy, rules: RiskRules, *, store: Store) -> bool:
    """The strategy exists with its capital in the ledger; False if it existed before.

    It mirrors FT orders from its launch on and never earlier ones. Raises SettingsError when
    its FT wallet or its trading account does not exist, or is another user's (LESSONS L63).
    """
    book, now = strategy.mode.book, strategy.launched_at
    state, posting = opened_book(strategy, book, now)
    step = StageStep(
        strategy_id=strategy.strategy_id,
        before=None,
        after=strategy.standing,
        by=strategy.user_id,
        cause="launched",
        at=now,
    )
    with store.transaction() as tx:
        if strategy.ft_wallet_id not in tx.active_wallets(seen_by=strategy.user_id):
            raise SettingsError(f"there is no active FT wallet {strategy.ft_wallet_id}")
        if tx.account_owner(strategy.wallet_address) != strategy.user_id:
            raise SettingsError(f"there is no trading account {strategy.wallet_address}")
        if not tx.add_strategy(strategy, rules, state):
            return False
        tx.post(strategy.strategy_id, book, posting)
        tx.log_stage(step)
        money = f"{strategy.initial_capital} of {book} capital"
        message = f"launched at {strategy.standing} with {money} on {strategy.ft_wallet_id}"
        tx.log(LogEntry(stage="strategy", message=message, strategy_id=strategy.strategy_id))
    return True


def opened_book(strategy: Strategy, book: Book, now: datetime) -> tuple[RiskState, Posting]:
    """A fresh state in that book and the posting that funds it with the initial capital.

    Shadow capital is as much as the real, so that limits mean the same in both (LESSONS L36).
    """
    cause = f"{'launch' if book is Book.LIVE else book.value}:{strategy.strategy_id}"
    posting = ledger.fund(cause, strategy.initial_capital)
    balances = ledger.Balances().after(posting)
    state = RiskState(
        balances=balances,
        peak_equity=balances.equity,
        consecutive_losses=0,
        daily_spent=ZERO_USD,
        daily_reset_at=next_midnight(now),
        weekly_reset_at=next_monday(now),
        monthly_reset_at=next_month(now),
        is_paused=False,
        pause_reason=None,
        book=book,
    )
    return state, posting


def pause_strategy(strategy_id: StrategyId, reason: str, *, store: Store) -> None:
    """No new order is planned until somebody resumes it; working orders are still managed."""
    _set_pause(strategy_id, is_paused=True, reason=reason, store=store)


def resume_strategy(strategy_id: StrategyId, *, store: Store) -> None:
    """New orders are planned again; a run of losses starts to count anew (LESSONS L34).

    Peak equity stays: a drawdown beyond its limit keeps denying until the limit is raised.
    """
    _set_pause(strategy_id, is_paused=False, reason=None, store=store)


def _set_pause(
    strategy_id: StrategyId, *, is_paused: bool, reason: str | None, store: Store
) -> None:
    with store.transaction() as tx:
        # in every book, so that no change of stage starts what somebody stopped
        books = (tx.lock_state(strategy_id, book) for book in (Book.LIVE, Book.SHADOW))
        states = [state for state in books if state is not None]
        if not states:
            raise SettingsError(f"there is no strategy {strategy_id}")
        for state in states:
            losses = state.consecutive_losses if is_paused else 0
            changed = replace(
                state, is_paused=is_paused, pause_reason=reason, consecutive_losses=losses
            )
            tx.save_state(strategy_id, changed)
        message = f"paused: {reason}" if is_paused else "resumed"
        tx.log(LogEntry(stage="strategy", message=message, strategy_id=strategy_id))
