"""The Data API: users' own trades beside the leaders', late, paged and in step with the ledger."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polymarket.models.data import (
    MetaHolder,
    OpenInterest,
    PortfolioValue,
    Position,
    PriceHistoryPoint,
    Resolution,
    TokenReference,
    Trade,
    UserStats,
)
from polymarket.models.data.activity import parse_activities
from sim_harness import ONE, SHARED, START, Trader, Venue

from ltsys.simulator.exchange.events import TradeChanged

RECORDED = SHARED / "recorded" / "third_party" / "nexiumito+polycopy"
RESOLVED_AT = START + 400


def recorded(name):
    """The rows of a recorded answer, or a skip."""
    path = RECORDED / name
    if not path.exists():
        pytest.skip(f"no recording at {path}")
    return json.loads(path.read_text())


def keys(rows):
    """The keys that every row has."""
    return set.intersection(*(set(row) for row in rows))


@pytest.fixture
def venue():
    """A venue with a market in which ann has bought of both outcomes."""
    return Venue()


@pytest.fixture
def market(venue):
    return venue.market()


@pytest.fixture
def ann(venue, market):
    ann = Trader(venue, "ann")
    for token, usd in zip(market.tokens, (20, 10), strict=True):
        status, answer = ann.buy(token, usd, 99, order_type="FAK")
        assert status == 200, answer
    return ann


def test_an_own_trade_appears_after_the_lag_and_never_before(venue, ann):
    """Chain-indexed: late by so many seconds, which may change at any time (VENUE §14.3)."""
    path = f"/trades?user={ann.address}"
    venue.box.world.data_lag_s = 90

    venue.move_to(START + 89)
    before = [venue.get(path), venue.get(f"/activity?user={ann.address}")]
    held = [venue.get(f"/positions?user={ann.address}"), venue.get(f"/value?user={ann.address}")]
    venue.move_to(START + 91)
    after = venue.get(path)

    assert before == [[], []]
    assert held == [[], [{"user": ann.address, "value": 0}]]
    assert len(after) == 2
    fills = [fill for order in venue.truth(ann)["orders"] for fill in order["fills"]]
    assert sum(fill["shares_units"] for fill in fills) == sum(
        round(row["size"] * ONE) for row in after
    )
    assert all(row["transactionHash"].startswith("0x") for row in after)


def test_rows_have_the_keys_of_recorded_rows(venue, ann):
    """Trades, activity, positions, holders and value (genuine rows of May 2026)."""
    venue.move_to(START + 30)
    condition = venue.market().condition_id
    pairs = {
        "data_api_trades_global_sample.json": venue.get("/trades?limit=50"),
        "activity_sample.json": venue.get(f"/activity?user={ann.address}"),
        "data_api_positions_sample.json": venue.get(f"/positions?user={ann.address}"),
        "data_api_value_sample.json": venue.get(f"/value?user={ann.address}"),
        "data_api_holders_sample.json": venue.get(f"/holders?market={condition}"),
    }

    for name, ours in pairs.items():
        assert keys(recorded(name)) <= keys(ours), name
    theirs = [row for group in recorded("data_api_holders_sample.json") for row in group["holders"]]
    holders = [row for group in pairs["data_api_holders_sample.json"] for row in group["holders"]]
    assert keys(theirs) == keys(holders)


def test_redemptions_have_the_keys_of_recorded_ones(venue, ann):
    """Among genuine REDEEM rows, whose one outcome has since become two rows."""
    path = SHARED / "data" / "data_api" / "other_activity.jsonl.gz"
    if not path.exists():
        pytest.skip(f"no recording at {path}")
    with gzip.open(path) as stream:
        rows = [json.loads(line) for line in stream]
    venue.move_to(RESOLVED_AT)

    ours = venue.get(f"/activity?user={ann.address}&type=REDEEM")

    theirs = keys([row for row in rows if row["type"] == "REDEEM"]) - {"_source"}
    assert keys(ours) == theirs


def test_a_redemption_is_a_row_for_each_outcome(venue, market, ann):
    """Winner and loser apart; together they are the payout (VENUE §14.1)."""
    venue.move_to(START + 30)
    held = {row["asset"]: row["size"] for row in venue.get(f"/positions?user={ann.address}")}

    venue.move_to(RESOLVED_AT)

    rows = venue.get(f"/activity?user={ann.address}&type=REDEEM")
    assert {row["asset"]: row["size"] for row in rows} == held
    for row in rows:
        payout = market.payouts[row["outcomeIndex"]]
        assert row["usdcSize"] == (row["size"] if payout else 0)
        assert row["outcome"] == market.outcomes[row["outcomeIndex"]]
    assert venue.get(f"/positions?user={ann.address}") == []
    closed = venue.get(f"/closed-positions?user={ann.address}")
    spent = sum(row["usdcSize"] for row in venue.get(f"/activity?user={ann.address}&type=TRADE"))
    paid = sum(row["usdcSize"] for row in rows)
    assert sum(row["realizedPnl"] for row in closed) == pytest.approx(paid - spent)


def test_a_loser_that_nobody_redeems_stays_redeemable(venue, market, ann):
    """Worthless, and there (VENUE §14.1); v2 has a filter of its own for it."""
    venue.box.exchange.redeemer.is_automatic = False
    venue.move_to(RESOLVED_AT)
    path = f"/positions?user={ann.address}&redeemable=true"

    rows = {row["outcomeIndex"]: row for row in venue.get(path)}
    lost = venue.get(f"/v2/positions?user={ann.address}&status=REDEEMABLE_LOST")["data"]

    loser = market.payouts.index(0)
    assert set(rows) == {0, 1}
    assert (rows[loser]["curPrice"], rows[loser]["currentValue"]) == (0, 0)
    assert rows[1 - loser]["curPrice"] == 1
    assert not any(row["mergeable"] for row in rows.values())
    assert [(row["outcome_index"], row["status"]) for row in lost] == [(loser, "REDEEMABLE")]


def test_a_pair_is_mergeable_and_names_its_other_half(venue, market, ann):
    """Until it resolves."""
    venue.move_to(START + 30)

    rows = venue.get(f"/positions?user={ann.address}&mergeable=true")

    assert {row["asset"] for row in rows} == set(market.tokens)
    for row in rows:
        assert row["oppositeAsset"] == market.tokens[1 - row["outcomeIndex"]]
        assert row["initialValue"] == pytest.approx(row["size"] * row["avgPrice"], abs=0.001)
        assert row["currentValue"] == pytest.approx(row["size"] * row["curPrice"], abs=0.001)
        assert row["grossInitialValue"] - row["initialValue"] == pytest.approx(
            row["entryFeesUsdc"], abs=0.001
        )


def test_makers_are_left_out_unless_asked_for(venue, market):
    """takerOnly is true by default (VENUE §14.1)."""
    ann, bob = Trader(venue, "ann"), Trader(venue, "bob")
    token = market.tokens[0]
    bid = venue.get(f"/book?token_id={token}")["bids"][-1]["price"]
    cents = round(float(bid) * 100) + 1
    ann.buy(token, 5, cents, post_only=True)
    bob.buy(market.tokens[1], 5, 100 - cents, order_type="FAK")
    venue.move_to(START + 1)

    assert venue.get(f"/trades?user={ann.address}") == []
    both = [
        row
        for row in venue.get(f"/trades?market={market.condition_id}&takerOnly=false")
        if row["proxyWallet"] in {ann.address, bob.address}
    ]
    assert {row["proxyWallet"] for row in both} == {ann.address, bob.address}
    assert sum(row["price"] for row in both) == pytest.approx(1)


def test_filters_of_trades(venue, market, ann):
    """Market, event, side, amount and window, each against the whole list."""
    venue.move_to(START + 250)
    everything = venue.get("/trades?limit=10000")

    def matching(test):
        return [row for row in everything if test(row)]

    leader = next(row for row in everything if row["proxyWallet"] != ann.address)
    expected = {
        f"market={market.condition_id}": lambda row: row["conditionId"] == market.condition_id,
        f"eventId={market.event_id}": lambda row: row["eventSlug"] == market.event_slug,
        "side=SELL": lambda row: row["side"] == "SELL",
        "filterType=TOKENS&filterAmount=40": lambda row: row["size"] >= 40,
        "filterType=CASH&filterAmount=15": lambda row: row["size"] * row["price"] >= 14.999,
        f"start={START}&end={START + 100}": lambda row: START <= row["timestamp"] <= START + 100,
        f"user={leader['proxyWallet']}": lambda row: row["proxyWallet"] == leader["proxyWallet"],
        f"user={ann.address}&market=0x{'0' * 64}": lambda _: False,
    }
    for query, test in expected.items():
        found = venue.get(f"/trades?limit=10000&{query}")
        assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, matching(test))), query
    assert matching(lambda row: row["side"] == "SELL")
    times = [row["timestamp"] for row in everything]
    assert times == sorted(times, reverse=True)


def test_orders_of_activity(venue, ann):
    """By time, shares or dollars, up or down."""
    venue.move_to(RESOLVED_AT)
    path = f"/activity?user={ann.address}"

    for sort_by, name in (("TIMESTAMP", "timestamp"), ("TOKENS", "size"), ("CASH", "usdcSize")):
        up = [row[name] for row in venue.get(f"{path}&sortBy={sort_by}&sortDirection=ASC")]
        down = [row[name] for row in venue.get(f"{path}&sortBy={sort_by}")]
        assert len(up) == 4
        assert up == sorted(up)
        assert down == sorted(down, reverse=True)


@pytest.mark.parametrize(
    "path",
    [
        "/trades?offset=10001",
        "/trades?filterType=CASH",
        "/trades?filterAmount=1",
        "/trades?side=HOLD",
        "/trades?takerOnly=maybe",
        "/trades?market=0x1&eventId=1",
        "/activity",
        "/activity?user=0x1",
        "/activity?user={user}&offset=5001",
        "/activity?user={user}&type=NAP",
        "/activity?user={user}&sortBy=MOOD",
        "/positions",
        "/positions?user={user}&sortBy=MOOD",
        "/positions?user={user}&sizeThreshold=-1",
        "/positions?user={user}&offset=10001",
        "/closed-positions",
        "/holders",
        "/value",
        "/traded",
        "/live-volume",
        "/v2/activity",
        "/v2/positions",
        "/v2/positions?user={user}&status=LOST",
        "/v2/holders",
        "/v2/trades?cursor=nonsense",
        "/v2/trades?filter_type=CASH",
        "/v2/tokens",
        "/v2/resolutions",
        "/v2/prices-history?token_id=1",
        "/v2/prices-history?token_id=1&interval=1y",
        "/v2/prices-history?token_id=1&interval=max&bucket_seconds=60",
        "/v2/trades?condition_id=" + ",".join(f"0x{each:064x}" for each in range(21)),
    ],
)
def test_what_is_missing_or_too_much_is_refused(path):
    """With a 400 and the reason, never with a guess."""
    status, answer = Venue().call("GET", path.format(user="0x" + "ab" * 20))

    assert status == 400
    assert list(answer) == ["error"]


def test_interest_holders_and_volume_agree(venue, market, ann):
    """Open interest is the bigger side's holdings; volume counts each trade once."""
    venue.move_to(START + 200)

    sides = venue.get(f"/holders?market={market.condition_id}&minBalance=0")
    (interest,) = venue.get(f"/oi?market={market.condition_id}")
    (volume,) = venue.get(f"/live-volume?id={market.event_id}")
    trades = venue.get(f"/trades?market={market.condition_id}&limit=10000")

    held = [sum(row["amount"] for row in side["holders"]) for side in sides]
    assert interest["value"] == pytest.approx(max(held))
    assert volume["total"] == pytest.approx(sum(row["size"] * row["price"] for row in trades))
    assert [side["token"] for side in sides] == list(market.tokens)
    assert ann.address in {row["proxyWallet"] for side in sides for row in side["holders"]}
    assert venue.get(f"/traded?user={ann.address}") == {"user": ann.address, "traded": 1}


