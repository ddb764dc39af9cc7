"""Our side of a comparison with the venue, and what came of each."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, LiteralString

from ltsys.adapters.postgres.session import Row, Session
from ltsys.domain.ids import Address, ConditionId, LtOrderId, TokenId, VenueOrderId, VenueTradeId
from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.reconciliation import (
    Action,
    BookedFill,
    BookedOrder,
    Books,
    Counts,
    Finding,
    FindingKey,
    Holding,
    Kind,
    Reconciliation,
    Result,
    Span,
)
from ltsys.domain.venue import FillStatus
from ltsys.ports.reconciliation import KeptFinding, KeptReconciliation, Scope


class ReconciliationRecords(Session):
    """`ltsys.ports.reconciliation.ReconciliationStore`."""

    def wallet_books(self, scope: Scope) -> Books:
        asked = {
            "wallet": scope.wallet,
            "settled_before": scope.settled_before,
            "posted_since": scope.posted_since,
            "matched_since": scope.matched_since,
            "orders": list(scope.orders),
            "tokens": list(scope.tokens),
        }
        money = self._rows(_MONEY, asked)
        return Books(
            orders={
                VenueOrderId(row["order_id"]): _order_of(row) for row in self._rows(_ORDERS, asked)
            },
            fills=tuple(_fill_of(row) for row in self._rows(_FILLS, asked)),
            holdings=tuple(_holding_of(row) for row in money if row["token_id"] is not None),
            spent=Span(least=money[0]["spent_least"], most=money[0]["spent_most"]),
            redeemed=money[0]["redeemed"],
        )

    def first_launch(self, wallet: Address) -> datetime | None:
        row = self._row(
            "SELECT min(launched_at) AS at FROM lt_strategies WHERE wallet_address = %s", (wallet,)
        )
        return row["at"] if row else None

    def lock_wallet(self, wallet: Address) -> None:
        self._row(
            "SELECT 1 AS locked FROM pg_advisory_xact_lock(hashtextextended(%s, 0))",
            (f"reconcile {wallet}",),
        )

    def note_collateral(self, wallet: Address, cash: Usd, *, read_at: datetime) -> None:
        self._write(
            """
            UPDATE wallets SET collateral_usd = %s, collateral_at = %s
             WHERE wallet_address = %s AND coalesce(collateral_at, '-infinity') <= %s
            """,
            (cash.amount, read_at, wallet, read_at),
        )

    def save_reconciliation(self, reconciliation: Reconciliation) -> int:
        row = self._row(
            """
            INSERT INTO reconciliations
                (wallet, started_at, ended_at, asked_at, result, why, numbers)
            VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING reconciliation_id
            """,
            (
                reconciliation.wallet,
                reconciliation.started_at,
                reconciliation.ended_at,
                reconciliation.asked_at,
                reconciliation.result.value,
                reconciliation.why,
                self._json(_numbers(reconciliation)),
            ),
        )
        made = int(row["reconciliation_id"]) if row else 0
        for finding in reconciliation.findings:
            self._save_finding(made, finding)
        return made

    def _save_finding(self, reconciliation_id: int, finding: Finding) -> None:
        self._write(
            """
            INSERT INTO reconciliation_findings
                (reconciliation_id, kind, key, ours, theirs, difference, action, lt_order_id)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            (
                reconciliation_id,
                finding.kind.value,
                finding.key,
                finding.ours,
                finding.theirs,
                finding.difference,
                finding.action.value,
                finding.lt_order_id,
            ),
        )

    def last_reconciliation(
        self, wallet: Address, results: Collection[Result], *, since: datetime | None = None
    ) -> KeptReconciliation | None:
        row = self._row(
            """
            SELECT * FROM reconciliations
             WHERE wallet = %s AND result = ANY(%s)
               AND started_at >= coalesce(%s::timestamptz, '-infinity')
             ORDER BY reconciliation_id DESC LIMIT 1
            """,
            (wallet, [result.value for result in results], since),
        )
        if row is None:
            return None
        findings = self._rows(
            "SELECT * FROM reconciliation_findings WHERE reconciliation_id = %s"
            " ORDER BY finding_id",
            (row["reconciliation_id"],),
        )
        return _kept_of(row, tuple(_kept_finding_of(each) for each in findings))

    def finding(self, finding_id: int) -> tuple[Address, KeptFinding] | None:
        row = self._row(
            """
            SELECT f.*, r.wallet FROM reconciliation_findings f
              JOIN reconciliations r USING (reconciliation_id) WHERE f.finding_id = %s
            """,
            (finding_id,),
        )
        return (Address(row["wallet"]), _kept_finding_of(row)) if row else None

    def acknowledge(self, finding_id: int, *, by: str, reason: str) -> None:
        self._write_one(
            """
            UPDATE reconciliation_findings SET acknowledged_at = clock_timestamp(),
                   acknowledged_by = %s, acknowledged_because = %s
             WHERE finding_id = %s AND acknowledged_at IS NULL
            """,
            (by, reason, finding_id),
            what=f"open finding {finding_id}",
        )

    def accepted(
        self, wallet: Address, *, since: datetime | None = None
    ) -> Mapping[FindingKey, Decimal]:
        rows = self._rows(
            """
            SELECT f.kind, f.key, coalesce(sum(f.difference), 0) AS total
              FROM reconciliation_findings f JOIN reconciliations r USING (reconciliation_id)
             WHERE r.wallet = %s AND f.acknowledged_at IS NOT NULL
               AND r.started_at >= coalesce(%s::timestamptz, '-infinity')
             GROUP BY f.kind, f.key
            """,
            (wallet, since),
        )
        return {(Kind(row["kind"]), row["key"]): row["total"] for row in rows}

    def note_redeemed(self, wallet: Address, holdings: Iterable[Holding]) -> None:
        for holding in holdings:
            self._write(
                """
                INSERT INTO redeemed_tokens (wallet, token_id, shares) VALUES (%s, %s, %s)
                ON CONFLICT (wallet, token_id) DO UPDATE SET shares = excluded.shares
                """,
                (wallet, holding.token_id, holding.bought.least),
            )

    def forget_reconciliations(self, wallet: Address, *, before: datetime) -> None:
        self._write(
            """
            DELETE FROM reconciliations r WHERE wallet = %s AND ended_at < %s
               AND NOT EXISTS (SELECT 1 FROM reconciliation_findings f
                                WHERE f.reconciliation_id = r.reconciliation_id)
            """,
            (wallet, before),
        )


