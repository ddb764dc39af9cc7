"""Stages of strategies, their history, and what is known for the next one."""

from typing import Final, LiteralString

from ltsys.adapters.postgres.rows import usd_of
from ltsys.adapters.postgres.session import Row, Session
from ltsys.domain.ids import StrategyId
from ltsys.domain.money import Usd
from ltsys.domain.promotion import Record
from ltsys.domain.stage import Stage, StageStep, Standing
from ltsys.ports.stages import DrillRow


class StageRecords(Session):
    """`ltsys.ports.stages.StageStore`."""

    def set_stage(self, step: StageStep, *, is_new_mode: bool) -> None:
        cap = step.after.cap
        self._write_one(
            """
            UPDATE lt_strategies SET stage = %s, stage_cap_usd = %s, staged_at = %s,
                   mode_since = CASE WHEN %s THEN %s ELSE mode_since END,
                   updated_at = clock_timestamp()
             WHERE strategy_id = %s AND stage = %s
            """,
            (
                step.after.stage.value,
                cap.amount if cap else None,
                step.at,
                is_new_mode,
                step.at,
                step.strategy_id,
                step.before.value if step.before else None,
            ),
            what=f"{step.before} strategy {step.strategy_id}",
        )
        self.log_stage(step)

    def log_stage(self, step: StageStep) -> None:
        cap = step.after.cap
        self._write(
            """
            INSERT INTO lt_stage_log
                (strategy_id, from_stage, to_stage, cap_usd, by_whom, cause, numbers, at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            (
                step.strategy_id,
                step.before.value if step.before else None,
                step.after.stage.value,
                cap.amount if cap else None,
                step.by,
                step.cause,
                self._json(dict(step.numbers)),
                step.at,
            ),
        )

    def stage_steps(self, strategy_id: StrategyId) -> tuple[StageStep, ...]:
        rows = self._rows(
            "SELECT * FROM lt_stage_log WHERE strategy_id = %s ORDER BY step_id", (strategy_id,)
        )
        return tuple(_step_of(row) for row in rows)

    def live_strategies(self) -> tuple[StrategyId, ...]:
        rows = self._rows(
            "SELECT strategy_id FROM lt_strategies WHERE is_active AND execution_mode = 'live'"
            " ORDER BY strategy_id"
        )
        return tuple(StrategyId(row["strategy_id"]) for row in rows)

    def stage_record(self, strategy_id: StrategyId) -> Record:
        row = self._row(_RECORD, {"strategy": strategy_id})
        if row is None:
            raise LookupError(f"there is no strategy {strategy_id}")
        return Record(
            since=row["staged_at"],
            ended_count=row["ended_count"],
            filled_count=row["filled_count"],
            ft_count=row["ft_count"],
            asked=Usd(row["asked"]),
            filled=Usd(row["filled"]),
            slippage=row["slippage"],
            resolved_count=row["resolved_count"],
            lt_staked=Usd(row["lt_staked"]),
            lt_result=Usd(row["lt_result"]),
            ft_staked=Usd(row["ft_staked"]),
            ft_result=Usd(row["ft_result"]),
        )

    def save_drill(self, drill: DrillRow) -> None:
        self._write(
            "INSERT INTO lt_drills (recorded_at, recorded_by, is_clean, certificate)"
            " VALUES (%s, %s, %s, %s)",
            (drill.recorded_at, drill.recorded_by, drill.is_clean, self._json(drill.certificate)),
        )

    def last_drill(self) -> DrillRow | None:
        row = self._row("SELECT * FROM lt_drills ORDER BY drill_id DESC LIMIT 1")
        if row is None:
            return None
        return DrillRow(
            recorded_at=row["recorded_at"],
            recorded_by=row["recorded_by"],
            is_clean=row["is_clean"],
            certificate=row["certificate"],
        )


_RECORD: Final[LiteralString] = """
    SELECT s.staged_at, o.*, greatest(f.ft_count - o.denied_count, 0) AS ft_count
      FROM lt_strategies s
     CROSS JOIN LATERAL (
           SELECT count(*) FILTER (WHERE o.status = 'denied') AS denied_count,
                  count(*) FILTER (WHERE o.status IN ('filled', 'canceled', 'expired', 'rejected'))
                      AS ended_count,
                  count(*) FILTER (WHERE o.executed_shares > 0) AS filled_count,
                  coalesce(sum(o.maker_units / 1000000.0) FILTER
                      (WHERE o.status IN ('filled', 'canceled', 'expired', 'rejected')), 0)
                      AS asked,
                  coalesce(sum(o.executed_usd), 0) AS filled,
                  avg(o.slippage_pct) AS slippage,
                  count(*) FILTER (WHERE is_pair) AS resolved_count,
                  coalesce(sum(o.executed_usd) FILTER (WHERE is_pair), 0) AS lt_staked,
                  coalesce(sum(o.pnl) FILTER (WHERE is_pair), 0) AS lt_result,
                  coalesce(sum(twin.size) FILTER (WHERE is_pair), 0) AS ft_staked,
                  coalesce(sum(twin.pnl) FILTER (WHERE is_pair), 0) AS ft_result
             FROM lt_orders o LEFT JOIN ft_orders twin ON twin.ft_order_id = o.ft_order_id
            CROSS JOIN LATERAL (SELECT o.executed_shares > 0 AND o.outcome <> 'OPEN'
                      AND twin.outcome IN ('WON', 'LOST', 'VOID') AS is_pair) AS p
            WHERE o.strategy_id = s.strategy_id AND o.mode = s.execution_mode
              AND o.ft_signal_time >= s.staged_at) AS o
     CROSS JOIN LATERAL (
           SELECT count(*) AS ft_count FROM lt_seen_trades seen
             JOIN ft_orders f ON f.ft_order_id = seen.ft_order_id
            WHERE seen.strategy_id = s.strategy_id AND f.order_time >= s.staged_at
              AND seen.outcome <> 'queued') AS f
     WHERE s.strategy_id = %(strategy)s
"""
"""Of the orders of the stage's own mode since it began; FT orders count once they are decided."""


def _step_of(row: Row) -> StageStep:
    return StageStep(
        strategy_id=StrategyId(row["strategy_id"]),
        before=Stage(row["from_stage"]) if row["from_stage"] else None,
        after=Standing(stage=Stage(row["to_stage"]), cap=usd_of(row["cap_usd"])),
        by=row["by_whom"],
        cause=row["cause"],
        at=row["at"],
        numbers=row["numbers"],
    )