def test_every_v2_row_is_read_by_the_newest_sdk(venue, market, ann):
    """There is no document of this version; the SDK's own models are the proof."""
    venue.move_to(START + 200)
    leader = venue.get("/trades?limit=1")[0]["proxyWallet"]
    condition, token = market.condition_id, market.tokens[0]
    lists = {
        "/v2/trades?limit=20": Trade,
        f"/v2/trades?user={ann.address}": Trade,
        f"/v2/positions?user={ann.address}": Position,
        f"/v2/positions?user={leader}&status=CLOSED": Position,
        f"/v2/positions?condition_id={condition}": Position,
        f"/v2/holders?condition_id={condition}": MetaHolder,
        f"/v2/holders?condition_id={condition}&include_pnl=true": MetaHolder,
        f"/v2/oi?condition_id={condition}": OpenInterest,
        "/v2/oi": OpenInterest,
        f"/v2/resolutions?condition_id={condition}": Resolution,
        f"/v2/resolutions?question_id={market.question_id}": Resolution,
        f"/v2/tokens?token_id={token}": TokenReference,
        f"/v2/tokens?condition={condition}": TokenReference,
        f"/v2/prices-history?token_id={token}&interval=1h": PriceHistoryPoint,
        f"/v2/prices-history?token_id={token}&start={START}&bucket_seconds=60": PriceHistoryPoint,
        f"/v2/prices-history?token_id={token}&as_of={START + 50}": PriceHistoryPoint,
    }

    for path, model in lists.items():
        rows = venue.get(path)["data"]
        assert rows, path
        assert len(model.parse_response_list(rows)) == len(rows)
    assert parse_activities(venue.get(f"/v2/activity?user={ann.address}")["data"])
    PortfolioValue.parse_response(venue.get(f"/v2/value?user={ann.address}")["data"])
    stats = UserStats.parse_response(venue.get(f"/v2/user-stats?user={ann.address}")["data"])
    assert stats.traded_market_count == 1
    assert venue.get(f"/v2/user-stats?user=0x{'ab' * 20}") == {"data": None}


