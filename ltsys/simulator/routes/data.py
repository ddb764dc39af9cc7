"""The Data API, where the world watches the leaders (VENUE §14.1)."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal

import orjson

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request, Router
from ltsys.simulator.routes.gamma import iso
from ltsys.simulator.units import ONE
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world.facts import LeaderTrade, Market
from ltsys.simulator.world.leader_stats import ClosedPosition, LeaderStats

_DISTANT = 1 << 40


class DataRoutes:
    """Bare arrays with camel-case keys; numbers as recorded."""

    def __init__(self, box: Box) -> None:
        """Answer out of this box."""
        self._box = box
        self._stats = LeaderStats(box.world)

    def install(self, router: Router) -> None:
        """Add the paths."""
        router.add("GET", "/trades", self.trades)
        router.add("GET", "/activity", self.activity)
        router.add("GET", "/closed-positions", self.closed_positions)
        router.add("GET", "/v1/leaderboard", self.leaderboard)
        router.add("GET", "/value", self.value)

    def trades(self, request: Request) -> object:
        """Trades of one leader or of all, newest first."""
        limit = request.count("limit", 100, most=10_000)
        start = request.count("offset", 0, most=10_000, strict=True)
        user = request.param("user") or None
        found = self._found(request, user)
        return [_trade_row(trade) for trade in _page(found, start, limit, newest_first=True)]

    def activity(self, request: Request) -> object:
        """One leader's trades as activity rows."""
        user = _user(request)
        limit = request.count("limit", 100, most=500)
        start = request.count("offset", 0, most=5_000, strict=True)
        types = request.param("type", "TRADE").upper().split(",")
        if "TRADE" not in types:
            return []
        direction = request.param("sortDirection", "DESC").upper()
        if direction not in {"ASC", "DESC"}:
            raise VenueError(400, "invalid sortDirection")
        found = self._found(request, user)
        rows = _page(found, start, limit, newest_first=direction == "DESC")
        return [_activity_row(trade) for trade in rows]

    def closed_positions(self, request: Request) -> object:
        """One leader's results in resolved markets."""
        user, now = _user(request), self._box.now()
        limit = request.count("limit", 10, most=50)
        start = request.count("offset", 0, most=100_000, strict=True)
        found = list(self._stats.closed_positions(user, now))
        by_time = request.param("sortBy", "REALIZEDPNL").upper() == "TIMESTAMP"
        newest_or_best = request.param("sortDirection", "DESC").upper() != "ASC"
        found.sort(key=lambda p: Decimal(p.at) if by_time else p.pnl_usd, reverse=newest_or_best)
        markets = _csv(request, "market")
        chosen = [p for p in found if not markets or p.market.condition_id in markets]
        return [_position_row(user, p) for p in chosen[start : start + limit]]

    def leaderboard(self, request: Request) -> object:
        """Leaders by profit or volume."""
        now = self._box.now()
        period = request.param("timePeriod", "DAY").upper()
        order_by = request.param("orderBy", "PNL").upper()
        if period not in {"DAY", "WEEK", "MONTH", "ALL"} or order_by not in {"PNL", "VOL"}:
            raise VenueError(400, "invalid timePeriod or orderBy")
        limit = request.count("limit", 25, most=50)
        start = request.count("offset", 0, most=1_000, strict=True)
        user = request.param("user").lower()
        rows = self._stats.leaderboard(period, order_by, now)
        chosen = [row for row in rows if user in {"", row["proxyWallet"]}]
        return [
            {name: _json(value) for name, value in row.items()}
            for row in chosen[start : start + limit]
        ]

    def value(self, request: Request) -> object:
        """What the leader's, or an account's, open shares are worth at the last prices."""
        user, now = _user(request), self._box.now()
        total = sum(
            (
                shares * self._price(self._box.world.markets[condition_id], index, now)
                for (condition_id, index), shares in self._stats.open_shares(user, now).items()
            ),
            Decimal(0),
        )
        ledger = self._box.exchange.ledger
        for token, units in ledger.shares[user].items() if user in ledger.shares else ():
            market, index = self._box.world.by_token[token]
            total += Decimal(units) / ONE * self._price(market, index, now)
        return [{"user": user, "value": _json(total)}]

    def _found(self, request: Request, user: str | None) -> Sequence[LeaderTrade]:
        """Trades that pass the request's filters, oldest first."""
        now = self._box.now()
        seen = self._box.world.seen_trades(now, user)
        first = request.count("start", 0, most=_DISTANT)
        last = request.count("end", _DISTANT, most=_DISTANT)
        low = bisect_left(seen, first, key=lambda trade: trade.timestamp)
        high = bisect_right(seen, last, key=lambda trade: trade.timestamp)
        side, markets = request.param("side").upper(), _csv(request, "market")
        found = seen[low:high]
        if not side and not markets:
            return found
        return [
            trade
            for trade in found
            if side in {"", trade.side} and (not markets or trade.market.condition_id in markets)
        ]

    def _price(self, market: Market, index: int, now: float) -> Decimal:
        point = self._box.world.last_price(market, now)
        price = point.price if point.outcome_index == index else ONE - point.price
        return Decimal(price) / ONE


