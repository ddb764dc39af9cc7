"""Trading keys, sealed."""

from ltsys.adapters.postgres.session import Row, Session
from ltsys.domain.ids import Address
from ltsys.ports.keys import SealedKey


class KeyRecords(Session):
    """`ltsys.ports.keys.KeyStore`."""

    def save_key(self, sealed: SealedKey) -> None:
        self._write(
            """
            INSERT INTO trading_keys (wallet_address, master_id, box, sealed_at)
            VALUES (%s, %s, %s, %s)
            ON CONFLICT (wallet_address) DO UPDATE
               SET master_id = excluded.master_id, box = excluded.box,
                   sealed_at = excluded.sealed_at
            """,
            (sealed.wallet, sealed.master_id, sealed.box, sealed.sealed_at),
        )

    def sealed_key(self, wallet: Address) -> SealedKey | None:
        row = self._row("SELECT * FROM trading_keys WHERE wallet_address = %s", (wallet,))
        return _sealed_of(row) if row else None

    def lock_keys(self) -> tuple[SealedKey, ...]:
        rows = self._rows("SELECT * FROM trading_keys ORDER BY wallet_address FOR UPDATE")
        return tuple(_sealed_of(row) for row in rows)


def _sealed_of(row: Row) -> SealedKey:
    return SealedKey(
        wallet=Address(row["wallet_address"]),
        master_id=row["master_id"],
        box=bytes(row["box"]),
        sealed_at=row["sealed_at"],
    )
