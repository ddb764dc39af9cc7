"""Reads of the ledger: whether it adds up, and every posting of it."""

from typing import Final, LiteralString

from ltsys.adapters.postgres.session import Connection, Row, Session
from ltsys.adapters.postgres.statements import of_user
from ltsys.domain.ids import StrategyId, UserId
from ltsys.domain.ledger import Account, Book, Kind
from ltsys.domain.money import Usd
from ltsys.ports.queries import (
    BalanceDrift,
    LedgerReport,
    Mismatch,
    PostingRow,
    UnbalancedPosting,
)


class UserReads(Session):
    """Reads that are all limited to one user's rows, or to none's: each names `user` (L63)."""

    def __init__(self, connection: Connection, user: UserId | None = None) -> None:
        super().__init__(connection)
        self._user = user

    def _asked(self, **parameters: object) -> dict[str, object]:
        """The parameters of a statement with the user who asks."""
        return {"user": self._user, **parameters}


class LedgerReads(UserReads):
    """The ledger part of `ltsys.ports.queries.Queries`, on one connection."""

    def ledger(self) -> LedgerReport:
        asked = self._asked()
        counts = self._row(_COUNTS, asked)
        kept = (*self._rows(_OF_STRATEGIES, asked), *self._rows(_OF_ORDERS, asked))
        return LedgerReport(
            strategy_count=counts["strategies"] if counts else 0,
            entry_count=counts["entries"] if counts else 0,
            drifts=self.drifts(),
            unbalanced=self.unbalanced(),
            mismatches=tuple(_mismatch(row) for row in kept),
        )

    def drifts(self) -> tuple[BalanceDrift, ...]:
        """Kept balances that are not the sum of their entries."""
        return tuple(_drift(row) for row in self._rows(_DRIFTS, self._asked()))

    def unbalanced(self) -> tuple[UnbalancedPosting, ...]:
        """Postings that do not sum to zero."""
        return tuple(_unbalanced(row) for row in self._rows(_UNBALANCED, self._asked()))

    def postings(self, strategy_id: StrategyId) -> tuple[PostingRow, ...]:
        rows = self._rows(_POSTINGS, self._asked(strategy=strategy_id))
        return tuple(_posting(row) for row in rows)

    def postings_of(self, strategy_id: StrategyId, lt_order_id: str) -> tuple[PostingRow, ...]:
        """Those that the order or a fill of it caused."""
        rows = self._rows(_POSTINGS_OF, self._asked(strategy=strategy_id, order=lt_order_id))
        return tuple(_posting(row) for row in rows)


