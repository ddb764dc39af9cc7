"""What a trader reads of his own: balances, messages, scores, trades by builder."""

from polymarket._internal.actions.account import parse_notifications
from polymarket._internal.actions.builders import parse_builder_trades_page
from sim_harness import ONE, START, Trader

from ltsys.simulator.exchange.eip712 import EXCHANGE
from ltsys.simulator.exchange.settlement import failed

CODE = "0x" + "ab" * 32


def test_balances_are_told_in_base_units_with_allowances(venue, ann, token):
    """VENUE §10: by asset, the resting orders not subtracted, an approval for each contract."""
    bought = ann.buy(token, 10, 60, order_type="FAK")[1]["takingAmount"]
    ann.sell(token, 5, 90)
    venue.box.exchange.ledger.approve(ann.address, token, EXCHANGE, 0)

    path = f"/balance-allowance?asset_type=CONDITIONAL&signature_type=0&token_id={token}"
    status, body = ann.call("GET", path)

    assert status == 200
    assert int(body["balance"]) == round(float(bought) * ONE)
    assert body["allowances"][EXCHANGE] == "0"
    assert len(body["allowances"]) == 3
    second = path.replace("CONDITIONAL", "CONDITIONAL-V2").replace(token, "5")
    assert ann.call("GET", second)[1]["balance"] == "0"
    dollars = "?asset_type=COLLATERAL&signature_type=0"
    updated = ann.call("GET", f"/balance-allowance/update{dollars}")
    assert updated == ann.call("GET", f"/balance-allowance{dollars}")
    assert ann.call("PUT", f"/balance-allowance{dollars}") == (200, {})


def test_the_wrong_signature_type_shows_somebody_elses_nothing(ann):
    """VENUE §10: the wallet is derived, never named."""
    path = "/balance-allowance?asset_type=COLLATERAL&signature_type="

    assert ann.call("GET", path + "0")[1]["balance"] == str(1000 * ONE)
    assert ann.call("GET", path + "2")[1]["balance"] == "0"
    assert ann.call("GET", path + "4") == (400, {"error": "Invalid signature_type"})
    wrong = "/balance-allowance?asset_type=GOLD"
    assert ann.call("GET", wrong) == (400, {"error": "Invalid asset type"})


def test_notifications_tell_of_fills_cancels_and_failures(venue, ann, token):
    """OpenAPI Notification, read by the official SDK's own model."""
    venue.box.exchange.settlement.plan = lambda _: failed(0)
    filled = ann.buy(token, 5, 60, order_type="FAK")[1]["orderID"]
    resting = ann.buy(token, 3, 10)[1]["orderID"]
    ann.call("DELETE", "/order", {"orderID": resting})

    unread = ann.call("GET", "/notifications?signature_type=0")[1]

    parsed = parse_notifications(unread)
    kinds = {int(each.type) for each in parsed}
    assert kinds == {1, 2, 8}
    assert {each["payload"]["order_id"] for each in unread} == {filled, resting}
    ids = ",".join(str(each["id"]) for each in unread[:-1])
    assert ann.call("DELETE", f"/notifications?ids={ids}") == (200, "OK")
    assert ann.call("GET", "/notifications?signature_type=0")[1] == unread[-1:]
    assert ann.call("DELETE", "/notifications?ids=x") == (400, {"error": "Invalid ids"})


def test_large_orders_near_the_middle_score(venue, ann, token):
    """VENUE §8.4: one, or a list by either method."""
    book = venue.get(f"/book?token_id={token}")
    cents = round(float(book["bids"][-1]["price"]) * 100)
    near = ann.buy(token, 60 * cents / 100, cents)[1]["orderID"]
    small = ann.buy(token, 10 * cents / 100, cents)[1]["orderID"]
    far = ann.buy(token, 60 * (cents - 10) / 100, cents - 10)[1]["orderID"]

    assert ann.call("GET", f"/order-scoring?order_id={near}")[1] == {"scoring": True}
    expected = {near: True, small: False, far: False}
    assert ann.call("POST", "/orders-scoring", [near, small, far])[1] == expected
    query = "&".join(f"order_ids={each}" for each in expected)
    assert ann.call("GET", f"/orders-scoring?{query}")[1] == expected
    assert ann.call("GET", "/order-scoring")[0] == 400


