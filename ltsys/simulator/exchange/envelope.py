"""The order envelope as it arrives: decoded strictly, or refused as unreadable (VENUE §4.4)."""

from dataclasses import dataclass

from ltsys.simulator.exchange.eip712 import SignedFields
from ltsys.simulator.units import parse_uint
from ltsys.simulator.venue_error import VenueError, bad_payload

_SIDES = {"BUY": 0, "SELL": 1}
_ORDER_TYPES = frozenset({"GTC", "GTD", "FOK", "FAK"})
_MAX_AMOUNT = 10**15
_V1_ONLY = frozenset({"nonce", "feeRateBps"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A posted order; `signed` is what its hash covers, the rest is said beside it."""

    signed: SignedFields
    token_id: str
    signature: bytes
    owner: str
    order_type: str
    expiration: int
    post_only: bool

    @property
    def is_buy(self) -> bool:
        """Whether dollars are offered for shares."""
        return self.signed.side == 0

    @property
    def builder(self) -> str:
        """The builder code that the order is attributed to; empty without one."""
        return "0x" + self.signed.builder.hex() if any(self.signed.builder) else ""


def decode(payload: object) -> Envelope:
    """The envelope in a JSON value; anything missing, mistyped or out of range is refused."""
    if not isinstance(payload, dict) or not isinstance(payload.get("order"), dict):
        raise bad_payload()
    order: dict[str, object] = payload["order"]
    if "timestamp" not in order and not _V1_ONLY.isdisjoint(order):
        raise VenueError(400, "order_version_mismatch", kind="version")
    order_type, side = payload.get("orderType", "GTC"), order.get("side")
    if not isinstance(order_type, str) or not isinstance(side, str):
        raise bad_payload()
    if order_type not in _ORDER_TYPES or side not in _SIDES:
        raise bad_payload()
    signed = SignedFields(
        salt=_uint(order, "salt"),
        maker=_address(order, "maker"),
        signer=_address(order, "signer"),
        token_id=_uint(order, "tokenId"),
        maker_amount=_uint(order, "makerAmount", most=_MAX_AMOUNT),
        taker_amount=_uint(order, "takerAmount", most=_MAX_AMOUNT),
        side=_SIDES[side],
        signature_type=_uint(order, "signatureType", most=3),
        timestamp=_uint(order, "timestamp"),
        metadata=_bytes32(order, "metadata"),
        builder=_bytes32(order, "builder"),
    )
    if not signed.maker_amount or not signed.taker_amount:
        raise bad_payload()
    return Envelope(
        signed=signed,
        token_id=str(signed.token_id),
        signature=_hex(order, "signature", None),
        owner=str(payload.get("owner", "")),
        order_type=str(order_type),
        expiration=_uint(order, "expiration", most=1 << 53, default="0"),
        post_only=payload.get("postOnly") is True,
    )


def _uint(
    order: dict[str, object], name: str, *, most: int = (1 << 256) - 1, default: str | None = None
) -> int:
    value = parse_uint(order.get(name, default))
    if value is None or value > most:
        raise bad_payload()
    return value


def _hex(order: dict[str, object], name: str, length: int | None) -> bytes:
    text = order.get(name)
    if not isinstance(text, str) or not text.startswith("0x"):
        raise bad_payload()
    try:
        data = bytes.fromhex(text[2:])
    except ValueError as error:
        raise bad_payload() from error
    if length is not None and len(data) != length:
        raise bad_payload()
    return data


def _bytes32(order: dict[str, object], name: str) -> bytes:
    """Thirty-two bytes, nought for an empty text, as the OpenAPI document allows."""
    return bytes(32) if order.get(name) == "" else _hex(order, name, 32)


def _address(order: dict[str, object], name: str) -> str:
    return "0x" + _hex(order, name, 20).hex()
