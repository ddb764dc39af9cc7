"""Who signed a relayed transaction: safes, proxies and deposit wallets sign in three ways.

The recipes are those of the official clients (VENUE §16.4).
"""

from collections.abc import Sequence

from eth_utils.crypto import keccak

from ltsys.simulator.exchange.eip712 import CHAIN_ID, recover, signing_hash
from ltsys.simulator.relayer.calldata import ContractCall

_SAFE_V_OFFSET = 4
_CALL_TYPE = "Call(address target,uint256 value,bytes data)"
_BATCH_TYPE = "Batch(address wallet,uint256 nonce,uint256 deadline,Call[] calls)" + _CALL_TYPE
_SAFE_TYPE = (
    "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,"
    "uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)"
)
_SAFE_DOMAIN_TYPE = "EIP712Domain(uint256 chainId,address verifyingContract)"
_WALLET_DOMAIN_TYPE = (
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)


def safe_signer(
    safe: str, call: ContractCall, *, value: int, operation: int, nonce: int, signature: bytes
) -> str:
    """The owner who signed a safe's transaction as a message; empty if nobody did."""
    domain = _hash(_text(_SAFE_DOMAIN_TYPE), _uint(CHAIN_ID), _address(safe))
    contents = _hash(
        _text(_SAFE_TYPE),
        _address(call.target),
        _uint(value),
        _hash(call.data),
        _uint(operation),
        *[_uint(0)] * 5,
        _uint(nonce),
    )
    if len(signature) != 65 or signature[64] < _SAFE_V_OFFSET:
        return ""
    plain = signature[:64] + bytes([signature[64] - _SAFE_V_OFFSET])
    return recover(_as_message(signing_hash(domain, contents)), plain)


def proxy_signer(
    owner: str,
    call: ContractCall,
    numbers: Sequence[int],
    *,
    hub: str,
    relay: str,
    signature: bytes,
) -> str:
    """The owner who signed a proxy's request; the numbers are fee, gas price and limit, nonce."""
    parts = (
        _raw(owner),
        _raw(call.target),
        call.data,
        *map(_uint, numbers),
        _raw(hub),
        _raw(relay),
    )
    return recover(_as_message(_hash(b"rlx:", *parts)), signature)


def wallet_signer(
    wallet: str,
    calls: Sequence[tuple[ContractCall, int]],
    *,
    nonce: int,
    deadline: int,
    signature: bytes,
) -> str:
    """The owner who signed a deposit wallet's batch of calls with their values."""
    domain = _hash(
        _text(_WALLET_DOMAIN_TYPE),
        _text("DepositWallet"),
        _text("1"),
        _uint(CHAIN_ID),
        _address(wallet),
    )
    hashes = (
        _hash(_text(_CALL_TYPE), _address(call.target), _uint(value), _hash(call.data))
        for call, value in calls
    )
    contents = _hash(
        _text(_BATCH_TYPE), _address(wallet), _uint(nonce), _uint(deadline), _hash(*hashes)
    )
    return recover(signing_hash(domain, contents), signature)


def _as_message(digest: bytes) -> bytes:
    return _hash(b"\x19Ethereum Signed Message:\n32", digest)


def _hash(*parts: bytes) -> bytes:
    return bytes(keccak(b"".join(parts)))


def _text(text: str) -> bytes:
    return _hash(text.encode())


def _uint(value: int) -> bytes:
    return value.to_bytes(32, "big")


def _raw(address: str) -> bytes:
    return bytes.fromhex(address[2:])


def _address(address: str) -> bytes:
    return bytes(12) + _raw(address)