_MONEY: Final[LiteralString] = """
    WITH mine AS (
        SELECT o.* FROM lt_orders o JOIN lt_strategies s USING (strategy_id)
         WHERE s.wallet_address = %(wallet)s AND o.mode <> 'shadow'
    ), at_work AS (
        SELECT o.token_id, min(o.condition_id) AS condition_id, sum(o.reserved_usd) AS reserved
          FROM mine o JOIN orders e ON e.order_id = o.order_id
         WHERE o.status IN ('submitting', 'unknown', 'live', 'partially_filled')
           AND e.prepared_at >= coalesce(%(posted_since)s::timestamptz, '-infinity')
         GROUP BY o.token_id
    ), counted AS (
        SELECT o.token_id, o.condition_id, o.outcome, f.shares, f.cost_usd + f.fee_usd AS usd,
               f.status <> 'failed' AS is_ours,
               f.status = 'confirmed' AND f.updated_at <= %(settled_before)s AS is_settled
          FROM mine o JOIN lt_fills f USING (lt_order_id)
         WHERE f.recorded_at >= coalesce(%(posted_since)s::timestamptz, '-infinity')
           AND (f.status <> 'failed' OR f.updated_at > %(settled_before)s)
    ), tokens AS (
        SELECT token_id, min(condition_id) AS condition_id,
               coalesce(sum(shares) FILTER (WHERE is_settled), 0) AS least, sum(shares) AS most,
               coalesce(sum(shares) FILTER (WHERE is_ours), 0) AS bought,
               CASE WHEN bool_and(outcome <> 'OPEN')
                    THEN max(CASE outcome WHEN 'WON' THEN 1 WHEN 'VOID' THEN 0.5 ELSE 0 END)
                END AS payout
          FROM counted GROUP BY token_id
    ), judged AS (
        SELECT coalesce(t.token_id, w.token_id) AS token_id,
               coalesce(t.condition_id, w.condition_id) AS condition_id,
               coalesce(t.least, 0) AS least, t.bought, t.payout,
               CASE WHEN w.token_id IS NULL THEN t.most END AS most,
               w.token_id IS NOT NULL OR t.payout IS NULL OR t.token_id = ANY(%(tokens)s)
               OR (t.payout > 0 AND t.bought IS DISTINCT FROM r.shares) AS is_listed
          FROM tokens t FULL JOIN at_work w USING (token_id)
          LEFT JOIN redeemed_tokens r
            ON r.wallet = %(wallet)s AND r.token_id = t.token_id
    ), totals AS (
        SELECT (SELECT coalesce(sum(usd) FILTER (WHERE is_settled), 0) FROM counted)
                   AS spent_least,
               (SELECT coalesce(sum(usd), 0) FROM counted)
             + (SELECT coalesce(sum(reserved), 0) FROM at_work) AS spent_most,
               (SELECT coalesce(sum(bought * payout), 0) FROM judged WHERE NOT is_listed)
                   AS redeemed
    )
    SELECT * FROM totals LEFT JOIN judged ON is_listed ORDER BY token_id
"""
"""One statement, so that all of it is of one moment. The venue knows no shadow order (L36)."""

