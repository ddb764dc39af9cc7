"""Heartbeats: a trader who stops sending them loses his orders (VENUE §8.4)."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from ltsys.simulator.exchange.agenda import Agenda
from ltsys.simulator.exchange.api_key import ApiKey
from ltsys.simulator.venue_error import VenueError

PATIENCE_S = 10


@dataclass(slots=True)
class _Session:
    expected_id: str = ""
    beats: int = 0


class Heartbeats:
    """One session for each API key that ever sent one, until it lapses.

    The real venue looks about every five seconds; here a session lapses to the moment.
    """

    def __init__(self, agenda: Agenda, on_lapse: Callable[[ApiKey, float], None]) -> None:
        """Call `on_lapse` with the key and the time when one falls silent."""
        self._agenda = agenda
        self._on_lapse = on_lapse
        self._sessions: dict[str, _Session] = {}
        self._issued = 0

    def beat(self, key: ApiKey, heartbeat_id: str, now: float) -> str:
        """Accept the id that was issued last, or any in the beginning; the next one."""
        session = self._sessions.get(key.key, _Session())
        if session.expected_id not in {"", heartbeat_id}:
            text, expected = "Invalid Heartbeat ID", session.expected_id
            extra = {"error_msg": text, "heartbeat_id": expected}
            raise VenueError(400, text, kind="heartbeat", extra=extra)
        self._issued += 1
        digest = sha256(f"heartbeat|{key.key}|{self._issued}".encode()).digest()
        session.expected_id = str(UUID(bytes=digest[:16], version=4))
        self._listen(key, session, now)
        return session.expected_id

    def pulse(self, key: ApiKey, now: float) -> None:
        """The older form, without ids: the session lives on."""
        self._listen(key, self._sessions.get(key.key, _Session()), now)

    def _listen(self, key: ApiKey, session: _Session, now: float) -> None:
        self._sessions[key.key] = session
        session.beats += 1
        heard = session.beats

        def look(at: float) -> None:
            if self._sessions.get(key.key) is session and session.beats == heard:
                del self._sessions[key.key]
                self._on_lapse(key, at)

        self._agenda.add(now + PATIENCE_S, look)
