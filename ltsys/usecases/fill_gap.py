"""Look up what a decision lacked, so that nothing is denied for what could have been asked."""

from enum import StrEnum

from ltsys.domain.denial import Denial, DenialCode
from ltsys.domain.live_order import Plan
from ltsys.domain.strategy import Signal
from ltsys.domain.wallet_cash import WalletCash
from ltsys.usecases.desk import Desk
from ltsys.usecases.read_collateral import read_collateral

_OF_THE_WALLET = frozenset({DenialCode.WALLET_BALANCE_UNKNOWN, DenialCode.WALLET_BALANCE_EXCEEDED})


class Gap(StrEnum):
    """What may be missing, or too old to deny by."""

    CASH = "cash"
    """Of the trading wallet, at the venue."""
    MARKET = "market"
    """Of the signal. A second delivery may come before the tick that learns new markets."""


def gap_behind(verdict: Plan | Denial, cash: WalletCash, desk: Desk) -> Gap | None:
    """What the venue might know better than the rows that denied; None where nothing does."""
    if isinstance(verdict, Plan):
        return None
    if verdict.code is DenialCode.MARKET_UNKNOWN:
        return Gap.MARKET
    oldest = desk.clock.wall() - desk.patience.cash_is_fresh_for
    is_old = cash.read_at is None or cash.read_at < oldest
    return Gap.CASH if verdict.code in _OF_THE_WALLET and is_old else None


def fill_gap(gap: Gap, signal: Signal, *, desk: Desk) -> None:
    """The rows say what the venue says now.

    Raises VenueUnavailableError and MalformedAnswerError, and then they are as they were.
    """
    match gap:
        case Gap.CASH:
            read_collateral(desk=desk)
        case Gap.MARKET:
            now = desk.clock.now()
            found = desk.market_data.markets((signal.condition_id,))
            with desk.store.transaction() as tx:
                tx.save_markets(found, checked_at=now)
