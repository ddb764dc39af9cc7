"""Public facts of markets: books from the CLOB, the rest from Gamma (VENUE §9, §15)."""

from collections.abc import Iterator, Sequence

from ltsys.adapters.polymarket.failures import is_object, read_text
from ltsys.adapters.polymarket.gamma import market_of
from ltsys.adapters.polymarket.http import Http, Params
from ltsys.adapters.polymarket.translate import condition_of, price_of, shares_of
from ltsys.adapters.polymarket.wire import BookRow, Level, MarketRow, parse
from ltsys.domain.errors import MalformedAnswerError
from ltsys.domain.ids import ConditionId, TokenId
from ltsys.domain.market import Book, BookLevel, Market

_BATCH = 50


class PolymarketMarketData:
    """Every answer is checked to be of the market asked for (LESSONS L45)."""

    def __init__(self, http: Http, clob_url: str, gamma_url: str) -> None:
        self._http = http
        self._clob = clob_url.rstrip("/")
        self._gamma = gamma_url.rstrip("/")

    def book(self, token_id: TokenId) -> Book | None:
        """A fresh book, tick and minimum size included (LESSONS L13); None when there is none."""
        answer = self._http.read(f"{self._clob}/book", params=(("token_id", token_id),))
        if answer.status == 404 and is_object(answer):
            return None
        row = parse(BookRow, read_text(answer))
        if row.asset_id != token_id:
            raise MalformedAnswerError(
                f"asked for the book of {token_id}, answered that of {row.asset_id}"
            )
        return _book(row, token_id)

    def markets(self, condition_ids: Sequence[ConditionId]) -> tuple[Market, ...]:
        """The markets that exist, in the order asked; unknown ids are left out.

        Gamma hides closed markets unless asked for them, so the ids that it does not show as
        open are asked for again as closed ones.
        """
        wanted = list(dict.fromkeys(condition_ids))
        found: dict[ConditionId, Market] = {}
        for closed in ("false", "true"):
            missing = [name for name in wanted if name not in found]
            for batch in _batches(missing):
                found.update(self._batch(batch, closed))
        return tuple(found[name] for name in wanted if name in found)

    def _batch(self, names: Sequence[ConditionId], closed: str) -> dict[ConditionId, Market]:
        params: Params = (
            *(("condition_ids", name) for name in names),
            ("closed", closed),
            ("include_tag", "true"),
            ("limit", str(len(names))),
        )
        answer = self._http.read(f"{self._gamma}/markets", params=params)
        rows = parse(tuple[MarketRow, ...], read_text(answer))
        markets = {market.condition_id: market for market in map(market_of, rows)}
        strangers = markets.keys() - set(names)
        if strangers:
            raise MalformedAnswerError(f"answered with markets not asked for: {sorted(strangers)}")
        return markets


def _batches(names: Sequence[ConditionId]) -> Iterator[Sequence[ConditionId]]:
    for start in range(0, len(names), _BATCH):
        yield names[start : start + _BATCH]


def _book(row: BookRow, token_id: TokenId) -> Book:
    tick = row.tick_size
    if not 0 < tick < 1:
        raise MalformedAnswerError(f"a tick size of {tick}")
    return Book(
        token_id=token_id,
        condition_id=condition_of(row.market),
        bids=_levels(row.bids),
        asks=_levels(row.asks),
        tick=tick,
        min_order_shares=shares_of(row.min_order_size),
        is_neg_risk=row.neg_risk,
    )


def _levels(levels: tuple[Level, ...]) -> tuple[BookLevel, ...]:
    """Emptied levels, of size 0, offer nothing."""
    return tuple(
        BookLevel(price=price_of(level.price), shares=shares_of(level.size))
        for level in levels
        if level.size
    )
