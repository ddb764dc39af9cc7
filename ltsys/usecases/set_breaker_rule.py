"""Set and drop the rules of circuit breakers."""

from ltsys.domain.breaker import BreakerKind, BreakerRule
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import StrategyId
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Store, Transaction

_OFF = "off"


def kept_rule(
    kind: BreakerKind, strategy_id: StrategyId | None, *, store: Store
) -> BreakerRule | None:
    """The rule as it stands."""
    with store.transaction() as tx:
        return _kept(kind, strategy_id, tx)


def set_breaker_rule(rule: BreakerRule, *, by: str, store: Store) -> None:
    """The rule holds from the next news on; what has tripped by an older one stays so.

    Raises SettingsError for a strategy that does not exist.
    """
    with store.transaction() as tx:
        if rule.strategy_id is not None and tx.lock_state(rule.strategy_id) is None:
            raise SettingsError(f"there is no strategy {rule.strategy_id}")
        before = _kept(rule.kind, rule.strategy_id, tx)
        tx.save_breaker_rule(rule, by=by)
        _log(rule.kind, rule.strategy_id, _words(before), _words(rule), by, tx)


def drop_breaker_rule(
    kind: BreakerKind, strategy_id: StrategyId | None, *, by: str, store: Store
) -> None:
    """Nothing trips by it any more; what has stays so. Raises SettingsError if there is none."""
    with store.transaction() as tx:
        before = _kept(kind, strategy_id, tx)
        if not tx.drop_breaker_rule(kind, strategy_id):
            raise SettingsError(f"{kind} of {strategy_id or 'all strategies'} has no rule")
        _log(kind, strategy_id, _words(before), _OFF, by, tx)


def _kept(kind: BreakerKind, strategy_id: StrategyId | None, tx: Transaction) -> BreakerRule | None:
    same = (
        each for each in tx.breaker_rules() if (each.kind, each.strategy_id) == (kind, strategy_id)
    )
    return next(same, None)


def _words(rule: BreakerRule | None) -> str:
    if rule is None:
        return _OFF
    threshold = "its limit" if rule.threshold is None else f"{rule.threshold:f}"
    wait = "" if rule.resume_after_s is None else f" of {rule.resume_after_s} s"
    return f"{threshold} over {rule.window}, resumes {rule.resume}{wait}"


def _log(
    kind: BreakerKind,
    strategy_id: StrategyId | None,
    before: str,
    after: str,
    by: str,
    tx: Transaction,
) -> None:
    tx.log(
        LogEntry(
            stage="breaker",
            message=f"rule {kind} of {strategy_id or 'all strategies'} by {by}: {before} → {after}",
            strategy_id=strategy_id,
            extra={"kind": kind, "before": before, "after": after},
        )
    )
