"""Where halts are kept: a file that needs no server, and rows that are kept for ever."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from ltsys.domain.halt import Halt, KeptHalt, Lifting
from ltsys.domain.ids import HaltId, LtOrderId


class HaltFile(Protocol):
    """Global halts of this machine, obeyed with database and broker down (LESSONS L61)."""

    def standing(self) -> tuple[Halt, ...]:
        """Every halt in the file; one that cannot be read stands too, and never raises."""
        ...

    def add(self, halt: Halt) -> None:
        """The halt is in the file, on disk. Raises SettingsError where it cannot be written."""
        ...

    def remove(self, halt_ids: Collection[HaltId]) -> None:
        """They stand no more; the others do. Raises as `add`."""
        ...


class HaltStore(Protocol):
    """The database, as far as halts are concerned."""

    def add_halt(self, halt: Halt) -> bool:
        """False if it is known already."""
        ...

    def open_halts(self) -> tuple[Halt, ...]:
        """Those that nobody lifted, the oldest first."""
        ...

    def kept_halts(self, limit: int) -> tuple[KeptHalt, ...]:
        """The newest first, lifted or not."""
        ...

    def lift_halt(self, halt_id: HaltId, lifting: Lifting) -> bool:
        """False if it does not stand."""
        ...

    def orders_under(self, halt_id: HaltId) -> tuple[LtOrderId, ...]:
        """Orders that fall under an open halt and that the venue may still work."""
        ...

    def orders_to_cancel(self, asked_before: datetime, limit: int) -> tuple[LtOrderId, ...]:
        """Working orders under a kill that the venue was not asked to cancel since then.

        Each is marked as asked now, so that one asks at a time. A parked one is asked about once.
        """
        ...
