"""How well the venue's streams are heard, for `lt status` and `lt doctor`."""

from datetime import datetime

from rich.table import Table

from ltsys.checkup.ages import NOTHING, age
from ltsys.cli.output import table
from ltsys.ports.queries import Hearing


def facts(hearing: Hearing, now: datetime) -> list[dict[str, object]]:
    """For scripts; seconds are machine time, with their current blindness in them."""
    return [
        {
            "account": state.account,
            "channel": state.channel.value,
            "connected_at": state.connected_at,
            "last_frame_at": state.last_frame_at,
            "blind_since": state.blind_since,
            "blind_seconds_total": f"{state.blind_in_all(now).total_seconds():.3f}",
            "reconnects": state.reconnect_count,
            "malformed_count": state.malformed_count,
        }
        for state in hearing.states
    ]


def view(hearing: Hearing, now: datetime) -> Table:
    """One line a channel, for people."""
    numbers = ("connected for", "last word", "blind now", "blind in all", "reconnects", "malformed")
    is_open = hearing.gate is not None and hearing.gate.is_open(now)
    title = "Streams: new orders may be planned" if is_open else "Streams: the gate is shut"
    made = table(title, "channel", *numbers, right=numbers)
    for state in hearing.states:
        made.add_row(
            state.channel.value,
            age(state.connected_at, now),
            age(state.last_frame_at, now),
            NOTHING if state.blind_since is None else f"[red]{age(state.blind_since, now)}[/]",
            f"{state.blind_in_all(now).total_seconds():.1f} s",
            f"{state.reconnect_count}",
            f"{state.malformed_count}",
        )
    return made
