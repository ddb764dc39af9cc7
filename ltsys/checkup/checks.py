"""What `lt doctor` looks at: each check says what it found and, if that is bad, the fix."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial

import redis
from alembic.config import Config
from alembic.script import ScriptDirectory

from ltsys.adapters.polymarket.signing import require_fast_backend
from ltsys.bootstrap import Services
from ltsys.broker import answering_workers, connected
from ltsys.checkup import comparing, standing_halts
from ltsys.checkup.ages import age
from ltsys.domain.errors import LtsysError, MalformedAnswerError, SettingsError
from ltsys.stack import REPOSITORY

NEED_A_KEY = frozenset({"key", "account"})
"""Checks that only a process makes which may hold the trading key (LESSONS L62)."""
ABOUT_EVERYBODY = frozenset({"halts", "reconcile", "orders"})
"""Checks whose words are of all users' rows (LESSONS L63)."""
_LEAST_BROKER = (6, 2)
_VENUE_VERSION = 2
_MOST_SKEW_S = 5
_LATE_TICKS = 3
_LATE_S = 20
_UNKNOWN_S = 60
_MIGRATE = "alembic -c migrations/alembic.ini upgrade head"
_WORKERS_LOG = "see log/ in the data folder; `lt up` starts every process of the Procfile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding. `fix` is what to do about it, empty when it is good."""

    name: str
    is_ok: bool
    said: str
    fix: str = ""


def passed(name: str, said: str) -> Check:
    return Check(name=name, is_ok=True, said=said)


def failed(name: str, said: str, *, fix: str) -> Check:
    return Check(name=name, is_ok=False, said=said, fix=fix)


class Checkup:
    """All checks of one system, in the order in which they matter."""

    def __init__(self, own: Services) -> None:
        self._own = own

    def all(self) -> tuple[Check, ...]:
        """Every check is made, whatever the ones before found."""
        return tuple(look() for look in self.looks().values())

    def looks(self) -> Mapping[str, Callable[[], Check]]:
        """Each check by its name, to be made when it is called; none raises an LtsysError."""
        checks: tuple[tuple[str, Callable[[], Check], str], ...] = (
            ("python", self._python, "install Python 3.11 or newer"),
            ("signing", self._signing, "pip install coincurve"),
            ("key", self._key, "see LTSYS_SIGNER; a key file must have mode 600"),
            ("database", self._database, "start it, or correct LTSYS_DATABASE_URL"),
            ("broker", self._broker, "start it, or correct LTSYS_REDIS_URL"),
            ("venue", self._venue, "check the network and LTSYS_VENUE"),
            ("clock", self._clock, "bring the machine's clock in step (NTP)"),
            ("account", self._account, "check LTSYS_API_KEY and its two companions"),
            ("halts", self._halts, "see `lt halts`"),
            ("workers", self._workers, _WORKERS_LOG),
            ("beat", self._beat, "start beat; " + _WORKERS_LOG),
            ("stream", self._stream, "start `lt stream`; " + _WORKERS_LOG),
            ("reconcile", self._reconciliation, "see `lt reconcile`"),
            ("sync", self._sync, "see signals.log; the venue's data API may be down"),
            ("orders", self._orders, "see `lt orders list --status PENDING`; nothing is resent"),
        )
        return {name: partial(_tried, name, check, fix) for name, check, fix in checks}

    def _python(self) -> Check:
        found = ".".join(str(part) for part in sys.version_info[:3])
        return passed("python", f"Python {found}")

    def _signing(self) -> Check:
        require_fast_backend()
        return passed("signing", "signatures are made by coincurve")

    def _key(self) -> Check:
        kind, address = self._own.settings.signer, self._own.signer.address
        return passed("key", f"signs as {address}, by a key of the kind {kind}")

    def _database(self) -> Check:
        found, head = self._own.queries.schema_version(), _newest_schema()
        if found != head:
            said = f"the schema is at {found or 'nothing'}, the newest is {head}"
            return failed("database", said, fix=_MIGRATE)
        return passed("database", f"answers, its schema is at {head}")

    def _broker(self) -> Check:
        with connected(self._own.settings.redis_url) as client:
            return _broker(client)

    def _venue(self) -> Check:
        version, name = self._own.venue_version(), self._own.settings.venue
        if version != _VENUE_VERSION:
            said = f"{name} speaks protocol {version}, we speak {_VENUE_VERSION}"
            return failed("venue", said, fix="update ltsys before trading")
        return passed("venue", f"{name} answers with protocol {version}")

    def _clock(self) -> Check:
        if self._own.settings.venue == "simulator":
            return passed("clock", "the simulator keeps its own time")
        answer = self._own.http.read(f"{self._own.settings.clob_url}/time")
        try:
            there = Decimal(answer.text.strip().strip('"'))
        except InvalidOperation:
            raise MalformedAnswerError(f"the venue's clock said {answer.text[:40]!r}") from None
        skew_s = abs(Decimal(str(self._own.clock.wall().timestamp())) - there)
        said = (
            f"the machine's clock is {skew_s:.1f} s from the venue's, the limit is {_MOST_SKEW_S} s"
        )
        if skew_s >= _MOST_SKEW_S:
            return failed("clock", said, fix="bring the machine's clock in step (NTP)")
        return passed("clock", said)

    def _account(self) -> Check:
        cash = self._own.venue.balance().cash
        return passed("account", f"{self._own.signer.address} holds {cash}")

    def _halts(self) -> Check:
        """A narrow halt is somebody's wish; under a global one nothing trades."""
        found = standing_halts.standing(self._own)
        halt = standing_halts.stopping_all(found)
        if halt is not None:
            return failed("halts", str(halt), fix="when it is over: `lt resume --global`")
        said = "; ".join(str(each) for each in found) or "nobody has stopped anything"
        return passed("halts", said)

    def _workers(self) -> Check:
        return workers_check(answering_workers(self._own.settings.redis_url))

    def _beat(self) -> Check:
        ticked_at, now = self._own.queries.pulse().ticked_at, self._own.clock.wall()
        limit_s = _LATE_TICKS * self._own.settings.sync_s + _LATE_S
        if ticked_at is None or (now - ticked_at).total_seconds() > limit_s:
            said = f"the last tick was {age(ticked_at, now)} ago, the limit is {limit_s} s"
            return failed("beat", said, fix="start beat; " + _WORKERS_LOG)
        return passed("beat", f"ticked {age(ticked_at, now)} ago")

    def _stream(self) -> Check:
        """Passed on what was written by the one process that listens."""
        heard, now = self._own.queries.hearing(), self._own.clock.wall()
        gate = heard.gate
        if gate is None or not gate.is_open(now):
            since = None if gate is None else gate.open_until
            said = f"nobody listens to the user channel; the gate shut {age(since, now)} ago"
            return failed("stream", said, fix="start `lt stream`; see stream.log")
        blind_s = sum(state.blind_in_all(now).total_seconds() for state in heard.states)
        return passed("stream", f"{gate.reason}; blind for {blind_s:.1f} s in all")

    def _reconciliation(self) -> Check:
        """Passed while the last clean comparison is young enough to be trusted (LESSONS L51)."""
        compared, now = self._own.queries.reconciled(), self._own.clock.wall()
        said = comparing.sentence(compared, now)
        is_open = compared.gate is not None and compared.gate.is_open(now)
        if not is_open or comparing.standing_count(compared):
            return failed("reconcile", said, fix="see `lt reconcile` and resolution.log")
        return passed("reconcile", said)

    def _sync(self) -> Check:
        """Venue time passes faster than ours where the simulator is sped up."""
        pulse = self._own.queries.pulse()
        synced_at, leader_count = pulse.synced_at, pulse.leader_count
        if not leader_count:
            return passed("sync", "no FT wallet follows anybody yet; see `lt wallets add`")
        now = self._own.clock.now()
        limit_s = (_LATE_TICKS * self._own.settings.sync_s + _LATE_S) * self._rate()
        if synced_at is None or (now - synced_at).total_seconds() > limit_s:
            said = (
                f"a leader was last synced {age(synced_at, now)} ago, the limit is {limit_s:.0f} s"
            )
            return failed("sync", said, fix="see signals.log; the venue's data API may be down")
        return passed("sync", f"all {leader_count} leaders synced within {age(synced_at, now)}")

    def _orders(self) -> Check:
        pulse, now = self._own.queries.pulse(), self._own.clock.wall()
        oldest = pulse.oldest_unknown_at
        if oldest is not None and (now - oldest).total_seconds() > _UNKNOWN_S:
            said = f"{pulse.unknown_count} orders are unknown, the oldest for {age(oldest, now)}"
            fix = "see `lt orders list --status PENDING`; nothing is resent"
            return failed("orders", said, fix=fix)
        return passed("orders", f"none unknown for over {_UNKNOWN_S} s")

    def _rate(self) -> float:
        if self._own.settings.venue != "simulator":
            return 1.0
        answer = self._own.http.read(f"{self._own.settings.simulator_url}/sim/clock")
        return max(1.0, _rate_of(answer.text))


