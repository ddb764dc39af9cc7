"""How Celery uses Redis: a message is a reminder, the row is the truth (ENGINE §4)."""

import os

from celery.signals import before_task_publish
from kombu import Exchange, Queue  # type: ignore[attr-defined]  # kombu exports them lazily

from beat_schedule import beat_schedule  # noqa: F401  Celery reads it from this module
from ltsys.broker import say_when
from ltsys.settings import load

_ROLE = os.environ.get("LTSYS_ROLE", "ltsys")

# whoever sends tasks reads this module first
before_task_publish.connect(say_when)

broker_url = load().redis_url
"""Workers and beat refuse to start without one."""
broker_transport_options = {
    # every process on this broker must use the same value: the shortest one wins
    "visibility_timeout": 120,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # must be longer than the consumer's blocking pop; None would let a publish hang for ever
    "socket_timeout": 15,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "max_connections": 50,
    "client_name": _ROLE,
}
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_pool_limit = 10
# a publish that fails is found again by the sweep
task_publish_retry_policy = {
    "max_retries": 2,
    "interval_start": 0.1,
    "interval_step": 0.2,
    "interval_max": 0.5,
}

task_acks_late = True
worker_prefetch_multiplier = 1
# a task that kills its worker would come back for ever; the sweep decides instead
task_reject_on_worker_lost = False
task_retry_on_worker_lost = False
task_acks_on_failure = True
task_acks_on_timeout = True
# never kill a post in flight because the broker blinked
worker_cancel_long_running_tasks_on_connection_loss = False

task_serializer = "json"
event_serializer = "json"
accept_content = ["json"]
result_backend = None
task_ignore_result = True
task_store_errors_even_if_ignored = False

_NAMES = ("signals", "execution", "fills", "resolution")
# each with an exchange of its own: a queue without one is bound to the default queue's, and every
# worker would be sent every task
task_queues = [
    Queue(name, Exchange(name), routing_key=name)  # type: ignore[no-untyped-call]  # as above
    for name in _NAMES
]
task_default_queue = "signals"
# a mistyped queue fails instead of filling up where nobody reads
task_create_missing_queues = False
task_routes = {f"{name}.*": {"queue": name} for name in _NAMES}

# time limits interrupt at any line, also inside a commit: the clients' timeouts bound a task
task_soft_time_limit = None
task_time_limit = None
worker_disable_rate_limits = True
worker_soft_shutdown_timeout = 10
worker_enable_soft_shutdown_on_idle = False
worker_hijack_root_logger = False

worker_send_task_events = True
# a second message for each task sent; each says when it was sent by itself
task_send_sent_event = False
task_track_started = False
beat_max_loop_interval = 1
timezone = "UTC"
