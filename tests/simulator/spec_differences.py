"""Where practice differs from the venue's documents, and what the simulator leaves out.

A row of the first table is: document, schema or operation with status, JSON pointer into the
answer, the schema's word that is broken, what practice does, and who says so. A source that begins
with `recorded/` is a file of recorded payloads that shows the very difference.
"""

from typing import NamedTuple

from spec_documents import Difference

COMPACT = "recorded/third_party/TrebuchetDynamics+polymarket-cli-go/clob-markets.json"
GAMMA = "recorded/third_party/nexiumito+polycopy/gamma_market_sample.json"
HOLDERS = "recorded/third_party/nexiumito+polycopy/data_api_holders_sample.json"
POSITIONS = "recorded/third_party/nexiumito+polycopy/data_api_positions_sample.json"
LONG = "recorded/nautilus_rust/clob_market_closed_binary_accepting_false.json"


class Known(NamedTuple):
    """One row."""

    document: str
    place: str
    pointer: str
    rule: str
    practice: str
    source: str

    @property
    def difference(self):
        """What a comparison finds."""
        return Difference(self.document, self.place, self.pointer, self.rule)


_MIDPOINT = "GET /midpoint 200"
_COMPACT = "ClobMarketDetails"

KNOWN = [
    Known("clob", _MIDPOINT, "/mid_price", "required", "the field is `mid`", "VENUE §9"),
    Known("clob", _MIDPOINT, "/mid", "undocumented", "the field is `mid`", "VENUE §9"),
    Known("clob", "GET /price 200", "/price", "type", "a price is a string", "VENUE §9"),
    Known("clob", "GET /prices 200", "/{}/{}", "type", "a price is a string", "VENUE §9"),
    Known("clob", "POST /prices 200", "/{}/{}", "type", "a price is a string", "VENUE §9"),
    Known("clob", _COMPACT, "/c", "undocumented", "the condition id is told", COMPACT),
    Known("clob", _COMPACT, "/ao", "undocumented", "accepts orders", COMPACT),
    Known("clob", _COMPACT, "/aot", "undocumented", "accepts orders since", COMPACT),
    Known(
        "clob",
        "GET /clob-markets/{condition_id} 404",
        "",
        "undocumented",
        "a text with `not found` is a 404",
        "VENUE §6",
    ),
    Known(
        "clob",
        "HeartbeatErrorResponse",
        "/error_msg",
        "undocumented",
        "the text is called `error_msg`",
        "VENUE §8.4",
    ),
    Known("clob", "OpenOrder", "/status", "enum", "LIVE without a prefix", "VENUE §8.1"),
    Known(
        "clob",
        "SendOrderResponse",
        "/status",
        "enum",
        "a refused leg of a batch has an empty status",
        "VENUE §5.1",
    ),
    Known(
        "clob",
        "Trade",
        "/transaction_hash",
        "pattern",
        "empty until the transaction is known",
        "VENUE §8.3",
    ),
    Known("clob", "Rewards", "/rates", "type", "null without rewards", LONG),
    Known("clob", "Market", "/game_start_time", "type", "null without a game", LONG),
    Known("data", "Holder", "/verified", "undocumented", "a field more", HOLDERS),
    Known("data", "Position", "/eventId", "undocumented", "the event is told", POSITIONS),
    *(
        Known("gamma", "Market", f"/{name}", "undocumented", "a field more", GAMMA)
        for name in (
            "approved",
            "cyom",
            "feeType",
            "holdingRewardsEnabled",
            "negRisk",
            "negRiskMarketID",
            "negRiskRequestID",
            "pagerDutyNotificationEnabled",
            "requiresTranslation",
            "submitted_by",
        )
    ),
    Known(
        "gamma",
        "Market",
        "/makerRebatesFeeShareBps",
        "undocumented",
        "a field more",
        "recorded/nautilus_rust/gamma_market.json",
    ),
    Known("gamma", "Market", "/version", "undocumented", "v1 or v2", "VENUE §0"),
    Known(
        "gamma",
        "Tag",
        "/requiresTranslation",
        "undocumented",
        "a field more",
        "recorded/nautilus_rust/gamma_tags.json",
    ),
    Known("asyncapi", "BookEvent", "/tick_size", "undocumented", "told with it", "VENUE §13.3"),
    Known(
        "asyncapi", "BookEvent", "/last_trade_price", "undocumented", "told with it", "VENUE §13.3"
    ),
    Known("asyncapi-user", "OrderEvent", "/order_type", "enum", "FAK exists", "VENUE §5.2"),
    Known(
        "asyncapi-user",
        "TradeMakerOrder",
        "/outcome_index",
        "undocumented",
        "told with the outcome",
        "VENUE §13.2",
    ),
]

