"""Tell the queues that there is work. A lost message costs time, never an order (L58)."""

from collections.abc import Iterable

import structlog
from kombu.exceptions import OperationalError

from ltsys.ports.records import SignalKey
from workers.app import app

_log = structlog.get_logger("ltsys.kick")


def kick(task: str, *ids: str) -> None:
    """The task was sent, or its sending was logged as failed: the rows still wait."""
    try:
        app.send_task(task, args=ids)
    except OperationalError as error:
        _log.warning("kick.failed", kicked=task, error=type(error).__name__)


def kick_signals(keys: Iterable[SignalKey]) -> None:
    """One execution task a signal (DESIGN §4)."""
    for strategy_id, source_trade_id in keys:
        kick("execution.execute_order", strategy_id, source_trade_id)


def kick_each(task: str, ids: Iterable[str]) -> None:
    """One task an id, so that a slow one holds up no other (LESSONS L49)."""
    for one in ids:
        kick(task, one)
