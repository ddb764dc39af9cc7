"""Wallets and strategies with their results, by day and against each other."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, LiteralString

from ltsys.adapters.postgres.breakers import breakers_of
from ltsys.adapters.postgres.dashboard.tallies import FT_TALLIES, LT_TALLIES, OF_ITS_MONEY
from ltsys.adapters.postgres.ledger_reads import UserReads
from ltsys.adapters.postgres.rows import state_of, strategy_of
from ltsys.adapters.postgres.rule_rows import rules_of
from ltsys.adapters.postgres.session import Row
from ltsys.adapters.postgres.statements import (
    BREAKER_COLUMNS,
    STATE_COLUMNS,
    of_ft_wallet,
    of_user,
)
from ltsys.domain.ids import FtWalletId, StrategyId
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.ports.dashboard import (
    Board,
    FtBoardRow,
    Gap,
    GapRow,
    LtBoardRow,
    Results,
    StepRow,
    Timeline,
)

_ROUNDING = "rounding"
_STEPS_OF: Final = (
    (timedelta(hours=4), timedelta(minutes=5)),
    (timedelta(days=3), timedelta(hours=1)),
)
"""Results that span no more than the first are shown in steps of the second."""


class BoardReads(UserReads):
    """The results part of `ltsys.ports.dashboard.DashboardReads`."""

    def board(self, today: date, only: str | None = None) -> Board:
        asked = self._asked(today=today, only=only)
        return Board(
            forward=tuple(_ft_row(row) for row in self._rows(_FORWARD, asked)),
            live=tuple(_lt_row(row) for row in self._rows(_LIVE, asked)),
        )

    def timeline(self, names: Sequence[str]) -> Timeline:
        asked = self._asked(names=list(names))
        step = _step(self._row(_SPAN, asked) or {})
        rows = self._rows(_STEPS, {**asked, "step": step})
        return Timeline(step=step, rows=tuple(_step_row(row) for row in rows))

    def gaps(self, strategy_ids: Sequence[StrategyId]) -> dict[StrategyId, Gap]:
        rows = self._rows(_GAPS, self._asked(ids=list(strategy_ids)))
        found: dict[StrategyId, list[Row]] = {}
        for row in rows:
            found.setdefault(StrategyId(row["strategy_id"]), []).append(row)
        return {strategy_id: _gap(each) for strategy_id, each in found.items()}


_ONLY_STRATEGY: Final[LiteralString] = """
    (%(only)s::text IS NULL OR %(only)s IN (s.strategy_id, s.ft_wallet_id))
"""
_ONLY_WALLET: Final[LiteralString] = """
    (%(only)s::text IS NULL OR w.wallet_id = %(only)s OR w.wallet_id = (
        SELECT one.ft_wallet_id FROM lt_strategies one WHERE one.strategy_id = %(only)s))
"""
_TODAY: Final[LiteralString] = """
    resolved_at >= %(today)s::date::timestamp AT TIME ZONE 'UTC'
    AND resolved_at < (%(today)s::date + 1)::timestamp AT TIME ZONE 'UTC'
"""
_FORWARD: Final[LiteralString] = f"""
    WITH asked AS (SELECT w.wallet_id FROM ft_wallets w WHERE {_ONLY_WALLET}),
    {FT_TALLIES}
    SELECT w.wallet_id, w.display_name, w.is_active, w.problem, w.started_at,
           capital AS starting_balance,
           coalesce(w.rules ->> 'allocation_method', 'FIXED') AS method, tallies.*,
           (SELECT sum(f.pnl) FROM ft_orders f
             WHERE f.wallet_id = w.wallet_id AND f.outcome <> 'OPEN' AND {_TODAY}) AS pnl_today
      FROM tallies JOIN ft_wallets w USING (wallet_id)
     WHERE {of_ft_wallet("w")} ORDER BY w.wallet_id
