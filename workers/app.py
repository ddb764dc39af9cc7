"""The Celery application. Starting a worker reads this module, and nothing else happens."""

import os
import sys

import structlog
from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init

from ltsys.bootstrap import services
from ltsys.domain.errors import SettingsError
from ltsys.observability import configure_logging
from workers.task import LoggedTask

app = Celery(
    "ltsys",
    task_cls=LoggedTask,
    include=["workers.signals", "workers.execution", "workers.fills", "workers.resolution"],
)
app.config_from_object("celeryconfig")


@setup_logging.connect
def _log_our_way(**_: object) -> None:
    configure_logging(os.environ.get("LTSYS_LOG_LEVEL", "WARNING"))


@beat_init.connect
@worker_init.connect
def _refuse_to_start_without_a_broker(**_: object) -> None:
    """Nobody takes tasks from a broker that was only guessed."""
    if not services().settings.redis_url:
        sys.exit("LTSYS_REDIS_URL is not set; `lt up` starts a broker and sets it")


@worker_init.connect
def _refuse_to_start_unfit(**_: object) -> None:
    """A worker that speaks for the account has its key, and signs fast, before it takes a task."""
    if os.environ.get("LTSYS_ROLE") not in _SIGNING_ROLES:
        return
    try:
        own = services()
        address, halt_file = own.signer.address, own.halt_file
    except SettingsError as error:
        sys.exit(f"this worker is not fit to trade: {error}")
    structlog.get_logger("ltsys.worker").info(
        "worker.can_sign", address=address, halts=len(halt_file.standing())
    )


_SIGNING_ROLES = frozenset({"execution", "fills", "resolution"})
