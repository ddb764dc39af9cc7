"""The relayer's paths (VENUE §16.4)."""

from datetime import UTC, datetime

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request, Router
from ltsys.simulator.relayer.relayer import RelayedTransaction, Relayer
from ltsys.simulator.relayer.submissions import (
    SIGNATURE_TYPES,
    address_of,
    invalid_payload,
    read_submission,
)
from ltsys.simulator.venue_error import VenueError

_RELAY = "0x4da9395388791c22684e03779c3de10934eb9cfb"
_MOST_LISTED = 100


class RelayerRoutes:
    """Submitting and listing want a builder's or a relayer's key; looking up one's own does not."""

    def __init__(self, box: Box) -> None:
        """Answer out of this box."""
        self._box = box
        self._relayer = Relayer(box.exchange)

    def install(self, router: Router) -> None:
        """Add the paths."""
        router.add("POST", "/submit", self.submit)
        router.add("GET", "/transaction", self.transaction)
        router.add("GET", "/transactions", self.transactions)
        router.add("GET", "/nonce", self.nonce)
        router.add("GET", "/relay-payload", self.relay_payload)
        router.add("GET", "/deployed", self.deployed)
        router.add("GET", "/v1/account/transactions/params", self.relay_payload)
        router.add("GET", "/v1/account/transactions/*", self.account_transaction)

    def submit(self, request: Request) -> object:
        """Accept a transaction; its hash comes later."""
        owner, now = self._box.keys.authenticate_relayed(request), self._box.now()
        try:
            payload = request.json()
        except VenueError as error:
            raise invalid_payload() from error
        transaction = self._relayer.submit(read_submission(payload), owner, now)
        return {"transactionID": transaction.transaction_id, "state": transaction.state}

    def transaction(self, request: Request) -> object:
        """One transaction, in an array."""
        if not request.param("id"):
            raise VenueError(400, "invalid id")
        return [_view(self._find(request.param("id")))]

    def account_transaction(self, request: Request) -> object:
        """The same in short, and with the reason of a failure."""
        transaction = self._find(request.tail)
        return {
            "transaction_id": transaction.transaction_id,
            "transaction_hash": transaction.transaction_hash,
            "state": transaction.state,
            "error_msg": transaction.error,
        }

    def transactions(self, request: Request) -> object:
        """The newest transactions of the key's owner."""
        owner = self._box.keys.authenticate_relayed(request)
        self._box.now()
        return [_view(each) for each in self._relayer.of(owner)[:_MOST_LISTED]]

    def nonce(self, request: Request) -> object:
        """The nonce that the signer's next transaction must have."""
        sender, kind = _sender(request)
        self._box.now()
        return {"nonce": str(self._relayer.nonce(sender, kind))}

    def relay_payload(self, request: Request) -> object:
        """The same with the address of whoever will send it."""
        sender, kind = _sender(request)
        self._box.now()
        return {"address": _RELAY, "nonce": str(self._relayer.nonce(sender, kind))}

    def deployed(self, request: Request) -> object:
        """Whether a wallet is on the chain."""
        wallet = address_of(request.param("address"))
        if request.param("type", "SAFE") not in SIGNATURE_TYPES:
            raise VenueError(400, "invalid type")
        self._box.now()
        return {"deployed": self._relayer.is_deployed(wallet)}

    def _find(self, transaction_id: str) -> RelayedTransaction:
        self._box.now()
        transaction = self._relayer.transactions.get(transaction_id)
        if transaction is None:
            raise VenueError(404, "transaction not found")
        return transaction


def _sender(request: Request) -> tuple[str, str]:
    sender, kind = address_of(request.param("address")), request.param("type")
    if kind not in SIGNATURE_TYPES:
        raise VenueError(400, "invalid type")
    return sender, kind


def _view(transaction: RelayedTransaction) -> dict[str, object]:
    submission = transaction.submission
    return {
        "transactionID": transaction.transaction_id,
        "transactionHash": transaction.transaction_hash,
        "from": submission.sender,
        "to": submission.target,
        "proxyAddress": submission.wallet,
        "data": submission.data,
        "nonce": str(submission.nonce),
        "value": submission.value,
        "signature": submission.signature,
        "state": transaction.state,
        "type": submission.kind,
        "owner": submission.sender,
        "metadata": submission.metadata,
        "createdAt": _moment(transaction.created_at),
        "updatedAt": _moment(transaction.updated_at),
    }


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
