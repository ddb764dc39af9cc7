"""Gamma: listings, filters, pages, and a market's way to its resolution (VENUE §15, §16.5)."""

import gzip
import json
from datetime import datetime
from decimal import Decimal

import pytest
from sim_harness import ONE, SHARED, START, Trader, Venue

from ltsys.simulator.world import resolution
from ltsys.simulator.world.facts import Market, ResolutionStep

HOUR = 3600
KINDS = {str: str, bool: bool, int: (int, float), float: (int, float), dict: dict}
"""What a recorded value's type lets ours be; JSON has one kind of number."""


@pytest.fixture
def venue():
    return Venue()


def lasting(**changes):
    """A question whose answer an oracle gives an hour after its end."""
    course = resolution.uma_course(2 * HOUR, (ONE, 0), disputes=changes.pop("disputes", ()))
    fields = {
        "condition_id": "0x" + "1" * 64,
        "gamma_id": "1",
        "slug": "will-it",
        "title": "Will it?",
        "category": "politics",
        "outcomes": ("Yes", "No"),
        "tokens": ("1", "2"),
        "opens_at": 0,
        "starts_at": 0,
        "ends_at": HOUR,
        "resolves_at": course.resolves_at,
        "payouts": course.payouts,
        "steps": course.steps,
    }
    return Market(**fields | changes)


def test_an_undisputed_answer_is_final_after_the_liveness():
    """Nothing, proposed, resolved; two hours after the proposal (VENUE §16.5)."""
    market = lasting()

    seen = [
        (resolution.status(market, at), resolution.prices(market, at), market.is_closed(at))
        for at in (2 * HOUR - 1, 2 * HOUR, 4 * HOUR - 1, 4 * HOUR)
    ]

    assert seen == [
        ("", None, False),
        ("proposed", (999_500, 500), False),
        ("proposed", (999_500, 500), False),
        ("resolved", (ONE, 0), True),
    ]


def test_a_dispute_leads_to_a_new_proposal_and_a_second_one_to_a_vote():
    """The histories are those that the venue shows of its disputed markets."""
    once, twice = lasting(disputes=[600]), lasting(disputes=[600, 900])
    last = once.resolves_at - 1

    assert resolution.statuses(once, last) == ["proposed", "disputed", "proposed"]
    assert resolution.statuses(twice, twice.resolves_at - 1) == ["proposed", "disputed"] * 2
    assert resolution.lifecycle(once, 2 * HOUR + 600) == "challenged"
    assert resolution.lifecycle(once, last) == "reproposed"
    assert resolution.lifecycle(twice, twice.resolves_at - 1) == "disputed"
    assert resolution.proposals(once, last) == [(0, ONE), (ONE, 0)]
    assert resolution.prices(once, 2 * HOUR) == (500, 999_500)
    assert resolution.prices(once, 2 * HOUR + 600) is None
    assert twice.resolves_at - once.resolves_at > 3 * 86_400


