"""An API key, by which the exchange knows whose an order is (VENUE §2)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Credentials of one wallet; the address is lower-case."""

    key: str
    secret: str
    passphrase: str
    address: str
    secret_bytes: bytes

    def body(self) -> dict[str, str]:
        """What the wallet's owner is told, every time he proves who he is."""
        return {"apiKey": self.key, "secret": self.secret, "passphrase": self.passphrase}
