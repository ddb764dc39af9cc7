"""The ledger told as a story: what each posting did, why, and what was there afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass

from ltsys.domain.ledger import Balances, Kind
from ltsys.ports.queries import PostingRow

_WORDS = {
    Kind.FUND: "capital was handed over",
    Kind.RESERVE: "the most that the order may cost was set aside",
    Kind.FILL: "a fill took money that was set aside, or was available, for a position",
    Kind.UNFILL: "a fill failed to settle and gave back all it had taken",
    Kind.RELEASE: "the order ended, and what it did not use is available again",
    Kind.RESOLVE: "the market's outcome turned the position into its payout and a result",
    Kind.UNRESOLVE: "a fill failed after the outcome: its part of payout and result was taken back",
    Kind.SETTLE: "the payout can be used again",
    Kind.UNSETTLE: "a payout that was not ours after all is no longer available",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One posting with its cause in words, and the balances of its book after it."""

    row: PostingRow
    words: str
    balances: Balances


def explain(postings: Sequence[PostingRow]) -> tuple[Step, ...]:
    """The postings in their order, each book counted by itself (LESSONS L36)."""
    books = {row.book: Balances() for row in postings}
    steps = []
    for row in postings:
        books[row.book] = books[row.book].after(row.posting)
        steps.append(Step(row=row, words=_words(row), balances=books[row.book]))
    return tuple(steps)


def _words(row: PostingRow) -> str:
    whose = "" if row.lt_order_id is None else f" ({row.lt_order_id})"
    return f"{_WORDS[row.kind]}{whose}"
