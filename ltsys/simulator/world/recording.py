"""A recording: markets and leaders' trades read from files, bad rows counted and skipped."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from ltsys.simulator.units import ONE, decimal_of
from ltsys.simulator.world.facts import (
    LeaderTrade,
    Market,
    PricePoint,
    derived_condition_id,
    derived_gamma_id,
    derived_token_id,
    to_units,
)
from ltsys.simulator.world.world import World

_LAST_SECOND = 32_503_680_000
_DAY_S = 86_400


class BadRowError(Exception):
    """This row cannot be used; the only argument is the reason under which it is counted."""


class Recording:
    """The facts of a directory with `markets.jsonl[.gz]` and `trades.jsonl[.gz]`."""

    def __init__(self, directory: Path, *, resolve_delay_s: int = 30) -> None:
        """Read both files; unreadable rows only ever raise a count."""
        self.rows_read = 0
        self.bad_rows: Counter[str] = Counter()
        self._delay_s = resolve_delay_s
        self._markets: dict[str, Market] = {}
        self._aliases: dict[str, Market] = {}
        self._trades: list[LeaderTrade] = []
        self._lines: set[bytes] = set()
        self._loaded = False
        self._read_markets(directory)
        self._read_trades(directory)

    @property
    def start(self) -> int:
        """The first trade's second, or the first market's where there is no trade."""
        if self._trades:
            return self._trades[0].timestamp
        return min((m.starts_at for m in self._markets.values()), default=0)

    @property
    def end(self) -> int | None:
        """When the last trade has happened and the last market has closed."""
        closes = [m.resolves_at for m in self._markets.values() if m.resolves_at is not None]
        return max([self.start, *closes, *(t.timestamp for t in self._trades[-1:])])

    def extend(self, world: World, until: float) -> None:  # noqa: ARG002 - all is known at once
        """Put everything into the world, once."""
        if self._loaded:
            return
        self._loaded = True
        for market in self._markets.values():
            world.add_market(market)
        for trade in self._trades:
            world.add_trade(trade)
            point = PricePoint(trade.timestamp, trade.outcome_index, to_units(trade.price))
            world.add_price(trade.market, point)

    def report(self) -> dict[str, object]:
        """Counts for GET /sim/recording; trades and markets files together in the bad rows."""
        return {
            "rows_read": self.rows_read,
            "rows_good": len(self._trades),
            "bad_rows": dict(self.bad_rows),
        }

    def _read_markets(self, directory: Path) -> None:
        for line in _lines(directory, "markets"):
            try:
                market = self._market(_row(line))
            except BadRowError as error:
                self.bad_rows[f"market_{error}"] += 1
                continue
            self._markets.setdefault(market.condition_id, market)
            self._aliases.setdefault(market.slug, market)
            self._aliases.setdefault(market.condition_id, market)

    def _read_trades(self, directory: Path) -> None:
        for line in _lines(directory, "trades"):
            self.rows_read += 1
            try:
                self._trades.append(self._trade(line, _row(line)))
            except BadRowError as error:
                self.bad_rows[str(error)] += 1

    def _market(self, row: dict[str, object]) -> Market:
        slug = _text(row, "slug")
        outcomes = _pair(row.get("outcomes"))
        if outcomes is None:
            raise BadRowError("missing_field")
        tokens = _pair(row.get("clobTokenIds")) or (
            derived_token_id(slug, outcomes[0]),
            derived_token_id(slug, outcomes[1]),
        )
        ends_at = _instant(row.get("endDate"))
        starts_at = _instant(row.get("eventStartTime")) or 0
        return Market(
            condition_id=str(row.get("conditionId") or derived_condition_id(slug)).lower(),
            gamma_id=str(row.get("id") or derived_gamma_id(slug)),
            slug=slug,
            title=str(row.get("question") or row.get("title") or slug),
            category=str(row.get("category") or "crypto"),
            outcomes=outcomes,
            tokens=tokens,
            opens_at=max(0, starts_at - _DAY_S),
            starts_at=starts_at,
            ends_at=ends_at,
            resolves_at=None if ends_at is None else ends_at + self._delay_s,
            payouts=_payouts(row.get("_winner"), outcomes),
            neg_risk=row.get("negRisk") is True,
        )

    def _trade(self, line: bytes, row: dict[str, object]) -> LeaderTrade:
        wallet = _text(row, "proxyWallet").lower()
        side = _text(row, "side")
        if side not in {"BUY", "SELL"}:
            raise BadRowError("bad_side")
        timestamp = _timestamp(row)
        price = _decimal(row, "price", "bad_price")
        if not 0 < price < 1:
            raise BadRowError("bad_price")
        size = _decimal(row, "size", "bad_size")
        if not 0 < size < ONE * ONE:
            raise BadRowError("bad_size")
        market = self._aliases.get(str(row.get("conditionId") or row.get("slug") or "").lower())
        market = market or self._aliases.get(_text(row, "slug"))
        if market is None:
            raise BadRowError("unknown_market")
        outcome_index = _outcome(row, market)
        digest = sha256(line).digest()
        if digest in self._lines:
            raise BadRowError("duplicate_row")
        if self._trades and timestamp < self._trades[-1].timestamp:
            raise BadRowError("time_reversed")
        self._lines.add(digest)
        return LeaderTrade(
            wallet=wallet,
            name=str(row.get("name") or ""),
            market=market,
            outcome_index=outcome_index,
            side=side,
            size=size,
            price=price,
            usdc_size=_usdc_size(row, size * price),
            timestamp=timestamp,
            transaction_hash=str(row.get("transactionHash") or "0x" + digest.hex()),
        )


def _lines(directory: Path, name: str) -> Iterator[bytes]:
    plain, packed = directory / f"{name}.jsonl", directory / f"{name}.jsonl.gz"
    if packed.exists():
        with gzip.open(packed, "rb") as stream:
            yield from (line for line in stream if line.strip())
    elif plain.exists():
        with plain.open("rb") as stream:
            yield from (line for line in stream if line.strip())


def _row(line: bytes) -> dict[str, object]:
    try:
        row = json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise BadRowError("broken_json") from error
    if not isinstance(row, dict):
        raise BadRowError("broken_json")
    return row


def _text(row: dict[str, object], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise BadRowError("missing_field")
    return value


def _decimal(row: dict[str, object], name: str, reason: str) -> Decimal:
    value = row.get(name)
    if value is None:
        raise BadRowError("missing_field")
    number = decimal_of(value)
    if number is None:
        raise BadRowError(reason)
    return number


def _usdc_size(row: dict[str, object], otherwise: Decimal) -> Decimal:
    given = decimal_of(row.get("usdcSize"))
    return otherwise if given is None else given


def _timestamp(row: dict[str, object]) -> int:
    value = row.get("timestamp")
    if value is None:
        raise BadRowError("missing_field")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < _LAST_SECOND:
        raise BadRowError("bad_timestamp")
    return value


def _outcome(row: dict[str, object], market: Market) -> int:
    """The outcome by its label, never by position alone (L07)."""
    label = _text(row, "outcome")
    if label not in market.outcomes:
        raise BadRowError("unknown_outcome")
    return market.outcomes.index(label)


def _pair(value: object) -> tuple[str, str] | None:
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None
    match parsed:
        case [str(first), str(second)]:
            return first, second
        case _:
            return None


def _instant(value: object) -> int | None:
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def _payouts(winner: object, outcomes: tuple[str, str]) -> tuple[int, int] | None:
    match winner:
        case str() if winner in outcomes:
            return (ONE, 0) if outcomes.index(winner) == 0 else (0, ONE)
        case "50-50":
            return ONE // 2, ONE // 2
        case _:
            return None
