"""Who may trade for which wallet, and whose trading is restricted."""

from hashlib import sha256
from typing import Literal

from ltsys.simulator.exchange.order import HOUSE
from ltsys.simulator.venue_error import VenueError

Standing = Literal["good", "closed_only", "banned"]
STANDINGS: tuple[Standing, ...] = ("good", "closed_only", "banned")


class Accounts:
    """Wallets by their signer; all addresses are lower-case."""

    def __init__(self) -> None:
        self._signers = {HOUSE: HOUSE}
        self._derived: dict[tuple[str, int], str] = {}
        self._standings: dict[str, Standing] = {}

    def bind(self, wallet: str, signer: str, signature_type: int) -> bool:
        """Let a signer trade for a wallet; False if it is another's."""
        if self._signers.setdefault(wallet, signer) != signer:
            return False
        self._derived[signer, signature_type] = wallet
        return True

    def wallet_of(self, signer: str, signature_type: int) -> str:
        """The wallet that the venue derives from signer and signature type (VENUE §10).

        For a type that the signer never used that is an address which holds nothing.
        """
        known = self._derived.get((signer, signature_type))
        if known is not None or signature_type == 0:
            return known or signer
        return "0x" + sha256(f"wallet|{signature_type}|{signer}".encode()).hexdigest()[:40]

    def wallets_of(self, signer: str) -> set[str]:
        """Every wallet that the signer ever traded for, his own included."""
        return {signer} | {self.wallet_of(signer, kind) for kind in range(4)}

    def set_standing(self, signer: str, standing: Standing) -> None:
        """Restrict a signer's trading from now on, or allow it again."""
        self._standings[signer] = standing

    def standing(self, signer: str) -> Standing:
        """What the signer may do."""
        return self._standings.get(signer, "good")

    def check_may_trade(self, signer: str, *, is_buy: bool) -> None:
        """Refuse the orders of the banned, and the buys of those who may only close (VENUE §6).

        That the text names the signer and not his wallet is a guess.
        """
        standing = self.standing(signer)
        if standing == "banned":
            raise VenueError(400, f"'{signer}' address banned", kind="banned")
        if standing == "closed_only" and is_buy:
            raise VenueError(400, f"'{signer}' address in closed only mode", kind="closed_only")