"""  # noqa: S608  the parts are constants
_LIVE: Final[LiteralString] = f"""
    WITH asked AS (SELECT s.strategy_id FROM lt_strategies s WHERE {_ONLY_STRATEGY}),
    {LT_TALLIES}
    SELECT s.strategy_id, {STATE_COLUMNS}, {BREAKER_COLUMNS}, tallies.*,
           (SELECT sum(o.pnl) FROM lt_orders o
             WHERE o.strategy_id = s.strategy_id AND o.outcome <> 'OPEN' AND {OF_ITS_MONEY}
               AND {_TODAY}) AS pnl_today
      FROM tallies JOIN lt_strategies s USING (strategy_id)
      JOIN lt_risk_rules r USING (strategy_id)
      JOIN lt_risk_state state
        ON state.strategy_id = s.strategy_id AND state.book = s.execution_mode
     WHERE {of_user("s.strategy_id")} ORDER BY s.strategy_id
"""  # noqa: S608  the parts are constants
_OF_NAMES: Final[LiteralString] = f"""
    (SELECT wallet_id AS name, resolved_at, pnl, outcome
       FROM ft_orders JOIN ft_wallets w USING (wallet_id)
      WHERE outcome <> 'OPEN' AND wallet_id = ANY(%(names)s) AND {of_ft_wallet("w")}
     UNION ALL
     SELECT strategy_id, resolved_at, pnl, outcome
       FROM lt_orders o JOIN lt_strategies s USING (strategy_id)
      WHERE outcome <> 'OPEN' AND pnl IS NOT NULL AND {OF_ITS_MONEY}
        AND strategy_id = ANY(%(names)s) AND {of_user("strategy_id")}) AS results
"""  # noqa: S608  the parts are constants
_SPAN: Final[LiteralString] = f"""
    SELECT min(resolved_at) AS first, max(resolved_at) AS last FROM {_OF_NAMES}
"""  # noqa: S608  the part is a constant
_STEPS: Final[LiteralString] = f"""
    SELECT name, date_bin(%(step)s, resolved_at, '2000-01-01 00:00:00+00') AS at, sum(pnl) AS pnl,
           count(*) AS resolved_count, count(*) FILTER (WHERE outcome = 'WON') AS won_count,
           count(*) FILTER (WHERE outcome = 'LOST') AS lost_count
      FROM {_OF_NAMES} WHERE resolved_at IS NOT NULL
     GROUP BY 1, 2 ORDER BY 2, 1
"""  # noqa: S608  the part is a constant
_GAPS: Final[LiteralString] = f"""
    WITH pairs AS MATERIALIZED (
        SELECT s.strategy_id, f.pnl AS forward, f.entry_price, f.size,
               f.size / f.entry_price AS ft_shares,
               o.pnl AS live, o.status, o.executed_shares AS shares, o.executed_usd AS cost,
               CASE WHEN o.executed_shares > 0 AND o.pnl IS NOT NULL
                    THEN (o.pnl + o.executed_usd) / o.executed_shares END AS payout
          FROM lt_strategies s
          LEFT JOIN ft_orders f ON f.wallet_id = s.ft_wallet_id AND f.order_time >= s.mode_since
          LEFT JOIN lt_orders o ON o.strategy_id = s.strategy_id
                               AND o.source_trade_id = f.source_trade_id
                               AND o.mode = s.execution_mode
         WHERE s.strategy_id = ANY(%(ids)s) AND {of_user("s.strategy_id")}),
    causes AS (
        SELECT strategy_id,
               CASE WHEN status IS NULL THEN 'not mirrored'
                    WHEN status IN ('denied', 'rejected') THEN status
                    WHEN status IN ('canceled', 'expired', 'filled') THEN 'unfilled'
                    ELSE 'still working' END AS cause, -forward AS amount
          FROM pairs WHERE coalesce(shares, 0) = 0 AND forward IS NOT NULL
        UNION ALL
        SELECT strategy_id, 'one side still open', coalesce(live, 0) - coalesce(forward, 0)
          FROM pairs WHERE shares > 0 AND (live IS NULL) <> (forward IS NULL)
        UNION ALL
        SELECT strategy_id, 'size', (shares - ft_shares) * (payout - entry_price)
          FROM pairs WHERE shares > 0 AND live IS NOT NULL AND forward IS NOT NULL
        UNION ALL
        SELECT strategy_id, 'exit', ft_shares * (payout - entry_price) - forward
          FROM pairs WHERE shares > 0 AND live IS NOT NULL AND forward IS NOT NULL
                       AND abs(ft_shares * (payout - entry_price) - forward) > 0.00001
        UNION ALL
        SELECT strategy_id, 'price', shares * entry_price - cost
          FROM pairs WHERE shares > 0 AND live IS NOT NULL AND forward IS NOT NULL),
    amounts AS (
        SELECT strategy_id, cause, count(*) AS cause_count, round(sum(amount), 6) AS amount,
               abs(sum(amount)) AS size
          FROM causes GROUP BY strategy_id, cause),
    wholes AS (
        SELECT strategy_id, coalesce(sum(forward), 0) AS forward,
               coalesce(sum(live) FILTER (WHERE shares > 0), 0) AS live,
               count(size) AS order_count,
               count(*) FILTER (WHERE forward IS NOT NULL
                                  AND (coalesce(shares, 0) = 0 OR live IS NOT NULL))
                   AS compared_count
          FROM pairs GROUP BY strategy_id)
    SELECT * FROM wholes LEFT JOIN amounts USING (strategy_id)
     ORDER BY strategy_id, amounts.size DESC, cause
