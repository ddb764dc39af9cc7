"""Change the limits of a strategy, at once, with a row that says who did (LESSONS L38, L39)."""

from collections.abc import Mapping
from datetime import datetime

from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import StrategyId
from ltsys.domain.money import ZERO_USD
from ltsys.domain.rule_change import LIMITS, Value, changed, nonsense
from ltsys.domain.strategy import RiskRules, Strategy
from ltsys.ports import Clock
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Store, Transaction


def change_rules(
    strategy_id: StrategyId, changes: Mapping[str, Value], *, by: str, store: Store, clock: Clock
) -> RiskRules:
    """The strategy has these limits from its next decision on; returns all that it has then.

    Every change is logged with its value before and after. Raises SettingsError for a strategy
    or a limit that does not exist, and for limits under which nothing could ever be bought.
    """
    now = clock.now()
    with store.transaction() as tx:
        return set_rules(strategy_id, changes, by=by, now=now, tx=tx)


def set_rules(
    strategy_id: StrategyId,
    changes: Mapping[str, Value],
    *,
    by: str,
    now: datetime,
    tx: Transaction,
) -> RiskRules:
    """As `change_rules`, together with whatever else is written; `now` is venue time."""
    if tx.lock_state(strategy_id) is None:
        raise SettingsError(f"there is no strategy {strategy_id}")
    strategy, before = tx.rules(strategy_id)
    after = changed(before, changes)
    refuse_nonsense(strategy, after, tx)
    if after != before:
        tx.save_rules(strategy_id, after)
        message = f"{_difference(before, after)}, by {by}"
        extra = {"by": by, "at": now.isoformat()}
        tx.log(LogEntry(stage="limits", message=message, strategy_id=strategy_id, extra=extra))
    return after


def refuse_nonsense(strategy: Strategy, rules: RiskRules, tx: Transaction) -> None:
    """Raises SettingsError with every reason at once (LESSONS L39)."""
    work = tx.wallet_work(strategy.ft_wallet_id, 1, lock=False)
    smallest = work.wallet.min_bet if work else ZERO_USD
    wrong = tuple(nonsense(rules, smallest=smallest, capital=strategy.initial_capital))
    if wrong:
        raise SettingsError("; ".join(wrong))


def _difference(before: RiskRules, after: RiskRules) -> str:
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in LIMITS)
    return ", ".join(f"{name} {_shown(a)} → {_shown(b)}" for name, a, b in pairs if a != b)


def _shown(value: Value) -> str:
    return "none" if value is None else str(value)
