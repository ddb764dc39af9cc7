"""The Celery application. Starting a worker reads this module, and nothing else happens."""

import os

from celery import Celery
from celery.signals import setup_logging

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