"""  # noqa: S608  the part is a constant
"""A row for each cause of each strategy, with the whole beside it."""


def _step(span: Row) -> timedelta:
    """Fine enough to see something on the first day."""
    if not span.get("first"):
        return timedelta(days=1)
    length = span["last"] - span["first"]
    return next((step for most, step in _STEPS_OF if length <= most), timedelta(days=1))


def _step_row(row: Row) -> StepRow:
    return StepRow(
        name=row["name"],
        at=row["at"],
        pnl=Usd(row["pnl"]),
        resolved_count=row["resolved_count"],
        won_count=row["won_count"],
        lost_count=row["lost_count"],
    )


def _ft_row(row: Row) -> FtBoardRow:
    return FtBoardRow(
        wallet_id=FtWalletId(row["wallet_id"]),
        display_name=row["display_name"],
        is_active=row["is_active"],
        problem=row["problem"],
        starting_balance=Usd(row["starting_balance"]),
        at_risk=Usd(row["at_risk"]),
        started_at=row["started_at"],
        method=row["method"],
        results=_results(row),
    )


def _lt_row(row: Row) -> LtBoardRow:
    return LtBoardRow(
        strategy=strategy_of(row),
        rules=rules_of(row),
        state=state_of(row),
        breakers=breakers_of(row).tripped,
        results=_results(row),
        denied_count=row["denied_count"],
        rejected_count=row["rejected_count"],
        filled_count=row["filled_count"],
        working_count=row["working_count"],
        fill_rate=row["fill_rate"],
        slippage_ratio=row["slippage_ratio"],
        latency_ms=None if row["latency"] is None else round(row["latency"]),
    )


def _results(row: Row) -> Results:
    return Results(
        order_count=row["order_count"],
        open_count=row["open_count"],
        resolved_count=row["resolved_count"],
        won_count=row["won_count"],
        lost_count=row["lost_count"],
        pnl=Usd(row["pnl"]),
        pnl_today=Usd(row["pnl_today"] or Decimal(0)),
        drawdown_ratio=row["drawdown"],
        sharpe=row["sharpe"],
    )


def _gap(found: Sequence[Row]) -> Gap:
    """Of the rows of one strategy, of which one without a cause says that there is none."""
    whole = found[0]
    forward, live = Usd(whole["forward"]), Usd(whole["live"])
    rows = [
        GapRow(cause=row["cause"], order_count=row["cause_count"], amount=Usd(row["amount"]))
        for row in found
        if row["cause"] is not None
    ]
    # what rounding leaves, so that the causes add up to the cent
    rest = live - forward - sum((row.amount for row in rows), ZERO_USD)
    if rest:
        rows.append(GapRow(cause=_ROUNDING, order_count=0, amount=rest))
    return Gap(
        forward=forward,
        live=live,
        rows=tuple(rows),
        order_count=whole["order_count"],
        compared_count=whole["compared_count"],
    )
