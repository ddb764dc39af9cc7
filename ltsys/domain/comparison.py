"""Find every difference between our books and the venue's word on a wallet (LESSONS L60).

What is under way is no difference: it widens the span in which a balance may lie.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from ltsys.domain.ids import VenueOrderId, VenueTradeId
from ltsys.domain.money import Shares
from ltsys.domain.order import OrderStatus
from ltsys.domain.reconciliation import (
    AMOUNTS,
    CASH_TOLERANCE,
    CORRECTABLE,
    SHARES_TOLERANCE,
    Action,
    BookedFill,
    BookedOrder,
    Books,
    Comparison,
    Finding,
    FindingKey,
    Holding,
    Kind,
    Known,
    Span,
    Theirs,
    exactly,
)
from ltsys.domain.venue import FillStatus, VenueFill

_MOST_FEE_RATIO = Decimal("0.1")
"""Of a fill's dollars: the cap on chain (VENUE §9)."""

_ZERO = Decimal(0)
_AT_REST = frozenset({OrderStatus.LIVE, OrderStatus.PARTIALLY_FILLED})


def compare(ours: Books, theirs: Theirs, known: Known, *, young_after: datetime) -> Comparison:
    """Every difference, once. `young_after` is venue time: younger trades are still on their way.

    `ours` is read after `theirs`: what the venue shows was then in our books, if it is ours.
    """
    booked = {(fill.trade_id, fill.order_id): fill for fill in ours.fills}
    missed: dict[FindingKey, VenueFill] = {}
    coming = [trade for trade in theirs.trades if _is_coming(trade, ours, booked)]
    found = [*_orders(ours, theirs, {trade.order_id for trade in coming})]
    for trade in theirs.trades:
        finding = _trade(trade, ours, booked.get(_key(trade)), young_after)
        if finding is not None:
            found.append(finding)
            if finding.kind in CORRECTABLE:
                missed[finding.name] = trade
    found += _phantoms(ours.fills, theirs.trades)
    holdings = [_with_coming(holding, coming) for holding in ours.holdings]
    found += _tokens(holdings, theirs, known)
    unexplained = _unexplained(ours, holdings, theirs, coming)
    found += _cash(unexplained, theirs.cash, known)
    return Comparison(
        findings=tuple(_judged(finding, known) for finding in found if _counts(finding, known)),
        missed=missed,
        observed=unexplained,
        unexplained=_narrowed(unexplained, known),
        arrived=tuple(h for h in ours.holdings if _has_arrived(h, theirs)),
    )


def _counts(finding: Finding, known: Known) -> bool:
    """Accepted amounts were subtracted before; what is no amount is accepted as a whole."""
    return finding.kind in AMOUNTS or finding.name not in known.accepted


def _judged(finding: Finding, known: Known) -> Finding:
    if finding.action is Action.WATCHED and finding.name in known.standing:
        return replace(finding, action=Action.ALERTED)
    return finding


def _orders(ours: Books, theirs: Theirs, matched: Set[VenueOrderId]) -> Iterator[Finding]:
    """Of the `matched` a fill is on its way to us, which tells where they went."""
    shown = {order.order_id: order for order in theirs.orders}
    for order_id, order in shown.items():
        booked = ours.orders.get(order_id)
        if booked is None:
            yield Finding(
                kind=Kind.UNKNOWN_ORDER, key=order_id, ours="none", theirs=order.status.value
            )
        elif booked.is_over and not booked.is_young:
            yield Finding(
                kind=Kind.REVIVED_ORDER,
                key=order_id,
                ours=booked.status.value if booked.is_newest else "an earlier attempt",
                theirs=order.status.value,
                lt_order_id=booked.lt_order_id,
            )
    for order_id, booked in ours.orders.items():
        is_waiting = booked.is_young or booked.is_parked or order_id in matched
        is_at_rest = booked.status in _AT_REST and booked.is_newest
        if is_at_rest and order_id not in shown and not is_waiting:
            yield Finding(
                kind=Kind.ORDER_NOT_SHOWN,
                key=order_id,
                ours=booked.status.value,
                theirs="none",
                action=Action.ASKED,
                lt_order_id=booked.lt_order_id,
            )


def _trade(
    trade: VenueFill, ours: Books, booked: BookedFill | None, young_after: datetime
) -> Finding | None:
    order = ours.orders.get(trade.order_id)
    kind = _kind_of(trade, order, booked)
    if kind is None:
        return None
    is_young = trade.matched_at > young_after or (order is not None and order.is_young)
    if is_young or (booked is not None and booked.is_young):
        return None
    difference = None
    if kind is Kind.FILL_DIFFERS and booked is not None:
        difference = _cost(trade) - booked.cost.amount
    return Finding(
        kind=kind,
        key=f"{trade.trade_id}:{trade.order_id}",
        ours="none" if booked is None else _words(booked.shares, booked.status),
        theirs=_words(trade.shares, trade.status),
        difference=difference or None,
        lt_order_id=order.lt_order_id if order else None,
    )


def _kind_of(trade: VenueFill, order: BookedOrder | None, booked: BookedFill | None) -> Kind | None:
    has_failed = trade.status is FillStatus.FAILED
    if order is None:
        return None if has_failed else Kind.UNKNOWN_TRADE
    if booked is None:
        return None if has_failed else Kind.MISSED_FILL
    if has_failed and not booked.status.is_final:
        return Kind.FAILED_FILL
    return Kind.FILL_DIFFERS if _differ(trade, booked) else None


