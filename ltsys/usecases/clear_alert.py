"""A person has seen to an alert."""

from ltsys.ports.records import LogEntry
from ltsys.ports.store import Store


def clear_alert(key: str, operator: str, *, store: Store) -> bool:
    """The alert is no longer open, and who cleared it is logged; False if there was none."""
    with store.transaction() as tx:
        if not tx.clear_alert(key):
            return False
        tx.log(LogEntry(stage="operator", message=f"alert {key} was cleared by {operator}"))
        return True