def _user(request: Request) -> str:
    user = request.param("user").lower()
    if not user.startswith("0x") or len(user) != 42:
        raise VenueError(400, "required query param 'user' not provided")
    return user


def _csv(request: Request, name: str) -> set[str]:
    return {part.lower() for part in request.param(name).split(",") if part}


def _page(
    found: Sequence[LeaderTrade], start: int, limit: int, *, newest_first: bool
) -> Sequence[LeaderTrade]:
    if not newest_first:
        return found[start : start + limit]
    high = max(0, len(found) - start)
    return found[max(0, high - limit) : high][::-1]


def _json(value: object) -> object:
    """A decimal as a JSON number, digit by digit; anything else as it is."""
    return orjson.Fragment(format(value, "f")) if isinstance(value, Decimal) else value


def _trade_row(trade: LeaderTrade) -> dict[str, object]:
    market, index = trade.market, trade.outcome_index
    return {
        "proxyWallet": trade.wallet,
        "side": trade.side,
        "asset": market.tokens[index],
        "conditionId": market.condition_id,
        "size": _json(trade.size),
        "price": _json(trade.price),
        "timestamp": trade.timestamp,
        "title": market.title,
        "slug": market.slug,
        "icon": "",
        "eventSlug": market.slug,
        "outcome": market.outcomes[index],
        "outcomeIndex": index,
        "name": trade.name,
        "pseudonym": trade.name,
        "bio": "",
        "profileImage": "",
        "profileImageOptimized": "",
        "transactionHash": trade.transaction_hash,
    }


def _activity_row(trade: LeaderTrade) -> dict[str, object]:
    return _trade_row(trade) | {"type": "TRADE", "usdcSize": _json(trade.usdc_size)}


def _position_row(user: str, position: ClosedPosition) -> dict[str, object]:
    market, index = position.market, position.outcome_index
    average = (position.bought_usd / position.bought_shares).quantize(Decimal("0.000001"))
    return {
        "proxyWallet": user,
        "asset": market.tokens[index],
        "conditionId": market.condition_id,
        "avgPrice": _json(average),
        "totalBought": _json(position.bought_shares),
        "realizedPnl": _json(position.pnl_usd),
        "curPrice": _json(position.payout),
        "timestamp": position.at,
        "title": market.title,
        "slug": market.slug,
        "icon": "",
        "eventSlug": market.slug,
        "outcome": market.outcomes[index],
        "outcomeIndex": index,
        "oppositeOutcome": market.outcomes[1 - index],
        "oppositeAsset": market.tokens[1 - index],
        "endDate": None if market.ends_at is None else iso(market.ends_at),
    }
