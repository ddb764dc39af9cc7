"""The venue's own gate: the wallet's cash must cover all that works and all that is unsettled."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ltsys.domain.checks import at_least, within
from ltsys.domain.denial import Check, DenialCode
from ltsys.domain.money import ZERO_USD, Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletCash:
    """What is known of a trading wallet's dollars, over all of its strategies (VENUE §5).

    `collateral` is what the venue showed at `read_at`, machine time just before it was asked;
    None where it never was. `committed` is what working orders hold aside, test orders too, and
    what those fills cost that the reading may not have seen: all that were not confirmed by then.
    """

    collateral: Usd | None
    read_at: datetime | None
    committed: Usd = ZERO_USD


UNREAD: Final = WalletCash(collateral=None, read_at=None)


def wallet_checks(needed: Usd, cash: WalletCash) -> Iterator[Check]:
    """Cash ≥ working + unsettled + this order, or the venue would refuse it (LESSONS L18, L30)."""
    if cash.collateral is None:
        what = "the wallet's cash at the venue"
        yield from at_least(DenialCode.WALLET_BALANCE_UNKNOWN, what, None, needed)
        return
    yield from within(
        DenialCode.WALLET_BALANCE_EXCEEDED,
        "what works in the wallet, is unsettled, and this order",
        {"working or unsettled": cash.committed, "this order": needed},
        cash.collateral,
    )