def test_a_void_market_pays_half_and_is_shown_so():
    """50/50 is a result (LESSONS L46)."""
    market = lasting(steps=(ResolutionStep(HOUR, "proposed", (ONE // 2, ONE // 2)),))
    market.payouts = (ONE // 2, ONE // 2)

    assert resolution.prices(market, HOUR) == (ONE // 2, ONE // 2)
    assert resolution.prices(market, market.resolves_at) == (ONE // 2, ONE // 2)


@pytest.mark.parametrize(("winner", "prices"), [(0, '["1", "0"]'), (None, '["0.5", "0.5"]')])
def test_the_operator_may_resolve_a_market_at_any_time(venue, winner, prices):
    """Holders are paid by the new result, orders end, and Gamma says so."""
    market, ann = venue.market(), Trader(venue, "ann")
    ann.buy(market.tokens[0], 20, 99, order_type="FAK")
    resting = ann.buy(market.tokens[0], 3, 1)[1]["orderID"]
    before = venue.truth(ann)["balances"][ann.address]
    ruling = {"condition_id": market.condition_id, "ruling": "settle", "winner": winner}

    venue.admin("/sim/markets", ruling)
    venue.move_to(START + 1)

    after = venue.truth(ann)["balances"][ann.address]
    held = before["positions"][market.tokens[0]]
    paid = held if winner == 0 else held // 2
    assert after["cash_units"] - before["cash_units"] == paid
    (row,) = venue.get(f"/markets?condition_ids={market.condition_id}&closed=true")
    assert (row["outcomePrices"], row["umaResolutionStatus"]) == (prices, "resolved")
    assert (row["active"], row["closed"], row["acceptingOrders"]) == (True, True, False)
    assert row["closedTime"] == "2026-09-21 14:15:00+00"
    assert ann.call("GET", f"/data/order/{resting}")[1]["status"] == "CANCELED_MARKET_RESOLVED"


def test_a_disputed_market_pays_later(venue):
    """The dispute puts the result off, and v2 tells when it may come."""
    market, ann = venue.market(), Trader(venue, "ann")
    ann.buy(market.tokens[0], 20, 99, order_type="FAK")
    venue.admin("/sim/markets", {"condition_id": market.condition_id, "ruling": "dispute"})

    venue.move_to(START + HOUR)

    path = f"/v2/resolutions?condition_id={market.condition_id}"
    (disputed,) = venue.get(path)["data"]
    assert (disputed["status"], disputed["was_disputed"]) == ("reproposed", True)
    assert datetime.fromisoformat(disputed["expected_settlement_time"]).timestamp() == (
        market.resolves_at
    )
    (row,) = venue.get(f"/markets?condition_ids={market.condition_id}")
    assert row["umaResolutionStatuses"] == '["proposed", "disputed", "proposed"]'
    assert row["umaResolutionStatus"] == "proposed"
    venue.move_to(market.resolves_at)
    (resolved,) = venue.get(path)["data"]
    assert (resolved["status"], resolved["payouts"]) == ("resolved", list(market.payouts))
    assert venue.truth(ann)["balances"][ann.address]["positions"] == {}


def test_a_market_has_the_keys_of_recorded_ones(venue):
    """Of four hundred genuine resolved markets; what only some of them have is left out."""
    path = SHARED / "data" / "gamma" / "markets.jsonl.gz"
    if not path.exists():
        pytest.skip(f"no recording at {path}")
    with gzip.open(path) as stream:
        recorded = [json.loads(line) for line in stream]
    venue.move_to(START + 400)

    (ours,) = venue.get("/markets?closed=true&limit=1")

    theirs = set.intersection(*(set(row) for row in recorded))
    assert theirs - set(ours) == set()
    for name in theirs:
        assert isinstance(ours[name], KINDS[type(recorded[0][name])]), name
    for name in ("outcomes", "outcomePrices", "clobTokenIds", "umaResolutionStatuses"):
        assert isinstance(json.loads(ours[name]), list)


def test_closed_markets_are_hidden_unless_asked_for(venue):
    """Since April 2026 (VENUE §15)."""
    market = venue.market()
    queries = [
        f"condition_ids={market.condition_id}",
        f"slug={market.slug}",
        f"id={market.gamma_id}",
        f"clob_token_ids={market.tokens[1]}&clob_token_ids={market.tokens[0]}",
    ]

    shown = [venue.get(f"/markets?{query}") for query in queries]
    venue.move_to(START + 400)
    hidden = [venue.get(f"/markets?{query}") for query in queries]
    asked = [venue.get(f"/markets?{query}&closed=true") for query in queries]

    assert [[row["conditionId"] for row in rows] for rows in shown] == [[market.condition_id]] * 4
    assert hidden == [[]] * 4
    assert [[row["conditionId"] for row in rows] for rows in asked] == [[market.condition_id]] * 4
    assert venue.get(f"/markets/{market.gamma_id}")["closed"] is True
    assert venue.get(f"/markets/slug/{market.slug}")["closed"] is True


def test_filters_of_markets(venue):
    """Status, dates, tag and volume, each against the whole list."""
    venue.move_to(START + 100)
    everything = venue.get("/markets?closed=true&limit=500")
    middle = sorted(row["endDate"] for row in everything)[len(everything) // 2]
    tag = everything[0]["tags"][0]
    expected = {
        "uma_resolution_status=resolved": lambda row: row["umaResolutionStatus"] == "resolved",
        "uma_resolution_status=disputed": lambda _: False,
        f"end_date_min={middle}": lambda row: row["endDate"] >= middle,
        f"end_date_max={middle}": lambda row: row["endDate"] <= middle,
        f"tag_id={tag['id']}": lambda row: row["tags"][0] == tag,
        "volume_num_min=100": lambda row: row["volumeNum"] >= 100,
        f"question_ids={everything[3]['questionID']}": lambda row: row == everything[3],
    }

    for query, test in expected.items():
        found = venue.get(f"/markets?closed=true&limit=500&{query}")
        assert found == [row for row in everything if test(row)], query


@pytest.mark.parametrize(
    ("listing", "name"),
    [
        ("/markets", "volume_num"),
        ("/markets", "liquidity_num"),
        ("/events", "volume"),
        ("/events", "liquidity"),
    ],
)
def test_bounds_of_dollars(venue, listing, name):
    """From some market's dollars up, and from there down: together all of them."""
    venue.move_to(START + 100)
    field = {"volume_num": "volumeNum", "liquidity_num": "liquidityNum"}.get(name, name)
    everything = venue.get(f"{listing}?limit=500&closed=false")
    some = sorted(row[field] for row in everything)[-len(everything) // 4]

    up = venue.get(f"{listing}?limit=500&closed=false&{name}_min={some}")
    down = venue.get(f"{listing}?limit=500&closed=false&{name}_max={some}")

    assert some > 0
    assert up == [row for row in everything if row[field] >= some]
    assert down == [row for row in everything if row[field] <= some]


def test_liquidity_is_what_rests_in_the_book(venue):
    """Dollars on both sides of the first outcome's book; none once the market has ended."""
    market = venue.market()
    book = venue.get(f"/book?token_id={market.tokens[0]}")
    levels = [*book["bids"], *book["asks"]]

    told = Decimal(venue.get(f"/markets/{market.gamma_id}")["liquidity"])
    venue.move_to(market.ends_at)

    assert told == sum(Decimal(level["price"]) * Decimal(level["size"]) for level in levels)
    assert venue.get(f"/markets/{market.gamma_id}")["liquidity"] == "0"


@pytest.mark.parametrize("field", ["volumeNum", "volume_num", "endDate", "startDate", "id"])
def test_orders_of_markets(venue, field):
    """Rising, unless told to fall."""
    venue.move_to(START + 100)
    name = {"volume_num": "volumeNum"}.get(field, field)

    up = venue.get(f"/markets?order={field}&limit=500&closed=true")
    down = venue.get(f"/markets?order={field}&limit=500&closed=true&ascending=false")

    values = [int(row[name]) if name == "id" else row[name] for row in up]
    assert values == sorted(values)
    assert [row[name] for row in down] == [row[name] for row in up][::-1]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/markets?order=mood", 422),
        ("/markets?limit=many", 400),
        ("/markets?closed=maybe", 400),
        ("/markets?end_date_min=tomorrow", 422),
        ("/markets/keyset?offset=1", 422),
        ("/markets/keyset?after_cursor=nonsense", 422),
        ("/markets/999", 404),
        ("/markets/slug/nobody-knows", 404),
        ("/events/999", 404),
        ("/events/slug/nobody-knows", 404),
        ("/tags/999", 404),
        ("/public-search", 422),
    ],
)
def test_refusals(venue, path, status):
    """In Gamma's shape, with the kind of mistake where it says so."""
    answered, body = venue.call("GET", path)

    assert answered == status
    assert body["error"]
    assert (body.get("type") == "validation error") == (status == 422)


@pytest.mark.parametrize(("what", "most"), [("markets", 100), ("events", 500)])
def test_keyset_pages_compose_while_markets_close(venue, what, most):
    """No market is lost or shown twice because others closed or opened meanwhile."""
    whole = venue.get(f"/{what}/keyset?closed=false&limit={most}")[what]
    pages, path = [], f"/{what}/keyset?closed=false&limit=3"
    answer = venue.get(path)

    while "next_cursor" in answer:
        pages += answer[what]
        venue.move_to(venue.box.clock.now() + 120)
        answer = venue.get(f"{path}&after_cursor={answer['next_cursor']}")

    assert [row["id"] for row in pages + answer[what]] == [row["id"] for row in whole]
    assert len(whole) > 3


def test_events_hold_their_markets(venue):
    """By number, by slug, in listings and in a market's own row."""
    market = venue.market()

    event = venue.get(f"/events/{market.event_id}")

    assert event == venue.get(f"/events/slug/{market.event_slug}")
    assert event in venue.get(f"/events?id={market.event_id}")
    assert market.condition_id in {row["conditionId"] for row in event["markets"]}
    (row,) = venue.get(f"/markets?condition_ids={market.condition_id}")
    assert row["events"][0]["id"] == market.event_id
    assert {name for name in event if name != "markets"} == set(row["events"][0])
    assert venue.get(f"/events/{market.event_id}/tags") == event["tags"]
    assert venue.get(f"/markets/{market.gamma_id}/tags") == row["tags"]


def test_tags_by_number_and_slug(venue):
    """And every listed one can be asked for."""
    for tag in venue.get("/tags?limit=500"):
        assert venue.get(f"/tags/{tag['id']}") == venue.get(f"/tags/slug/{tag['slug']}") == tag
    assert "crypto" in {tag["slug"] for tag in venue.get("/tags?limit=500")}


def test_search_finds_all_words_page_by_page(venue):
    """With the total, and tags where they are asked for."""
    first = venue.get("/public-search?q=BITCOIN%20down&limit_per_type=2")
    second = venue.get("/public-search?q=bitcoin%20down&limit_per_type=2&page=2")
    tags = venue.get("/public-search?q=crypto&search_tags=true")["tags"]

    titles = [event["title"].lower() for event in first["events"] + second["events"]]
    assert len(titles) == 4
    assert all("bitcoin" in title and "down" in title for title in titles)
    assert len({event["id"] for event in first["events"] + second["events"]}) == 4
    assert first["pagination"]["hasMore"] is True
    assert first["pagination"]["totalResults"] > 4
    assert [tag["slug"] for tag in tags] == ["crypto"]
    nothing = venue.get("/public-search?q=zzz")
    assert nothing == {"events": [], "pagination": {"hasMore": False, "totalResults": 0}}
