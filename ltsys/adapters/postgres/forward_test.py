"""Forward-test wallets, their decisions and their orders."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ltsys.adapters.postgres.rows import ft_order_of, source_trade_of, wallet_of
from ltsys.adapters.postgres.session import Row, Session
from ltsys.domain.ft_order import FtOrder
from ltsys.domain.ft_wallet import FtWallet
from ltsys.domain.ft_wallet_json import wallet_to_json
from ltsys.domain.ids import Address, ConditionId, FtWalletId, SourceTradeId, StrategyId, UserId
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.ports.records import Decision, SignalKey, UndecidedTrade, WalletDecisions, WalletWork

LOOK_BACK = timedelta(hours=1)
"""FT orders older than this are not mirrored any more (DESIGN §4)."""

_QUIET = timedelta(minutes=15)
_SELDOM = timedelta(minutes=5)


class ForwardTestRecords(Session):
    """See `ltsys.ports.store.ForwardTestStore`."""

    def add_ft_wallet(
        self,
        wallet: FtWallet,
        *,
        leader_pool: str | None,
        problem: str | None,
        owner: UserId | None = None,
    ) -> bool:
        added = self._row(
            """
            INSERT INTO ft_wallets
                (wallet_id, display_name, rules, target_traders, leader_pool, started_at, problem,
                 user_id)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT DO NOTHING RETURNING wallet_id
            """,
            (
                wallet.wallet_id,
                wallet.display_name,
                self._json(wallet_to_json(wallet)),
                sorted(wallet.targets),
                leader_pool,
                wallet.started_at,
                problem,
                owner,
            ),
        )
        return added is not None

    def active_wallets(self, *, seen_by: str | None = None) -> tuple[FtWalletId, ...]:
        rows = self._rows(
            """
            SELECT wallet_id FROM ft_wallets
             WHERE is_active AND problem IS NULL
               AND (%(user)s::text IS NULL OR user_id IS NULL OR user_id = %(user)s)
             ORDER BY wallet_id
            """,
            {"user": seen_by},
        )
        return tuple(FtWalletId(row["wallet_id"]) for row in rows)

    def wallet_work(self, wallet_id: FtWalletId, limit: int, *, lock: bool) -> WalletWork | None:
        row = self._locked_wallet(wallet_id) if lock else self._wallet(wallet_id)
        if row is None:
            return None
        leaders = row["leaders"]
        trades = self._undecided(leaders, row["cursor_seq"], row["last_seq"], limit)
        exposure = self._row(
            """
            SELECT coalesce(sum(size), 0) AS open FROM ft_orders
             WHERE wallet_id = %s AND outcome = 'OPEN'
            """,
            (wallet_id,),
        )
        is_full = len(trades) == limit
        return WalletWork(
            wallet=wallet_of(row),
            leaders=tuple(Address(leader) for leader in leaders),
            cursor_seq=row["cursor_seq"],
            trades=trades,
            next_cursor_seq=trades[-1].seq if is_full else row["last_seq"],
            is_last=not is_full,
            realized_pnl=Usd(row["realized_pnl"]),
            open_exposure=Usd(exposure["open"]) if exposure else ZERO_USD,
        )

    def _wallet(self, wallet_id: FtWalletId) -> Row | None:
        return self._row(
            """
            SELECT w.*, coalesce((SELECT max(seq) FROM source_trades), 0) AS last_seq,
                   w.target_traders || ARRAY(SELECT p.trader_address FROM leader_pools p
                                              WHERE p.pool = w.leader_pool
                                              ORDER BY 1) AS leaders
              FROM ft_wallets w
             WHERE w.wallet_id = %s AND w.is_active AND w.problem IS NULL
            """,
            (wallet_id,),
        )

    def _locked_wallet(self, wallet_id: FtWalletId) -> Row | None:
        locked = self._row(
            "SELECT 1 FROM ft_wallets WHERE wallet_id = %s FOR UPDATE SKIP LOCKED", (wallet_id,)
        )
        return self._wallet(wallet_id) if locked else None

    def _undecided(
        self, leaders: Sequence[str], after_seq: int, to_seq: int, limit: int
    ) -> tuple[UndecidedTrade, ...]:
        rows = self._rows(
            """
            SELECT * FROM source_trades
             WHERE seq > %s AND seq <= %s AND trader_address = ANY(%s)
             ORDER BY seq LIMIT %s
            """,
            (after_seq, to_seq, list(leaders), limit),
        )
        return tuple(
            UndecidedTrade(
                seq=row["seq"], trade=source_trade_of(row), probability=row["model_probability"]
            )
            for row in rows
        )

    def open_ft_orders(self, wallet_id: FtWalletId) -> tuple[FtOrder, ...]:
        rows = self._rows(
            "SELECT * FROM ft_orders WHERE wallet_id = %s AND outcome = 'OPEN'", (wallet_id,)
        )
        return tuple(ft_order_of(row) for row in rows)

    def save_decisions(self, decisions: WalletDecisions) -> None:
        self._write_one(
            """
            UPDATE ft_wallets SET cursor_seq = %s WHERE wallet_id = %s AND cursor_seq = %s
            """,
            (
                decisions.to_cursor_seq,
                decisions.wallet_id,
                decisions.from_cursor_seq,
            ),
            what=f"cursor of {decisions.wallet_id}",
        )
        self._add_seen(decisions.wallet_id, decisions.decisions)
        self._add_ft_orders(decisions.opened)
        self.close_ft_orders(decisions.closed)

    def _add_seen(self, wallet_id: FtWalletId, decisions: Sequence[Decision]) -> None:
        numbers = [d.rejected.numbers if d.rejected else (None, None) for d in decisions]
        self._write(
            """
            INSERT INTO ft_seen_trades
                (wallet_id, source_trade_id, outcome, reason, would_be, limit_value)
            SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::numeric[],
                                     %s::numeric[])
            ON CONFLICT DO NOTHING
            """,
            (
                wallet_id,
                [d.source_trade_id for d in decisions],
                [d.outcome for d in decisions],
                [d.rejected.reason.value if d.rejected else None for d in decisions],
                [would_be for would_be, _ in numbers],
                [limit for _, limit in numbers],
            ),
        )

    def _add_ft_orders(self, orders: Sequence[FtOrder]) -> None:
        if not orders:
            return
        self._write(
            """
            WITH added AS (
            INSERT INTO ft_orders
                (ft_order_id, wallet_id, source_trade_id, trader_address, condition_id, token_id,
                 token_label, title, side, entry_price, size, market_end_at, trader_win_rate,
                 trader_resolved_count, model_probability, edge, conviction, order_time, outcome,
                 exit_price, pnl, resolved_at)
            SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                %s::text[], %s::text[], %s::text[], %s::text[], %s::numeric[], %s::numeric[],
                %s::timestamptz[], %s::numeric[], %s::int[], %s::numeric[], %s::numeric[],
                %s::numeric[], %s::timestamptz[], %s::text[], %s::numeric[], %s::numeric[],
                %s::timestamptz[])
            ON CONFLICT (wallet_id, source_trade_id) DO NOTHING
            RETURNING wallet_id, pnl)
            UPDATE ft_wallets w SET realized_pnl = realized_pnl + total.pnl
              FROM (SELECT wallet_id, sum(pnl) AS pnl FROM added
                     WHERE pnl IS NOT NULL GROUP BY wallet_id) total
             WHERE w.wallet_id = total.wallet_id
            """,
            tuple(list(column) for column in zip(*map(_columns, orders), strict=True)),
        )

    def close_ft_orders(self, orders: Sequence[FtOrder]) -> None:
        if not orders:
            return
        self._write(
            """
            WITH closed AS (
            UPDATE ft_orders SET outcome = c.outcome, exit_price = c.exit_price, pnl = c.pnl,
                                 resolved_at = c.resolved_at
              FROM unnest(%s::text[], %s::text[], %s::numeric[], %s::numeric[],
                          %s::timestamptz[]) AS c (id, outcome, exit_price, pnl, resolved_at)
             WHERE ft_order_id = c.id AND ft_orders.outcome = 'OPEN'
            RETURNING ft_orders.wallet_id, ft_orders.pnl)
            UPDATE ft_wallets w SET realized_pnl = realized_pnl + total.pnl
              FROM (SELECT wallet_id, sum(pnl) AS pnl FROM closed GROUP BY wallet_id) total
             WHERE w.wallet_id = total.wallet_id
            """,
            (
                [o.ft_order_id for o in orders],
                [o.outcome.value for o in orders],
                [o.exit_price for o in orders],
                [None if o.pnl is None else o.pnl.amount for o in orders],
                [o.resolved_at for o in orders],
            ),
        )

    def note_evaluated(self, wallet_id: FtWalletId, *, at: datetime) -> None:
        self._write(
            "UPDATE ft_wallets SET last_sync_at = greatest(last_sync_at, %s) WHERE wallet_id = %s",
            (at, wallet_id),
        )

    def queue_signals(self, now: datetime, wallet_id: FtWalletId | None) -> tuple[SignalKey, ...]:
        rows = self._rows(
            """
            INSERT INTO lt_seen_trades (strategy_id, source_trade_id, ft_order_id, outcome,
                                        kicked_at)
            SELECT s.strategy_id, f.source_trade_id, f.ft_order_id, 'queued', clock_timestamp()
              FROM lt_strategies s
              JOIN ft_orders f ON f.wallet_id = s.ft_wallet_id
             WHERE s.is_active AND f.outcome = 'OPEN' AND f.side = 'BUY'
               AND f.order_time >= s.launched_at AND f.order_time >= %s
               AND (%s::text IS NULL OR s.ft_wallet_id = %s)
               AND NOT EXISTS (SELECT 1 FROM lt_seen_trades seen
                                WHERE seen.strategy_id = s.strategy_id
                                  AND seen.source_trade_id = f.source_trade_id)
             ORDER BY f.order_time, f.source_trade_id
            ON CONFLICT DO NOTHING
            RETURNING strategy_id, source_trade_id
            """,
            (now - LOOK_BACK, wallet_id, wallet_id),
        )
        return tuple(
            (StrategyId(row["strategy_id"]), SourceTradeId(row["source_trade_id"])) for row in rows
        )

    def markets_to_resolve(self, now: datetime) -> tuple[ConditionId, ...]:
        rows = self._rows(
            """
            SELECT condition_id FROM markets
             WHERE (end_at BETWEEN %(now)s - %(quiet)s AND %(now)s
                    OR checked_at <= %(now)s - %(seldom)s)
               AND (EXISTS (SELECT 1 FROM ft_orders f
                             WHERE f.condition_id = markets.condition_id AND f.outcome = 'OPEN')
                 OR EXISTS (SELECT 1 FROM lt_orders o
                             WHERE o.condition_id = markets.condition_id AND o.outcome = 'OPEN'
                               AND o.executed_shares > 0))
             ORDER BY end_at, condition_id
            """,
            {"now": now, "quiet": _QUIET, "seldom": _SELDOM},
        )
        return tuple(ConditionId(row["condition_id"]) for row in rows)

    def open_ft_orders_in(self, condition_id: ConditionId) -> tuple[FtOrder, ...]:
        # wallets before orders, as evaluation locks them; who opens an order meanwhile comes later
        wallets = self._rows(
            """
            SELECT wallet_id FROM ft_wallets WHERE wallet_id IN (
                   SELECT wallet_id FROM ft_orders WHERE condition_id = %s AND outcome = 'OPEN')
             ORDER BY wallet_id FOR UPDATE
            """,
            (condition_id,),
        )
        rows = self._rows(
            """
            SELECT * FROM ft_orders
             WHERE condition_id = %s AND outcome = 'OPEN' AND wallet_id = ANY(%s)
             ORDER BY ft_order_id FOR UPDATE
            """,
            (condition_id, [row["wallet_id"] for row in wallets]),
        )
        return tuple(ft_order_of(row) for row in rows)


def _columns(order: FtOrder) -> tuple[object, ...]:
    return (
        order.ft_order_id,
        order.wallet_id,
        order.source_trade_id,
        order.trader,
        order.condition_id,
        order.token_id,
        order.token_label,
        order.title,
        order.side.value,
        order.entry_price.per_share,
        order.size.amount,
        order.market_end_at,
        order.trader_win_rate,
        order.trader_resolved_count,
        order.model_probability,
        order.edge,
        order.conviction,
        order.order_time,
        order.outcome.value,
        order.exit_price,
        None if order.pnl is None else order.pnl.amount,
        order.resolved_at,
    )
