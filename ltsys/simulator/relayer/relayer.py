"""Transactions on their way to the chain, and what they do when they arrive (VENUE §16.4)."""

from collections import Counter
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from uuid import UUID

from ltsys.simulator.exchange.exchange import Exchange
from ltsys.simulator.relayer.contracts import Contracts
from ltsys.simulator.relayer.submissions import CREATIONS, SIGNATURE_TYPES, Submission
from ltsys.simulator.venue_error import VenueError

NEW = "STATE_NEW"
EXECUTED = "STATE_EXECUTED"
MINED = "STATE_MINED"
CONFIRMED = "STATE_CONFIRMED"
INVALID = "STATE_INVALID"
FAILED = "STATE_FAILED"

EXECUTED_S = 2
MINED_S = 6
CONFIRMED_S = 36
"""Seconds after the submission; the official examples were confirmed after 36 to 38."""


@dataclass(slots=True, kw_only=True)
class RelayedTransaction:
    """A submission and how far it has come; the hash is known once it was broadcast."""

    transaction_id: str
    owner: str
    submission: Submission
    created_at: float
    updated_at: float
    state: str = NEW
    transaction_hash: str = ""
    error: str = ""


class Relayer:
    """Takes submissions and moves them from state to state as simulated time passes.

    A call that would revert is seen before it is broadcast and makes the transaction
    INVALID; one that reverts only when it is mined makes it FAILED. That the venue tells
    the two apart like this is a guess, as are the seconds between the states.
    """

    def __init__(self, exchange: Exchange) -> None:
        """Nothing has been submitted yet."""
        self._exchange = exchange
        self._contracts = Contracts(exchange)
        self._nonces: Counter[tuple[str, str]] = Counter()
        self._deployed: set[str] = set()
        self.transactions: dict[str, RelayedTransaction] = {}

    def nonce(self, sender: str, kind: str) -> int:
        """The nonce that the sender's next transaction of a kind must have."""
        return self._nonces[sender, kind]

    def is_deployed(self, wallet: str) -> bool:
        """Whether a wallet was created here, or has ever held anything."""
        ledger = self._exchange.ledger
        return wallet in self._deployed or wallet in ledger.deposited or wallet in ledger.shares

    def submit(self, submission: Submission, owner: str, now: float) -> RelayedTransaction:
        """Accept a transaction; its states follow by themselves as simulated time passes.

        Raises:
            VenueError: another's wallet, a wrong nonce, or a wallet with something under way.
        """
        kind = CREATIONS.get(submission.kind, submission.kind)
        if submission.kind not in CREATIONS:
            self._check(submission, kind)
            self._nonces[submission.sender, kind] += 1
        seed = f"relayer|{len(self.transactions)}|{submission.sender}|{submission.nonce}"
        transaction = RelayedTransaction(
            transaction_id=str(UUID(bytes=sha256(seed.encode()).digest()[:16], version=4)),
            owner=owner,
            submission=submission,
            created_at=now,
            updated_at=now,
        )
        self.transactions[transaction.transaction_id] = transaction
        self._exchange.schedule(now + EXECUTED_S, partial(self._execute, transaction))
        return transaction

    def of(self, owner: str) -> list[RelayedTransaction]:
        """The transactions that a key's owner submitted or sent, newest first."""
        return [
            transaction
            for transaction in reversed(self.transactions.values())
            if owner in {transaction.owner, transaction.submission.sender}
        ]

    def _check(self, submission: Submission, kind: str) -> None:
        wallet, sender = submission.wallet, submission.sender
        if not self._exchange.bind_wallet(wallet, sender, SIGNATURE_TYPES[kind]):
            raise VenueError(400, "wallet is not owned by the signer", kind="relayer_wallet")
        if kind == "WALLET":
            self._check_idle(wallet)
        expected = self.nonce(sender, kind)
        if submission.nonce != expected:
            text = f"batch nonce {submission.nonce} does not match on-chain nonce {expected}"
            raise VenueError(400, text, kind="relayer_nonce")

    def _check_idle(self, wallet: str) -> None:
        """A deposit wallet does one thing at a time (VENUE §16.4; which text when is a guess)."""
        for transaction in self.transactions.values():
            if transaction.submission.wallet != wallet:
                continue
            if transaction.state == NEW:
                raise VenueError(400, "wallet busy: it has an active action", kind="relayer_busy")
            if transaction.state == EXECUTED:
                raise VenueError(400, "wallet has in-flight action", kind="relayer_busy")

    def _execute(self, transaction: RelayedTransaction, at: float) -> None:
        transaction.error = self._contracts.objection(
            transaction.submission.calls, transaction.submission.wallet, at
        )
        if transaction.error:
            _move(transaction, INVALID, at)
            return
        digest = sha256(f"relayed|{transaction.transaction_id}".encode()).hexdigest()
        transaction.transaction_hash = "0x" + digest
        _move(transaction, EXECUTED, at)
        mined_at = transaction.created_at + MINED_S
        self._exchange.schedule(mined_at, partial(self._mine, transaction))

    def _mine(self, transaction: RelayedTransaction, at: float) -> None:
        submission = transaction.submission
        transaction.error = self._contracts.objection(submission.calls, submission.wallet, at)
        if transaction.error:
            _move(transaction, FAILED, at)
            return
        self._deployed.add(submission.wallet)
        for call in submission.calls:
            self._contracts.carry_out(call, submission.wallet, transaction.transaction_hash, at)
        _move(transaction, MINED, at)
        confirmed_at = transaction.created_at + CONFIRMED_S
        self._exchange.schedule(confirmed_at, partial(_confirm, transaction))


def _move(transaction: RelayedTransaction, state: str, at: float) -> None:
    transaction.state, transaction.updated_at = state, at


def _confirm(transaction: RelayedTransaction, at: float) -> None:
    _move(transaction, CONFIRMED, at)
