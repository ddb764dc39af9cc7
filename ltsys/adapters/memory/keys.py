"""Trading keys, sealed."""

from ltsys.adapters.memory.session import Session
from ltsys.domain.ids import Address
from ltsys.ports.keys import SealedKey


class KeyRecords(Session):
    """`ltsys.ports.keys.KeyStore`."""

    def save_key(self, sealed: SealedKey) -> None:
        self._tables.trading_keys[sealed.wallet] = sealed

    def sealed_key(self, wallet: Address) -> SealedKey | None:
        return self._tables.trading_keys.get(wallet)

    def lock_keys(self) -> tuple[SealedKey, ...]:
        return tuple(self._tables.trading_keys[name] for name in sorted(self._tables.trading_keys))
