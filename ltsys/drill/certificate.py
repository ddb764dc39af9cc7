"""What a drill proves: our rows beside the venue's truth, and the figures that must be zero."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import LiteralString

from ltsys.audit import (
    Connection,
    duplicates,
    lost_signals,
    missed_fills,
    money_drift,
    phantom_fills,
    venue_truth,
)
from ltsys.domain.money import Usd
from ltsys.drill.orders import CAST
from ltsys.drill.trouble import Casualties
from ltsys.stack import Simulator

Percentiles = Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """All figures of a drill. `is_clean` is the verdict."""

    seed: int
    signals: int
    orders: int
    """Distinct orders that the venue accepted or killed."""
    filled: int
    denied: Mapping[str, int]
    kills: Mapping[str, int]
    kills_at_step: Mapping[str, int]
    server_crashes: Mapping[str, int]
    venue_faults: Mapping[str, int]
    duplicates: int
    lost_signals: int
    missed_fills: int
    phantom_fills: int
    breaches: Mapping[str, int]
    """How often each limit of each strategy was passed; empty if none was."""
    unsettled_orders: int
    """Neither over nor parked for a person."""
    parked_orders: int
    ledger_drift_usd: str
    unknown_orders: int
    unknown_resolve_s: Percentiles
    recovery_s: Percentiles
    elapsed_s: float

    @property
    def limit_breaches(self) -> int:
        """Of all limits."""
        return sum(self.breaches.values())

    @property
    def is_clean(self) -> bool:
        """No order twice, no signal or fill lost, no limit broken, not a millionth adrift."""
        wrong = (
            self.duplicates,
            self.lost_signals,
            self.missed_fills,
            self.phantom_fills,
            self.limit_breaches,
            self.unsettled_orders,
        )
        return not any(wrong) and Decimal(self.ledger_drift_usd) == 0

    def as_dict(self) -> dict[str, object]:
        verdict = {"limit_breaches": self.limit_breaches, "is_clean": self.is_clean}
        return {**asdict(self), **verdict}


def certify(
    connection: Connection,
    simulator: Simulator,
    account: str,
    casualties: Casualties,
    venue_faults: Mapping[str, int],
    *,
    seed: int,
    elapsed_s: float,
) -> Certificate:
    """Compare, once everything has come to rest."""
    truth = venue_truth(simulator, account)
    waits = [float(row["waited_s"]) for row in connection.execute(_UNKNOWN_WAITS).fetchall()]
    drift = money_drift(connection, truth)
    return Certificate(
        seed=seed,
        signals=_count(connection, "SELECT count(*) AS n FROM lt_seen_trades"),
        orders=len(truth.order_ids),
        filled=_count(connection, _FILLED),
        denied=_counts(connection, _DENIED),
        kills=dict(casualties.kills),
        kills_at_step=dict(sorted(casualties.steps.items())),
        server_crashes=dict(casualties.servers),
        venue_faults=venue_faults,
        duplicates=duplicates(connection, truth),
        lost_signals=lost_signals(connection),
        missed_fills=missed_fills(connection, truth),
        phantom_fills=phantom_fills(connection, truth),
        breaches=_breaches(connection),
        unsettled_orders=_count(connection, UNSETTLED),
        parked_orders=_count(connection, _PARKED),
        ledger_drift_usd=f"{drift:f}",
        unknown_orders=len(waits),
        unknown_resolve_s=_percentiles(waits),
        recovery_s=_percentiles(casualties.recoveries_s),
        elapsed_s=round(elapsed_s, 1),
    )


def _breaches(connection: Connection) -> dict[str, int]:
    """Moments at which a strategy had passed one of its limits, or spent what it had not.

    Each book has limits of its own: what was tried on paper spends nothing (DESIGN §8).
    """
    broken: dict[str, int] = {}
    for each in CAST:
        asked = {
            "strategy": each.strategy_id,
            "budget": _amount(each.rules.daily_budget),
            "exposure": _amount(each.rules.max_total_exposure),
            "size": _amount(each.rules.max_position_size),
        }
        for row in connection.execute(_BREACHES, asked).fetchall():
            broken[f"{each.strategy_id}: {row['name']}"] = int(row["n"])
    return broken


UNSETTLED: LiteralString = """
    SELECT count(*) AS n FROM lt_orders
     WHERE status IN ('planned', 'submitting', 'unknown', 'live', 'partially_filled')
       AND parked_at IS NULL
"""
_FILLED: LiteralString = """
    SELECT count(*) AS n FROM lt_orders WHERE executed_shares > 0 AND mode = 'live'
"""
_PARKED: LiteralString = "SELECT count(*) AS n FROM lt_orders WHERE parked_at IS NOT NULL"
_DENIED: LiteralString = """
    SELECT denial_code AS name, count(*) AS n FROM lt_orders WHERE denial_code IS NOT NULL
     GROUP BY 1 ORDER BY 2 DESC, 1
"""
_UNKNOWN_WAITS: LiteralString = """
    SELECT extract(epoch FROM (SELECT min(later.at) FROM order_events_log later
                                WHERE later.lt_order_id = lost.lt_order_id
                                  AND later.event_id > lost.event_id
                                  AND later.to_status <> 'unknown') - lost.at) AS waited_s
      FROM order_events_log lost
     WHERE lost.to_status = 'unknown' AND lost.from_status <> 'unknown'
       AND EXISTS (SELECT 1 FROM order_events_log later
                    WHERE later.lt_order_id = lost.lt_order_id
                      AND later.event_id > lost.event_id AND later.to_status <> 'unknown')
"""
_BREACHES: LiteralString = """
    WITH moments AS (
        SELECT sum(amount_usd) FILTER (WHERE account = 'position')
                   OVER (ORDER BY entry_id) AS position,
               sum(amount_usd) FILTER (WHERE account = 'available')
                   OVER (ORDER BY entry_id) AS available
          FROM lt_ledger WHERE strategy_id = %(strategy)s AND book = 'live'),
    days AS (
        SELECT sum(f.cost_usd) AS spent FROM lt_fills f JOIN lt_orders o USING (lt_order_id)
         WHERE f.strategy_id = %(strategy)s AND f.status <> 'failed' AND o.mode = 'live'
         GROUP BY date_trunc('day', f.matched_at AT TIME ZONE 'UTC')),
    counts (name, n) AS (VALUES
        ('exposure', (SELECT count(*) FROM moments WHERE position > %(exposure)s::numeric)),
        ('capital', (SELECT count(*) FROM moments WHERE available < 0)),
        ('daily budget', (SELECT count(*) FROM days WHERE spent > %(budget)s::numeric)),
        ('position size', (SELECT count(*) FROM lt_orders WHERE strategy_id = %(strategy)s
                              AND mode = 'live' AND executed_usd > %(size)s::numeric)))
    SELECT name, n FROM counts WHERE n > 0
"""
"""A comparison with no limit (NULL) finds nothing."""


def _percentiles(values: list[float]) -> Percentiles:
    """The usual three, in seconds; None where nothing was measured."""
    if not values:
        return {"p50": None, "p95": None, "max": None}
    ordered = sorted(values)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)

    return {"p50": at(0.5), "p95": at(0.95), "max": round(ordered[-1], 2)}


def _amount(limit: Usd | None) -> Decimal | None:
    return None if limit is None else limit.amount


def _count(connection: Connection, statement: LiteralString) -> int:
    row = connection.execute(statement).fetchone()
    return int(row["n"]) if row else 0


def _counts(connection: Connection, statement: LiteralString) -> dict[str, int]:
    return {str(row["name"]): int(row["n"]) for row in connection.execute(statement).fetchall()}
