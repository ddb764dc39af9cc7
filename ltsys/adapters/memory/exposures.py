"""What is at risk, and what cash there is for more."""

from datetime import timedelta

from ltsys.adapters.memory.session import Session
from ltsys.adapters.memory.tables import AccountRow, FillRow
from ltsys.domain.exposure import Stake, joined, stake_of
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ids import Address, ConditionId, StrategyId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.market import Market
from ltsys.domain.money import ZERO_USD, Price
from ltsys.domain.strategy import Mode, RiskState, Signal
from ltsys.domain.venue import FillStatus
from ltsys.domain.volatility import SAMPLE_COUNT
from ltsys.domain.wallet_cash import WalletCash


class ExposureRecords(Session):
    """Reads for `lock_execution`."""

    def _cash(self, wallet: Address) -> WalletCash:
        account, tables = self._tables.wallets[wallet], self._tables
        own = {
            each
            for each, row in tables.lt_strategies.items()
            if row.strategy.wallet_address == wallet
        }
        committed = sum(
            (
                row.order.reserved
                for row in tables.lt_orders.values()
                if row.order is not None
                and row.order.strategy_id in own
                and row.order.mode is not Mode.SHADOW
            ),
            ZERO_USD,
        )
        for row in tables.lt_fills.values():
            order = tables.lt_orders[row.lt_order_id].order
            if order is None or order.strategy_id not in own or order.mode is Mode.SHADOW:
                continue
            if _is_unseen(row, account):
                committed += row.fill.cost + row.fill.fee
        return WalletCash(
            collateral=account.collateral, read_at=account.collateral_at, committed=committed
        )

    def _stakes(
        self, state: RiskState, strategy_id: StrategyId, here: ConditionId
    ) -> tuple[Stake, ...]:
        stakes = []
        for order in self._at_risk(state, strategy_id):
            market = self._market(order.condition_id)
            event = market.event_id if market else None
            known = self._market(here)
            is_beside = known is not None and event is not None and event == known.event_id
            if known is not None and (order.condition_id == here or is_beside):
                stakes.append(stake_of(order, market))
        return joined(stakes)

    def _at_risk(self, state: RiskState, strategy_id: StrategyId) -> list[LiveOrder]:
        orders = [row.order for row in self._tables.lt_orders.values() if row.order is not None]
        return sorted(
            (
                order
                for order in orders
                if order.strategy_id == strategy_id
                and order.book is state.book
                and order.outcome is FtOutcome.OPEN
                and (order.executed_shares or order.reserved)
            ),
            key=lambda order: order.lt_order_id,
        )

    def _market(self, condition_id: ConditionId) -> Market | None:
        row = self._tables.markets.get(condition_id)
        return row.market if row else None

    def _recent_prices(self, signal: Signal) -> tuple[Price, ...]:
        since = signal.signal_at - timedelta(hours=24)
        rows = [
            row
            for row in self._tables.source_trades.values()
            if row.trade.condition_id == signal.condition_id and row.trade.traded_at > since
        ]
        newest = sorted(rows, key=lambda row: -row.seq)[:SAMPLE_COUNT]
        return tuple(
            row.trade.price
            if row.trade.token_id == signal.token_id
            else Price(1 - row.trade.price.per_share)
            for row in newest
        )


def _is_unseen(row: FillRow, account: AccountRow) -> bool:
    """Whether the last reading of the wallet's cash may have been before the fill was settled."""
    match row.fill.status:
        case FillStatus.FAILED:
            return False
        case FillStatus.CONFIRMED:
            return account.collateral_at is None or row.updated_at >= account.collateral_at
        case _:
            return True
