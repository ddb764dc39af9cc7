"""Markets, events and tags as Gamma writes them (VENUE §15)."""

from datetime import UTC, datetime
from decimal import Decimal

import orjson

from ltsys.simulator.box import Box
from ltsys.simulator.indexer.indexer import Indexer
from ltsys.simulator.units import ONE, human, number
from ltsys.simulator.world import resolution
from ltsys.simulator.world.catalogue import Catalogue, MarketEvent, Tag, tag_of
from ltsys.simulator.world.facts import Market
from ltsys.simulator.world.quotes import Ladder

_DAY_S = 86_400
_PERIODS_S = {"24hr": _DAY_S, "1wk": 7 * _DAY_S, "1mo": 30 * _DAY_S, "1yr": 365 * _DAY_S}
_RESOLVER = "0x65070BE91477460D8A7AeEb94ef92fe056C2f2A7"
_MAX_SPREAD_CENTS = 4_500_000


class GammaViews:
    """Rows about the world as it is now; Gamma does not lag as the Data API does."""

    def __init__(self, box: Box, indexer: Indexer) -> None:
        """Describe this box, with the volumes that the indexer knows."""
        self._world = box.world
        self._exchange = box.exchange
        self._indexer = indexer
        self.catalogue = Catalogue(box.world)

    def market(self, market: Market, now: float) -> dict[str, object]:
        """A market with its event."""
        event = self.catalogue.event(market)
        return self._market(market, now) | {"events": [self._event(event, now)]}

    def event(self, event: MarketEvent, now: float) -> dict[str, object]:
        """An event with its markets."""
        markets = [self._market(market, now) for market in event.seen(now)]
        return self._event(event, now) | {"markets": markets}

    def volume_usd(self, market: Market, now: float, *, since: float = 0) -> Decimal:
        """Dollars traded; of the last day or so with `since`."""
        return self._indexer.volume_usd(now, market, since=since)

    def liquidity_usd(self, market: Market, now: float) -> Decimal:
        """Dollars that rest in the book; that both sides count alike is a guess."""
        bids, asks = self._book(market, now)
        units = sum(price * shares // ONE for price, shares in (*bids, *asks))
        return Decimal(units) / ONE

    def _market(self, market: Market, now: float) -> dict[str, object]:
        return {
            **_identity(market),
            **_arrays(market, self._world.outcome_prices(market, now)),
            **_state(market, now),
            **_trading(market, self._world.tick(market, now)),
            **self._quotes(market, now),
            **self._volumes([market], now),
            **self._liquidity(market, now),
            **_resolution(market, now),
            "tags": [tag_view(tag_of(market.category))],
        }

    def _event(self, event: MarketEvent, now: float) -> dict[str, object]:
        markets = event.seen(now)
        first, closed = markets[0], event.is_closed(now)
        ends = [market.ends_at for market in markets if market.ends_at is not None]
        view: dict[str, object] = {
            "id": event.event_id,
            "ticker": event.slug,
            "slug": event.slug,
            "title": event.title,
            "description": _description(first),
            "resolutionSource": "",
            "startDate": iso(min(market.opens_at for market in markets)),
            "creationDate": iso(min(market.opens_at for market in markets)),
            "image": "",
            "icon": "",
            "active": True,
            "closed": closed,
            "archived": False,
            "new": False,
            "featured": False,
            "restricted": True,
            "category": event.category,
            "enableOrderBook": True,
            "negRisk": first.neg_risk,
            "createdAt": iso(first.opens_at),
            "updatedAt": iso(resolution.changed_at(first, now)),
            **self._volumes(markets, now, as_text=False),
            "liquidity": _fragment(sum((self.liquidity_usd(m, now) for m in markets), Decimal(0))),
            "openInterest": 0,
            "tags": [tag_view(tag_of(event.category))],
        }
        if ends:
            view["endDate"] = iso(max(ends))
        if first.neg_risk:
            view["negRiskMarketID"] = first.neg_risk_id
        return view

    def _quotes(self, market: Market, now: float) -> dict[str, object]:
        """The touch of the first outcome's book, and the last price.

        Nobody asking is an ask of one; nobody bidding is left out, but for the spread.
        """
        bid, ask = self._touch(market, now)
        last, _ = self._world.outcome_prices(market, now)
        view: dict[str, object] = {
            "lastTradePrice": number(last),
            "bestAsk": number(ask),
            "spread": number(ask - bid),
        }
        if bid:
            view["bestBid"] = number(bid)
        return view

    def _touch(self, market: Market, now: float) -> tuple[int, int]:
        bids, asks = self._book(market, now)
        return bids[0][0] if bids else 0, asks[0][0] if asks else ONE

    def _book(self, market: Market, now: float) -> tuple[Ladder, Ladder]:
        """The first outcome's bids and asks, best first; none once the market has ended."""
        if not market.is_open(now):
            return (), ()
        point = self._world.last_price(market, now)
        return self._exchange.book(market).token_book(point, now, 0)

    def _liquidity(self, market: Market, now: float) -> dict[str, object]:
        dollars = self.liquidity_usd(market, now)
        return {"liquidity": format(dollars, "f"), "liquidityNum": _fragment(dollars)}

    def _volumes(
        self, markets: list[Market], now: float, *, as_text: bool = True
    ) -> dict[str, object]:
        """Volumes of all time and of the last periods; a market's total also as text."""
        total = sum((self.volume_usd(market, now) for market in markets), Decimal(0))
        view: dict[str, object] = {
            "volume": format(total, "f") if as_text else _fragment(total),
        }
        if as_text:
            view |= {"volumeNum": _fragment(total), "volumeClob": _fragment(total)}
        for name, period_s in _PERIODS_S.items():
            since = now - period_s
            recent = sum((self.volume_usd(m, now, since=since) for m in markets), Decimal(0))
            view[f"volume{name}"] = _fragment(recent)
        return view


def tag_view(tag: Tag) -> dict[str, object]:
    """A tag; its times are made up."""
    return {
        "id": tag.tag_id,
        "label": tag.label,
        "slug": tag.slug,
        "createdAt": "2024-01-01T00:00:00Z",
        "updatedAt": "2024-01-01T00:00:00Z",
        "requiresTranslation": False,
    }


def iso(at: int) -> str:
    """A second as the venue's ISO text."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _identity(market: Market) -> dict[str, object]:
    view: dict[str, object] = {
        "id": market.gamma_id,
        "question": market.title,
        "conditionId": market.condition_id,
        "questionID": market.question_id,
        "slug": market.slug,
        "description": _description(market),
        "resolutionSource": "",
        "image": "",
        "icon": "",
        "category": market.category,
        "startDate": iso(market.opens_at),
        "startDateIso": iso(market.opens_at)[:10],
        "eventStartTime": iso(market.starts_at),
        "createdAt": iso(market.opens_at),
        "endDate": None if market.ends_at is None else iso(market.ends_at),
        "groupItemThreshold": "0",
        "marketMakerAddress": "",
        "submitted_by": _RESOLVER,
        "resolvedBy": _RESOLVER,
    }
    if market.ends_at is not None:
        view["endDateIso"] = iso(market.ends_at)[:10]
    if market.game_starts_at is not None:
        view["gameStartTime"] = _near_iso(market.game_starts_at)
    return view


def _arrays(market: Market, prices: tuple[int, int]) -> dict[str, object]:
    """Three lists that belong together, as JSON in strings."""
    return {
        "outcomes": _packed(list(market.outcomes)),
        "outcomePrices": _packed([human(price) for price in prices]),
        "clobTokenIds": _packed(list(market.tokens)),
    }


def _state(market: Market, now: float) -> dict[str, object]:
    flags = (
        "new",
        "cyom",
        "ready",
        "funded",
        "archived",
        "featured",
        "deploying",
        "rfqEnabled",
        "negRiskOther",
        "showGmpSeries",
        "showGmpOutcome",
        "manualActivation",
        "pendingDeployment",
        "requiresTranslation",
        "holdingRewardsEnabled",
        "pagerDutyNotificationEnabled",
    )
    return {
        **dict.fromkeys(flags, False),
        "active": True,
        "approved": True,
        "restricted": True,
        "hasReviewedDates": True,
        "automaticallyActive": True,
        "closed": market.is_closed(now),
        "enableOrderBook": True,
        "acceptingOrders": market.is_open(now),
        "acceptingOrdersTimestamp": iso(market.opens_at),
        "clearBookOnStart": market.game_starts_at is not None,
        "updatedAt": iso(resolution.changed_at(market, now)),
    }


def _trading(market: Market, tick: int) -> dict[str, object]:
    """Tick, sizes and fees; names of fee types other than crypto's are a guess."""
    return {
        "version": "v1",
        "negRisk": market.neg_risk,
        "negRiskMarketID": market.neg_risk_id,
        "negRiskRequestID": "",
        "orderPriceMinTickSize": number(tick),
        "orderMinSize": number(market.min_size),
        "secondsDelay": market.seconds_delay,
        "makerBaseFee": 1000,
        "takerBaseFee": 1000,
        "makerRebatesFeeShareBps": 10_000,
        "rewardsMinSize": 50,
        "rewardsMaxSpread": number(_MAX_SPREAD_CENTS),
        "feesEnabled": market.fee_rate > 0,
        "feeType": f"{market.category}_fees_v2" if market.fee_rate else None,
        "feeSchedule": {
            "rate": number(market.fee_rate),
            "exponent": market.fee_exponent,
            "takerOnly": True,
            "rebateRate": number(market.rebate_ratio),
        },
    }


def _resolution(market: Market, now: float) -> dict[str, object]:
    """Where the oracle is; `closedTime` is almost, but not quite, ISO."""
    view: dict[str, object] = {
        "umaBond": "500",
        "umaReward": "2",
        "customLiveness": resolution.LIVENESS_S if market.steps else 0,
        "umaResolutionStatuses": _packed(resolution.statuses(market, now)),
        "automaticallyResolved": market.is_resolved(now),
    }
    status = resolution.status(market, now)
    if status:
        view["umaResolutionStatus"] = status
    if market.is_closed(now) and market.resolves_at is not None:
        view |= {
            "closedTime": _near_iso(market.resolves_at),
            "umaEndDate": iso(market.resolves_at),
        }
    return view


def _description(market: Market) -> str:
    return f"This market resolves to one of: {', '.join(market.outcomes)}."


def _near_iso(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}+00"


def _packed(values: list[str]) -> str:
    return "[" + ", ".join(orjson.dumps(value).decode() for value in values) + "]"


def _fragment(value: Decimal) -> orjson.Fragment:
    return orjson.Fragment(format(value, "f"))
