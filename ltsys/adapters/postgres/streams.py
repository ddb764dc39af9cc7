"""What the venue's streams told, and how well they were heard."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from ltsys.adapters.postgres.session import Row, Session
from ltsys.domain.ids import LtOrderId, TokenId, VenueOrderId
from ltsys.domain.stream import (
    Channel,
    Heard,
    MarketEnded,
    OrderHeard,
    StreamState,
    TickChanged,
    TradeHeard,
)

_MICROSECOND = timedelta(microseconds=1)


class StreamRecords(Session):
    """`ltsys.ports.stream.StreamStore`."""

    def keep_stream_event(self, heard: Heard, *, account: str, received_at: datetime) -> bool:
        kind, order_ids, trade_id, status = _columns(heard)
        row = self._row(
            """
            INSERT INTO stream_events
                (account, channel, event_key, kind, order_ids, trade_id, status, payload,
                 received_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (account, channel, event_key) DO UPDATE
               SET copies = stream_events.copies + 1
            RETURNING handled_at IS NULL AS is_open
            """,
            (
                account,
                heard.channel.value,
                heard.key,
                kind,
                list(order_ids),
                trade_id,
                status,
                self._json(heard.payload),
                received_at,
            ),
        )
        return row is not None and row["is_open"]

    def note_stream_handled(self, heard: Heard, *, account: str, at: datetime) -> None:
        self._write(
            """
            UPDATE stream_events SET handled_at = %s
             WHERE account = %s AND channel = %s AND event_key = %s
            """,
            (at, account, heard.channel.value, heard.key),
        )

    def forget_stream_events(self, *, handled_before: datetime) -> None:
        self._write("DELETE FROM stream_events WHERE handled_at < %s", (handled_before,))

    def orders_named(self, order_ids: Iterable[VenueOrderId]) -> dict[VenueOrderId, LtOrderId]:
        rows = self._rows(
            "SELECT order_id, lt_order_id FROM orders WHERE order_id = ANY(%s)",
            (list(order_ids),),
        )
        return {VenueOrderId(row["order_id"]): LtOrderId(row["lt_order_id"]) for row in rows}

    def orders_to_resync(self, now: datetime) -> tuple[LtOrderId, ...]:
        rows = self._rows(
            """
            SELECT lt_order_id FROM lt_orders
             WHERE next_check_at IS NOT NULL AND status <> 'planned'
               AND (status <> 'submitting' OR next_check_at <= %s)
             ORDER BY lt_order_id
            """,
            (now,),
        )
        return tuple(LtOrderId(row["lt_order_id"]) for row in rows)

    def look_soon(self, lt_order_id: LtOrderId, *, at: datetime) -> None:
        # least() passes over NULL: an order that nobody was to look at is looked at then
        self._write(
            "UPDATE lt_orders SET next_check_at = least(next_check_at, %s) WHERE lt_order_id = %s",
            (at, lt_order_id),
        )

    def tokens_at_stake(self, limit: int) -> tuple[TokenId, ...]:
        rows = self._rows(
            """
            SELECT token_id FROM lt_orders
             WHERE (outcome = 'OPEN' AND executed_shares > 0) OR next_check_at IS NOT NULL
             GROUP BY token_id ORDER BY max(created_at) DESC, token_id LIMIT %s
            """,
            (limit,),
        )
        return tuple(TokenId(row["token_id"]) for row in rows)

    def stream_states(self) -> tuple[StreamState, ...]:
        rows = self._rows("SELECT * FROM stream_state ORDER BY account, channel")
        return tuple(_state_of(row) for row in rows)

    def save_stream_state(self, state: StreamState) -> None:
        self._write(
            """
            INSERT INTO stream_state
                (account, channel, connected_at, last_frame_at, blind_since, blind_seconds_total,
                 reconnects, ignored_count, malformed_count)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (account, channel) DO UPDATE
               SET connected_at = excluded.connected_at, last_frame_at = excluded.last_frame_at,
                   blind_since = excluded.blind_since,
                   blind_seconds_total = excluded.blind_seconds_total,
                   reconnects = excluded.reconnects, ignored_count = excluded.ignored_count,
                   malformed_count = excluded.malformed_count
            """,
            (
                state.account,
                state.channel.value,
                state.connected_at,
                state.last_frame_at,
                state.blind_since,
                Decimal(state.blind_before // _MICROSECOND) / 1_000_000,
                state.reconnect_count,
                state.ignored_count,
                state.malformed_count,
            ),
        )


_Columns = tuple[str, tuple[VenueOrderId, ...], str | None, str | None]


def _columns(heard: Heard) -> _Columns:
    """Kind, the venue's orders, the trade and the status of a fact."""
    match heard.fact:
        case TradeHeard() as trade:
            return "trade", trade.order_ids, trade.trade_id, trade.status.value
        case OrderHeard() as order:
            status = None if order.status is None else order.status.value
            return "order", (order.order_id,), None, status
        case TickChanged():
            return "tick", (), None, None
        case MarketEnded():
            return "resolved", (), None, None


def _state_of(row: Row) -> StreamState:
    return StreamState(
        account=row["account"],
        channel=Channel(row["channel"]),
        connected_at=row["connected_at"],
        last_frame_at=row["last_frame_at"],
        blind_since=row["blind_since"],
        blind_before=timedelta(microseconds=int(row["blind_seconds_total"] * 1_000_000)),
        reconnect_count=row["reconnects"],
        ignored_count=row["ignored_count"],
        malformed_count=row["malformed_count"],
    )
