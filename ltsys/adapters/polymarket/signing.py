"""Signatures over orders, under the venue's EIP-712 domain (VENUE §3)."""

from dataclasses import dataclass

# The wheel names no types; its public pieces are used and pinned by recorded vectors.
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_keys.backends import get_backend
from eth_utils.address import to_checksum_address
from py_clob_client_v2.clob_types import ContractConfig
from py_clob_client_v2.config import get_contract_config
from py_clob_client_v2.order_utils import ExchangeOrderBuilderV2
from py_clob_client_v2.order_utils import Side as WireSide
from py_clob_client_v2.order_utils.model.order_data_v2 import (
    OrderDataV2,
    SignedOrderV2,
    order_to_json_v2,
)
from py_clob_client_v2.signer import Signer as SdkSigner

from ltsys.adapters.polymarket.remote_key import RemoteSigner, SigningKey
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import VenueOrderId
from ltsys.domain.source_trade import Side
from ltsys.domain.venue import OrderTicket, SignedOrder

POLY_1271 = 3
_SIGNATURE_TYPES = frozenset({0, 1, 2, POLY_1271})
_WIRE_SIDE = {Side.BUY: WireSide.BUY, Side.SELL: WireSide.SELL}
_DOMAIN_OF_V2 = "2"
_DOMAIN_OF_V3 = "3"


def require_fast_backend() -> None:
    """Signing takes a third of a millisecond here, not three (ENGINE §3.4).

    Raises SettingsError when eth_keys would compute signatures in plain Python.
    """
    name = type(get_backend()).__name__
    if name != "CoinCurveECCBackend":
        raise SettingsError(f"signatures would be made by {name}; install coincurve")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wallet:
    maker: str
    signer: str
    signature_type: int


class PolymarketSigner:
    """Signs as one wallet; `owner` is the API key's id, which every envelope names.

    `key` is a private key in hex, or a key that is elsewhere. The same ticket gives the same
    order id: salt and timestamp are the ticket's; a private key also gives the same signature
    (RFC 6979). Raises SettingsError for a key, chain or wallet that cannot be.
    """

    def __init__(
        self,
        key: str | SigningKey,
        chain_id: int,
        signature_type: int,
        funder: str | None = None,
        *,
        owner: str,
    ) -> None:
        if not isinstance(key, str) and signature_type == POLY_1271:
            raise SettingsError("signature type 3 is made by a private key that is here")
        self._sdk = _sdk_signer(key, chain_id)
        self._wallet = _wallet(str(self._sdk.address()), signature_type, funder)
        self._contracts = _contracts(chain_id)
        self._owner = owner
        self._builders: dict[tuple[str, str], ExchangeOrderBuilderV2] = {}

    @property
    def address(self) -> str:
        """The key's own account, checksummed: the API key belongs to it (VENUE §2.1)."""
        return str(self._sdk.address())

    @property
    def signature_type(self) -> int:
        return self._wallet.signature_type

    def sign(self, ticket: OrderTicket) -> SignedOrder:
        """The ticket under our signature, with the venue's id of it (VENUE §3.2, §4.4)."""
        contracts = self._contracts
        exchange = contracts.neg_risk_exchange_v2 if ticket.is_neg_risk else contracts.exchange_v2
        return self._sign_for(ticket, exchange, _DOMAIN_OF_V2)

    def _sign_v3(self, ticket: OrderTicket) -> SignedOrder:
        """For Protocol V2 markets, which nothing trades yet (VENUE §0)."""
        return self._sign_for(ticket, self._contracts.exchange_v3, _DOMAIN_OF_V3)

    def _sign_for(self, ticket: OrderTicket, exchange: str, domain_version: str) -> SignedOrder:
        order, order_id = self._signed(ticket, self._builder(exchange, domain_version))
        envelope = order_to_json_v2(order, self._owner, ticket.time_in_force.value)
        return SignedOrder(order_id=VenueOrderId(order_id), envelope=envelope)

    def _signed(
        self, ticket: OrderTicket, builder: ExchangeOrderBuilderV2
    ) -> tuple[SignedOrderV2, str]:
        order = builder.build_order(_order_data(ticket, self._wallet))
        # The builder takes its salt from a callable; threads share it, so the salt is set here.
        order.salt = str(ticket.salt)
        typed = builder.build_order_typed_data(order)
        if self._wallet.signature_type == POLY_1271:
            signature = builder.build_order_signature(typed)
            order_id = builder.build_order_hash(typed)
        else:
            # One encoding gives both; the builder's two calls would encode twice.
            made = self._sdk.account.sign_message(encode_typed_data(full_message=typed))
            signature = "0x" + made.signature.hex()
            order_id = "0x" + made.message_hash.hex()
        return SignedOrderV2(**vars(order), signature=signature), order_id

    def _builder(self, exchange: str, domain_version: str) -> ExchangeOrderBuilderV2:
        key = (exchange, domain_version)
        if key not in self._builders:
            self._builders[key] = ExchangeOrderBuilderV2(
                exchange,
                self._sdk.chain_id,
                self._sdk,
                generate_salt=lambda: "0",
                domain_version=domain_version,
            )
        return self._builders[key]

    def __repr__(self) -> str:
        return f"PolymarketSigner(address={self.address})"

    def __reduce__(self) -> str:
        raise TypeError("a signer holds a key and is not serialised")


def _order_data(ticket: OrderTicket, wallet: _Wallet) -> OrderDataV2:
    return OrderDataV2(
        maker=wallet.maker,
        tokenId=ticket.token_id,
        makerAmount=str(ticket.maker_units),
        takerAmount=str(ticket.taker_units),
        side=_WIRE_SIDE[ticket.side],
        signer=wallet.signer,
        signatureType=wallet.signature_type,
        timestamp=str(ticket.timestamp_ms),
        expiration=str(ticket.expires_at_s),
    )


def _sdk_signer(key: str | SigningKey, chain_id: int) -> SdkSigner | RemoteSigner:
    if not isinstance(key, str):
        return RemoteSigner(key, chain_id)
    try:
        Account.from_key(key)
    except Exception:  # noqa: BLE001 - whatever it was, its text may quote the key
        raise SettingsError("the trading key is not a private key of 32 bytes in hex") from None
    return SdkSigner(key, chain_id)


def _wallet(own: str, signature_type: int, funder: str | None) -> _Wallet:
    if signature_type not in _SIGNATURE_TYPES:
        raise SettingsError(f"signature type {signature_type} is not 0, 1, 2 or 3")
    if signature_type and not funder:
        raise SettingsError(f"signature type {signature_type} needs the funder's address")
    try:
        maker = str(to_checksum_address(funder)) if funder else own
    except ValueError as error:
        raise SettingsError(f"the funder {funder!r} is not an address") from error
    if not signature_type and maker != own:
        raise SettingsError(f"a plain wallet pays for itself; the funder {maker} is another one")
    signer = maker if signature_type == POLY_1271 else own
    return _Wallet(maker=maker, signer=signer, signature_type=signature_type)


def _contracts(chain_id: int) -> ContractConfig:
    try:
        return get_contract_config(chain_id)
    except Exception as error:  # the SDK raises the base class
        raise SettingsError(f"chain {chain_id} has no exchange of the venue") from error
