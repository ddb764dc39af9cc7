"""Log lines: one event a line, its facts beside it, never a secret (LESSONS L62)."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_WORDS = re.compile(r"secret|passphrase|password|private_key|api_key|signature", re.I)
_URL_PASSWORD = re.compile(r"(\w+://[^:/@\s]*):[^@/\s]+@")
_HIDDEN = "[hidden]"

Event = MutableMapping[str, Any]  # a log line holds whatever its writer knows


def configure_logging(level: str = "INFO") -> None:
    """Everything this process logs goes to standard error, a line an event."""
    logging.basicConfig(stream=sys.stderr, level=level, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            hide_secrets,
            structlog.processors.LogfmtRenderer(key_order=("timestamp", "level", "event")),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def hide_secrets(_logger: object, _method: str, event: Event) -> Event:
    """Values under a secret's name, and passwords inside addresses, are not shown."""
    for key, value in event.items():
        if _SECRET_WORDS.search(key):
            event[key] = _HIDDEN
        elif isinstance(value, str):
            event[key] = _URL_PASSWORD.sub(rf"\1:{_HIDDEN}@", value)
    return event
