"""Services that a test or a command has for itself, as a process of its own would."""

from collections.abc import Iterator
from contextlib import contextmanager

from ltsys.bootstrap import services


@contextmanager
def fresh_services() -> Iterator[None]:
    """Services are made anew from the environment, and nothing of them stays open afterwards."""
    forget_services()
    try:
        yield
    finally:
        forget_services()


def forget_services() -> None:
    """The next who needs services makes them by the environment of then."""
    if services.cache_info().currsize:
        services().close()
    services.cache_clear()
