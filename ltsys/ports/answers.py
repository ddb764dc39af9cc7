"""What was answered to a request that may be sent again (issue "accounts and API", L01)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ltsys.domain.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status of HTTP and the JSON that came with it."""

    status: int
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What is known of a request that was sent before."""

    fingerprint: str
    """Of the method, the path and the body of the first one."""
    answer: Answer | None
    """None while the first one runs, or for ever where it died in the middle."""


class AnswerStore(Protocol):
    """One row a user and key; a key is the caller's own word for one request."""

    def claim_answer(self, user_id: UserId, key: str, fingerprint: str) -> KeptAnswer | None:
        """None where the key was new: it is now the caller's to answer."""
        ...

    def keep_answer(self, user_id: UserId, key: str, answer: Answer) -> None: ...

    def release_answer(self, user_id: UserId, key: str) -> None:
        """The request changed nothing: the key may be used again. A kept answer stays."""
        ...

    def forget_answers(self, before: datetime) -> None:
        """Those that were claimed before that machine time."""
        ...
