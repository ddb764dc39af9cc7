"""Answers to requests that may be sent again."""

from datetime import datetime

from ltsys.adapters.postgres.session import Session
from ltsys.domain.ids import UserId
from ltsys.ports.answers import Answer, KeptAnswer


class AnswerRecords(Session):
    """`ltsys.ports.answers.AnswerStore`."""

    def claim_answer(self, user_id: UserId, key: str, fingerprint: str) -> KeptAnswer | None:
        claimed = self._row(
            """
            INSERT INTO idempotency_keys (user_id, key, fingerprint) VALUES (%s, %s, %s)
            ON CONFLICT DO NOTHING RETURNING key
            """,
            (user_id, key, fingerprint),
        )
        if claimed is not None:
            return None
        # read by itself: the row of whoever was first is seen only by a later statement
        row = self._row(
            "SELECT * FROM idempotency_keys WHERE user_id = %s AND key = %s", (user_id, key)
        )
        if row is None:
            return self.claim_answer(user_id, key, fingerprint)
        status, body = row["status"], row["body"]
        return KeptAnswer(
            fingerprint=row["fingerprint"],
            answer=None if status is None else Answer(status=status, body=body),
        )

    def keep_answer(self, user_id: UserId, key: str, answer: Answer) -> None:
        self._write(
            """
            UPDATE idempotency_keys SET status = %s, body = %s
             WHERE user_id = %s AND key = %s AND status IS NULL
            """,
            (answer.status, answer.body, user_id, key),
        )

    def release_answer(self, user_id: UserId, key: str) -> None:
        self._write(
            "DELETE FROM idempotency_keys WHERE user_id = %s AND key = %s AND status IS NULL",
            (user_id, key),
        )

    def forget_answers(self, before: datetime) -> None:
        self._write("DELETE FROM idempotency_keys WHERE claimed_at < %s", (before,))