def test_v2_pages_compose_while_new_trades_come(venue, ann):
    """The cursor holds on to the moment of the first page."""
    venue.move_to(START + 100)
    path = f"/v2/trades?start={START}"
    whole = venue.get(f"{path}&limit=1000")["data"]
    pages, cursor = [], ""

    while cursor is not None:
        answer = venue.get(f"{path}&limit=7&cursor={cursor}")
        pages += answer["data"]
        cursor = answer["pagination"]["next_cursor"]
        assert answer["pagination"]["has_more"] == (cursor is not None)
        venue.move_to(venue.box.clock.now() + 20)

    assert pages == whole
    assert len(venue.get(f"{path}&limit=1000")["data"]) > len(whole)
    assert ann.address in {row["proxy_wallet"] for row in whole}


def test_a_failed_trade_is_forgotten(venue, market):
    """A fill that the chain undoes leaves neither a trade nor a position behind."""
    ann = Trader(venue, "ann")
    ann.buy(market.tokens[0], 20, 99, order_type="FAK")
    (fill,) = venue.box.exchange.orders[venue.truth(ann)["orders"][0]["order_id"]].fills
    assert len(venue.get(f"/trades?user={ann.address}")) == 1

    venue.box.exchange.events.tell(TradeChanged(fill=fill, status="FAILED", at=START))

    assert venue.get(f"/trades?user={ann.address}") == []
    assert venue.get(f"/positions?user={ann.address}") == []


