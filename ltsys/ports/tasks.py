"""The queues: a task reminds a worker of work that rows describe (STYLE §2)."""

from typing import Protocol

from ltsys.domain.errors import LtsysError


class BrokerUnavailableError(LtsysError):
    """The broker took no task: what waits in a row is found by the next sweep all the same."""


class Tasks(Protocol):
    """Where tasks are sent. Arguments are ids, never secrets (LESSONS L62)."""

    def send(self, task: str, *arguments: str) -> None:
        """The broker has the task. Raises BrokerUnavailableError."""
        ...
