"""Gamma, which says what markets there are and how they ended (VENUE §15)."""

from datetime import UTC, datetime
from itertools import islice

import orjson

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request, Router
from ltsys.simulator.units import ONE, human, number
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world.facts import Market

MAX_ROWS = 500


class GammaRoutes:
    """/markets in the plural is Gamma's; below it, a condition id is the CLOB's."""

    def __init__(self, box: Box) -> None:
        """Answer out of this box."""
        self._box = box

    def install(self, router: Router) -> None:
        """Add the paths."""
        router.add("GET", "/markets", self.markets)
        router.add("GET", "/markets/slug/*", self.by_slug)
        router.add("GET", "/markets/*", self.market)

    def markets(self, request: Request) -> object:
        """Markets by ids, tokens or slugs; closed ones only when asked for."""
        now = self._box.now()
        closed = request.param("closed", "false") == "true"
        found = (m for m in self._chosen(request, now) if m.is_closed(now) == closed)
        limit = request.count("limit", 20, most=MAX_ROWS)
        start = request.count("offset", 0, most=1 << 40)
        return [self.view(market, now) for market in islice(found, start, start + limit)]

    def by_slug(self, request: Request) -> object:
        """One market, closed or not."""
        now = self._box.now()
        market = self._box.world.by_slug.get(request.tail)
        if market is None or market.opens_at > now:
            raise VenueError(404, "slug not found")
        return self.view(market, now)

    def market(self, request: Request) -> object:
        """Gamma's object for a number, the CLOB's for a condition id."""
        now, wanted = self._box.now(), request.tail
        if wanted.startswith("0x"):
            market = self._box.world.markets.get(wanted.lower())
            if market is not None and market.opens_at <= now:
                return self.clob_view(market, now)
        for market in self._box.world.seen_markets(now):
            if market.gamma_id == wanted:
                return self.view(market, now)
        raise VenueError(404, "market not found")

    def view(self, market: Market, now: float) -> dict[str, object]:
        """The market as Gamma writes it, arrays as JSON in strings."""
        closed, resolved = market.is_closed(now), market.is_resolved(now)
        prices = self._prices(market, now)
        status = "resolved" if resolved else "proposed" if closed else ""
        view: dict[str, object] = {
            "id": market.gamma_id,
            "question": market.title,
            "conditionId": market.condition_id,
            "slug": market.slug,
            "startDate": iso(market.opens_at),
            "eventStartTime": iso(market.starts_at),
            "endDate": None if market.ends_at is None else iso(market.ends_at),
            "category": market.category,
            "outcomes": _packed(list(market.outcomes)),
            "outcomePrices": _packed([human(price) for price in prices]),
            "clobTokenIds": _packed(list(market.tokens)),
            "active": True,
            "closed": closed,
            "archived": False,
            "enableOrderBook": True,
            "acceptingOrders": market.is_open(now),
            "negRisk": market.neg_risk,
            "version": "v1",
            "orderPriceMinTickSize": number(market.tick),
            "orderMinSize": number(market.min_size),
            "secondsDelay": 0,
            "feesEnabled": market.fee_rate > 0,
            "feeType": "crypto_fees_v2",
            "feeSchedule": {
                "rate": number(market.fee_rate),
                "exponent": market.fee_exponent,
                "takerOnly": True,
                "rebateRate": number(200_000),
            },
            "lastTradePrice": number(prices[0]),
            "umaResolutionStatuses": "[]",
            "events": [_event(market, closed=closed)],
            "tags": [_tag(market)],
        }
        if closed and market.resolves_at is not None:
            at = datetime.fromtimestamp(market.resolves_at, UTC)
            view |= {"umaResolutionStatus": status, "closedTime": f"{at:%Y-%m-%d %H:%M:%S}+00"}
        return view

    def clob_view(self, market: Market, now: float) -> dict[str, object]:
        """The CLOB's long object, with the winner marked once there is one."""
        prices, resolved = self._prices(market, now), market.is_resolved(now)
        tokens = [
            {
                "token_id": market.tokens[index],
                "outcome": market.outcomes[index],
                "price": number(prices[index]),
                "winner": resolved and prices[index] == ONE,
            }
            for index in range(2)
        ]
        return {
            "condition_id": market.condition_id,
            "question_id": market.condition_id,
            "question": market.title,
            "market_slug": market.slug,
            "tokens": tokens,
            "active": True,
            "closed": market.is_closed(now),
            "archived": False,
            "accepting_orders": market.is_open(now),
            "accepting_order_timestamp": iso(market.opens_at),
            "enable_order_book": True,
            "minimum_order_size": number(market.min_size),
            "minimum_tick_size": number(market.tick),
            "end_date_iso": None if market.ends_at is None else iso(market.ends_at),
            "game_start_time": None,
            "seconds_delay": 0,
            "neg_risk": market.neg_risk,
            "neg_risk_market_id": "",
            "is_50_50_outcome": resolved and prices[0] == prices[1],
            "maker_base_fee": 1000,
            "taker_base_fee": 1000,
            "rewards": {"rates": None, "min_size": 50, "max_spread": number(4_500_000)},
            "tags": [market.category],
        }

    def _chosen(self, request: Request, now: float) -> list[Market]:
        """Markets that the request names; all, in order of their start, where it names none."""
        world, query = self._box.world, request.query
        wanted = [world.markets.get(each.lower()) for each in _values(query, "condition_ids")]
        wanted += [world.by_slug.get(each) for each in _values(query, "slug")]
        entries = world.tokens(_values(query, "clob_token_ids"), now)
        wanted += [market for market, _ in entries]
        if not any(name in query for name in ("condition_ids", "slug", "clob_token_ids")):
            return list(world.seen_markets(now))
        distinct = {m.condition_id: m for m in wanted if m is not None and m.opens_at <= now}
        return list(distinct.values())

    def _prices(self, market: Market, now: float) -> tuple[int, int]:
        if market.is_resolved(now) and market.payouts is not None:
            return market.payouts
        point = self._box.world.last_price(market, now)
        first = point.price if point.outcome_index == 0 else ONE - point.price
        return first, ONE - first


def iso(at: int) -> str:
    """A second as the venue's ISO text."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _values(query: dict[str, list[str]], name: str) -> list[str]:
    """All values of a repeatable parameter, which may also be separated by commas."""
    return [part for value in query.get(name, []) for part in value.split(",")]


def _packed(values: list[str]) -> str:
    return "[" + ", ".join(orjson.dumps(value).decode() for value in values) + "]"


def _tag(market: Market) -> dict[str, str]:
    return {"id": "21", "label": market.category.capitalize(), "slug": market.category}


def _event(market: Market, *, closed: bool) -> dict[str, object]:
    return {
        "id": market.gamma_id,
        "slug": market.slug,
        "ticker": market.slug,
        "title": market.title,
        "category": market.category,
        "closed": closed,
        "tags": [_tag(market)],
    }