def _differ(trade: VenueFill, booked: BookedFill) -> bool:
    """Two final words against each other, or other amounts."""
    final = {FillStatus.CONFIRMED, FillStatus.FAILED}
    if {trade.status, booked.status} == final:
        return True
    return (
        abs(trade.shares.count - booked.shares.count) > SHARES_TOLERANCE
        or abs(_cost(trade) - booked.cost.amount) > CASH_TOLERANCE
    )


def _phantoms(fills: Iterable[BookedFill], trades: Iterable[VenueFill]) -> Iterator[Finding]:
    listed = {_key(trade) for trade in trades}
    for fill in fills:
        is_settled = fill.status is not FillStatus.FAILED and not fill.is_young
        if is_settled and (fill.trade_id, fill.order_id) not in listed:
            yield Finding(
                kind=Kind.PHANTOM_FILL,
                key=f"{fill.trade_id}:{fill.order_id}",
                ours=_words(fill.shares, fill.status),
                theirs="none",
                lt_order_id=fill.lt_order_id,
            )


def _is_coming(
    trade: VenueFill, ours: Books, booked: Mapping[tuple[VenueTradeId, VenueOrderId], BookedFill]
) -> bool:
    """A fill of ours that will be booked: until then the venue's balances are ahead of us."""
    return (
        trade.order_id in ours.orders
        and _key(trade) not in booked
        and trade.status is not FillStatus.FAILED
    )


def _with_coming(holding: Holding, coming: Iterable[VenueFill]) -> Holding:
    more = sum((t.shares.count for t in coming if t.token_id == holding.token_id), _ZERO)
    return replace(holding, bought=holding.bought + Span(least=_ZERO, most=more))


def _tokens(holdings: Iterable[Holding], theirs: Theirs, known: Known) -> Iterator[Finding]:
    """Of a market that is over, shares may be there or have been redeemed (LESSONS L60)."""
    for holding in holdings:
        held = theirs.shares.get(holding.token_id)
        if held is None:
            continue
        accepted = known.accepted.get((Kind.TOKEN_BALANCE, holding.token_id), _ZERO)
        expected = holding.bought
        if holding.payout is not None or holding.token_id in theirs.over:
            expected = replace(expected, least=_ZERO)
        difference = exactly(held.count - accepted).distance(expected)
        if abs(difference) > SHARES_TOLERANCE:
            yield Finding(
                kind=Kind.TOKEN_BALANCE,
                key=holding.token_id,
                ours=str(holding.bought),
                theirs=f"{held.count:f}",
                difference=difference,
            )


def _unexplained(
    ours: Books, holdings: Iterable[Holding], theirs: Theirs, coming: Iterable[VenueFill]
) -> Span | None:
    """Dollars of the wallet that did not come from our orders; None where anything is possible."""
    costs = sum((_cost(trade) for trade in coming), _ZERO)
    spent = ours.spent + Span(least=_ZERO, most=costs * (1 + _MOST_FEE_RATIO))
    received = exactly(ours.redeemed)
    for holding in holdings:
        received += _received(holding, theirs)
    if received.most is None or spent.most is None or theirs.cash.most is None:
        return None
    return Span(
        least=theirs.cash.least + spent.least - received.most,
        most=theirs.cash.most + spent.most - received.least,
    )


def _received(holding: Holding, theirs: Theirs) -> Span:
    """What the shares of a token that are gone have paid."""
    held = theirs.shares.get(holding.token_id)
    is_over = holding.payout is not None or holding.token_id in theirs.over
    if not is_over or held is None:
        return exactly(_ZERO)
    payout = holding.payout if holding.payout is not None else theirs.over[holding.token_id]
    least = max(_ZERO, holding.bought.least - held.count)
    most = holding.bought.most
    gone = None if most is None else max(_ZERO, most - held.count)
    if payout is None:
        return Span(least=_ZERO, most=gone)
    if not payout:
        return exactly(_ZERO)
    return Span(least=least * payout, most=None if gone is None else gone * payout)


def _cash(unexplained: Span | None, cash: Span, known: Known) -> Iterator[Finding]:
    if unexplained is None or known.unexplained is None:
        return
    difference = unexplained.distance(known.unexplained)
    if abs(difference) > CASH_TOLERANCE:
        yield Finding(
            kind=Kind.COLLATERAL,
            key="usd",
            ours=str(cash.minus(difference)),
            theirs=str(cash),
            difference=difference,
        )


def _narrowed(unexplained: Span | None, known: Known) -> Span | None:
    """What every look agrees on: each may rule out a part of what was possible before."""
    before = known.unexplained
    if unexplained is None or before is None:
        return before or unexplained
    if unexplained.distance(before) or before.most is None or unexplained.most is None:
        return before
    return Span(least=max(unexplained.least, before.least), most=min(unexplained.most, before.most))


def _has_arrived(holding: Holding, theirs: Theirs) -> bool:
    held = theirs.shares.get(holding.token_id)
    is_settled = holding.payout is not None and holding.bought.most == holding.bought.least
    return is_settled and held is not None and held.count <= SHARES_TOLERANCE


def _key(trade: VenueFill) -> tuple[VenueTradeId, VenueOrderId]:
    return trade.trade_id, trade.order_id


def _cost(trade: VenueFill) -> Decimal:
    return (trade.price * trade.shares).rounded_down().amount


def _words(shares: Shares, status: FillStatus) -> str:
    return f"{shares.count:f} shares, {status}"
