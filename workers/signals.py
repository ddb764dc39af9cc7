"""The queue `signals`: from leaders' trades to signals."""

import beat_schedule
from ltsys.bootstrap import services
from ltsys.domain.ids import Address, FtWalletId
from ltsys.usecases.evaluate_wallet import evaluate_wallet as evaluate
from ltsys.usecases.ingest_trades import ingest_trades as ingest
from ltsys.usecases.ingest_trades import learn_queued_markets
from ltsys.usecases.queue_signals import due_signals, queue_signals
from ltsys.usecases.refresh_traders import leaders_to_refresh
from ltsys.usecases.refresh_traders import refresh_pool as refresh_one_pool
from ltsys.usecases.refresh_traders import refresh_trader as refresh_one
from ltsys.usecases.sync_ft_changes import sync_ft_changes as sync
from workers.app import app
from workers.kick import kick_each, kick_signals
from workers.ticks import is_first


@app.task(name="signals.sync_trades")
def sync_trades() -> None:
    """Ask for the trades of every leader whom somebody follows."""
    if _evaluates() and is_first("sync_trades", beat_schedule.SYNC_S):
        with services().store.transaction() as tx:
            leaders = tx.followed_leaders()
        kick_each("signals.ingest_trades", leaders)


@app.task(name="signals.ingest_trades")
def ingest_trades(trader: str) -> None:
    """Store what one leader did since the last look."""
    ingest(Address(trader), watch=services().watch)


@app.task(name="signals.evaluate_wallets")
def evaluate_wallets() -> None:
    """Let every active wallet decide about what it has not seen."""
    if _evaluates() and is_first("evaluate_wallets", beat_schedule.SYNC_S):
        with services().store.transaction() as tx:
            wallets = tx.active_wallets()
        kick_each("signals.evaluate_wallet", wallets)


@app.task(name="signals.evaluate_wallet")
def evaluate_wallet(wallet_id: str) -> None:
    """Decide for one wallet, and send its signals on their way."""
    kick_signals(evaluate(FtWalletId(wallet_id), watch=services().watch))


@app.task(name="signals.refresh_traders")
def refresh_traders() -> None:
    """Bring the statistics of every followed leader up to date where they are not."""
    if _evaluates() and is_first("refresh_traders", beat_schedule.REFRESH_S):
        kick_each("signals.refresh_trader", leaders_to_refresh(watch=services().watch))


@app.task(name="signals.refresh_trader")
def refresh_trader(trader: str) -> None:
    """Bring the statistics of one leader up to date."""
    refresh_one(Address(trader), watch=services().watch)


@app.task(name="signals.refresh_pools")
def refresh_pools() -> None:
    """Fill the leader pools that wallets follow."""
    if _evaluates() and is_first("refresh_pools", beat_schedule.REFRESH_S):
        with services().store.transaction() as tx:
            pools = tx.wanted_pools()
        kick_each("signals.refresh_pool", pools)


@app.task(name="signals.refresh_pool")
def refresh_pool(pool: str) -> None:
    """Fill one leader pool from the leaderboards."""
    refresh_one_pool(pool, watch=services().watch)


@app.task(name="signals.sweep_signals")
def sweep_signals() -> None:
    """Send again what waits in the outbox and may have been lost on the way (LESSONS L58)."""
    if not is_first("sweep_signals", beat_schedule.SWEEP_S):
        return
    desk, watch = services().desk, services().watch
    queued = queue_signals(store=desk.store, clock=desk.clock)
    learn_queued_markets(watch=watch)
    kick_signals(queued)
    kick_signals(due_signals(desk=desk))


@app.task(name="signals.sync_ft_changes")
def sync_ft_changes() -> None:
    """Say what changed in FT wallets, and ask owners for what does not follow by itself."""
    if is_first("sync_ft_changes", beat_schedule.SWEEP_S):
        sync(store=services().store, clock=services().clock)


def _evaluates() -> bool:
    """False where another system writes the FT orders and we only mirror them (DESIGN §4)."""
    return services().settings.ft_source == "internal"
