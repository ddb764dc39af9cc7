"""What leaders did, from the venue's Data API (VENUE §14)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from ltsys.adapters.polymarket.failures import read_text
from ltsys.adapters.polymarket.http import Http
from ltsys.adapters.polymarket.translate import condition_of, moment_of, token_of
from ltsys.adapters.polymarket.wire import (
    ActivityRow,
    ClosedPositionRow,
    LeaderRow,
    W,
    parse,
    shaped,
)
from ltsys.domain.errors import MalformedAnswerError
from ltsys.domain.ids import Address, SourceTradeId, address
from ltsys.domain.money import Usd
from ltsys.domain.source_trade import (
    BadRow,
    SourceTrade,
    TradeRow,
    numbered,
    parse_trade,
    source_trade_id,
    timestamp_of,
)
from ltsys.domain.trader import ClosedPosition, LeaderboardRow

_ACTIVITY_PAGE = 500
_ACTIVITY_MAX_OFFSET = 5_000
_POSITIONS_PAGE = 50
_POSITIONS_MAX_OFFSET = 100_000
_LEADERS_PAGE = 50
_LEADERS_MAX_OFFSET = 1_000
_TRADE = "TRADE"

Page = list[object]


class PolymarketTradeFeed:
    """Reads every page, or fails: half an answer is not an answer (LESSONS L54)."""

    def __init__(self, http: Http, data_url: str) -> None:
        self._http = http
        self._base = data_url.rstrip("/")

    def activity(self, trader: Address, since: datetime) -> Iterator[SourceTrade | BadRow]:
        """The trader's trades from the second of `since` on, oldest first (LESSONS L50).

        Each window begins at the second in which the one before it ended and is numbered
        afresh, so a trade has the same id in both and is given out once. New trades that
        arrive meanwhile cannot shift anything: offsets count only within one second.
        """
        start = int(since.timestamp())
        before: set[SourceTradeId] = set()
        while True:
            window, is_last = self._window(trader, start)
            seen: set[SourceTradeId] = set()
            for row, ordinal in numbered(_trade_rows(window, trader)):
                name = source_trade_id(row, ordinal)
                seen.add(name)
                if name not in before:
                    yield parse_trade(row, ordinal)
            yield from _shapeless(window)
            if is_last:
                return
            start, before = _last_second(window), seen

    def closed_positions(self, trader: Address) -> tuple[ClosedPosition, ...]:
        """The trader's resolved positions, all pages, oldest first."""
        query = {"user": str(trader), "sortBy": "TIMESTAMP", "sortDirection": "ASC"}
        pages = self._pages("/closed-positions", query, _POSITIONS_PAGE, _POSITIONS_MAX_OFFSET)
        rows = [shaped(ClosedPositionRow, row) for page in pages for row in page]
        for row in rows:
            _check_trader(row.proxy_wallet, trader)
        return tuple(dict.fromkeys(map(_closed_position, rows)))

    def leaderboard(self, period: str, order_by: str, limit: int) -> tuple[LeaderboardRow, ...]:
        """The first `limit` ranks, or as many as there are; each trader once."""
        query = {"timePeriod": period, "orderBy": order_by}
        size = min(limit, _LEADERS_PAGE)
        ranks: dict[Address, LeaderboardRow] = {}
        for page in self._pages("/v1/leaderboard", query, size, _LEADERS_MAX_OFFSET):
            for row in page:
                leader = _leader(shaped(LeaderRow, row))
                ranks.setdefault(leader.trader, leader)
            if len(ranks) >= limit:
                break
        return tuple(ranks.values())[:limit]

    def _window(self, trader: Address, start: int) -> tuple[Page, bool]:
        """Trades from a second on: one page, or more while they are all of that second."""
        query = {
            "user": str(trader),
            "type": _TRADE,
            "start": str(start),
            "sortBy": "TIMESTAMP",
            "sortDirection": "ASC",
        }
        window: Page = []
        for page in self._pages("/activity", query, _ACTIVITY_PAGE, _ACTIVITY_MAX_OFFSET):
            window.extend(page)
            is_last = len(page) < _ACTIVITY_PAGE
            if is_last or _last_second(window) > start:
                return window, is_last
        return window, True

    def _pages(self, path: str, query: dict[str, str], size: int, deepest: int) -> Iterable[Page]:
        """Pages until one is short. Raises MalformedAnswerError where the venue's cap cuts off."""
        for offset in range(0, deepest + 1, size):
            page = self._page(path, {**query, "limit": str(size), "offset": str(offset)})
            yield page
            if len(page) < size:
                return
        raise MalformedAnswerError(f"{path} has more than the {deepest} rows that it gives out")

    def _page(self, path: str, query: dict[str, str]) -> Page:
        answer = self._http.read(self._base + path, params=tuple(query.items()))
        return parse(Page, read_text(answer))


def _trade_rows(window: Page, trader: Address) -> Iterator[TradeRow]:
    """Trades of a market; other kinds of activity and rows without a market are left out."""
    for loaded in window:
        row = _shape_or_none(ActivityRow, loaded)
        if row is None or row.type not in {"", _TRADE} or not row.condition_id:
            continue
        _check_trader(row.proxy_wallet, trader)
        yield TradeRow(
            row_id=row.id or None,
            transaction_hash=row.transaction_hash or None,
            trader=row.proxy_wallet or trader,
            condition_id=row.condition_id,
            token_id=row.asset,
            token_label=row.outcome,
            side=row.side,
            size=row.size,
            price=row.price,
            timestamp=row.timestamp,
            title=row.title,
        )


def _shapeless(window: Page) -> Iterator[BadRow]:
    for loaded in window:
        try:
            shaped(ActivityRow, loaded)
        except MalformedAnswerError as error:
            yield BadRow(reason="bad_shape", text=str(error))


def _last_second(window: Page) -> int:
    """The second of the newest row. Raises MalformedAnswerError for rows newest first."""
    rows = [_shape_or_none(ActivityRow, loaded) for loaded in window]
    moments = [timestamp_of(row.timestamp) for row in rows if row and row.timestamp]
    seconds = [int(moment.timestamp()) for moment in moments if moment]
    if not seconds or seconds[0] > seconds[-1]:
        raise MalformedAnswerError("a page of activity is not in the order of time")
    return seconds[-1]


def _shape_or_none(shape: type[W], loaded: object) -> W | None:
    try:
        return shaped(shape, loaded)
    except MalformedAnswerError:
        return None


def _check_trader(wallet: str, trader: Address) -> None:
    """The Data API equivalent of a wrong market (LESSONS L45)."""
    if wallet and wallet.lower() != trader:
        raise MalformedAnswerError(f"asked for {trader}, answered rows of {wallet}")


def _closed_position(row: ClosedPositionRow) -> ClosedPosition:
    return ClosedPosition(
        condition_id=condition_of(row.condition_id),
        token_id=token_of(row.asset),
        realized_pnl=Usd(row.realized_pnl),
        closed_at=moment_of(str(row.timestamp)),
    )


def _leader(row: LeaderRow) -> LeaderboardRow:
    try:
        trader = address(row.proxy_wallet)
    except ValueError as error:
        raise MalformedAnswerError(str(error)) from error
    return LeaderboardRow(trader=trader, pnl=Usd(row.pnl), volume=Usd(row.vol))
