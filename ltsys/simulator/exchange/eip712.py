"""EIP-712 as the venue checks it: order hashes, order signatures, the wallet's log-in."""

from dataclasses import dataclass

from coincurve import PublicKey
from eth_utils.crypto import keccak

from ltsys.simulator.world.facts import is_second_protocol

CHAIN_ID = 137
EXCHANGE = "0xE111180000d2663C0091e4f400237545B87B996B"
NEG_RISK_EXCHANGE = "0xe2222d279d744050d28e00520010520000310F59"
EXCHANGE_V3 = "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa"

_ORDER_TYPE = (
    "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,"
    "uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,"
    "bytes32 builder)"
)
_NESTED_TYPE = (
    "TypedDataSign(Order contents,string name,string version,uint256 chainId,"
    "address verifyingContract,bytes32 salt)" + _ORDER_TYPE
)
_DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_AUTH_TYPE = "ClobAuth(address address,string timestamp,uint256 nonce,string message)"
_AUTH_TEXT = "This message attests that I control the given wallet"
_WRAPPED_BYTES = 317


def _text_hash(text: str) -> bytes:
    return bytes(keccak(text=text))


def _uint(value: int) -> bytes:
    return value.to_bytes(32, "big")


def _address(value: str) -> bytes:
    return bytes(12) + bytes.fromhex(value[2:])


def _domain(version: str, contract: str) -> bytes:
    parts = (
        _text_hash(_DOMAIN_TYPE),
        _text_hash("Polymarket CTF Exchange"),
        _text_hash(version),
        _uint(CHAIN_ID),
        _address(contract),
    )
    return bytes(keccak(b"".join(parts)))


_ORDER_TYPE_HASH = _text_hash(_ORDER_TYPE)
_DOMAINS = {
    EXCHANGE: _domain("2", EXCHANGE),
    NEG_RISK_EXCHANGE: _domain("2", NEG_RISK_EXCHANGE),
    EXCHANGE_V3: _domain("3", EXCHANGE_V3),
}
_AUTH_DOMAIN = bytes(
    keccak(
        _text_hash("EIP712Domain(string name,string version,uint256 chainId)")
        + _text_hash("ClobAuthDomain")
        + _text_hash("1")
        + _uint(CHAIN_ID)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFields:
    """The fields of an order that its hash covers, decoded from the wire (VENUE §3.1)."""

    salt: int
    maker: str
    signer: str
    token_id: int
    maker_amount: int
    taker_amount: int
    side: int
    signature_type: int
    timestamp: int
    metadata: bytes
    builder: bytes


def exchange_of(token_id: int, *, neg_risk: bool) -> str:
    """The contract on which a token trades; an id of the second protocol tells (VENUE §0)."""
    if is_second_protocol(token_id):
        return EXCHANGE_V3
    return NEG_RISK_EXCHANGE if neg_risk else EXCHANGE


def exchange_domain(token_id: int, *, neg_risk: bool) -> bytes:
    """The domain separator of that contract."""
    return _DOMAINS[exchange_of(token_id, neg_risk=neg_risk)]


def struct_hash(order: SignedFields) -> bytes:
    """The hash of the order struct alone, before any domain."""
    parts = (
        _ORDER_TYPE_HASH,
        _uint(order.salt),
        _address(order.maker),
        _address(order.signer),
        _uint(order.token_id),
        _uint(order.maker_amount),
        _uint(order.taker_amount),
        _uint(order.side),
        _uint(order.signature_type),
        _uint(order.timestamp),
        order.metadata,
        order.builder,
    )
    return bytes(keccak(b"".join(parts)))


def signing_hash(domain: bytes, contents: bytes) -> bytes:
    """The 32 bytes that are signed, and for an order also its id (VENUE §3.2)."""
    return bytes(keccak(b"\x19\x01" + domain + contents))


def order_signer(order: SignedFields, contents: bytes, domain: bytes, signature: bytes) -> str:
    """The lower-case address of whoever signed; empty where the signature means nothing."""
    if order.signature_type != 3:
        return recover(signing_hash(domain, contents), signature)
    return _wrapped_signer(order, contents, domain, signature)


def login_signer(address: str, timestamp: str, nonce: int, signature: bytes) -> str:
    """Who signed the request for an API key (VENUE §2.1)."""
    parts = (
        _text_hash(_AUTH_TYPE),
        _address(address),
        _text_hash(timestamp),
        _uint(nonce),
        _text_hash(_AUTH_TEXT),
    )
    return recover(signing_hash(_AUTH_DOMAIN, bytes(keccak(b"".join(parts)))), signature)


def recover(digest: bytes, signature: bytes) -> str:
    """The address behind a 65-byte signature; empty if there is none."""
    if len(signature) != 65 or signature[64] not in {0, 1, 27, 28}:
        return ""
    compact = signature[:64] + bytes([signature[64] % 27])
    try:
        key = PublicKey.from_signature_and_message(compact, digest, hasher=None)
    except Exception:  # noqa: BLE001 - coincurve raises the bare class for a bad signature
        return ""
    return "0x" + bytes(keccak(key.format(compressed=False)[1:]))[-20:].hex()


def _wrapped_signer(order: SignedFields, contents: bytes, domain: bytes, signature: bytes) -> str:
    """Type 3: a wallet contract's nested signature, which repeats what it signs (VENUE §3.6)."""
    tail = _ORDER_TYPE.encode() + len(_ORDER_TYPE).to_bytes(2, "big")
    if len(signature) != _WRAPPED_BYTES or signature[65:] != domain + contents + tail:
        return ""
    parts = (
        _text_hash(_NESTED_TYPE),
        contents,
        _text_hash("DepositWallet"),
        _text_hash("1"),
        _uint(CHAIN_ID),
        _address(order.signer),
        bytes(32),
    )
    return recover(signing_hash(domain, bytes(keccak(b"".join(parts)))), signature[:65])
