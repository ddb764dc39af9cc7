"""The bare ceiling: dequeue, three transactions, one signature, one POST, and nothing else.

A Celery application of its own. It runs in the same kind of worker, on the same broker and
database, with the same signer and HTTP client as the execution path that it is compared with.
"""

import json
from functools import cache

from celery import Celery
from psycopg_pool import ConnectionPool

from ltsys.bootstrap import services
from ltsys.domain.ids import TokenId
from ltsys.domain.source_trade import Side
from ltsys.domain.venue import OrderTicket, TimeInForce

TABLE = "CREATE TABLE IF NOT EXISTS bench_bare (id bigint PRIMARY KEY, state text, order_id text)"

app = Celery("ltsys-bench")
app.config_from_object("celeryconfig")


@cache
def _pool() -> ConnectionPool:
    own = services().settings
    return ConnectionPool(own.database_url, max_size=own.database_pool, open=True)


@app.task(name="execution.bare_order")  # type: ignore[untyped-decorator]  # celery has no types
def bare_order(number: int, token_id: str, stub_url: str) -> None:
    """One order with none of the checks, books and logs of the real path."""
    own = services()
    with _pool().connection() as first:
        first.execute("INSERT INTO bench_bare VALUES (%s, 'planned', NULL)", (number,))
    signed = own.signer.sign(_ticket(number, token_id))
    with _pool().connection() as second:
        second.execute(
            "UPDATE bench_bare SET state = 'submitting', order_id = %s WHERE id = %s",
            (signed.order_id, number),
        )
    own.http.write("POST", stub_url, headers={}, body=json.dumps(signed.envelope))
    with _pool().connection() as third:
        third.execute("UPDATE bench_bare SET state = 'accepted' WHERE id = %s", (number,))


def _ticket(number: int, token_id: str) -> OrderTicket:
    return OrderTicket(
        token_id=TokenId(token_id),
        side=Side.BUY,
        maker_units=1_000_000,
        taker_units=2_000_000,
        is_neg_risk=False,
        salt=number,
        timestamp_ms=number,
        time_in_force=TimeInForce.FAK,
        expires_at_s=0,
    )
