"""What the paper venue remembers."""

from ltsys.adapters.postgres.rows import live_order_of
from ltsys.adapters.postgres.session import Row, Session
from ltsys.adapters.postgres.statements import ORDER_COLUMNS
from ltsys.domain.ids import (
    Address,
    ConditionId,
    LtOrderId,
    TokenId,
    VenueOrderId,
    VenueTradeId,
)
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import Price, Shares
from ltsys.domain.shadow import ShadowOrder
from ltsys.domain.source_trade import Side
from ltsys.domain.venue import FillStatus, VenueFill


class ShadowRecords(Session):
    """`ltsys.ports.stages.ShadowStore`."""

    def order_of_envelope(self, order_id: VenueOrderId) -> LiveOrder | None:
        row = self._row(
            f"""
            SELECT {ORDER_COLUMNS} FROM orders e JOIN lt_orders o ON o.order_id = e.order_id
             WHERE e.order_id = %s AND o.limit_price IS NOT NULL
            """,  # noqa: S608  the columns are a constant
            (order_id,),
        )
        return live_order_of(row) if row else None

    def add_shadow_order(self, order: ShadowOrder) -> None:
        self._write(
            """
            INSERT INTO shadow_orders
                (order_id, lt_order_id, condition_id, token_id, asked_shares, posted_at)
            VALUES (%s, %s, %s, %s, %s, %s)
            """,
            (
                order.order_id,
                order.lt_order_id,
                order.condition_id,
                order.token_id,
                order.asked.count,
                order.posted_at,
            ),
        )
        for fill in order.fills:
            self._write(
                "INSERT INTO shadow_fills (trade_id, order_id, shares, price)"
                " VALUES (%s, %s, %s, %s)",
                (fill.trade_id, order.order_id, fill.shares.count, fill.price.per_share),
            )

    def shadow_order(self, order_id: VenueOrderId) -> ShadowOrder | None:
        rows = self._rows(
            """
            SELECT o.*, f.trade_id, f.shares, f.price FROM shadow_orders o
              LEFT JOIN shadow_fills f USING (order_id)
             WHERE o.order_id = %s ORDER BY f.price, f.trade_id
            """,
            (order_id,),
        )
        if not rows:
            return None
        first = rows[0]
        return ShadowOrder(
            order_id=order_id,
            lt_order_id=LtOrderId(first["lt_order_id"]),
            condition_id=ConditionId(first["condition_id"]),
            token_id=TokenId(first["token_id"]),
            asked=Shares(first["asked_shares"]),
            posted_at=first["posted_at"],
            fills=tuple(_fill_of(row) for row in rows if row["trade_id"] is not None),
        )

    def shadow_shares(self, wallet: Address, token_id: TokenId) -> Shares:
        row = self._row(
            """
            SELECT coalesce(sum(f.shares), 0) AS shares FROM shadow_orders p
              JOIN shadow_fills f USING (order_id)
              JOIN lt_orders o ON o.lt_order_id = p.lt_order_id AND o.outcome = 'OPEN'
              JOIN lt_strategies s ON s.strategy_id = o.strategy_id
             WHERE p.token_id = %s AND s.wallet_address = %s
            """,
            (token_id, wallet),
        )
        return Shares(row["shares"]) if row else Shares.of(0)


def _fill_of(row: Row) -> VenueFill:
    return VenueFill(
        trade_id=VenueTradeId(row["trade_id"]),
        order_id=VenueOrderId(row["order_id"]),
        condition_id=ConditionId(row["condition_id"]),
        token_id=TokenId(row["token_id"]),
        side=Side.BUY,
        shares=Shares(row["shares"]),
        price=Price(row["price"]),
        is_taker=True,
        status=FillStatus.CONFIRMED,
        matched_at=row["posted_at"],
    )
