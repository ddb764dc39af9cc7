"""Tasks by way of Celery (`ltsys.ports.tasks`)."""

from celery import Celery
from kombu.exceptions import OperationalError

from ltsys.ports.tasks import BrokerUnavailableError


class CeleryTasks:
    """Sends to the queues that `celeryconfig` names; may be shared between threads."""

    def __init__(self, redis_url: str) -> None:
        self._app = Celery("ltsys", broker=redis_url, set_as_current=False)
        self._app.config_from_object("celeryconfig")
        self._app.conf.broker_url = redis_url

    def send(self, task: str, *arguments: str) -> None:
        try:
            # of its own: one of the pool would never be closed, and people act seldom
            with self._app.connection_for_write() as connection:
                self._app.send_task(task, args=arguments, connection=connection)
        except OperationalError as error:
            text = f"the broker took no task: {type(error).__name__}"
            raise BrokerUnavailableError(text) from error

    def close(self) -> None:
        """Celery forgets it."""
        self._app.close()
