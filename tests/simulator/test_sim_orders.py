"""Orders: their types, their limits, their arithmetic."""

from decimal import Decimal

import pytest
from sim_harness import ONE, START, Trader, Venue


def ask_of(venue, token):
    """The best ask in cents; the book ends at the best (L17)."""
    return round(float(venue.get(f"/book?token_id={token}")["asks"][-1]["price"]) * 100)


def test_a_buy_is_limited_by_its_dollars(venue, ann, token):
    """A better price gives more shares than signed (VENUE §5.1, L26)."""
    ask = ask_of(venue, token)

    _, body = ann.buy(token, 5, ask + 4, order_type="FAK")

    order = venue.truth(ann)["orders"][0]
    shares = sum(fill["shares_units"] for fill in order["fills"])
    assert body["status"] == "matched"
    assert 4_999_990 < Decimal(body["makingAmount"]) * ONE <= 5 * ONE
    assert shares == Decimal(body["takingAmount"]) * ONE
    assert shares > order["taker_units"]


def test_the_taker_pays_the_fee_on_top(venue, ann, token):
    """shares x 0.07 x p(1-p) to five decimals, beyond makerAmount (VENUE §11, L47)."""
    ask = ask_of(venue, token)

    ann.buy(token, 10, ask, order_type="FAK")

    truth = venue.truth(ann)
    fill = truth["orders"][0]["fills"][0]
    expected = round(fill["shares_units"] * 7 * ask * (100 - ask) / 10**6 / 10) * 10
    assert fill["fee_units"] == expected
    cash = truth["balances"][ann.address]["cash_units"]
    assert cash == 1000 * ONE - fill["usd_units"] - expected


def test_a_killed_fak_burns_its_hash(venue, ann, token):
    """Duplicated means seen, not filled (VENUE §3.3, L04)."""
    order = ann.sign(token, "BUY", 1_000_000, 10_000_000, order_type="FAK")

    first, second = ann.call("POST", "/order", order), ann.call("POST", "/order", order)

    assert first[0] == 400
    assert "no orders found to match with FAK order" in first[1]["error"]
    order_id = first[1]["orderID"]
    assert second == (400, {"error": f"order {order_id} is invalid. Duplicated."})
    assert ann.call("GET", f"/data/order/{order_id}")[0] == 404
    assert venue.truth(ann)["refused"] == {"fak_killed": 1, "duplicated": 1}


def test_a_filled_order_is_duplicated_too_and_still_found(ann, venue, token):
    """L04, L05: the same envelope again changes nothing."""
    order = ann.sign(token, "BUY", 5_200_000, 10_000_000, order_type="FAK")
    _, body = ann.call("POST", "/order", order)

    status, again = ann.call("POST", "/order", order)

    assert status == 400
    assert "Duplicated" in again["error"]
    assert ann.call("GET", f"/data/order/{body['orderID']}")[1]["status"] == "MATCHED"
    assert len(ann.call("GET", "/data/trades")[1]["data"]) == 1
    assert venue.get("/sim/truth")["posts"] == 2


def test_a_fok_fills_whole_or_not_at_all(venue, ann, token):
    """VENUE §5.2."""
    rich = Trader(venue, "rich", cash_usd="1000000")
    ask = ask_of(venue, token)

    status, body = rich.buy(token, 500_000, ask, order_type="FOK")
    whole = ann.buy(token, 5, ask, order_type="FOK")

    assert status == 400
    assert body["error"].startswith("order couldn't be fully filled")
    assert venue.truth(rich)["balances"][rich.address]["cash_units"] == 10**12
    assert whole[1]["status"] == "matched"


def test_a_fak_takes_several_levels_and_drops_the_rest(venue, token):
    """Each level is a trade of its own (VENUE §8.3)."""
    rich = Trader(venue, "rich", cash_usd="1000000")

    _, body = rich.buy(token, 500_000, ask_of(venue, token) + 1, order_type="FAK")

    assert body["status"] == "matched"
    assert len(body["tradeIDs"]) == len(set(body["tradeIDs"])) == 2
    assert len(body["transactionsHashes"]) == 2
    assert rich.call("GET", "/data/orders")[1]["data"] == []


