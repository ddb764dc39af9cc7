"""What the collateral adapters do when a wallet calls them (VENUE §16.3)."""

from collections.abc import Iterable
from typing import Literal

from ltsys.simulator.exchange.exchange import Exchange
from ltsys.simulator.exchange.ledger import COLLATERAL
from ltsys.simulator.exchange.redemption import Conversion
from ltsys.simulator.relayer.calldata import (
    ADAPTER,
    NEG_RISK_ADAPTER,
    ContractCall,
    PositionCall,
    position_call,
)
from ltsys.simulator.world.facts import Market


class Contracts:
    """Redemptions, splits and merges; every other call succeeds and does nothing.

    Approvals above all need not do anything: wallets here are born with all of them.
    """

    def __init__(self, exchange: Exchange) -> None:
        """Work on this exchange's ledger."""
        self._exchange = exchange

    def objection(self, calls: Iterable[ContractCall], wallet: str, at: float) -> str:
        """Why one of the calls would revert now; empty if none would. The texts are a guess."""
        for call in calls:
            try:
                wanted = position_call(call)
            except ValueError:
                return "execution reverted"
            reason = "" if wanted is None else self._objection(wanted, wallet, at)
            if reason:
                return f"execution reverted: {reason}"
        return ""

    def carry_out(self, call: ContractCall, wallet: str, transaction_hash: str, at: float) -> None:
        """Let a call that nothing speaks against take effect."""
        wanted = position_call(call)
        if wanted is None:
            return
        exchange, units = self._exchange, wanted.units
        market = exchange.world.markets[wanted.condition_id]
        if wanted.kind == "REDEEM":
            exchange.redeemer.redeem(wallet, market, at, transaction_hash=transaction_hash)
        elif units:
            self._convert(wanted.kind, wallet, market, units, at, transaction_hash)

    def _objection(self, wanted: PositionCall, wallet: str, at: float) -> str:
        market = self._exchange.world.markets.get(wanted.condition_id)
        ledger = self._exchange.ledger
        if market is None:
            return "condition not prepared yet"
        if wanted.adapter != (NEG_RISK_ADAPTER if market.neg_risk else ADAPTER):
            return "condition of another adapter"
        match wanted.kind:
            case "REDEEM":
                is_met = market.is_resolved(at)
                return "" if is_met else "result for condition not received yet"
            case "SPLIT":
                is_met = ledger.free(wallet, COLLATERAL) >= wanted.units
            case "MERGE":
                pairs = min(ledger.free(wallet, token) for token in market.tokens)
                is_met = pairs >= wanted.units
        return "" if is_met else "transfer amount exceeds balance"

    def _convert(
        self,
        kind: Literal["SPLIT", "MERGE"],
        wallet: str,
        market: Market,
        units: int,
        at: float,
        transaction_hash: str,
    ) -> None:
        """Split or merge, and note it; nothing where earlier calls left too little for it."""
        if kind == "SPLIT":
            is_done = self._exchange.split(wallet, market, units, at)
        else:
            is_done = self._exchange.merge(wallet, market, units)
        if not is_done:
            return
        conversion = Conversion(
            kind=kind,
            address=wallet,
            market=market,
            outcome_index=None,
            shares=units,
            usd=units,
            at=at,
            transaction_hash=transaction_hash,
        )
        self._exchange.redeemer.note(conversion)
