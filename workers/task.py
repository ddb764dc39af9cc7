"""The one task class: a task's errors are logged and end it; a sweep starts it again."""

import time

import structlog
from celery import Task

from ltsys.domain.errors import LtsysError

_log = structlog.get_logger("ltsys.task")


class LoggedTask(Task):  # type: ignore[misc]  # celery has no types
    """No task retries by itself: what is due is written in rows (LESSONS L56)."""

    abstract = True

    def __call__(self, *args: object, **kwargs: object) -> object:
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(task=self.name, task_args=args):
            try:
                return super().__call__(*args, **kwargs)
            except LtsysError as error:
                # the row is as it was; the next sweep finds it
                _log.warning("task.put_off", error=str(error), kind=type(error).__name__)
                return None
            except Exception:
                _log.exception("task.failed")
                raise
            finally:
                elapsed_ms = int((time.perf_counter() - started) * 1000)
                _log.debug("task.ended", elapsed_ms=elapsed_ms)
