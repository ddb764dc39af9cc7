"""The queue `resolution`: outcomes, results and the release of payouts."""

import beat_schedule
from ltsys.bootstrap import services
from ltsys.domain.ids import ConditionId
from ltsys.usecases.resolve_market import markets_to_resolve, settle_due
from ltsys.usecases.resolve_market import resolve_market as resolve
from workers.app import app
from workers.kick import kick_each
from workers.ticks import is_first


@app.task(name="resolution.resolve_markets")
def resolve_markets() -> None:
    """Look at every market that has ended, and release payouts whose cooldown is over."""
    if not is_first("resolve_markets", beat_schedule.SYNC_S):
        return
    own = services()
    kick_each("resolution.resolve_market", markets_to_resolve(store=own.store, clock=own.clock))
    settle_due(store=own.store, clock=own.clock)


@app.task(name="resolution.resolve_market")
def resolve_market(condition_id: str) -> None:
    """Book the outcome of one market."""
    own = services()
    resolve(
        ConditionId(condition_id), store=own.store, market_data=own.market_data, clock=own.clock
    )
