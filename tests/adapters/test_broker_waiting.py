"""What waits in the broker, and for how long: asked of the real one."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import redis
from celery import Celery

from ltsys.adapters.celery_tasks import CeleryTasks
from ltsys.broker import Waiting, send, sending, waiting
from ltsys.domain.errors import SettingsError

NOTHING = Waiting(count=0, oldest_at=None)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def app(redis_url):
    with Celery("worker", broker=redis_url, set_as_current=False) as made:
        made.config_from_object("celeryconfig")
        made.conf.broker_url = redis_url
        yield made


@pytest.fixture
def client(redis_url):
    with redis.Redis.from_url(redis_url) as made:
        yield made


def by_a_worker(app: Celery, task: str, **options) -> None:
    with app.connection_for_write() as connection:
        app.send_task(task, connection=connection, **options)


def test_an_empty_broker_has_all_four_queues_with_nothing_in_them(redis_url):
    assert waiting(redis_url) == dict.fromkeys(
        ("signals", "execution", "fills", "resolution"), NOTHING
    )


def test_every_sender_says_when(redis_url, app):
    """L51: workers and beat, the pages, and the commands."""
    began = datetime.now(UTC)
    tasks = CeleryTasks(redis_url)

    by_a_worker(app, "signals.sync_trades")
    tasks.send("execution.execute_order", "a", "b")
    send(redis_url, "fills.sweep_orders")
    with sending(redis_url) as send_logged:
        send_logged("resolution.resolve_market", "m")
    tasks.close()

    found = waiting(redis_url)
    assert {queue.count for queue in found.values()} == {1}
    assert all(began <= queue.oldest_at <= datetime.now(UTC) for queue in found.values())


def test_beat_says_when(redis_url, tmp_path, eventually):
    """As a process of its own, as it runs."""
    began = datetime.now(UTC)
    said = {"LTSYS_REDIS_URL": redis_url, "LTSYS_SYNC_S": "1"}
    schedule = ["--schedule", str(tmp_path / "beat.db")]
    beat = subprocess.Popen(
        [sys.executable, "-m", "celery", "--app", "workers.app", "beat", *schedule],
        env=os.environ | said,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: waiting(redis_url)["resolution"].count, limit_s=30)
    finally:
        beat.terminate()
        beat.wait(10)

    assert began <= waiting(redis_url)["resolution"].oldest_at <= datetime.now(UTC)


def test_the_age_is_that_of_the_message_which_is_taken_next(redis_url, app):
    first = NOON.isoformat()
    by_a_worker(app, "fills.sweep_orders", headers={"sent_at": first})
    by_a_worker(app, "fills.sweep_orders")

    assert waiting(redis_url)["fills"] == Waiting(count=2, oldest_at=NOON)

    with app.connection_for_write() as connection, connection.channel() as channel:
        channel.basic_get("fills", no_ack=True)
    rest = waiting(redis_url)["fills"]
    assert (rest.count, rest.oldest_at > NOON) == (1, True)


def test_a_message_that_a_dead_worker_held_keeps_its_first_time(redis_url, app):
    """Put back by kombu, after the visibility timeout, it has waited since it was first sent."""
    by_a_worker(app, "fills.sweep_orders")
    sent = waiting(redis_url)["fills"]

    with app.connection_for_write() as connection, connection.channel() as channel:
        message = channel.basic_get("fills")
        held = waiting(redis_url)["fills"]
        channel.qos.restore_by_tag(message.delivery_tag)

    assert held == NOTHING
    assert sent.count == 1
    assert waiting(redis_url)["fills"] == sent


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"7",
        b"[]",
        b"{}",
        b'{"headers": null}',
        b'{"headers": []}',
        b'{"headers": "sent_at"}',
        b'{"headers": {}}',
        b'{"headers": {"sent_at": 5}}',
        b'{"headers": {"sent_at": null}}',
        b'{"headers": {"sent_at": "yesterday"}}',
        b'{"headers": {"sent_at": "2026-03-01T12:00:00"}}',
        b'{"headers": {"sent_at": "0001-01-01T00:00:00+23:00"}}',
        b"[" * 200_000,
    ],
)
def test_a_message_that_does_not_say_its_time_is_counted_and_its_age_is_unknown(
    redis_url, client, message
):
    """L42."""
    client.lpush("signals", message)

    assert waiting(redis_url) == {**waiting(redis_url), "signals": Waiting(count=1, oldest_at=None)}


def test_what_is_no_queue_is_an_error_that_says_so(redis_url, client):
    client.set("signals", "x")

    with pytest.raises(SettingsError, match="the broker does not answer: ResponseError"):
        waiting(redis_url)
