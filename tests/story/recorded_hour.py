"""The first part of the recording, replayed once in a session however many tests look at it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from replayed import Replayed, cut, replay

SECONDS = 2_700
"""Three quarters of an hour: enough that leaders have thirty results and rules that ask for
thirty begin to decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    recording: Path
    wallets: Path
    data_dir: Path
    replayed: Replayed


@cache
def recorded_hour(shared: Path, make_folder: Callable[[], Path]) -> Hour:
    """What an undisturbed replay of it came to."""
    recording = cut(shared / "data" / "leaders", make_folder(), seconds=SECONDS)
    wallets, data_dir = shared / "ft_wallets.json", make_folder()
    done = replay(recording, wallets=wallets, data_dir=data_dir)
    return Hour(recording=recording, wallets=wallets, data_dir=data_dir, replayed=done)
