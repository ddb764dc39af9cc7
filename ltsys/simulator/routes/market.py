"""What the CLOB's markets are like, one by one and as listings (VENUE §9)."""

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request, Router
from ltsys.simulator.routes.clob_pages import page
from ltsys.simulator.routes.clob_views import clob_market_view, compact_market_view, fee_cap_bps
from ltsys.simulator.routes.tokens import find_market, find_token, is_builder_code
from ltsys.simulator.units import number
from ltsys.simulator.venue_error import VenueError
from ltsys.simulator.world.facts import Market

_SIMPLE = frozenset(
    {"condition_id", "rewards", "tokens", "active", "closed", "archived", "accepting_orders"}
)


class MarketRoutes:
    """Handlers that need no key."""

    def __init__(self, box: Box) -> None:
        """Answer out of this box."""
        self._box = box

    def install(self, router: Router) -> None:
        """Add the paths; what takes a token in its query takes it in its path, too."""
        # The CLOB's root and the Data API's share a port; this is how the latter greets.
        router.add("GET", "/", lambda _: {"data": "OK"})
        router.add("GET", "/ok", lambda _: "OK")
        router.add("GET", "/time", lambda _: int(self._box.now()))
        router.add("GET", "/version", lambda _: {"version": 2})
        for ending in ("", "/*"):
            router.add("GET", f"/tick-size{ending}", self.tick_size)
            router.add("GET", f"/neg-risk{ending}", self.neg_risk)
            router.add("GET", f"/fee-rate{ending}", self.fee_rate)
        router.add("GET", "/fees/builder-fees/*", self.builder_fees)
        router.add("GET", "/markets-by-token/*", self.by_token)
        router.add("GET", "/clob-markets/*", self.compact)
        router.add("GET", "/simplified-markets", self.simplified)
        router.add("GET", "/sampling-markets", self.sampling)
        router.add("GET", "/sampling-simplified-markets", self.sampling_simplified)
        router.add("GET", "/markets/live-activity/*", self.live_activity)
        router.add("POST", "/markets/live-activity", self.live_activities)

    def tick_size(self, request: Request) -> object:
        """The grid of prices."""
        now = self._box.now()
        return {"minimum_tick_size": number(self._box.world.tick(self._market(request, now), now))}

    def neg_risk(self, request: Request) -> object:
        """Which exchange signs for it."""
        return {"neg_risk": self._market(request, self._box.now()).neg_risk}

    def fee_rate(self, request: Request) -> object:
        """The cap on chain, in basis points."""
        return {"base_fee": fee_cap_bps(self._market(request, self._box.now()))}

    def builder_fees(self, request: Request) -> object:
        """What a builder takes on top: nothing here, whoever it is (VENUE §11).

        The text for what is no builder code is a guess.
        """
        if not is_builder_code(request.tail):
            raise VenueError(400, "invalid builder code")
        return {"builder_maker_fee_rate_bps": 0, "builder_taker_fee_rate_bps": 0}

    def by_token(self, request: Request) -> object:
        """The market of a token."""
        market, _ = find_token(self._box, request.tail, self._box.now())
        return {
            "condition_id": market.condition_id,
            "primary_token_id": market.tokens[0],
            "secondary_token_id": market.tokens[1],
        }

    def compact(self, request: Request) -> object:
        """The short object of one market."""
        now = self._box.now()
        market = find_market(self._box, request.tail, now)
        return compact_market_view(market, self._box.world.tick(market, now), now)

    def markets(self, request: Request) -> object:
        """A page of all markets; /markets is Gamma's where no cursor is given."""
        now = self._box.now()
        return page(request, list(self._box.world.seen_markets(now)), self.long)

    def simplified(self, request: Request) -> object:
        """The same with fewer fields."""
        now = self._box.now()
        return page(request, list(self._box.world.seen_markets(now)), self._short)

    def sampling(self, request: Request) -> object:
        """Markets that pay rewards to makers; here they are all that take orders."""
        return page(request, self._open_markets(), self.long)

    def sampling_simplified(self, request: Request) -> object:
        """The same with fewer fields."""
        return page(request, self._open_markets(), self._short)

    def live_activity(self, request: Request) -> object:
        """What a widget shows of one market."""
        return _widget(find_market(self._box, request.tail, self._box.now()))

    def live_activities(self, request: Request) -> object:
        """What a widget shows of many; unknown ones are left out."""
        now, names = self._box.now(), request.json()
        if not isinstance(names, list) or not names:
            raise VenueError(400, "Invalid markets")
        known = (self._box.world.markets.get(str(name).lower()) for name in names)
        return [_widget(market) for market in known if market and market.opens_at <= now]

    def long(self, market: Market) -> dict[str, object]:
        """The long object of one market."""
        now, world = self._box.now(), self._box.world
        prices = world.outcome_prices(market, now)
        return clob_market_view(market, prices, world.tick(market, now), now)

    def _market(self, request: Request, now: float) -> Market:
        token = request.tail or request.param("token_id")
        return find_token(self._box, token, now)[0]

    def _open_markets(self) -> list[Market]:
        now = self._box.now()
        return [market for market in self._box.world.seen_markets(now) if market.is_open(now)]

    def _short(self, market: Market) -> dict[str, object]:
        return {name: value for name, value in self.long(market).items() if name in _SIMPLE}


def _widget(market: Market) -> dict[str, object]:
    return {
        "condition_id": market.condition_id,
        "id": int(market.gamma_id),
        "question": market.title,
        "market_slug": market.slug,
        "event_slug": market.event_slug,
        "series_slug": "",
        "icon": "",
        "image": "",
        "tags": [market.category],
    }
