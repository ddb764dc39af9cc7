"""Conversions: a resolved market's shares become dollars once, pairs at any time (VENUE §16.3)."""

from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from ltsys.simulator.exchange.ledger import Ledger
from ltsys.simulator.exchange.order import HOUSE
from ltsys.simulator.world.facts import Market

ConversionKind = Literal["REDEEM", "SPLIT", "MERGE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """Shares that one wallet turned into dollars, or dollars into shares, without a trade.

    A redemption is of one outcome, a loser's bringing nothing; a split or a merge is of so
    many pairs and has no outcome.
    """

    kind: ConversionKind
    address: str
    market: Market
    outcome_index: int | None
    shares: int
    usd: int
    at: float
    transaction_hash: str


class Redeemer:
    """Pays out resolved markets, by itself or only to those who ask, and keeps the conversions.

    While `is_automatic`, everybody is paid at the moment of the resolution, as the venue's
    AutoRedeemer does for wallets that let it; otherwise shares wait for the relayer.
    """

    def __init__(self, ledger: Ledger, *, is_automatic: bool = True) -> None:
        """Nobody has been paid yet."""
        self.is_automatic = is_automatic
        self.by_address: defaultdict[str, list[Conversion]] = defaultdict(list)
        self._ledger = ledger

    def resolved(self, market: Market, at: float) -> None:
        """Pay everybody, if that is automatic."""
        if not self.is_automatic:
            return
        for address in [address for address in self._ledger.shares if address != HOUSE]:
            seed = f"redeem|{address}|{market.condition_id}"
            digest = sha256(seed.encode()).hexdigest()
            self.redeem(address, market, at, transaction_hash="0x" + digest)

    def redeem(self, address: str, market: Market, at: float, *, transaction_hash: str) -> int:
        """Pay one wallet; nought where nothing is left, so a second time changes nothing."""
        if market.payouts is None or not market.is_resolved(at):
            return 0
        paid = 0
        for index, (token, payout) in enumerate(zip(market.tokens, market.payouts, strict=True)):
            held = self._ledger.shares[address].get(token, 0)
            if not held:
                continue
            usd = self._ledger.redeem(address, market, index, payout)
            paid += usd
            redemption = Conversion(
                kind="REDEEM",
                address=address,
                market=market,
                outcome_index=index,
                shares=held,
                usd=usd,
                at=at,
                transaction_hash=transaction_hash,
            )
            self.note(redemption)
        return paid

    def note(self, conversion: Conversion) -> None:
        """Remember a conversion for those who read the chain."""
        self.by_address[conversion.address].append(conversion)