DEALS = st.lists(
    st.tuples(st.sampled_from(["BUY", "SELL"]), st.sampled_from([0, 1]), st.integers(2, 60)),
    max_size=8,
)


@settings(max_examples=20, deadline=None)
@given(deals=DEALS, redeems=st.booleans())
def test_positions_are_what_the_ledger_holds(deals, redeems):
    """Whatever was traded, redeemed or not (LESSONS L29)."""
    venue = Venue()
    venue.box.exchange.redeemer.is_automatic = redeems
    market, ann = venue.market(), Trader(venue, "ann")
    for second, (side, index, amount) in enumerate(deals):
        token = market.tokens[index]
        if side == "BUY":
            ann.buy(token, amount, 99, order_type="FAK")
        else:
            ann.sell(token, amount, 1, order_type="FAK")
        venue.move_to(START + 5 * second)
    path = f"/positions?user={ann.address}&sizeThreshold=0"

    for at in (START + 250, RESOLVED_AT):
        venue.move_to(at)
        shown = {row["asset"]: round(row["size"] * ONE) for row in venue.get(path)}
        assert shown == venue.truth(ann)["balances"][ann.address]["positions"]
    rows = venue.get(f"/v2/positions?user={ann.address}&status=CLOSED")["data"]
    rows += venue.get(f"/v2/positions?user={ann.address}")["data"]
    trades = venue.get(f"/activity?user={ann.address}&limit=500")
    signs = {"BUY": -1, "SELL": 1, "": 1}
    flow = sum(signs[row["side"]] * row["usdcSize"] for row in trades)
    kept = sum(row["entry_cost_usdc"] for row in rows)
    assert sum(row["realized_pnl"] for row in rows) == pytest.approx(flow + kept, abs=0.001)
