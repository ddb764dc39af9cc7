"""The queue `resolution`: outcomes, results, payouts, and the comparison with the venue."""

import os

from celery.signals import worker_ready

import beat_schedule
from ltsys.bootstrap import services
from ltsys.domain.ids import ConditionId
from ltsys.usecases.apply_changes import apply_changes as apply_due_changes
from ltsys.usecases.forget_decisions import forget_decisions
from ltsys.usecases.promote import demote_breached
from ltsys.usecases.reconcile import reconcile as compare_with_venue
from ltsys.usecases.resolve_market import markets_to_resolve, settle_due
from ltsys.usecases.resolve_market import resolve_market as resolve
from ltsys.usecases.start_periods import start_periods
from workers.app import app
from workers.kick import kick, kick_each
from workers.ticks import is_first


@app.task(name="resolution.resolve_markets")
def resolve_markets() -> None:
    """Look at every market that has ended; have payouts released; start a new day's counters.

    What decisions looked at is let go of once it is old.
    """
    if not is_first("resolve_markets", beat_schedule.SYNC_S):
        return
    own = services()
    kick_each("resolution.resolve_market", markets_to_resolve(store=own.store, clock=own.clock))
    kick("resolution.settle_payouts")
    start_periods(store=own.store, clock=own.clock)
    forget_decisions(days=own.settings.decisions_days, store=own.store, clock=own.clock)


@app.task(name="resolution.settle_payouts")
def settle_payouts() -> None:
    """Release payouts whose cooldown is over."""
    own = services()
    settle_due(store=own.store, clock=own.clock)


@app.task(name="resolution.resolve_market")
def resolve_market(condition_id: str) -> None:
    """Book the outcome of one market."""
    own = services()
    resolve(
        ConditionId(condition_id), store=own.store, market_data=own.market_data, clock=own.clock
    )


@app.task(name="resolution.apply_changes")
def apply_changes() -> None:
    """Send back what is in breach, then let changes take effect whose wait is over."""
    if is_first("apply_changes", beat_schedule.SWEEP_S):
        demote_breached(oversight=services().oversight)
        apply_due_changes(oversight=services().oversight)


@app.task(name="resolution.reconcile_on_tick")
def reconcile_on_tick() -> None:
    """Compare the books with the venue once a tick."""
    if is_first("reconcile_on_tick", beat_schedule.RECONCILE_S):
        kick("resolution.reconcile")


@app.task(name="resolution.reconcile")
def reconcile() -> None:
    """Compare the books with the venue now."""
    compare_with_venue(desk=services().desk)


@worker_ready.connect
def _reconcile_at_the_start(**_: object) -> None:
    """Nothing is planned before the first clean comparison, so it is not left to the tick."""
    if os.environ.get("LTSYS_ROLE") == "resolution":
        kick("resolution.reconcile")
