"""End a tripped circuit breaker: by a person's word, or by its own rule (LESSONS L34)."""

from dataclasses import replace

from ltsys.domain.breaker import Breaker, BreakerKind
from ltsys.domain.errors import RefusedError
from ltsys.domain.ids import StrategyId
from ltsys.domain.ledger import Book
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Store, Transaction


def clear_breaker(
    kind: BreakerKind, strategy_id: StrategyId | None, *, by: str, because: str, store: Store
) -> Breaker:
    """The breaker is over, whatever its rule says; who and why is kept with it.

    A strategy's limits stay in force: a drawdown beyond its limit keeps denying each order until
    the limit is raised. Raises RefusedError when it is not tripped.
    """
    with store.transaction() as tx:
        found = [
            each
            for each in tx.open_breakers()
            if (each.kind, each.strategy_id) == (kind, strategy_id)
        ]
        ended = end_breaker(found[0], by=by, because=because, tx=tx) if found else None
    if ended is None:
        raise RefusedError(f"{kind} of {strategy_id or 'all strategies'} is not tripped")
    return ended


def end_breaker(breaker: Breaker, *, by: str, because: str, tx: Transaction) -> Breaker | None:
    """Trading goes on as far as this breaker stopped it; None when it was ended before.

    A strategy's run of real losses starts to count anew, or the next plan would be denied by it.
    """
    strategy_id = breaker.strategy_id
    counts_anew = breaker.kind is BreakerKind.CONSECUTIVE_LOSSES and strategy_id is not None
    # the strategy's lock comes before the breaker's, as wherever a result trips one
    state = tx.lock_state(strategy_id, Book.LIVE) if counts_anew and strategy_id else None
    ended = tx.clear_breaker(breaker, by=by, because=because)
    if ended is None:
        return None
    if state is not None and strategy_id is not None:
        tx.save_state(strategy_id, replace(state, consecutive_losses=0))
    scope = strategy_id or "all strategies"
    tx.log(
        LogEntry(
            stage="breaker",
            message=f"{breaker.kind} of {scope} was cleared by {by}: {because}",
            strategy_id=strategy_id,
            extra={"kind": breaker.kind, "value": breaker.value, "limit": breaker.threshold},
        )
    )
    tx.clear_alert(breaker.key)
    return ended
