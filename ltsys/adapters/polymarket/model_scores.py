"""The probability model, an HTTP service of its own (FT_RULES §11)."""

import json
from datetime import datetime
from decimal import Decimal

from ltsys.adapters.polymarket.failures import read_text
from ltsys.adapters.polymarket.http import Http
from ltsys.adapters.polymarket.wire import parse_object
from ltsys.domain.errors import MalformedAnswerError, VenueUnavailableError
from ltsys.domain.market import Market
from ltsys.domain.money import exact
from ltsys.domain.source_trade import SourceTrade

_USER_SLIPPAGE_PCT = 0.3
_HIGHEST_PCT = 100
_PLACES = (
    ("prediction", "probability"),
    ("valuation", "ai_fair_value"),
    ("analysis", "prediction_stats", "ai_fair_value"),
)


class HttpModelScores:
    """Asks the service once; whatever goes wrong, there is no probability (FT_RULES D7)."""

    def __init__(self, http: Http, url: str, bearer_key: str) -> None:
        self._http = http
        self._url = url
        self._headers = {"Authorization": f"Bearer {bearer_key}"}

    def probability(self, trade: SourceTrade, market: Market, now: datetime) -> Decimal | None:
        """Between 0 and 1, or None."""
        body = json.dumps(_question(trade, market, now), separators=(",", ":"))
        try:
            answer = self._http.read(self._url, headers=self._headers, body=body)
            return _probability(parse_object(read_text(answer)))
        except (VenueUnavailableError, MalformedAnswerError):
            return None

    def __repr__(self) -> str:
        return "HttpModelScores()"


def _question(trade: SourceTrade, market: Market, now: datetime) -> dict[str, object]:
    """The service wants JSON numbers; nothing is computed with these."""
    outcome = market.outcome_of(trade.token_id)
    current = trade.price.per_share if outcome is None else outcome.price
    return {
        "original_trade": {
            "wallet_address": trade.trader,
            "condition_id": trade.condition_id,
            "side": trade.side.value,
            "price": float(trade.price.per_share),
            "shares_normalized": float(trade.shares.count),
            "timestamp": _unix(trade.traded_at),
        },
        "market_context": {
            "current_price": float(trade.price.per_share if current is None else current),
            "current_timestamp": _unix(now),
            "market_title": market.title,
            "market_tags": list(market.tags),
            "market_end_time_unix": _unix(market.end_at),
            "market_start_time_unix": _unix(market.game_start_at or market.start_at),
            "token_label": trade.token_label,
        },
        "user_slippage": _USER_SLIPPAGE_PCT,
    }


def _probability(answer: dict[str, object]) -> Decimal | None:
    """The first place that holds a value decides, be it a good one or not."""
    value = next((v for place in _PLACES if (v := _at(answer, place)) is not None), None)
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        return None
    try:
        number = exact(value)
    except ValueError:
        return None
    if number > 1:
        number /= _HIGHEST_PCT
    return number if 0 <= number <= 1 else None


def _at(answer: dict[str, object], place: tuple[str, ...]) -> object:
    found: object = answer
    for name in place:
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found


def _unix(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())
