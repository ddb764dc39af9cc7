"""How a market ended for a token, once it has officially ended (FT_RULES §9)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ltsys.domain.ids import TokenId
from ltsys.domain.market import Market, Outcome

_WON_FROM = Decimal("0.99")
_LOST_TO = Decimal("0.01")
_HALF = Decimal("0.5")
_BINARY = 2


class Verdict(StrEnum):
    """What became of one outcome. The values are those of an order's outcome."""

    WON = "WON"
    LOST = "LOST"
    VOID = "VOID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The end of one outcome: the verdict and the dollars each share pays."""

    verdict: Verdict
    payout_per_share: Decimal


_WON = Resolved(verdict=Verdict.WON, payout_per_share=Decimal(1))
_LOST = Resolved(verdict=Verdict.LOST, payout_per_share=Decimal(0))
_VOID = Resolved(verdict=Verdict.VOID, payout_per_share=_HALF)
_ENDS = (_WON, _LOST, _VOID)


def payouts(market: Market) -> tuple[Decimal | None, ...] | None:
    """Dollars a share of each outcome, None while the market is not officially over.

    Official closure is needed: a live game at 99 ¢ is not resolved (LESSONS L44). A market
    both closed and resolved at 0.5 each is void and pays half (deviation D9, LESSONS L46).
    One outcome's payout is None where its price is neither of a winner nor of a loser.
    """
    prices = [outcome.price for outcome in market.outcomes]
    known = [price for price in prices if price is not None]
    if not market.is_closed or not known or len(known) < len(prices):
        return None
    if market.is_resolved and len(known) == _BINARY and set(known) == {_HALF}:
        return (_HALF, _HALF)
    if max(known) < _WON_FROM or min(known) > _LOST_TO:
        return None
    return tuple(_payout(price) for price in known)


def resolution_of(
    market: Market, *, token_id: TokenId | None, token_label: str = ""
) -> Resolved | None:
    """The end of one outcome, None to leave it open.

    Matched by token id; by label only where no token id is stored. What matches nothing stays
    open: there is no default outcome (LESSONS L07).
    """
    paid = payouts(market)
    ours = _outcome(market, token_id, token_label)
    if paid is None or ours is None:
        return None
    payout = paid[market.outcomes.index(ours)]
    return next((end for end in _ENDS if end.payout_per_share == payout), None)


def _payout(price: Decimal) -> Decimal | None:
    if price >= _WON_FROM:
        return Decimal(1)
    return Decimal(0) if price <= _LOST_TO else None


def _outcome(market: Market, token_id: TokenId | None, label: str) -> Outcome | None:
    if token_id:
        return market.outcome_of(token_id)
    return market.outcome_labelled(label) if label.strip() else None