def workers_check(answered: Mapping[str, int]) -> Check:
    """What it means that so many workers of each queue answered."""
    missing = [queue for queue, count in answered.items() if not count]
    if missing:
        said = f"no worker answered for {', '.join(missing)}"
        return failed("workers", said, fix=_WORKERS_LOG)
    said = ", ".join(f"{count} for {queue}" for queue, count in answered.items())
    return passed("workers", said)


def _tried(name: str, check: Callable[[], Check], fix: str) -> Check:
    """An error is a finding, never a traceback."""
    try:
        return check()
    except LtsysError as error:
        return failed(name, str(error), fix=fix)


def _broker(client: "redis.Redis") -> Check:
    server, memory = client.info("server"), client.info("memory")
    version = str(server["redis_version"])
    if tuple(int(part) for part in version.split(".")[:2]) < _LEAST_BROKER:
        said = f"the broker speaks Redis {version}, 6.2 is needed"
        return failed("broker", said, fix="use Redis 6.2 or newer, or Valkey")
    policy = memory.get("maxmemory_policy")
    if policy != "noeviction":
        said = f"maxmemory-policy is {policy}, so messages may be thrown away"
        return failed("broker", said, fix="CONFIG SET maxmemory-policy noeviction")
    return passed("broker", f"answers, speaks Redis {version}, evicts nothing")


def _newest_schema() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(REPOSITORY / "migrations"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config).get_current_head()


def _rate_of(text: str) -> float:
    found = text.partition('"rate":')[2].partition(",")[0].strip()
    try:
        return float(found)
    except ValueError:
        raise SettingsError(f"the simulated clock said {text[:80]!r}") from None
