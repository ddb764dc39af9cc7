"""A tick runs once a slot, however many beats send it (LESSONS L59)."""

from ltsys.bootstrap import services


def is_first(job: str, period_s: int) -> bool:
    """True for the one who may run the job in this period of machine time."""
    own = services()
    slot = int(own.clock.wall().timestamp()) // period_s
    with own.store.transaction() as tx:
        return tx.claim_slot(job, slot)
