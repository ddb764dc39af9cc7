"""Sealed keys in both stores."""

from dataclasses import replace

from live_made import ACCOUNT

from ltsys.domain.ids import Address
from ltsys.ports.keys import SealedKey

OTHER = Address("0x" + "d" * 40)


def test_a_key_is_kept_replaced_and_listed(store, wall):
    sealed = SealedKey(wallet=OTHER, master_id="m1", box=bytes(range(60)), sealed_at=wall)
    newer = replace(sealed, master_id="m2", box=bytes(range(1, 61)))
    with store.transaction() as tx:
        for wallet in (ACCOUNT, OTHER):
            tx.add_account("ann", wallet, 0, "sealed")
            tx.save_key(replace(sealed, wallet=wallet))

    with store.transaction() as tx:
        tx.save_key(newer)

    with store.transaction() as tx:
        kept = tx.lock_keys()
        none = tx.sealed_key(Address("0x" + "0" * 40))
        found = tx.sealed_key(OTHER)
    assert kept == (replace(sealed, wallet=ACCOUNT), newer)
    assert (found, none) == (newer, None)
