"""What a relayed transaction asks the contracts to do (VENUE §16.3)."""

from collections.abc import Iterator
from dataclasses import dataclass

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from ltsys.simulator.exchange.redemption import ConversionKind

ADAPTER = "0xada100db00ca00073811820692005400218fce1f"
NEG_RISK_ADAPTER = "0xada2005600dec949baf300f4c6120000bdb6eaab"
MULTISEND = "0xa238cbeb142c10ef7ad8442c6d1f9e89e07e7761"

_KINDS: dict[str, ConversionKind] = {
    "redeemPositions(address,bytes32,bytes32,uint256[])": "REDEEM",
    "splitPosition(address,bytes32,bytes32,uint256[],uint256)": "SPLIT",
    "mergePositions(address,bytes32,bytes32,uint256[],uint256)": "MERGE",
}
_MULTISEND_HEAD = 1 + 20 + 32 + 32


def _selector(signature: str) -> bytes:
    return bytes(keccak(text=signature)[:4])


_BY_SELECTOR = {
    _selector(signature): (kind, signature.partition("(")[2][:-1].split(","))
    for signature, kind in _KINDS.items()
}
_MULTISEND = _selector("multiSend(bytes)")
_PROXY = _selector("proxy((uint8,address,uint256,bytes)[])")


@dataclass(frozen=True, slots=True)
class ContractCall:
    """One call that a wallet makes; the target is a lower-case address."""

    target: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionCall:
    """A call that turns shares into dollars or dollars into shares; a redemption has no units."""

    kind: ConversionKind
    adapter: str
    condition_id: str
    units: int = 0


def wallet_calls(target: str, data: bytes) -> list[ContractCall]:
    """The single calls of a transaction: a batch of a safe or a proxy is taken apart.

    Raises:
        ValueError: a batch that cannot be read.
    """
    try:
        if data[:4] == _MULTISEND and target == MULTISEND:
            (packed,) = decode(["bytes"], data[4:])
            return list(_unpacked(packed))
        if data[:4] == _PROXY:
            (batch,) = decode(["(uint8,address,uint256,bytes)[]"], data[4:])
            return [ContractCall(to.lower(), inner) for _, to, _, inner in batch]
    except (DecodingError, OverflowError) as error:
        raise ValueError("unreadable batch") from error
    return [ContractCall(target, data)]


def position_call(call: ContractCall) -> PositionCall | None:
    """What a call does to positions; None for approvals, transfers and everything unknown.

    Raises:
        ValueError: a known function with arguments that cannot be read.
    """
    known = _BY_SELECTOR.get(call.data[:4])
    if known is None or call.target not in {ADAPTER, NEG_RISK_ADAPTER}:
        return None
    kind, types = known
    try:
        _, _, condition, _, *amount = decode(types, call.data[4:])
    except (DecodingError, OverflowError) as error:
        raise ValueError("unreadable arguments") from error
    return PositionCall(
        kind=kind,
        adapter=call.target,
        condition_id="0x" + condition.hex(),
        units=amount[0] if amount else 0,
    )


def _unpacked(packed: bytes) -> Iterator[ContractCall]:
    """Operation, target, value, length, data, one call after the other without padding."""
    place = 0
    while place + _MULTISEND_HEAD <= len(packed):
        target = "0x" + packed[place + 1 : place + 21].hex()
        length = int.from_bytes(packed[place + 53 : place + _MULTISEND_HEAD], "big")
        place += _MULTISEND_HEAD
        if place + length > len(packed):
            raise ValueError("unreadable batch")
        yield ContractCall(target, packed[place : place + length])
        place += length