_REWARDS = "the simulator pays no rewards for resting orders"
_REBATES = "the simulator pays no rebates"
_SPORTS = "teams, leagues and series are not played"
_SOCIAL = "comments, profiles and posts are not played"
_TAGS = "tags stand alone"
_LISTING = "markets and events are told by the listings with filters"
_COMBOS = "combined markets are not played"
_BUILDERS = "builders are not ranked"

NOT_SERVED = {
    "clob": {
        "GET /rewards/user": _REWARDS,
        "GET /rewards/user/total": _REWARDS,
        "GET /rewards/user/percentages": _REWARDS,
        "GET /rewards/user/markets": _REWARDS,
        "GET /rewards/markets/current": _REWARDS,
        "GET /rewards/markets/{condition_id}": _REWARDS,
        "GET /rewards/markets/multi": _REWARDS,
        "GET /rebates/current": _REBATES,
    },
    "gamma": {
        "GET /status": "a text for people; the CLOB's /ok serves",
        "GET /teams": _SPORTS,
        "GET /teams/{id}": _SPORTS,
        "GET /sports": _SPORTS,
        "GET /sports/market-types": _SPORTS,
        "GET /series": _SPORTS,
        "GET /series/{id}": _SPORTS,
        "GET /series/{id}/comments/count": _SOCIAL,
        "GET /series-summary/{id}": _SPORTS,
        "GET /series-summary/slug/{slug}": _SPORTS,
        "GET /tags/{id}/related-tags": _TAGS,
        "GET /tags/slug/{slug}/related-tags": _TAGS,
        "GET /tags/{id}/related-tags/tags": _TAGS,
        "GET /tags/slug/{slug}/related-tags/tags": _TAGS,
        "GET /events/pagination": _LISTING,
        "GET /events/results": _LISTING,
        "GET /events/{id}/tags": _TAGS,
        "GET /events/{id}/tweet-count": _SOCIAL,
        "GET /events/{id}/comments/count": _SOCIAL,
        "GET /events/creators": _SOCIAL,
        "GET /events/creators/{id}": _SOCIAL,
        "GET /markets/{id}/description": _LISTING,
        "GET /markets/{id}/tags": _TAGS,
        "POST /markets/information": _LISTING,
        "POST /markets/abridged": _LISTING,
        "GET /comments": _SOCIAL,
        "GET /comments/{id}": _SOCIAL,
        "GET /comments/user_address/{user_address}": _SOCIAL,
        "GET /public-profile": _SOCIAL,
        "GET /profiles/user_address/{user_address}": _SOCIAL,
    },
    "data": {
        "GET /v1/accounting/snapshot": "an archive of tables, which no client of ours reads",
        "GET /v1/approvals": "approvals are on the chain, which is not played",
        "GET /v1/activity/combos": _COMBOS,
        "GET /v1/positions/combos": _COMBOS,
        "GET /revisions": "questions are never reworded",
        "GET /other": "no event gains an outcome",
        "GET /v1/market-positions": "holders tell who has what",
        "GET /v1/builders/leaderboard": _BUILDERS,
        "GET /v1/builders/volume": _BUILDERS,
    },
    "relayer": {"GET /relayer/api/keys": "keys for the relayer alone are not made"},
}
"""Operations that the simulator leaves out, by document, each with the reason."""
