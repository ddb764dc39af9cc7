"""What the book says of an order before it is sent: spread, depth, slippage, edge (L18)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ltsys.domain.checks import PERCENT, at_least, at_most
from ltsys.domain.denial import Check, DenialCode
from ltsys.domain.draft import Draft
from ltsys.domain.fees import taker_fee
from ltsys.domain.market import Book
from ltsys.domain.money import ZERO_SHARES, ZERO_USD, Price, Shares, Usd
from ltsys.domain.quality import slippage_ratio
from ltsys.domain.situation import Situation
from ltsys.domain.source_trade import Side

_STEP = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What a BUY would find: the offers at or below its limit, cheapest first."""

    depth: Usd
    """All that is on offer within the limit."""
    spent: Usd
    shares: Shares

    @property
    def average_price(self) -> Price | None:
        """Dollars a share of what would be bought; None where nothing would be."""
        return (
            Price((self.spent.amount / self.shares.count).quantize(_STEP)) if self.spent else None
        )


def walk(book: Book, *, limit: Price, spend: Usd) -> Walk:
    """The BUY of `spend` at up to `limit`, matched against the book as it is."""
    left, shares, depth = spend, ZERO_SHARES, ZERO_USD
    for level in sorted(book.asks, key=lambda level: level.price):
        if level.price > limit:
            break
        offered = level.price * level.shares
        depth += offered
        taken = min(left, offered)
        if taken:
            shares += level.price.shares_for(taken)
        left -= taken
    return Walk(depth=depth, spent=spend - left, shares=shares)


def spread_checks(situation: Situation, book: Book) -> Iterator[Check]:
    """How far best bid and ask lie apart, in dollars a share; not known while a side is empty."""
    bid, ask = book.best_bid, book.best_ask
    width = None if bid is None or ask is None else ask.per_share - bid.per_share
    code = DenialCode.SPREAD_TOO_WIDE
    yield from at_most(code, "the spread", width, situation.rules.max_spread)


def depth_checks(situation: Situation, draft: Draft) -> Iterator[Check]:
    """What walking the book for the exact size says of depth, slippage and edge.

    What cannot be estimated, because nothing is on offer within the limit, meets no limit. An
    order without a probability of the model is not asked for its edge.
    """
    rules, probability = situation.rules, situation.signal.probability
    found = walk(draft.book, limit=draft.limit, spend=draft.spend)
    share = rules.min_depth_ratio
    wanted = None if share is None else draft.spend.times(share)
    what = f"what is on offer up to {draft.limit.per_share}"
    yield from at_least(DenialCode.INSUFFICIENT_DEPTH, what, found.depth, wanted)
    code, slippage = DenialCode.SLIPPAGE_TOO_HIGH, _slippage(situation, found)
    most = rules.max_slippage_ratio
    yield from at_most(code, "the estimated slippage", slippage, most, show=PERCENT)
    if probability is None:
        return
    what, edge = "the probability less price and fee", _edge(probability, draft, found)
    yield from at_least(DenialCode.INSUFFICIENT_EDGE, what, edge, rules.min_edge)


def _slippage(situation: Situation, found: Walk) -> Decimal | None:
    price = found.average_price
    if price is None:
        return None
    return slippage_ratio(side=Side.BUY, signal=situation.signal.price, fill=price).quantize(_STEP)


def _edge(probability: Decimal, draft: Draft, found: Walk) -> Decimal | None:
    """Dollars a share: probability − average price − taker fee (FT_RULES §4, VENUE §11)."""
    price = found.average_price
    if price is None:
        return None
    market = draft.market
    fee = taker_fee(Shares(Decimal(1)), price, rate=market.fee_rate, exponent=market.fee_exponent)
    return probability - price.per_share - fee.amount
