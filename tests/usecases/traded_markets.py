"""A floor with several markets, whose orders are filled at once from the book they are sent to."""

from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal

from live_made import a_book, a_market
from trading_floor import Floor, accepted

from ltsys.domain.live_order import LiveOrder
from ltsys.domain.market import BookLevel, Outcome
from ltsys.domain.money import Price, Shares, Usd
from ltsys.domain.order import ENDED
from ltsys.domain.venue import VenueOrderStatus
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.resolve_market import resolve_market, settle_due

ASK = Price.of("0.40")
_STEP = Decimal("0.00001")


class TradedMarkets:
    """What happens, in words of the tests; every signal is for the first outcome at 40 ¢."""

    def __init__(self, floor: Floor, *, fee_rate: str = "0", depth: str = "500") -> None:
        self.floor, self.fee_rate, self.depth = floor, Decimal(fee_rate), Shares.of(depth)
        self._known: set[int] = set()

    def signal(self, number: int, *, market: int, size: str) -> LiveOrder | None:
        """It is decided, and filled as far as the book goes."""
        self._open(market)
        key = self.floor.signal(
            number,
            condition_id=_condition(market),
            token_id=_token(market),
            size=Usd.of(size),
            order_time=self.floor.clock.now(),
        )
        self.floor.venue.answers.append(accepted())
        execute_order(key, desk=self.floor.desk)
        order = self.floor.row(key).order
        if order is None:
            self.floor.venue.answers.clear()
            return None
        return self._fill(order, number)

    def resolve(self, market: int, yes: str) -> None:
        """A second later the market ends, its first outcome worth so much a share."""
        self.pass_time(seconds=1)
        no = str(1 - Decimal(yes))
        ended = {"is_closed": True, "is_resolved": True, "accepts_orders": False}
        self.floor.market_data.shown[_condition(market)] = self._market(market, yes, no, **ended)
        resolve_market(
            _condition(market),
            store=self.floor.store,
            market_data=self.floor.desk.market_data,
            clock=self.floor.clock,
        )
        settle_due(store=self.floor.store, clock=self.floor.clock)

    def pass_time(self, **time: float) -> None:
        self.floor.clock.move(timedelta(**time))
        settle_due(store=self.floor.store, clock=self.floor.clock)

    def _open(self, market: int) -> None:
        if market in self._known:
            return
        self._known.add(market)
        level = BookLevel(price=ASK, shares=self.depth)
        book = a_book(condition_id=_condition(market), token_id=_token(market), asks=(level,))
        shown = self._market(market, "0.40", "0.60")
        self.floor.market_data.books[_token(market)] = book
        self.floor.market_data.shown[_condition(market)] = shown
        self.floor.tables_market(shown)

    def _market(self, market: int, yes: str, no: str, **changes):
        return a_market(
            condition_id=_condition(market),
            outcomes=(
                Outcome(label="Yes", token_id=_token(market), price=Decimal(yes)),
                Outcome(label="No", token_id=f"9{_token(market)}", price=Decimal(no)),
            ),
            fee_rate=self.fee_rate,
            **changes,
        )

    def _fill(self, order: LiveOrder, number: int) -> LiveOrder:
        wanted = (order.plan.spend.amount / ASK.per_share / _STEP).to_integral_value(ROUND_FLOOR)
        shares = min(wanted * _STEP, self.depth.count)
        filled = self.floor.stream(
            order,
            number,
            condition_id=order.condition_id,
            token_id=order.token_id,
            shares=str(shares),
            price=str(ASK.per_share),
            matched_at=self.floor.clock.now(),
        )
        if filled.status not in ENDED:
            self.floor.shows(filled, VenueOrderStatus.CANCELED, matched=str(shares))
        return self.floor.track(filled)


def _condition(market: int) -> str:
    return f"0x{market:064x}"


def _token(market: int) -> str:
    return str(1_000 + market)
