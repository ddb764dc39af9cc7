"""Answers to requests that may be sent again."""

from dataclasses import replace
from datetime import datetime

from ltsys.adapters.memory.session import Session
from ltsys.adapters.memory.tables import AnswerRow
from ltsys.domain.ids import UserId
from ltsys.ports.answers import Answer, KeptAnswer


class AnswerRecords(Session):
    """`ltsys.ports.answers.AnswerStore`."""

    def claim_answer(self, user_id: UserId, key: str, fingerprint: str) -> KeptAnswer | None:
        rows = self._tables.idempotency_keys
        known = rows.get((user_id, key))
        if known is not None:
            return known.kept
        kept = KeptAnswer(fingerprint=fingerprint, answer=None)
        rows[user_id, key] = AnswerRow(kept=kept, claimed_at=self._clock.wall())
        return None

    def keep_answer(self, user_id: UserId, key: str, answer: Answer) -> None:
        row = self._tables.idempotency_keys.get((user_id, key))
        if row is not None and row.kept.answer is None:
            answered = replace(row, kept=replace(row.kept, answer=answer))
            self._tables.idempotency_keys[user_id, key] = answered

    def release_answer(self, user_id: UserId, key: str) -> None:
        row = self._tables.idempotency_keys.get((user_id, key))
        if row is not None and row.kept.answer is None:
            del self._tables.idempotency_keys[user_id, key]

    def forget_answers(self, before: datetime) -> None:
        rows = self._tables.idempotency_keys
        self._tables.idempotency_keys = {
            key: row for key, row in rows.items() if row.claimed_at >= before
        }
