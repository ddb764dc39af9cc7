"""Let trading go on: a person lifts one halt and says why."""

from ltsys.domain.errors import RefusedError, SettingsError
from ltsys.domain.halt import Halt, HaltKind, Lifting, halt_key, united
from ltsys.domain.ids import HaltId
from ltsys.ports.halts import HaltFile
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Store, Transaction


def resume(
    halt_id: HaltId,
    lifting: Lifting,
    *,
    even_if_working: bool,
    store: Store,
    halt_file: HaltFile,
) -> Halt:
    """The halt stands no more, in the database first and then in the file of this machine.

    A halt that only the file knew is a row before it is lifted. Raises SettingsError where no
    such halt stands, and RefusedError while an order works that a kill was to cancel.
    """
    in_file = {halt.halt_id: halt for halt in halt_file.standing()}
    with store.transaction() as tx:
        if halt_id in in_file:
            tx.add_halt(in_file[halt_id])
        standing = {halt.halt_id: halt for halt in united(tx.open_halts(), in_file.values())}
        halt = standing.get(halt_id)
        if halt is None:
            raise SettingsError(f"no halt {halt_id} stands; see `lt halts`")
        if not even_if_working:
            _refuse_unfinished(halt, tx)
        tx.lift_halt(halt_id, lifting)
        tx.clear_alert(halt_key(halt_id))
        message = f"{lifting.by} lifted the {halt}; because: {lifting.reason}"
        tx.log(LogEntry(stage="halt", message=message, extra={"halt_id": halt_id}))
    halt_file.remove({halt_id})
    return halt


def _refuse_unfinished(halt: Halt, tx: Transaction) -> None:
    """A kill is over once every order under it has ended."""
    working = tx.orders_under(halt.halt_id) if halt.kind is HaltKind.KILL else ()
    if working:
        raise RefusedError(
            f"{len(working)} orders of the kill still work, {working[0]} is the first: they are "
            "asked to be canceled until they have ended; --even-if-working lifts it as it is"
        )