def test_fills_at_one_time_do_not_depend_on_who_comes_first(venue, token):
    """The house refills at once, so a frozen clock gives everybody the same book."""
    traders = [Trader(venue, name) for name in ("ann", "bob", "cid")]
    ask = ask_of(venue, token)

    answers = [trader.buy(token, 100, ask, order_type="FAK")[1] for trader in traders]

    assert len({(body["makingAmount"], body["takingAmount"]) for body in answers}) == 1


def test_a_resting_order_reserves_cancels_and_releases(ann, token):
    """The open remainder is held back once, and given back once (L24)."""
    _, body = ann.buy(token, 900, 10)
    refused = ann.buy(token, 200, 10)

    assert body["status"] == "live"
    assert refused[0] == 400
    assert "not enough balance / allowance" in refused[1]["error"]
    cancel = ann.call("DELETE", "/order", {"orderID": body["orderID"]})[1]
    assert cancel == {"canceled": [body["orderID"]], "not_canceled": {}}
    again = ann.call("DELETE", "/order", {"orderID": body["orderID"]})[1]
    assert body["orderID"] in again["not_canceled"]
    assert ann.call("GET", f"/data/order/{body['orderID']}")[1]["status"] == "CANCELED"
    assert ann.buy(token, 900, 10)[0] == 200


def test_a_good_till_date_order_dies_a_minute_early(venue, ann, token):
    """VENUE §5.2: and must be placed three minutes ahead; others carry no date (L16)."""
    early = ann.buy(token, 3, 10, order_type="GTD", expiration=START + 100)
    dated = ann.buy(token, 3, 10, expiration=START + 1000)
    _, body = ann.buy(token, 3, 10, order_type="GTD", expiration=START + 200)

    assert [early[0], dated[0]] == [400, 400]
    assert "invalid expiration" in early[1]["error"]
    path = f"/data/order/{body['orderID']}"
    venue.move_to(START + 139)
    assert ann.call("GET", path)[1]["status"] == "LIVE"
    venue.move_to(START + 140)
    assert ann.call("GET", path)[1]["status"] == "CANCELED"


@pytest.mark.parametrize(
    ("amounts", "more", "text"),
    [
        ((5_230_000, 10_000_000), {}, "breaks minimum tick size rule: 0.01"),
        ((10_000_000, 10_000_000), {}, "breaks minimum tick size rule"),
        ((1_000_000, 2_000_000), {}, "lower than the minimum: 5"),
        ((500_000, 1_000_000), {"order_type": "FAK"}, "marketable BUY order ($0.5), min size: $1"),
        ((5_201_000, 10_001_900), {"order_type": "FAK"}, "max accuracy of 2 decimals"),
        ((5_200_000, 9_999_950), {"order_type": "FOK"}, "taker amount a max of 4 decimals"),
        ((6_000_000, 10_000_000), {"post_only": True}, "post-only order: order crosses book"),
        ((6_000_000_000, 10_000_000_000), {}, "not enough balance"),
    ],
)
def test_an_order_that_breaks_a_rule_is_refused_in_the_venues_words(
    ann, token, amounts, more, text
):
    """VENUE §6, L10, L32."""
    status, body = ann.call("POST", "/order", ann.sign(token, "BUY", *amounts, **more))

    assert status == 400
    assert text in body["error"]


def test_a_sale_needs_the_shares_and_pays_its_fee_from_the_proceeds(venue, ann, token):
    """No share is sold twice (L12)."""
    assert ann.sell(token, 5, 10)[0] == 400
    ann.buy(token, 10, 60, order_type="FAK")
    resting = ann.sell(token, 10, 90)
    assert resting[1]["status"] == "live"

    status, body = ann.sell(token, 5, 30, order_type="FAK")

    assert status == 200, body
    sale = venue.truth(ann)["orders"][-1]["fills"][0]
    assert sale["shares_units"] == 5 * ONE
    assert sale["fee_units"] > 0
    assert ann.sell(token, 10, 95)[0] == 400


