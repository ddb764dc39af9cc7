"""The venue's own account of what we did, compared with ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg

from ltsys.domain.money import UNITS_PER_ONE
from ltsys.stack import Simulator

Row = dict[str, Any]  # what a column holds is known by the statement that names it


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueTruth:
    """What the simulator's ledger says of our account."""

    order_ids: frozenset[str]
    fill_keys: frozenset[tuple[str, str]]
    cash_moved: Decimal
    """Cash now minus all deposits, in dollars."""


def venue_truth(simulator: Simulator, account: str) -> VenueTruth:
    """Asked from the simulator's own interface, which no strategy uses."""
    said: Mapping[str, Any] = simulator.ask("GET", f"/sim/truth?maker={account}")
    orders = said["orders"]
    fills = {(f["trade_id"], o["order_id"]) for o in orders for f in o["fills"]}
    balance = next(iter(said["balances"].values()), {"cash_units": 0, "deposited_units": 0})
    moved = Decimal(balance["cash_units"] - balance["deposited_units"]) / UNITS_PER_ONE
    return VenueTruth(
        order_ids=frozenset(o["order_id"] for o in orders),
        fill_keys=frozenset(fills),
        cash_moved=moved,
    )


def duplicates(connection: psycopg.Connection[Row], truth: VenueTruth) -> int:
    """Venue orders beyond one a signal, and venue orders that we know nothing of."""
    rows = connection.execute(
        "SELECT order_id, lt_order_id FROM orders WHERE order_id = ANY(%s)",
        (list(truth.order_ids),),
    ).fetchall()
    ours = {row["order_id"]: row["lt_order_id"] for row in rows}
    unknown = len(truth.order_ids - ours.keys())
    return unknown + len(ours) - len(set(ours.values()))


def missed_fills(connection: psycopg.Connection[Row], truth: VenueTruth) -> int:
    """Fills of the venue that are not in our books."""
    rows = connection.execute("SELECT trade_id, order_id FROM lt_fills").fetchall()
    return len(truth.fill_keys - {(row["trade_id"], row["order_id"]) for row in rows})


def lost_signals(connection: psycopg.Connection[Row]) -> int:
    """Signals that a strategy should have had and never decided about.

    An FT order whose leader had sold again before anybody could see it is no signal: it and its
    decision were written in one transaction, already SOLD, and never touched afterwards.
    """
    row = connection.execute(
        """
        SELECT (SELECT count(*) FROM lt_strategies s
                  JOIN ft_orders f ON f.wallet_id = s.ft_wallet_id
                   AND f.order_time >= s.launched_at AND f.side = 'BUY'
                 WHERE s.is_active AND NOT EXISTS (
                       SELECT 1 FROM lt_seen_trades seen
                        WHERE seen.strategy_id = s.strategy_id
                          AND seen.source_trade_id = f.source_trade_id)
                   AND NOT (f.outcome = 'SOLD' AND EXISTS (
                       SELECT 1 FROM ft_seen_trades decided
                        WHERE decided.wallet_id = f.wallet_id
                          AND decided.source_trade_id = f.source_trade_id
                          AND decided.xmin = f.xmin)))
             + (SELECT count(*) FROM lt_seen_trades seen
                 WHERE outcome = 'queued' OR NOT EXISTS (
                       SELECT 1 FROM lt_orders o
                        WHERE o.strategy_id = seen.strategy_id
                          AND o.source_trade_id = seen.source_trade_id)) AS lost
        """
    ).fetchone()
    return int(row["lost"]) if row else 0