_ORDERS: Final[LiteralString] = """
    SELECT e.order_id, o.lt_order_id, o.status, e.order_id IS NOT DISTINCT FROM o.order_id
               AS is_newest,
           o.updated_at > %(settled_before)s AS is_young, o.parked_at IS NOT NULL AS is_parked
      FROM orders e JOIN lt_orders o USING (lt_order_id) JOIN lt_strategies s USING (strategy_id)
     WHERE o.mode <> 'shadow'
       AND (e.order_id = ANY(%(orders)s)
            OR (e.order_id = o.order_id AND o.status IN ('live', 'partially_filled')
                AND s.wallet_address = %(wallet)s
                AND e.prepared_at >= coalesce(%(posted_since)s::timestamptz, '-infinity')))
"""

_FILLS: Final[LiteralString] = """
    SELECT f.lt_order_id, f.order_id, f.trade_id, f.status, f.shares, f.cost_usd,
           f.updated_at > %(settled_before)s AS is_young
      FROM lt_fills f JOIN lt_orders o USING (lt_order_id)
      JOIN lt_strategies s ON s.strategy_id = f.strategy_id
     WHERE s.wallet_address = %(wallet)s AND o.mode <> 'shadow'
       AND f.matched_at >= %(matched_since)s
       AND f.recorded_at >= coalesce(%(posted_since)s::timestamptz, '-infinity')
"""


def _order_of(row: Row) -> BookedOrder:
    return BookedOrder(
        lt_order_id=LtOrderId(row["lt_order_id"]),
        status=OrderStatus(row["status"]),
        is_newest=row["is_newest"],
        is_young=row["is_young"],
        is_parked=row["is_parked"],
    )


def _fill_of(row: Row) -> BookedFill:
    return BookedFill(
        lt_order_id=LtOrderId(row["lt_order_id"]),
        order_id=VenueOrderId(row["order_id"]),
        trade_id=VenueTradeId(row["trade_id"]),
        status=FillStatus(row["status"]),
        shares=Shares(row["shares"]),
        cost=Usd(row["cost_usd"]),
        is_young=row["is_young"],
    )


def _holding_of(row: Row) -> Holding:
    return Holding(
        token_id=TokenId(row["token_id"]),
        condition_id=ConditionId(row["condition_id"]),
        bought=Span(least=row["least"], most=row["most"]),
        payout=row["payout"],
    )


def _numbers(made: Reconciliation) -> dict[str, object]:
    return {
        "cash": _ends(made.cash),
        "observed": _ends(made.observed),
        "unexplained": _ends(made.unexplained),
        "orders": made.counts.orders,
        "trades": made.counts.trades,
        "tokens": made.counts.tokens,
        "corrections": made.counts.corrections,
    }


def _ends(span: Span | None) -> list[str | None] | None:
    if span is None:
        return None
    return [f"{span.least:f}", None if span.most is None else f"{span.most:f}"]


def _span_of(ends: list[str | None] | None) -> Span | None:
    if ends is None:
        return None
    least, most = ends
    return Span(least=Decimal(least or 0), most=None if most is None else Decimal(most))


def _kept_of(row: Row, findings: tuple[KeptFinding, ...]) -> KeptReconciliation:
    numbers = row["numbers"]
    counts = ("orders", "trades", "tokens", "corrections")
    return KeptReconciliation(
        reconciliation_id=row["reconciliation_id"],
        reconciliation=Reconciliation(
            wallet=Address(row["wallet"]),
            started_at=row["started_at"],
            ended_at=row["ended_at"],
            asked_at=row["asked_at"],
            result=Result(row["result"]),
            why=row["why"],
            cash=_span_of(numbers["cash"]),
            observed=_span_of(numbers["observed"]),
            unexplained=_span_of(numbers["unexplained"]),
            counts=Counts(**{name: numbers[name] for name in counts}),
            findings=tuple(each.finding for each in findings),
        ),
        findings=findings,
    )


def _kept_finding_of(row: Row) -> KeptFinding:
    finding = Finding(
        kind=Kind(row["kind"]),
        key=row["key"],
        ours=row["ours"],
        theirs=row["theirs"],
        difference=row["difference"],
        action=Action(row["action"]),
        lt_order_id=None if row["lt_order_id"] is None else LtOrderId(row["lt_order_id"]),
    )
    return KeptFinding(
        finding_id=row["finding_id"],
        finding=finding,
        acknowledged_at=row["acknowledged_at"],
        acknowledged_by=row["acknowledged_by"],
        acknowledged_because=row["acknowledged_because"],
    )
