"""How long ago something was, in words."""

from datetime import datetime

NOTHING = "–"
"""What is shown for what is not known; never 0 (LESSONS L42)."""


def age(since: datetime | None, now: datetime) -> str:
    """How long ago, in the largest fitting unit."""
    if since is None:
        return NOTHING
    seconds = (now - since).total_seconds()
    if seconds < 120:
        return f"{max(seconds, 0):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