def test_two_users_trade_with_each_other_inside_the_spread(venue, token):
    """Price and time decide; the maker's entry carries the maker's own side (L21)."""
    bob, cid = (Trader(venue, name) for name in ("bob", "cid"))
    rich = Trader(venue, "rich", cash_usd="100000")
    rich.buy(token, 100, 60, order_type="FAK")
    ask = ask_of(venue, token)
    first = bob.buy(token, 10, ask - 1)[1]["orderID"]
    cid.buy(token, 10, ask - 1)

    status, body = rich.sell(token, 5, ask - 1, order_type="FAK")

    assert status == 200, body
    own = bob.call("GET", "/data/trades")[1]["data"]
    assert [row["trader_side"] for row in own] == ["MAKER"]
    assert own[0]["maker_orders"][0]["order_id"] == first
    assert own[0]["maker_orders"][0]["side"] == "BUY"
    assert bob.call("GET", f"/data/order/{first}")[1]["size_matched"] == "5"
    assert venue.truth(bob)["orders"][0]["fills"][0]["fee_units"] == 0
    assert cid.call("GET", "/data/trades")[1]["data"] == []


def test_buyers_of_both_outcomes_mint_a_pair(venue):
    """BUY Yes at p meets BUY No at 1-p (VENUE §8.3, §9)."""
    ann, bob = Trader(venue, "ann"), Trader(venue, "bob")
    market = venue.market()
    bid = ask_of(venue, market.tokens[0]) - 1
    ann.buy(market.tokens[0], 10, bid)

    status, body = bob.buy(market.tokens[1], 5, 100 - bid, order_type="FAK")

    assert status == 200, body
    yes, no = (venue.truth(trader)["orders"][0]["fills"][0] for trader in (ann, bob))
    assert yes["trade_id"] == no["trade_id"]
    assert yes["usd_units"] + no["usd_units"] == yes["shares_units"]


def test_settlement_takes_its_time_when_told_to(token):
    """MATCHED is provisional, CONFIRMED final, with its hash (L23)."""
    venue = Venue(settle_s=20)
    ann = Trader(venue, "ann")

    _, body = ann.buy(token, 5, 60, order_type="FAK")

    assert body["tradeIDs"]
    assert body["transactionsHashes"] == []
    assert ann.call("GET", "/data/trades")[1]["data"][0]["status"] == "TRADE_STATUS_MATCHED"
    venue.move_to(START + 20)
    trade = ann.call("GET", f"/data/trades?id={body['tradeIDs'][0]}")[1]["data"][0]
    assert trade["status"] == "TRADE_STATUS_CONFIRMED"
    assert trade["transaction_hash"].startswith("0x")


def test_batches_and_cancels_answer_item_by_item(venue, ann):
    """VENUE §5.1, §7."""
    up, down = venue.market().tokens
    good = ann.sign(up, "BUY", 1_000_000, 10_000_000)
    bad = ann.sign(up, "BUY", 1_050_000, 10_000_000)
    other = ann.sign(down, "BUY", 1_000_000, 10_000_000)

    answers = ann.call("POST", "/orders", [good, bad, other])[1]
    by_market = ann.call("DELETE", "/cancel-market-orders", {"asset_id": down})[1]
    rest = ann.call("DELETE", "/cancel-all")[1]

    assert [row["success"] for row in answers] == [True, False, True]
    assert "tick" in answers[1]["errorMsg"]
    assert by_market["canceled"] == [answers[2]["orderID"]]
    assert rest["canceled"] == [answers[0]["orderID"]]
    assert ann.call("POST", "/orders", [good] * 16)[0] == 400


def test_pages_of_trades_follow_their_cursor(venue, token):
    """More than a page is lost to nobody (L48)."""
    rich = Trader(venue, "rich", cash_usd="100000")
    key = venue.box.keys._keys[rich.creds["apiKey"]]
    for _ in range(501):
        order = rich.sign(token, "BUY", 1_000_000, 1_000_000 * 100 // 60 // 100 * 100)
        venue.box.exchange.submit(key, {**order, "orderType": "FAK"}, START)

    first = rich.call("GET", "/data/trades")[1]
    second = rich.call("GET", f"/data/trades?next_cursor={first['next_cursor']}")[1]

    assert (first["count"], second["count"], second["next_cursor"]) == (500, 1, "LTE=")
    assert len({row["id"] for row in first["data"] + second["data"]}) == 501