def test_a_builder_takes_nothing_here(venue):
    """The two rates that the SDK adds to a market's (VENUE §11)."""
    told = venue.get(f"/fees/builder-fees/{CODE}")

    assert told == {"builder_maker_fee_rate_bps": 0, "builder_taker_fee_rate_bps": 0}
    assert venue.call("GET", "/fees/builder-fees/0x1")[0] == 400


def test_a_builders_trades_are_public_and_its_own(venue, token):
    """VENUE §8.3, read by the official SDK's own model."""
    ann, bob = Trader(venue, "ann"), Trader(venue, "bob")
    envelope = ann.sign(token, "BUY", 5_000_000, 8_333_300, order_type="FAK", builder=CODE)
    order_id = ann.call("POST", "/order", envelope)[1]["orderID"]
    bob.buy(token, 5, 60, order_type="FAK")

    rows = venue.call("GET", f"/builder/trades?builder_code={CODE}")[1]

    page = parse_builder_trades_page(rows)
    assert {trade.taker_order_hash for trade in page.items} == {order_id}
    assert {row["tradeType"] for row in rows["data"]} == {"TAKER"}
    assert venue.call("GET", "/builder/trades?builder_code=0x1")[0] == 400
    other = CODE.replace("ab", "cd")
    assert venue.call("GET", f"/builder/trades?builder_code={other}")[1]["count"] == 0


def test_nothing_is_left_of_the_first_protocol(ann):
    """VENUE §8.2."""
    page = ann.call("GET", "/data/pre-migration-orders")[1]

    assert (page["data"], page["next_cursor"]) == ([], "LTE=")


def test_heartbeats_over_http_rotate_their_ids(venue, ann, token):
    """VENUE §8.4: both forms; silence cancels."""
    order_id = ann.buy(token, 3, 10)[1]["orderID"]

    first = ann.call("POST", "/v1/heartbeats", {"heartbeat_id": ""})[1]["heartbeat_id"]
    second = ann.call("POST", "/v1/heartbeats", {"heartbeat_id": first})[1]["heartbeat_id"]
    status, body = ann.call("POST", "/v1/heartbeats", {"heartbeat_id": first})

    assert first != second
    assert (status, body["heartbeat_id"]) == (400, second)
    assert body["error_msg"] == "Invalid Heartbeat ID"
    assert ann.call("POST", "/heartbeats") == (200, {"status": "ok"})
    venue.move_to(START + 10)
    assert ann.call("GET", f"/data/order/{order_id}")[1]["status"] == "CANCELED"


def test_a_matched_order_may_be_out_of_sight_for_a_while(venue, ann, token):
    """VENUE §8.1, LESSONS L05: 404 right after a full match is no proof of absence."""
    venue.box.exchange.hide_matched_orders_s = 60
    order_id = ann.buy(token, 5, 60, order_type="FAK")[1]["orderID"]
    path = f"/data/order/{order_id}"

    assert ann.call("GET", path) == (404, {"error": "Unable to find requested resource"})
    assert ann.call("GET", "/data/trades")[1]["data"][0]["taker_order_id"] == order_id
    venue.move_to(START + 60)
    assert ann.call("GET", path)[1]["status"] == "MATCHED"


def test_cancels_say_why_not(ann, token):
    """VENUE §7: ids that are none are refused, unknown ones named."""
    matched = ann.buy(token, 5, 60, order_type="FAK")[1]["orderID"]
    gone = ann.buy(token, 3, 10)[1]["orderID"]
    ann.call("DELETE", "/cancel-all")
    unknown = "0x" + "0" * 64

    body = ann.call("DELETE", "/orders", [matched, gone, unknown, unknown])[1]

    assert body["canceled"] == []
    assert body["not_canceled"] == {
        matched: "order already matched",
        gone: "already canceled or matched",
        unknown: "Order not found or already canceled",
    }
    assert ann.call("DELETE", "/order", {"orderID": "7"}) == (400, {"error": "Invalid orderID"})
    text = "Too many orders in payload, max allowed: 1000"
    assert ann.call("DELETE", "/orders", [unknown] * 1001) == (400, {"error": text})
