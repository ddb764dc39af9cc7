"""Send one marked order of a dollar or two through the whole live path (LESSONS L36)."""

from collections.abc import Sequence
from decimal import Decimal

from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import Address, SourceTradeId, StrategyId
from ltsys.domain.market import Market, Outcome
from ltsys.domain.money import Price, Usd
from ltsys.domain.strategy import Signal
from ltsys.ports import Clock, MarketData
from ltsys.ports.records import LogEntry, SignalKey
from ltsys.ports.store import Store

_NOBODY = Address("0x" + "0" * 40)
_FAIR = (Decimal("0.05"), Decimal("0.95"))


def queue_force_test(
    strategy_id: StrategyId,
    *,
    run_id: str,
    size: Usd,
    store: Store,
    market_data: MarketData,
    clock: Clock,
) -> SignalKey:
    """A test signal waits in the outbox; it is planned, signed, posted and tracked as any other.

    It buys at the best ask of an open market that leaders trade in, its money
    is booked apart, and no limit, counter or balance of the strategy moves. Raises SettingsError
    when there is no strategy or no market to test in.
    """
    now = clock.now()
    with store.transaction() as tx:
        if tx.lock_state(strategy_id) is None:
            raise SettingsError(f"there is no strategy {strategy_id}")
        candidates = tx.open_markets(now)
    market, outcome, price = _tradable(candidates, market_data)
    now = clock.now()
    signal = Signal(
        strategy_id=strategy_id,
        source_trade_id=SourceTradeId(f"force:{run_id}"),
        ft_order_id=None,
        trader=_NOBODY,
        condition_id=market.condition_id,
        token_id=outcome.token_id,
        token_label=outcome.label,
        price=price,
        size=size,
        signal_at=now,
        queued_at=clock.wall(),
        is_force_test=True,
    )
    with store.transaction() as tx:
        tx.add_force_test(signal)
        message = f"force test of {size} in {market.title}"
        tx.log(LogEntry(stage="force_test", message=message, strategy_id=strategy_id))
    return strategy_id, signal.source_trade_id


def _tradable(
    candidates: Sequence[Market], market_data: MarketData
) -> tuple[Market, Outcome, Price]:
    """The first outcome with a two-sided book at a price that is not nearly decided."""
    for market in candidates:
        for outcome in market.outcomes:
            book = market_data.book(outcome.token_id)
            if book is None or book.mid is None or book.best_ask is None:
                continue
            if _FAIR[0] <= book.best_ask.per_share <= _FAIR[1]:
                return market, outcome, book.best_ask
    raise SettingsError(f"none of {len(candidates)} open markets has a two-sided book to test in")
