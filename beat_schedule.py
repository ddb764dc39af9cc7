"""The ticks. Each only finds work in rows and hands it out; a slot runs once, whoever sends it."""

from ltsys.settings import load

# every process must agree on the length of a slot, so all read the same setting
SYNC_S = load().sync_s
SWEEP_S = SYNC_S
RECONCILE_S = load().reconcile_s
# what is refreshed by then is decided by its row, so that a new leader does not wait for a period
REFRESH_S = 60

beat_schedule = {
    "sync the leaders' trades": {"task": "signals.sync_trades", "schedule": SYNC_S},
    "evaluate the wallets": {"task": "signals.evaluate_wallets", "schedule": SYNC_S},
    "sweep the signals": {"task": "signals.sweep_signals", "schedule": SWEEP_S},
    "refresh the leaders' statistics": {
        "task": "signals.refresh_traders",
        "schedule": REFRESH_S,
    },
    "refresh the leader pools": {"task": "signals.refresh_pools", "schedule": REFRESH_S},
    "sweep the orders": {"task": "fills.sweep_orders", "schedule": SWEEP_S},
    "sweep the halts": {"task": "fills.sweep_halts", "schedule": SWEEP_S},
    "sweep the breakers": {"task": "fills.sweep_breakers", "schedule": SWEEP_S},
    "keep the board": {"task": "fills.keep_board", "schedule": SWEEP_S},
    "check the health": {"task": "fills.check_health", "schedule": SWEEP_S},
    "resolve the markets": {"task": "resolution.resolve_markets", "schedule": SYNC_S},
    "sync the changes of FT wallets": {"task": "signals.sync_ft_changes", "schedule": SWEEP_S},
    "apply the changes that are due": {"task": "resolution.apply_changes", "schedule": SWEEP_S},
    "reconcile the wallet": {"task": "resolution.reconcile_on_tick", "schedule": RECONCILE_S},
}
