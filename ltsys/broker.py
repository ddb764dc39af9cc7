"""What is asked of the broker: what waits, its setting, who listens, and to be told of work."""

import json
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import redis
import structlog
from celery import Celery
from kombu.connection import Connection
from kombu.exceptions import OperationalError

from ltsys.adapters.clock import SystemClock
from ltsys.domain.errors import SettingsError

_log = structlog.get_logger("ltsys.kick")

QUEUES = ("signals", "execution", "fills", "resolution")
_PATIENCE_S = 3
_SENT_AT = "sent_at"
_CLOCK = SystemClock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits in one queue; a message that a worker holds waits no more."""

    count: int
    oldest_at: datetime | None
    """Machine time at which the next one to be taken was first sent; None where none waits, or
    where it does not say."""


def say_when(headers: MutableMapping[str, object], **_: object) -> None:
    """The message says when it was sent; one that says so already keeps its first time.

    `celeryconfig` has every sender of tasks do this. A message that a dead worker held is put
    back by kombu as it was, so that its age counts from the beginning (LESSONS L51).
    """
    headers.setdefault(_SENT_AT, _CLOCK.wall().isoformat())


@contextmanager
def connected(redis_url: str) -> "Iterator[redis.Redis]":
    """A connection to the broker. Raises SettingsError, whose text holds no password."""
    try:
        with redis.Redis.from_url(
            redis_url, socket_connect_timeout=_PATIENCE_S, socket_timeout=_PATIENCE_S
        ) as client:
            yield client
    except redis.RedisError as error:
        raise SettingsError(f"the broker does not answer: {type(error).__name__}") from error
    except ValueError:
        raise SettingsError("LTSYS_REDIS_URL is not a redis:// address") from None


def waiting(redis_url: str) -> dict[str, Waiting]:
    """What waits in each queue, of one moment, in one round trip. Raises SettingsError.

    Kombu pushes messages on the left of a list and takes them from its right.
    """
    with connected(redis_url) as client, client.pipeline() as asked:
        for queue in QUEUES:
            asked.llen(queue)
            asked.lindex(queue, -1)
        answers = asked.execute()
    return {
        queue: Waiting(count=int(count), oldest_at=_sent_at(message))
        for queue, count, message in zip(QUEUES, answers[::2], answers[1::2], strict=True)
    }


def _sent_at(message: str | bytes | None) -> datetime | None:
    """Anybody may have put it there: what does not say its time has none, and is no error."""
    if message is None:
        return None
    try:
        moment = datetime.fromisoformat(json.loads(message)["headers"][_SENT_AT])
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def send(redis_url: str, task: str, *arguments: str) -> None:
    """The task was sent. Raises SettingsError."""
    with _celery(redis_url) as (app, connection):
        try:
            app.send_task(task, args=arguments, connection=connection)
        except OperationalError as error:
            raise SettingsError(f"the broker took no task: {type(error).__name__}") from error


@contextmanager
def sending(redis_url: str) -> Iterator[Callable[..., None]]:
    """A way to send many tasks. One that cannot be sent is logged: the rows still wait (L58)."""
    with _celery(redis_url) as (app, connection):

        def send_logged(task: str, *arguments: str) -> None:
            try:
                app.send_task(task, args=arguments, connection=connection)
            except OperationalError as error:
                _log.warning("kick.failed", kicked=task, error=type(error).__name__)

        yield send_logged


def answering_workers(redis_url: str, *, patience_s: float = 2.0) -> Mapping[str, int]:
    """How many workers of each queue answered a ping in time. Raises SettingsError."""
    with connected(redis_url) as client:
        # celery would go on trying to reach a broker that is not there
        client.ping()
    with _celery(redis_url) as (app, connection):
        try:
            answers = app.control.ping(timeout=patience_s, connection=connection)
        except OperationalError as error:
            raise SettingsError(f"the broker took no ping: {type(error).__name__}") from error
    # a worker is named after its queue: signals@host
    names = [name.partition("@")[0] for answer in answers for name in answer]
    return {queue: names.count(queue) for queue in QUEUES}


@contextmanager
def _celery(redis_url: str) -> Iterator[tuple[Celery, Connection]]:
    """With a connection of its own: those of its pool would never be closed."""
    with Celery("ltsys", broker=redis_url) as app:
        app.config_from_object("celeryconfig")
        app.conf.broker_url = redis_url
        with app.connection_for_write() as connection:
            yield app, connection
