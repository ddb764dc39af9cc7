"""Forward-test wallets, their decisions and their orders."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ltsys.adapters.memory.session import Session
from ltsys.adapters.memory.tables import MarketRow, SeenRow, WalletRow
from ltsys.domain.ft_order import FtOrder, FtOutcome
from ltsys.domain.ft_wallet import FtWallet
from ltsys.domain.ids import Address, ConditionId, FtWalletId, UserId
from ltsys.domain.money import ZERO_SHARES, ZERO_USD
from ltsys.domain.source_trade import Side
from ltsys.domain.strategy import Strategy
from ltsys.ports.records import SignalKey, UndecidedTrade, WalletDecisions, WalletWork

LOOK_BACK = timedelta(hours=1)
"""FT orders older than this are not mirrored any more (DESIGN §4)."""

_QUIET = timedelta(minutes=15)
_SELDOM = timedelta(minutes=5)
_NEVER = datetime.max.replace(tzinfo=UTC)


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
        if wallet.wallet_id in self._tables.ft_wallets:
            return False
        row = WalletRow(wallet=wallet, leader_pool=leader_pool, problem=problem, owner=owner)
        self._tables.ft_wallets[wallet.wallet_id] = row
        return True

    def active_wallets(self, *, seen_by: str | None = None) -> tuple[FtWalletId, ...]:
        rows = self._tables.ft_wallets.items()
        found = {wallet_id: row for wallet_id, row in rows if row.is_trading}
        if seen_by is not None:
            found = {name: row for name, row in found.items() if row.owner in {None, seen_by}}
        return tuple(sorted(found))

    def wallet_work(self, wallet_id: FtWalletId, limit: int, *, lock: bool) -> WalletWork | None:  # noqa: ARG002  one transaction at a time holds every lock
        row = self._tables.ft_wallets.get(wallet_id)
        if row is None or not row.is_trading:
            return None
        pool = self._tables.leader_pools.get(row.leader_pool or "", ())
        leaders = tuple(Address(trader) for trader in sorted(row.wallet.targets)) + pool
        trades = self._undecided(leaders, row.cursor_seq)[:limit]
        last_seq = len(self._tables.source_trades)
        orders = [o for o in self._tables.ft_orders.values() if o.wallet_id == wallet_id]
        is_open = FtOutcome.OPEN
        return WalletWork(
            wallet=row.wallet,
            leaders=leaders,
            cursor_seq=row.cursor_seq,
            trades=trades,
            next_cursor_seq=trades[-1].seq if len(trades) == limit else last_seq,
            is_last=len(trades) < limit,
            realized_pnl=sum((o.pnl for o in orders if o.pnl is not None), ZERO_USD),
            open_exposure=sum((o.size for o in orders if o.outcome is is_open), ZERO_USD),
        )

    def _undecided(self, leaders: Iterable[Address], after_seq: int) -> tuple[UndecidedTrade, ...]:
        followed = set(leaders)
        return tuple(
            UndecidedTrade(seq=row.seq, trade=row.trade, probability=row.probability)
            for row in self._tables.source_trades.values()
            if row.seq > after_seq and row.trade.trader in followed
        )

    def open_ft_orders(self, wallet_id: FtWalletId) -> tuple[FtOrder, ...]:
        return tuple(order for order in self._open() if order.wallet_id == wallet_id)

    def save_decisions(self, decisions: WalletDecisions) -> None:
        row = self._tables.ft_wallets.get(decisions.wallet_id)
        if row is None or row.cursor_seq != decisions.from_cursor_seq:
            self._not_found(f"cursor of {decisions.wallet_id}")
            return
        moved = replace(row, cursor_seq=decisions.to_cursor_seq)
        self._tables.ft_wallets[decisions.wallet_id] = moved
        for decision in decisions.decisions:
            key = (decisions.wallet_id, decision.source_trade_id)
            self._tables.ft_seen_trades.setdefault(key, decision)
        for order in decisions.opened:
            self._tables.ft_orders.setdefault(order.ft_order_id, order)
        self.close_ft_orders(decisions.closed)

    def note_evaluated(self, wallet_id: FtWalletId, *, at: datetime) -> None:
        row = self._tables.ft_wallets.get(wallet_id)
        if row is not None:
            last = at if row.last_sync_at is None else max(at, row.last_sync_at)
            self._tables.ft_wallets[wallet_id] = replace(row, last_sync_at=last)

    def queue_signals(self, now: datetime, wallet_id: FtWalletId | None) -> tuple[SignalKey, ...]:
        wall = self._clock.wall()
        added: list[SignalKey] = []
        orders = sorted(self._open(), key=lambda o: (o.order_time, o.source_trade_id))
        strategies = [row.strategy for row in self._tables.lt_strategies.values()]
        for order in orders:
            for strategy in strategies:
                key = (strategy.strategy_id, order.source_trade_id)
                is_wanted = wallet_id is None or strategy.ft_wallet_id == wallet_id
                is_new = key not in self._tables.lt_seen_trades
                if is_wanted and is_new and _mirrors(strategy, order, now):
                    self._tables.lt_seen_trades[key] = SeenRow(
                        ft_order_id=order.ft_order_id,
                        test_signal=None,
                        seen_at=wall,
                        kicked_at=wall,
                    )
                    added.append(key)
        return tuple(added)

    def markets_to_resolve(self, now: datetime) -> tuple[ConditionId, ...]:
        held = {order.condition_id for order in self._open()}
        for row in self._tables.lt_orders.values():
            order = row.order
            if order and order.outcome is FtOutcome.OPEN and order.executed_shares > ZERO_SHARES:
                held.add(order.condition_id)
        due = [row for row in self._tables.markets.values() if _is_worth_a_look(row, now)]
        due.sort(key=lambda r: (r.market.end_at or _NEVER, r.market.condition_id))
        return tuple(r.market.condition_id for r in due if r.market.condition_id in held)

    def open_ft_orders_in(self, condition_id: ConditionId) -> tuple[FtOrder, ...]:
        orders = [order for order in self._open() if order.condition_id == condition_id]
        return tuple(sorted(orders, key=lambda order: order.ft_order_id))

    def close_ft_orders(self, orders: Sequence[FtOrder]) -> None:
        for closed in orders:
            kept = self._tables.ft_orders.get(closed.ft_order_id)
            if kept is not None and kept.outcome is FtOutcome.OPEN:
                self._tables.ft_orders[closed.ft_order_id] = replace(
                    kept,
                    outcome=closed.outcome,
                    exit_price=closed.exit_price,
                    pnl=closed.pnl,
                    resolved_at=closed.resolved_at,
                )

    def _open(self) -> list[FtOrder]:
        orders = self._tables.ft_orders.values()
        return [order for order in orders if order.outcome is FtOutcome.OPEN]


def _mirrors(strategy: Strategy, order: FtOrder, now: datetime) -> bool:
    return (
        strategy.is_active
        and strategy.ft_wallet_id == order.wallet_id
        and order.side is Side.BUY
        and order.order_time >= max(strategy.launched_at, now - LOOK_BACK)
    )


def _is_worth_a_look(row: MarketRow, now: datetime) -> bool:
    """Just after its end at every look, else only when it was not looked at for a while."""
    end_at = row.market.end_at
    if end_at is not None and now - _QUIET <= end_at <= now:
        return True
    return row.checked_at <= now - _SELDOM
