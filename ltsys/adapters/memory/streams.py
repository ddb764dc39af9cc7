"""What the venue's streams told, and how well they were heard."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ltsys.adapters.memory.session import Session
from ltsys.adapters.memory.tables import StreamEventRow
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.ids import LtOrderId, TokenId, VenueOrderId
from ltsys.domain.money import ZERO_SHARES
from ltsys.domain.order import OrderStatus
from ltsys.domain.stream import Heard, StreamState


class StreamRecords(Session):
    """`ltsys.ports.stream.StreamStore`."""

    def keep_stream_event(self, heard: Heard, *, account: str, received_at: datetime) -> bool:
        self._must_be_json(heard.payload)
        events, key = self._tables.stream_events, (account, heard.channel, heard.key)
        known = events.get(key)
        if known is None:
            events[key] = StreamEventRow(heard=heard, received_at=received_at)
            return True
        events[key] = replace(known, copies=known.copies + 1)
        return known.handled_at is None

    def note_stream_handled(self, heard: Heard, *, account: str, at: datetime) -> None:
        events, key = self._tables.stream_events, (account, heard.channel, heard.key)
        if key in events:
            events[key] = replace(events[key], handled_at=at)

    def forget_stream_events(self, *, handled_before: datetime) -> None:
        self._tables.stream_events = {
            key: row
            for key, row in self._tables.stream_events.items()
            if row.handled_at is None or row.handled_at >= handled_before
        }

    def orders_named(self, order_ids: Iterable[VenueOrderId]) -> dict[VenueOrderId, LtOrderId]:
        envelopes = self._tables.orders
        return {each: envelopes[each].lt_order_id for each in order_ids if each in envelopes}

    def orders_to_resync(self, now: datetime) -> tuple[LtOrderId, ...]:
        waiting = (
            lt_order_id
            for lt_order_id, row in self._tables.lt_orders.items()
            if row.next_check_at is not None
            and row.status is not OrderStatus.PLANNED
            and (row.status is not OrderStatus.SUBMITTING or row.next_check_at <= now)
        )
        return tuple(sorted(waiting))

    def look_soon(self, lt_order_id: LtOrderId, *, at: datetime) -> None:
        row = self._tables.lt_orders.get(lt_order_id)
        if row is not None:
            due = at if row.next_check_at is None else min(row.next_check_at, at)
            self._tables.lt_orders[lt_order_id] = replace(row, next_check_at=due)

    def tokens_at_stake(self, limit: int) -> tuple[TokenId, ...]:
        """Rows are kept in the order in which they were made."""
        tokens = [
            row.order.token_id
            for row in reversed(self._tables.lt_orders.values())
            if row.order is not None
            and (
                row.next_check_at is not None
                or (row.order.outcome is FtOutcome.OPEN and row.order.executed_shares > ZERO_SHARES)
            )
        ]
        return tuple(dict.fromkeys(tokens))[:limit]

    def stream_states(self) -> tuple[StreamState, ...]:
        states = self._tables.stream_state
        return tuple(states[key] for key in sorted(states))

    def save_stream_state(self, state: StreamState) -> None:
        self._tables.stream_state[state.account, state.channel] = state
