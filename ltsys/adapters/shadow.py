"""The paper venue: shadow orders meet the real book, and nothing of them leaves this system."""

from datetime import datetime

from ltsys.domain.errors import (
    AlreadyRecordedError,
    MalformedAnswerError,
    VenueRejectedError,
    VenueUnavailableError,
)
from ltsys.domain.ids import Address, ConditionId, TokenId, VenueOrderId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import Shares
from ltsys.domain.shadow import ShadowOrder, offered
from ltsys.domain.strategy import Mode
from ltsys.domain.venue import (
    Accepted,
    AcceptedStatus,
    AlreadySeen,
    CancelAnswer,
    Killed,
    PostAnswer,
    SignedOrder,
    VenueFill,
    VenueOrder,
    VenueOrderStatus,
)
from ltsys.ports import Clock, MarketData
from ltsys.ports.store import Store


class ShadowVenue:
    """`ltsys.ports.OrderVenue` by walking the book at the moment of the post (DESIGN §8).

    What it answered is rows, so that a repeated post and a later look find the same fills, after
    a restart too. It knows orders by our own rows, never by the envelope.
    """

    def __init__(
        self, store: Store, market_data: MarketData, clock: Clock, account: Address
    ) -> None:
        self._store = store
        self._market_data = market_data
        self._clock = clock
        self._account = account

    def post(self, signed: SignedOrder) -> PostAnswer:
        with self._store.reading() as tx:
            known = tx.shadow_order(signed.order_id)
            order = tx.order_of_envelope(signed.order_id)
        if known is not None:
            return _seen()
        if order is None or order.mode is not Mode.SHADOW:
            raise VenueRejectedError("NOT_A_SHADOW_ORDER", f"{signed.order_id} is not on paper")
        made = self._match(order, signed.order_id)
        try:
            with self._store.transaction() as tx:
                tx.add_shadow_order(made)
        except AlreadyRecordedError:
            return _seen()
        if not made.fills:
            return Killed(text="no offer within the limit on the real book")
        return Accepted(
            order_id=made.order_id,
            status=AcceptedStatus.MATCHED,
            matched_usd=made.matched_usd,
            matched_shares=made.matched,
        )

    def _match(self, order: LiveOrder, order_id: VenueOrderId) -> ShadowOrder:
        """Raises VenueUnavailableError without a book that can be believed (LESSONS L18)."""
        try:
            book = self._market_data.book(order.token_id)
        except MalformedAnswerError as error:
            raise VenueUnavailableError(f"the book cannot be believed: {error}") from error
        return offered(order, order_id, book, at=self._clock.now())

    def order(self, order_id: VenueOrderId) -> VenueOrder | None:
        with self._store.reading() as tx:
            known = tx.shadow_order(order_id)
        if known is None:
            return None
        status = VenueOrderStatus.MATCHED if known.fills else VenueOrderStatus.CANCELED
        return VenueOrder(
            order_id=order_id,
            condition_id=known.condition_id,
            token_id=known.token_id,
            status=status,
            original=known.asked,
            matched=known.matched,
        )

    def fills(
        self, order_id: VenueOrderId, condition_id: ConditionId, since: datetime
    ) -> tuple[VenueFill, ...]:
        with self._store.reading() as tx:
            known = tx.shadow_order(order_id)
        fills = () if known is None else known.fills
        return tuple(
            fill for fill in fills if fill.condition_id == condition_id and fill.matched_at >= since
        )

    def cancel(self, order_id: VenueOrderId) -> CancelAnswer:
        """Nothing rests on paper, so there is nothing to cancel."""
        return CancelAnswer(is_canceled=False, reason=f"{order_id} does not rest")

    def shares(self, token_id: TokenId) -> Shares:
        with self._store.reading() as tx:
            return tx.shadow_shares(self._account, token_id)


def _seen() -> AlreadySeen:
    return AlreadySeen(text="Duplicated")
