"""The order that a signal asks for, before anything is compared with a limit."""

from dataclasses import dataclass
from decimal import Decimal

from ltsys.domain.exposure import Stake, loss_if_filled
from ltsys.domain.fees import highest_fee
from ltsys.domain.ids import TokenId
from ltsys.domain.market import Book, Market
from ltsys.domain.money import ZERO_SHARES, ZERO_USD, Price, Shares, Usd
from ltsys.domain.pricing import MIN_MARKETABLE_BUY, buy_units, limit_price
from ltsys.domain.situation import Situation
from ltsys.domain.volatility import swing, volatility

_ONE = Decimal(1)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What would be signed, in the book and the market of the moment."""

    market: Market
    book: Book
    limit: Price
    maker_units: int
    taker_units: int
    highest_fee: Usd

    @property
    def spend(self) -> Usd:
        """The dollars of the BUY, fee apart."""
        return Usd.from_units(self.maker_units)

    @property
    def reserve(self) -> Usd:
        """The most that the order may cost."""
        return self.spend + self.highest_fee

    def stake(self, token: TokenId) -> Stake:
        """The order as one that works and has bought nothing yet."""
        return Stake(
            condition_id=self.market.condition_id,
            token_id=token,
            is_neg_risk=self.market.is_neg_risk,
            is_yes=self.market.is_first(token),
            shares=ZERO_SHARES,
            cost=ZERO_USD,
            reserved=self.reserve,
            working_loss=loss_if_filled(self.reserve, Shares.from_units(self.taker_units)),
        )


def drafted(situation: Situation, market: Market, book: Book) -> Draft | None:
    """The order on the grid of the book; None where no price of it lies within the tolerance."""
    limit = limit_price(situation.signal.price, tolerance(situation, book), book.tick)
    if limit is None:
        return None
    maker_units, taker_units = buy_units(_size(situation), limit, marketable=True)
    return Draft(
        market=market,
        book=book,
        limit=limit,
        maker_units=maker_units,
        taker_units=taker_units,
        highest_fee=highest_fee(Usd.from_units(maker_units), market),
    )


def tolerance(situation: Situation, book: Book) -> Decimal:
    """How far above the signal price the order may pay, as a ratio of it (LESSONS L15).

    The strategy's own slippage tolerance. With `max_tolerance` it grows in a market that moves
    fast or is wide: to half the spread as a ratio of the mid, plus the volatility as a ratio of
    the signal price, and never beyond `max_tolerance`. A volatility that is not known adds
    nothing.
    """
    own, most = situation.strategy.slippage_tolerance, situation.rules.max_tolerance
    if most is None:
        return own
    bid, ask, mid = book.best_bid, book.best_ask, book.mid
    if bid is None or ask is None or mid is None:
        return min(own, most)
    spread = (ask.per_share - bid.per_share) / 2 / mid
    moves = (volatility(situation.recent_prices) or Decimal(0)) / situation.signal.price.per_share
    return min(most, max(own, spread + moves))


def _size(situation: Situation) -> Usd:
    """The signal's dollars, scaled by volatility, then raised to the venue's minimum if asked.

    They count up to what the owner took over of the FT wallet's bets. A force test is placed as
    it was asked for.
    """
    signal, rules = situation.signal, situation.rules
    if signal.is_force_test:
        return signal.size
    cap = situation.strategy.bet_cap
    asked = signal.size if cap is None else min(signal.size, cap)
    size = asked.times(_scale(situation)).rounded_down(_CENT)
    if rules.raises_to_minimum and size < MIN_MARKETABLE_BUY:
        return MIN_MARKETABLE_BUY
    return size


def _scale(situation: Situation) -> Decimal:
    """1 in a calm market, target ÷ volatility in one that swings more than the target."""
    target = situation.rules.target_volatility
    if target is None:
        return _ONE
    measured = swing(situation.recent_prices, situation.signal.price)
    return _ONE if measured <= target else target / measured
