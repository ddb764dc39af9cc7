"""Keep trading keys sealed, and seal them anew under a new master key."""

from ltsys.domain.errors import RefusedError, SettingsError
from ltsys.domain.ids import Address
from ltsys.ports import Clock
from ltsys.ports.keys import Keyring, MasterKeys
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Store

_STAGE = "keys"


def keep_key(wallet: Address, key: str, *, masters: MasterKeys, store: Store, clock: Clock) -> None:
    """The wallet's trading key is in the database, sealed; never shown again (LESSONS L62).

    Raises RefusedError for a wallet that nobody has.
    """
    with masters.alone():
        ring = masters.ring()
        sealed = ring.seal(wallet, key, at=clock.wall())
        with store.transaction() as tx:
            if tx.account_owner(wallet) is None:
                raise RefusedError(f"there is no trading account {wallet}")
            tx.save_key(sealed)
            tx.log(_said(f"the key of {wallet} is sealed by master key {ring.primary_id}"))


def trading_key_of(wallet: Address, *, ring: Keyring, store: Store) -> str:
    """The key, for the signer alone. Raises SettingsError where there is none, or it stays shut."""
    with store.reading() as tx:
        sealed = tx.sealed_key(wallet)
    if sealed is None:
        raise SettingsError(f"no key of {wallet} is kept; add it with `lt keys add`")
    return ring.opened(sealed)


def rotate(masters: MasterKeys, *, store: Store, clock: Clock) -> int:
    """Every key is sealed by a new master key, and the old ones are gone; how many keys.

    The new master key is on disk before anything is sealed by it, and the old ones go only when
    nothing needs them: stopped anywhere, every key still opens, and it may be run again.
    """
    with masters.alone():
        ring, now = masters.add(), clock.wall()
        with store.transaction() as tx:
            kept = tx.lock_keys()
            for sealed in kept:
                tx.save_key(ring.seal(sealed.wallet, ring.opened(sealed), at=now))
            tx.log(_said(f"{len(kept)} keys are sealed by master key {ring.primary_id} now"))
        masters.forget_older()
    return len(kept)


def _said(message: str) -> LogEntry:
    return LogEntry(stage=_STAGE, message=message, level="WARNING")