_COUNTS: Final[LiteralString] = f"""
    SELECT (SELECT count(*) FROM lt_strategies s WHERE {of_user("s.strategy_id")}) AS strategies,
           (SELECT count(*) FROM lt_ledger l WHERE {of_user("l.strategy_id")}) AS entries
"""  # noqa: S608  the columns are a constant
_CAUSED: Final[LiteralString] = """
    SELECT l.*, coalesce(f.lt_order_id, o.lt_order_id) AS lt_order_id FROM lt_ledger l
      LEFT JOIN lt_fills f ON f.strategy_id = l.strategy_id
           AND l.cause = 'fill:' || f.trade_id || ':' || f.order_id
      LEFT JOIN lt_orders o ON o.lt_order_id = split_part(l.cause, '#', 1)
"""
"""Entries with the order that caused them, which funding a strategy has none of."""
_POSTINGS: Final[LiteralString] = f"""
    SELECT min(created_at) AS at, book, cause, kind, lt_order_id,
           json_object_agg(account, amount_usd::text) AS amounts
      FROM ({_CAUSED}) AS caused
     WHERE strategy_id = %(strategy)s AND {of_user("strategy_id")}
     GROUP BY book, cause, kind, lt_order_id ORDER BY min(entry_id)
"""  # noqa: S608  the columns are a constant
_POSTINGS_OF: Final[LiteralString] = f"""
    WITH causes AS (
        SELECT lt_order_id || CASE number WHEN 1 THEN '' ELSE '#' || number END AS cause
          FROM lt_orders CROSS JOIN generate_series(1, attempt) AS number
         WHERE lt_order_id = %(order)s
        UNION ALL
        SELECT 'fill:' || trade_id || ':' || order_id FROM lt_fills
         WHERE lt_order_id = %(order)s)
    SELECT min(created_at) AS at, book, cause, kind, %(order)s::text AS lt_order_id,
           json_object_agg(account, amount_usd::text) AS amounts
      FROM lt_ledger
     WHERE strategy_id = %(strategy)s AND {of_user("strategy_id")}
       AND cause = ANY (ARRAY(SELECT cause FROM causes))
     GROUP BY book, cause, kind ORDER BY min(entry_id)
"""  # noqa: S608  the columns are a constant
"""By the names of the causes, which are found by index however long the ledger is."""
_DRIFTS: Final[LiteralString] = f"""
    SELECT * FROM (
        SELECT r.strategy_id, b.account, b.kept,
               coalesce((SELECT sum(amount_usd) FROM lt_ledger l
                          WHERE l.strategy_id = r.strategy_id AND l.account = b.account
                            AND l.book = r.book), 0) AS booked
          FROM lt_risk_state r
         CROSS JOIN LATERAL (VALUES ('available', available_cash), ('reserved', reserved_usd),
                ('position', position_usd), ('settling', cooldown_capital), ('fees', fees_usd),
                ('realized_pnl', realized_pnl_usd)) AS b (account, kept)) AS balances
     WHERE kept <> booked AND {of_user("strategy_id")} ORDER BY strategy_id, account
"""  # noqa: S608  the columns are a constant
_UNBALANCED: Final[LiteralString] = f"""
    SELECT strategy_id, cause, kind, sum(amount_usd) AS total FROM lt_ledger
     WHERE {of_user("strategy_id")}
     GROUP BY strategy_id, book, cause, kind HAVING sum(amount_usd) <> 0
     ORDER BY strategy_id, cause, kind
"""  # noqa: S608  the columns are a constant
_OF_STRATEGIES: Final[LiteralString] = f"""
    SELECT strategy_id, what, kept, coalesce(computed, 0) AS computed
      FROM lt_risk_state r JOIN lt_strategies s USING (strategy_id)
     CROSS JOIN LATERAL (
           SELECT sum(o.reserved_usd) AS reserved, sum(o.fees_usd) AS fees, sum(o.pnl) AS pnl,
                  sum(o.executed_usd) FILTER (WHERE o.outcome = 'OPEN') AS position,
                  sum(o.executed_usd + o.pnl) FILTER (WHERE o.settles_at IS NOT NULL) AS resting
             FROM lt_orders o WHERE o.strategy_id = r.strategy_id AND o.mode = r.book) AS of_orders
     CROSS JOIN LATERAL (
           SELECT sum(f.cost_usd) AS spent
             FROM lt_fills f JOIN lt_orders o USING (lt_order_id)
            WHERE f.strategy_id = r.strategy_id AND o.mode = r.book AND f.status <> 'failed'
              AND (r.daily_reset_at IS NULL
                   OR f.matched_at >= r.daily_reset_at - interval '1 day')) AS of_fills
     CROSS JOIN LATERAL (
           SELECT -sum(l.amount_usd) AS funded FROM lt_ledger l
            WHERE l.strategy_id = r.strategy_id AND l.book = r.book
              AND l.account = 'capital') AS of_ledger
     CROSS JOIN LATERAL (VALUES
           ('reserved, by its orders', r.reserved_usd, reserved),
           ('position, by its open orders at cost', r.position_usd, position),
           ('fees, by its orders', r.fees_usd, fees),
           ('realized result, by its orders', -r.realized_pnl_usd, pnl),
           ('settling, by payouts that rest', r.cooldown_capital, resting),
           ('spent today, by the fills of the day', r.daily_spent_usd, spent),
           ('capital, by what was funded', s.initial_capital, funded))
           AS compared (what, kept, computed)
     WHERE kept <> coalesce(computed, 0) AND {of_user("strategy_id")}
     ORDER BY strategy_id, what
"""  # noqa: S608  the columns are a constant
_OF_ORDERS: Final[LiteralString] = f"""
    SELECT o.strategy_id, compared.what || ' of ' || o.lt_order_id AS what, kept, computed
      FROM lt_orders o
      LEFT JOIN (SELECT lt_order_id, sum(amount_usd) AS reserved FROM ({_CAUSED}) AS caused
                  WHERE account = 'reserved' GROUP BY lt_order_id) AS b USING (lt_order_id)
      LEFT JOIN (SELECT lt_order_id, sum(cost_usd) AS cost, sum(fee_usd) AS fee
                   FROM lt_fills WHERE status <> 'failed' GROUP BY lt_order_id) AS f
           USING (lt_order_id)
     CROSS JOIN LATERAL (VALUES
           ('reserved', o.reserved_usd, coalesce(b.reserved, 0)),
           ('filled', o.executed_usd, coalesce(f.cost, 0)),
           ('fees', o.fees_usd, coalesce(f.fee, 0))) AS compared (what, kept, computed)
     WHERE kept <> computed AND {of_user("o.strategy_id")} ORDER BY o.strategy_id, what
"""  # noqa: S608  the columns are a constant


def _drift(row: Row) -> BalanceDrift:
    return BalanceDrift(
        strategy_id=StrategyId(row["strategy_id"]),
        account=Account(row["account"]),
        kept=Usd(row["kept"]),
        booked=Usd(row["booked"]),
    )


def _unbalanced(row: Row) -> UnbalancedPosting:
    return UnbalancedPosting(
        strategy_id=StrategyId(row["strategy_id"]),
        cause=row["cause"],
        kind=Kind(row["kind"]),
        total=Usd(row["total"]),
    )


def _mismatch(row: Row) -> Mismatch:
    return Mismatch(
        strategy_id=StrategyId(row["strategy_id"]),
        what=row["what"],
        kept=Usd(row["kept"]),
        computed=Usd(row["computed"]),
    )


def _posting(row: Row) -> PostingRow:
    return PostingRow(
        at=row["at"],
        book=Book(row["book"]),
        cause=row["cause"],
        kind=Kind(row["kind"]),
        lt_order_id=row["lt_order_id"],
        amounts={Account(name): Usd.of(text) for name, text in row["amounts"].items()},
    )
