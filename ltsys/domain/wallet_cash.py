"""The venue's own gate: the wallet's cash must cover all that works and all that is unsettled."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ltsys.domain.money import ZERO_USD, Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletCash:
    """What is known of a trading wallet's dollars, over all of its strategies (VENUE §10).

    `collateral` is what the venue showed at `read_at`, machine time just before it was asked;
    None where it never was. `committed` is what working orders hold aside, test orders too, and
    what fills cost that the reading may not have seen: those that were not mined by then.
    """

    collateral: Usd | None
    read_at: datetime | None
    committed: Usd = ZERO_USD


UNREAD: Final = WalletCash(collateral=None, read_at=None)
