"""What is asked of the broker: depths, its setting, who listens, and to be told of work."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import redis
import structlog
from celery import Celery
from kombu.exceptions import OperationalError

from ltsys.domain.errors import SettingsError

_log = structlog.get_logger("ltsys.kick")

QUEUES = ("signals", "execution", "fills", "resolution")
_PATIENCE_S = 3


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


def depths(redis_url: str) -> dict[str, int]:
    """How many messages wait in each queue. Raises SettingsError."""
    with connected(redis_url) as client:
        return {queue: int(client.llen(queue)) for queue in QUEUES}


def send(redis_url: str, task: str, *arguments: str) -> None:
    """The task was sent. Raises SettingsError."""
    with _celery(redis_url) as app, app.connection_for_write() as connection:
        try:
            app.send_task(task, args=arguments, connection=connection)
        except OperationalError as error:
            raise SettingsError(f"the broker took no task: {type(error).__name__}") from error


@contextmanager
def sending(redis_url: str) -> Iterator[Callable[..., None]]:
    """A way to send many tasks. One that cannot be sent is logged: the rows still wait (L58)."""
    with _celery(redis_url) as app, app.connection_for_write() as connection:

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
    with _celery(redis_url) as app, app.connection_for_write() as connection:
        try:
            answers = app.control.ping(timeout=patience_s, connection=connection)
        except OperationalError as error:
            raise SettingsError(f"the broker took no ping: {type(error).__name__}") from error
    # a worker is named after its queue: signals@host
    names = [name.partition("@")[0] for answer in answers for name in answer]
    return {queue: names.count(queue) for queue in QUEUES}


@contextmanager
def _celery(redis_url: str) -> Iterator[Celery]:
    """Whoever works with it brings a connection: those of its pool would never be closed."""
    with Celery("ltsys", broker=redis_url) as app:
        app.config_from_object("celeryconfig")
        app.conf.broker_url = redis_url
        yield app
