"""Keep what trading may rely on in step with how well we hear the venue (LESSONS L28)."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ltsys.domain.alert import Alert, Severity
from ltsys.domain.errors import LtsysError
from ltsys.domain.gate import Gate
from ltsys.domain.ids import TokenId
from ltsys.domain.stream import BLIND_LIMIT, Channel, StreamState
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Transaction
from ltsys.usecases.desk import Desk

MOST_TOKENS = 500
"""What one connection carries (VENUE §13.3); of what is beyond, the sweeps find out."""

_STAGE = "stream"
_EVENTS_KEPT = timedelta(days=7)
_MOST_ENTRIES = 100
_SEVERITY = {Channel.USER: Severity.CRITICAL, Channel.MARKET: Severity.WARNING}


def note_sight(
    states: Iterable[StreamState], *, entries: Sequence[LogEntry], desk: Desk
) -> tuple[TokenId, ...]:
    """The states are saved, the gate stands open for as long as they allow, people are told.

    Nothing shuts the gate: its lease ends by itself 15 s after the last word, however the
    connection or this process ended. Returns the tokens that the market channel is to follow.
    """
    wall = desk.clock.wall()
    with desk.store.transaction() as tx:
        for state in states:
            tx.save_stream_state(state)
            _alert(state, wall, tx)
            if state.channel is Channel.USER and state.trusted_until is not None:
                reason = f"the user channel was heard at {state.last_frame_at:%H:%M:%S}"
                tx.renew_gate(Gate.STREAM, until=state.trusted_until, reason=reason)
        for entry in entries:
            tx.log(entry)
        tx.forget_stream_events(handled_before=wall - _EVENTS_KEPT)
        return tx.tokens_at_stake(MOST_TOKENS)


def _alert(state: StreamState, wall: datetime, tx: Transaction) -> None:
    key, blind_for = f"stream-blind:{state.channel}", state.blind_for(wall)
    if state.blind_since is None:
        tx.clear_alert(key)
    elif blind_for >= BLIND_LIMIT:
        text = f"the {state.channel} channel was not heard for {blind_for.total_seconds():.0f} s"
        if state.channel is Channel.USER:
            text += "; no new order is planned"
        tx.raise_alert(Alert(key=key, severity=_SEVERITY[state.channel], text=text))


@dataclass(slots=True, kw_only=True)
class Sight:
    """What this process knows of its two channels: the only writer of an account's states.

    Changes are made in memory, so that no loss of the database is a loss of the facts, and are
    saved by `note`, which is called every few seconds.
    """

    desk: Desk
    _states: dict[Channel, StreamState] = field(default_factory=dict)
    _entries: list[LogEntry] = field(default_factory=list)
    _noting: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __getitem__(self, channel: Channel) -> StreamState:
        return self._states[channel]

    def recall(self) -> None:
        """Whoever watched before left its last word; the time since then was blind."""
        with self.desk.store.reading() as tx:
            kept = {s.channel: s for s in tx.stream_states() if s.account == self.desk.account}
        for channel in Channel:
            state = kept.get(channel) or StreamState(account=self.desk.account, channel=channel)
            self._states[channel] = state.lost(self._now())

    def connected(self, channel: Channel) -> None:
        self._states[channel] = self._states[channel].connected(self._now())

    def heard(self, channel: Channel, *, ignored_count: int, malformed_count: int) -> None:
        self._states[channel] = self._states[channel].heard(
            self._now(), ignored_count=ignored_count, malformed_count=malformed_count
        )

    def sighted(self, channel: Channel, what: str) -> None:
        """Nothing is missing any more."""
        state, now = self._states[channel], self._now()
        self._states[channel] = state.sighted(now)
        self._say(channel, f"heard after {state.blind_for(now).total_seconds():.1f} s{what}")

    def idle(self, channel: Channel) -> None:
        self._states[channel] = self._states[channel].idle(self._now())

    def lost(self, channel: Channel, error: Exception | None = None) -> None:
        self._states[channel] = self._states[channel].lost(self._now())
        if error is not None:
            self._say(channel, f"lost: {words(error)}", level="WARNING")

    def failed(self, channel: Channel, what: str, error: Exception) -> None:
        self._say(channel, f"{what}: {words(error)}", level="WARNING")

    async def note(self) -> tuple[TokenId, ...]:
        """Everything known now is in the database. Raises what the database raises."""
        async with self._noting:
            said, self._entries = self._entries, []
            try:
                return await asyncio.to_thread(
                    note_sight, tuple(self._states.values()), entries=said, desk=self.desk
                )
            except BaseException:
                self._entries = [*said, *self._entries][-_MOST_ENTRIES:]
                raise

    def _say(self, channel: Channel, text: str, *, level: str = "INFO") -> None:
        message = f"{channel} channel {text}"
        self._entries.append(LogEntry(stage=_STAGE, message=message, level=level))

    def _now(self) -> datetime:
        return self.desk.clock.wall()


def words(error: Exception) -> str:
    """Our own errors hold no secret; of others only the kind is told (LESSONS L62)."""
    return str(error) if isinstance(error, LtsysError) else type(error).__name__
