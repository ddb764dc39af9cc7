"""What a shadow order would have got: the real book walked as the venue would (VENUE §5.1).

Nothing is queued behind anybody and nothing that is taken leaves the book, so two shadow orders
at one moment may both take the same offer; every fill counts as settled at once.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from itertools import groupby

from ltsys.domain.ids import ConditionId, LtOrderId, TokenId, VenueOrderId, VenueTradeId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.market import Book
from ltsys.domain.money import ZERO_SHARES, ZERO_USD, Price, Shares, Usd
from ltsys.domain.source_trade import Side
from ltsys.domain.venue import FillStatus, TimeInForce, VenueFill

_SHARE_STEP = Decimal("0.00001")
"""A BUY that is limited by its dollars gets shares in hundred-thousandths (VENUE §5.1)."""
_DUST_SHARES = Decimal("0.01")
"""What is left of an order below a hundredth of a share counts as nothing (VENUE §5.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowOrder:
    """What the shadow venue remembers of an envelope that it was offered."""

    order_id: VenueOrderId
    lt_order_id: LtOrderId
    condition_id: ConditionId
    token_id: TokenId
    asked: Shares
    posted_at: datetime
    """Venue time."""
    fills: tuple[VenueFill, ...]

    @property
    def matched(self) -> Shares:
        """Shares of all fills."""
        return sum((fill.shares for fill in self.fills), ZERO_SHARES)

    @property
    def matched_usd(self) -> Usd:
        """Dollars of all fills, each cut to the millionth as the books count them."""
        return sum(((f.price * f.shares).rounded_down() for f in self.fills), ZERO_USD)


def offered(
    order: LiveOrder, order_id: VenueOrderId, book: Book | None, *, at: datetime
) -> ShadowOrder:
    """The envelope with the fills that this book gives it; without any it is killed."""
    taken = () if book is None else _walked(order, book)
    if order.plan.time_in_force is TimeInForce.FOK and not _uses_up(order, taken):
        taken = ()
    return ShadowOrder(
        order_id=order_id,
        lt_order_id=order.lt_order_id,
        condition_id=order.condition_id,
        token_id=order.token_id,
        asked=Shares.from_units(order.plan.taker_units),
        posted_at=at,
        fills=tuple(
            VenueFill(
                trade_id=VenueTradeId(f"shadow-{order_id}-{number}"),
                order_id=order_id,
                condition_id=order.condition_id,
                token_id=order.token_id,
                side=Side.BUY,
                shares=shares,
                price=price,
                is_taker=True,
                status=FillStatus.CONFIRMED,
                matched_at=at,
            )
            for number, (price, shares) in enumerate(taken, start=1)
        ),
    )


def _walked(order: LiveOrder, book: Book) -> tuple[tuple[Price, Shares], ...]:
    """What a BUY takes, best offer first, until its dollars are spent or the limit is reached."""
    left, taken = order.plan.spend.amount, []
    for price, on_offer in _offers(book):
        if price > order.plan.limit_price:
            break
        shares = min(_cut(left / price.per_share), on_offer)
        if shares < _DUST_SHARES:
            continue
        taken.append((price, Shares(shares)))
        left -= (price * Shares(shares)).rounded_down().amount
    return tuple(taken)


def _offers(book: Book) -> list[tuple[Price, Decimal]]:
    """Shares by price, the lowest price first, found by value (LESSONS L17)."""
    ordered = sorted(book.asks, key=lambda level: level.price.per_share)
    return [
        (price, sum((level.shares.count for level in levels), Decimal(0)))
        for price, levels in groupby(ordered, key=lambda level: level.price)
    ]


def _uses_up(order: LiveOrder, taken: tuple[tuple[Price, Shares], ...]) -> bool:
    spent = sum(((p * s).rounded_down() for p, s in taken), ZERO_USD)
    left = (order.plan.spend - spent).amount / order.plan.limit_price.per_share
    return left < _DUST_SHARES


def _cut(shares: Decimal) -> Decimal:
    return (shares / _SHARE_STEP).to_integral_value(ROUND_FLOOR) * _SHARE_STEP
