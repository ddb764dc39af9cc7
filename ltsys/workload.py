"""Work for a benchmark or a drill: what a simulator's world offers, and FT orders to buy it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import psycopg

from ltsys.adapters.polymarket.http import Http
from ltsys.adapters.polymarket.market_data import PolymarketMarketData
from ltsys.domain.errors import MalformedAnswerError, SettingsError, VenueUnavailableError
from ltsys.domain.ids import ConditionId, FtWalletId
from ltsys.domain.market import Market
from ltsys.stack import Simulator

Connection = psycopg.Connection[tuple[object, ...]]

_ANY_TIME = timedelta(days=3650)
_NOBODY = "0x" + "0" * 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An outcome that can be bought, and what it costs now."""

    market: Market
    token_id: str
    label: str
    price: Decimal


class Catalogue:
    """The open markets of a simulator, looked at through the same adapter as ever."""

    def __init__(self, simulator: Simulator, http: Http) -> None:
        self._simulator = simulator
        self._data = PolymarketMarketData(http, simulator.url, simulator.url)

    def now(self) -> datetime:
        """The venue's time."""
        seconds = cast("float", self._simulator.ask("GET", "/sim/clock")["now"])
        return datetime.fromtimestamp(seconds, UTC)

    def targets(
        self, *, most_markets: int, at_least: timedelta, at_most: timedelta = _ANY_TIME
    ) -> tuple[Target, ...]:
        """Outcomes on offer in markets that end no sooner and no later than that from now.

        None where the venue does not answer just now.
        """
        now, path = self.now(), f"/markets?limit={most_markets}"
        try:
            rows = cast("list[dict[str, Any]]", self._simulator.ask("GET", path))
            markets = self._data.markets([ConditionId(row["conditionId"]) for row in rows])
            chosen = [
                market
                for market in markets
                if market.end_at is not None and at_least <= market.end_at - now <= at_most
            ]
            return tuple(target for market in chosen for target in self._offered(market))
        except (SettingsError, VenueUnavailableError, MalformedAnswerError):
            return ()

    def _offered(self, market: Market) -> Sequence[Target]:
        found = []
        for outcome in market.outcomes:
            book = self._data.book(outcome.token_id)
            if book is None or book.best_ask is None or book.mid is None:
                continue
            target = Target(
                market=market,
                token_id=outcome.token_id,
                label=outcome.label,
                price=book.best_ask.per_share,
            )
            found.append(target)
        return found


def write_ft_order(
    connection: Connection,
    target: Target,
    *,
    wallet_id: FtWalletId,
    trade_id: str,
    size_usd: int,
    at: datetime,
) -> str:
    """An open FT order as a forward-test system would write it; returns its id."""
    ft_order_id = f"ft-{trade_id}"
    connection.execute(
        """
        INSERT INTO ft_orders
            (ft_order_id, wallet_id, source_trade_id, trader_address, condition_id, token_id,
             token_label, title, side, entry_price, size, trader_win_rate,
             trader_resolved_count, edge, conviction, order_time)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'BUY', %s, %s, 0.5, 50, 0.1, 1, %s)
        """,
        (
            ft_order_id,
            wallet_id,
            trade_id,
            _NOBODY,
            target.market.condition_id,
            target.token_id,
            target.label,
            target.market.title,
            target.price,
            size_usd,
            at,
        ),
    )
    return ft_order_id
