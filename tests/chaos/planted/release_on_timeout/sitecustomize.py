"""A planted bug: an order without an answer gives its capital back."""

from dataclasses import replace

from ltsys.domain import ledger
from ltsys.domain.money import ZERO_USD
from ltsys.domain.order import OrderStatus
from ltsys.usecases import record_answer
from ltsys.usecases.bookkeeping import book_posting

sound = record_answer.end_if_over


def end_if_over(order, state, tx):
    if order.status is not OrderStatus.UNKNOWN or not order.reserved:
        return sound(order, state, tx)
    posting = ledger.release(order.lt_order_id, order.reserved)
    tx.save_state(order.strategy_id, book_posting(order, posting, state, tx))
    return replace(order, reserved=ZERO_USD)


record_answer.end_if_over = end_if_over
