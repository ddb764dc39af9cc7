"""The venue's own account of what we did, compared with our books.

Only the simulator tells its truth; replays and drills end with this comparison.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, LiteralString

import psycopg

from ltsys.adapters.postgres.ledger_reads import LedgerReads
from ltsys.domain.money import UNITS_PER_ONE
from ltsys.stack import Simulator

Row = dict[str, Any]  # what a column holds is known by the statement that names it
Connection = psycopg.Connection[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueTruth:
    """What the simulator's ledger says of our account."""

    order_ids: frozenset[str]
    fill_keys: frozenset[tuple[str, str]]
    """Trade and order of every fill that has not failed to settle."""
    cash_moved: Decimal
    """Cash now minus all deposits, in dollars."""


def venue_truth(simulator: Simulator, account: str) -> VenueTruth:
    """Asked from the simulator's own interface, which no strategy uses."""
    said: Mapping[str, Any] = simulator.ask("GET", f"/sim/truth?maker={account}")
    orders = said["orders"]
    fills = {
        (f["trade_id"], o["order_id"])
        for o in orders
        for f in o["fills"]
        if f["status"] != "FAILED"
    }
    balance = next(iter(said["balances"].values()), {"cash_units": 0, "deposited_units": 0})
    moved = Decimal(balance["cash_units"] - balance["deposited_units"]) / UNITS_PER_ONE
    return VenueTruth(
        order_ids=frozenset(o["order_id"] for o in orders),
        fill_keys=frozenset(fills),
        cash_moved=moved,
    )


def duplicates(connection: Connection, truth: VenueTruth) -> int:
    """Venue orders beyond one a signal, and venue orders that we know nothing of."""
    rows = connection.execute(
        "SELECT order_id, lt_order_id FROM orders WHERE order_id = ANY(%s)",
        (list(truth.order_ids),),
    ).fetchall()
    ours = {row["order_id"]: row["lt_order_id"] for row in rows}
    unknown = len(truth.order_ids - ours.keys())
    return unknown + len(ours) - len(set(ours.values()))


def missed_fills(connection: Connection, truth: VenueTruth) -> int:
    """Fills of the venue that are not in our books."""
    return len(truth.fill_keys - _booked_fills(connection))


def phantom_fills(connection: Connection, truth: VenueTruth) -> int:
    """Fills in our books that the venue never made, or that failed to settle."""
    return len(_booked_fills(connection) - truth.fill_keys)


def lost_signals(connection: Connection) -> int:
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


def money_drift(connection: Connection, truth: VenueTruth) -> Decimal:
    """How far our books are from themselves and from the venue's, all differences added up.

    Kept balances against sums of entries, postings that do not sum to zero, and our cash since
    these orders against the venue's.
    """
    books = LedgerReads(connection)
    apart = [*(d.kept - d.booked for d in books.drifts()), *(p.total for p in books.unbalanced())]
    within = sum((abs(usd.amount) for usd in apart), Decimal(0))
    moved = connection.execute(_CASH_MOVED, {"orders": list(truth.order_ids)}).fetchone()
    cash = Decimal(0) if moved is None else Decimal(moved["cash"])
    return within + abs(truth.cash_moved - cash)


_CASH_MOVED: LiteralString = """
    SELECT coalesce((SELECT sum(CASE outcome WHEN 'WON' THEN executed_shares
                                             WHEN 'VOID' THEN executed_shares / 2 ELSE 0 END)
                       FROM lt_orders WHERE order_id = ANY(%(orders)s)), 0)
         - coalesce((SELECT sum(cost_usd + fee_usd) FROM lt_fills
                      WHERE order_id = ANY(%(orders)s) AND status <> 'failed'), 0) AS cash
"""


def _booked_fills(connection: Connection) -> set[tuple[str, str]]:
    """Without those of shadow orders, of which the venue knows nothing (LESSONS L36)."""
    rows = connection.execute(
        "SELECT f.trade_id, f.order_id FROM lt_fills f JOIN lt_orders o USING (lt_order_id)"
        " WHERE f.status <> 'failed' AND o.mode <> 'shadow'"
    ).fetchall()
    return {(row["trade_id"], row["order_id"]) for row in rows}
