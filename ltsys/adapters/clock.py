"""The two clocks; nothing else reads the machine's time of day (STYLE §4)."""

from datetime import UTC, datetime, timedelta

from ltsys.adapters.polymarket.http import Http
from ltsys.adapters.polymarket.wire import ClockReading, parse
from ltsys.domain.errors import MalformedAnswerError, VenueUnavailableError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SystemClock:
    """The venue's time is this machine's; keep it in step by NTP (VENUE §19)."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)

    def wall(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


class SimulatedClock:
    """The venue's time is the simulator's, read over HTTP each time.

    Nothing is kept: a clock that is stepped may move between any two readings.
    """

    def __init__(self, base_url: str, http: Http | None = None) -> None:
        self._http = http or Http()
        self._url = f"{base_url.rstrip('/')}/sim/clock"

    def now(self) -> datetime:
        """Raises VenueUnavailableError when the simulator does not tell."""
        return self._ask()

    def wall(self) -> datetime:
        """Aware UTC, of this machine."""
        return datetime.now(UTC)

    def _ask(self) -> datetime:
        answer = self._http.read(self._url)
        if answer.status != 200:
            raise VenueUnavailableError(f"the simulated clock answered {answer.status}")
        try:
            seconds = parse(ClockReading, answer.text).now
            return _EPOCH + timedelta(microseconds=int(seconds * 1_000_000))
        except (MalformedAnswerError, OverflowError) as error:
            raise VenueUnavailableError("the simulated clock cannot be read") from error
