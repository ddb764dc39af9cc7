"""The queue `execution`: one task per FT order and strategy."""

from ltsys.bootstrap import services
from ltsys.domain.ids import SourceTradeId, StrategyId
from ltsys.usecases.execute_order import execute_order as execute
from workers.app import app
from workers.kick import kick


@app.task(name="execution.execute_order")
def execute_order(strategy_id: str, source_trade_id: str) -> None:
    """Carry one signal to a placed, denied or unknown order."""
    key = (StrategyId(strategy_id), SourceTradeId(source_trade_id))
    placed = execute(key, desk=services().desk)
    if placed is not None:
        kick("fills.track_order", placed)
