"""A strategy gets other limits, at once, with a row that says who did it (LESSONS L38, L39)."""

from collections.abc import Mapping
from datetime import datetime

from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import StrategyId
from ltsys.domain.money import ZERO_USD
from ltsys.domain.rule_change import LIMITS, Value, changed, nonsense
from ltsys.domain.strategy import RiskRules, Strategy
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Transaction
from ltsys.usecases.stage_view import locked_rules


def set_rules(
    strategy_id: StrategyId,
    changes: Mapping[str, Value],
    *,
    by: str,
    now: datetime,
    tx: Transaction,
) -> RiskRules:
    """The strategy has these limits from its next decision on; returns all that it has then.

    Every change is logged with its value before and after; `now` is venue time. Raises
    SettingsError for a strategy or a limit that does not exist, and for limits under which
    nothing could ever be bought.
    """
    strategy, before = locked_rules(strategy_id, tx)
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
