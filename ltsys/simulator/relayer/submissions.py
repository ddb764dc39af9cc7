"""The body of POST /submit, read and proven (VENUE §16.4)."""

from collections.abc import Mapping
from dataclasses import dataclass

from ltsys.simulator.relayer.calldata import ContractCall, wallet_calls
from ltsys.simulator.relayer.signatures import proxy_signer, safe_signer, wallet_signer
from ltsys.simulator.units import parse_uint
from ltsys.simulator.venue_error import VenueError

SIGNATURE_TYPES = {"PROXY": 1, "SAFE": 2, "WALLET": 3}
CREATIONS = {"SAFE-CREATE": "SAFE", "WALLET-CREATE": "WALLET"}

_ADDRESS_BYTES = 20
_MOST_METADATA = 500
_SIGNED_NUMBERS = ("relayerFee", "gasPrice", "gasLimit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What somebody wants carried out; addresses are lower-case, and a creation has no calls."""

    kind: str
    sender: str
    target: str
    wallet: str
    nonce: int
    data: str
    value: str
    signature: str
    metadata: str
    calls: tuple[ContractCall, ...] = ()


def read_submission(payload: object) -> Submission:
    """The submission, with a signature that is its sender's.

    Raises:
        VenueError: what is missing, malformed or signed by somebody else.
    """
    if not isinstance(payload, dict):
        raise invalid_payload()
    kind = payload.get("type")
    if kind in CREATIONS:
        return _creation(payload, str(kind))
    match kind:
        case "SAFE":
            return _safe(payload)
        case "PROXY":
            return _proxy(payload)
        case "WALLET":
            return _wallet(payload)
        case _:
            raise VenueError(400, "invalid type")


def invalid_payload() -> VenueError:
    """The request cannot be read."""
    return VenueError(400, "invalid transaction request payload", kind="relayer_payload")


def address_of(value: object) -> str:
    """An address in lower case; refused where it is none."""
    text = value.lower() if isinstance(value, str) else ""
    if not text.startswith("0x") or len(_bytes(text)) != _ADDRESS_BYTES:
        raise VenueError(400, "invalid address")
    return text


def _creation(payload: Mapping[str, object], kind: str) -> Submission:
    sender = address_of(payload.get("from"))
    return Submission(
        kind=kind,
        sender=sender,
        target=address_of(payload.get("to")),
        wallet=address_of(payload.get("proxyWallet") or sender),
        nonce=0,
        data=_text(payload, "data"),
        value="",
        signature=_text(payload, "signature"),
        metadata=_text(payload, "metadata"),
    )


def _safe(payload: Mapping[str, object]) -> Submission:
    submission = _read(payload, wallet=address_of(payload.get("proxyWallet")))
    signer = safe_signer(
        submission.wallet,
        ContractCall(submission.target, _bytes(submission.data)),
        value=_number(submission.value or "0"),
        operation=_number(_part(payload, "signatureParams").get("operation", "0")),
        nonce=submission.nonce,
        signature=_bytes(submission.signature),
    )
    return _proven(submission, signer)


def _proxy(payload: Mapping[str, object]) -> Submission:
    submission = _read(payload, wallet=address_of(payload.get("proxyWallet")))
    params = _part(payload, "signatureParams")
    signer = proxy_signer(
        submission.sender,
        ContractCall(submission.target, _bytes(submission.data)),
        [*(_number(params.get(name, "0")) for name in _SIGNED_NUMBERS), submission.nonce],
        hub=address_of(params.get("relayHub")),
        relay=address_of(params.get("relay")),
        signature=_bytes(submission.signature),
    )
    return _proven(submission, signer)


def _wallet(payload: Mapping[str, object]) -> Submission:
    """A batch; that its deadline has passed is not checked, for clients count in real time."""
    params = _part(payload, "depositWalletParams")
    listed = params.get("calls")
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise invalid_payload()
    calls = [
        (
            ContractCall(address_of(each.get("target")), _bytes(_text(each, "data"))),
            _number(each.get("value", "0")),
        )
        for each in listed
    ]
    wallet = address_of(params.get("depositWallet"))
    submission = _read(payload, wallet=wallet, calls=tuple(call for call, _ in calls))
    signer = wallet_signer(
        wallet,
        calls,
        nonce=submission.nonce,
        deadline=_number(params.get("deadline")),
        signature=_bytes(submission.signature),
    )
    return _proven(submission, signer)


def _read(
    payload: Mapping[str, object], *, wallet: str, calls: tuple[ContractCall, ...] | None = None
) -> Submission:
    target, data = address_of(payload.get("to")), _text(payload, "data")
    if calls is None:
        try:
            calls = tuple(wallet_calls(target, _bytes(data)))
        except ValueError as error:
            raise invalid_payload() from error
    return Submission(
        kind=_text(payload, "type"),
        sender=address_of(payload.get("from")),
        target=target,
        wallet=wallet,
        nonce=_number(payload.get("nonce")),
        data=data,
        value=_text(payload, "value"),
        signature=_text(payload, "signature"),
        metadata=_text(payload, "metadata")[:_MOST_METADATA],
        calls=calls,
    )


def _proven(submission: Submission, signer: str) -> Submission:
    if signer != submission.sender:
        raise VenueError(400, "invalid signature", kind="relayer_signature")
    return submission


def _part(payload: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = payload.get(name)
    if not isinstance(part, dict):
        raise invalid_payload()
    return part


def _text(payload: Mapping[str, object], name: str) -> str:
    value = payload.get(name, "")
    if not isinstance(value, str):
        raise invalid_payload()
    return value


def _number(value: object) -> int:
    number = parse_uint(value)
    if number is None or number >= 1 << 256:
        raise invalid_payload()
    return number


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError as error:
        raise invalid_payload() from error
