"""The queue `fills`: what became of orders."""

import beat_schedule
from ltsys.bootstrap import services
from ltsys.domain.ids import LtOrderId
from ltsys.usecases.cancel_orders import cancel_order as cancel
from ltsys.usecases.cancel_orders import orders_to_cancel
from ltsys.usecases.check_health import check_health as check
from ltsys.usecases.halt import keep_halts
from ltsys.usecases.track_order import due_orders
from ltsys.usecases.track_order import track_order as track
from ltsys.usecases.trip_breakers import sweep_breakers as sweep
from workers.app import app
from workers.kick import kick_each
from workers.ticks import is_first


@app.task(name="fills.sweep_orders")
def sweep_orders() -> None:
    """Look at every order whose next look at the venue is due."""
    if is_first("sweep_orders", beat_schedule.SWEEP_S):
        kick_each("fills.track_order", due_orders(desk=services().desk))


@app.task(name="fills.sweep_breakers")
def sweep_breakers() -> None:
    """Trip what went beyond its threshold, and end what had its time."""
    if is_first("sweep_breakers", beat_schedule.SWEEP_S):
        sweep(store=services().store, clock=services().clock)


@app.task(name="fills.check_health")
def check_health() -> None:
    """Tell people what waits too long, and clear what does so no more."""
    if is_first("check_health", beat_schedule.SWEEP_S):
        check(desk=services().desk)


@app.task(name="fills.keep_board")
def keep_board() -> None:
    """Keep what the board shows of those whose orders changed."""
    if is_first("keep_board", beat_schedule.SWEEP_S):
        services().board_keeping.keep()


@app.task(name="fills.track_order")
def track_order(lt_order_id: str) -> None:
    """Count the fills of one order and end it where the venue's answers do."""
    track(LtOrderId(lt_order_id), desk=services().desk)


@app.task(name="fills.sweep_halts")
def sweep_halts() -> None:
    """Write down what the halt file says, and cancel what a kill covers until it has ended."""
    if is_first("sweep_halts", beat_schedule.SWEEP_S):
        desk = services().desk
        keep_halts(desk=desk)
        kick_each("fills.cancel_order", orders_to_cancel(desk=desk))


@app.task(name="fills.cancel_order")
def cancel_order(lt_order_id: str) -> None:
    """Ask the venue to cancel one working order, and what became of it."""
    cancel(LtOrderId(lt_order_id), desk=services().desk)
