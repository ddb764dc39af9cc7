"""A leader's trade as seen on the venue, before anybody decides about it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from hashlib import sha256

from ltsys.domain.ids import (
    Address,
    ConditionId,
    SourceTradeId,
    TokenId,
    address,
    condition_id,
    token_id,
)
from ltsys.domain.money import Price, Shares, Usd, exact

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MILLISECONDS = 10_000_000_000
_DIGEST_LENGTH = 12


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTrade:
    """One fill of a leader, well formed (deviation D1 of FT_RULES §10)."""

    source_trade_id: SourceTradeId
    trader: Address
    condition_id: ConditionId
    token_id: TokenId
    token_label: str
    side: Side
    price: Price
    shares: Shares
    traded_at: datetime
    title: str

    @property
    def value(self) -> Usd:
        """Size × price (FT_RULES §3)."""
        return self.price * self.shares


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRow:
    """A row of the trade feed as served: text, not yet believed."""

    row_id: str | None
    transaction_hash: str | None
    trader: str
    condition_id: str
    token_id: str
    token_label: str
    side: str
    size: str
    price: str
    timestamp: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A feed row that could not be believed, and why in one sentence."""

    reason: str
    text: str


class BadRowReason(StrEnum):
    """What about a feed row could not be believed (deviation D1)."""

    BAD_ID = "bad_id"
    BAD_SIDE = "bad_side"
    BAD_PRICE = "bad_price"
    BAD_SIZE = "bad_size"
    BAD_TIME = "bad_time"


def original_trade_id(
    *,
    row_id: str | None,
    transaction_hash: str | None,
    trader: str | None,
    condition_id: str | None,
    timestamp: str | None,
) -> str:
    """The id as the original made it: several trades of a transaction share one (FT_RULES §1)."""
    return (
        (row_id or "").strip()
        or (transaction_hash or "").strip()
        or "-".join((trader or "", condition_id or "", timestamp or ""))
    )


def source_trade_id(row: TradeRow, ordinal: int) -> SourceTradeId:
    """The row's own id, or one made of everything that tells two trades apart (deviation D3).

    One transaction can hold several fills of several leaders, and they may be served on
    different pages at different times. So the id depends on the row alone: transaction,
    token, side and a digest of trader, size and price. `ordinal` only numbers rows that are
    alike in all of these (VENUE §14.1, LESSONS L06).
    """
    own = (row.row_id or "").strip()
    if own:
        return SourceTradeId(own)
    transaction = original_trade_id(
        row_id=None,
        transaction_hash=row.transaction_hash,
        trader=row.trader.strip().lower(),
        condition_id=row.condition_id.strip().lower(),
        timestamp=row.timestamp.strip(),
    )
    rest = "|".join((row.trader.strip().lower(), _plain(row.size), _plain(row.price)))
    digest = sha256(rest.encode()).hexdigest()[:_DIGEST_LENGTH]
    side = row.side.strip().upper()
    return SourceTradeId(f"{transaction}:{row.token_id.strip()}:{side}:{digest}:{ordinal}")


def numbered(rows: Iterable[TradeRow]) -> Iterator[tuple[TradeRow, int]]:
    """Each row with its ordinal among the rows alike, in the order of appearance from 0.

    Alike rows share transaction and second, so a page window that begins at a whole second
    numbers them as any other window does.
    """
    seen: Counter[SourceTradeId] = Counter()
    for row in rows:
        key = source_trade_id(row, 0)
        yield row, seen[key]
        seen[key] += 1


def parse_trade(row: TradeRow, ordinal: int) -> SourceTrade | BadRow:
    """The row as a trade that rules may be applied to, or why not (deviation D1)."""
    try:
        trader, market = address(row.trader), condition_id(row.condition_id)
        token = token_id(row.token_id)
    except ValueError as error:
        return _bad(BadRowReason.BAD_ID, f"{error}")
    side = row.side.strip().upper()
    if side not in Side.__members__:
        return _bad(BadRowReason.BAD_SIDE, f"{row.side!r} is neither BUY nor SELL")
    try:
        price = Price.of(row.price.strip())
    except ValueError as error:
        return _bad(BadRowReason.BAD_PRICE, f"{error}")
    shares = _positive(row.size)
    if shares is None:
        return _bad(BadRowReason.BAD_SIZE, f"the size {row.size!r} is not a number over 0")
    traded_at = timestamp_of(row.timestamp)
    if traded_at is None:
        return _bad(BadRowReason.BAD_TIME, f"{row.timestamp!r} is not a Unix time")
    return SourceTrade(
        source_trade_id=source_trade_id(row, ordinal),
        trader=trader,
        condition_id=market,
        token_id=token,
        token_label=row.token_label,
        side=Side(side),
        price=price,
        shares=shares,
        traded_at=traded_at,
        title=row.title,
    )


def timestamp_of(text: str | None) -> datetime | None:
    """Aware UTC of a Unix time: seconds below 10 000 000 000, else milliseconds (FT_RULES §2).

    None when there is none or it is no number; ISO text is none. Blank text counts as 0, as
    the original coerced it: a trade of 1970 is too old for every wallet.
    """
    if text is None:
        return None
    try:
        number = exact(text.strip() or 0)
        seconds = number if number < _FIRST_MILLISECONDS else number / 1000
        return _EPOCH + timedelta(microseconds=int(seconds * 1_000_000))
    except (ValueError, OverflowError):
        return None


def _positive(size: str) -> Shares | None:
    try:
        shares = Shares.of(size.strip())
    except ValueError:
        return None
    return shares or None


def _plain(number: str) -> str:
    """One spelling for "15", "15.0" and "1.5e1"; other text as it stands."""
    stripped = number.strip()
    try:
        return f"{Decimal(stripped).normalize():f}"
    except InvalidOperation:
        return stripped


def _bad(reason: BadRowReason, text: str) -> BadRow:
    return BadRow(reason=reason.value, text=text)
