"""How long ago something was."""

from datetime import datetime

NOTHING = "–"
"""What is shown for what is not known; never 0 (LESSONS L42)."""


def seconds_since(since: datetime | None, now: datetime) -> int | None:
    """Whole seconds, never below zero: two clocks may differ a little."""
    return None if since is None else max(0, int((now - since).total_seconds()))


def age(since: datetime | None, now: datetime) -> str:
    """How long ago, in the largest fitting unit."""
    if since is None:
        return NOTHING
    seconds = (now - since).total_seconds()
    if seconds < 120:
        return f"{max(seconds, 0):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
