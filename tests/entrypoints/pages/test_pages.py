"""Every page, asked over the web in this process, on a real database."""

import re
from dataclasses import fields

import psycopg
import pytest
from fastapi.routing import APIRoute
from live_made import STRATEGY, WALLET
from visitor import SAME_SITE, Visitor

from ltsys.domain.money import Usd
from ltsys.domain.strategy import RiskRules
from ltsys.web.app import create_app
from ltsys.web.pages import NOUNS, tables
from ltsys.web.pages.rule_fields import RULES

LISTS = (
    "/strategies",
    "/strategies/compare",
    "/strategies/charts",
    "/strategies/new",
    "/orders",
    "/fills",
    "/refused",
    "/positions",
    "/redemptions",
    "/risk",
    "/halts",
    "/alerts",
    "/alerts?show=cleared",
    "/logs",
    "/system",
    "/definitions",
    "/account",
)
FILES = tuple(
    f"/{name}.csv" for name in ["strategies", "orders", "fills", "positions", "redemptions", "logs"]
)
ELSEWHERE = {"Sec-Fetch-Site": "cross-site"}


def routes() -> list[tuple[str, str]]:
    """Each method and address of the pages, with something in its gaps."""
    return [
        (method, re.sub(r"\{\w+\}", "x", route.path))
        for noun in NOUNS
        for route in noun.router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    ]


def of_ann(scene) -> tuple[str, ...]:
    return (
        f"/strategies/{STRATEGY}",
        f"/strategies/{STRATEGY}/limits",
        f"/strategies/{STRATEGY}/settings",
        f"/strategies/{STRATEGY}/stage",
        f"/orders/{scene.filled.lt_order_id}",
        f"/orders/{scene.retried.lt_order_id}",
        f"/orders/{scene.parked.lt_order_id}",
    )


def test_every_page_shows_what_there_is_under_the_mode_it_is_in(scene, ann):
    for path in (*LISTS, *of_ann(scene), f"/wallets/{WALLET}"):
        answer = ann.get(path)

        assert answer.status_code == 200, path
        assert "SIMULATOR" in answer.text, path
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"], path


def test_pages_without_anything_to_show_say_what_to_do_next(scene):
    """Bob has no strategy, so that every list of his is empty."""
    bob = scene.visitor("bob")

    said = {path: bob.get(path).text for path in LISTS}

    assert "Create a strategy" in said["/orders"]
    assert "No fill yet" in said["/fills"]
    assert "Nothing is held" in said["/positions"]
    assert "Nothing needs you" in said["/alerts"]


@pytest.mark.usefixtures("own")
def test_nobody_is_led_to_the_door_and_changes_nothing():
    """L63."""
    nobody = Visitor(create_app())

    answers = {asked: nobody.ask(*asked, headers=SAME_SITE) for asked in routes()}

    led = {asked: answer.headers.get("Location", "") for asked, answer in answers.items()}
    assert {answer.status_code for answer in answers.values()} == {303}
    assert led.pop(("GET", "/")) == "/strategies"
    assert not {asked: to for asked, to in led.items() if not to.startswith("/login?next=")}


def test_another_user_sees_nothing_of_it_by_any_page_or_file(scene):
    """L63: also not that it exists."""
    bob = scene.visitor("bob")
    names = [STRATEGY, *(o.lt_order_id for o in (scene.filled, scene.retried, scene.parked))]

    shown = "".join(bob.get(path).text for path in (*LISTS, *FILES))
    asked = {path: bob.get(path) for path in of_ann(scene)}

    assert not [name for name in names if name in shown]
    assert {answer.status_code for answer in asked.values()} == {404}


def test_another_user_changes_nothing_of_it(scene):
    """L63."""
    bob = scene.visitor("bob")

    answers = [
        bob.post(f"/strategies/{STRATEGY}/pause", {"reason": "mine"}),
        bob.post(f"/strategies/{STRATEGY}/resume"),
        bob.post(f"/strategies/{STRATEGY}/force-test", {"size": "2"}),
        bob.post("/alerts/clear", {"key": f"fill_failed:{scene.filled.lt_order_id}"}),
        bob.post(
            "/halts", {"scope": "strategy", "target": STRATEGY, "kind": "pause", "reason": "x"}
        ),
    ]

    assert {answer.status_code for answer in answers} <= {404, 422}
    assert not paused(scene)


def test_who_may_only_look_changes_nothing(scene):
    """L63."""
    vic = scene.visitor("vic")

    answers = [
        vic.post(f"/strategies/{STRATEGY}/pause", {"reason": "x"}),
        vic.post("/halts", {"scope": "global", "kind": "kill", "reason": "x"}),
        vic.post("/alerts/clear", {"key": "x"}),
        vic.post("/strategies/new", {"ft_wallet": WALLET, "capital": "50", "step": "launch"}),
    ]

    assert {answer.status_code for answer in answers} == {403}


def test_a_form_that_another_site_sends_changes_nothing(scene, ann):
    """L63."""
    answer = ann.post(f"/strategies/{STRATEGY}/pause", {"reason": "x"}, headers=ELSEWHERE)

    assert answer.status_code == 403
    assert not paused(scene)


def test_only_an_admin_halts_everybody(scene, ann):
    """L61, L63."""
    asked = {"scope": "global", "kind": "stop-entries", "reason": "the news"}

    refused, done = ann.post("/halts", asked), scene.visitor("ada").post("/halts", asked)

    assert (refused.status_code, done.status_code) == (403, 303)
    assert [halt.reason for halt in scene.own.halt_file.standing()] == ["the news"]
    assert "HALTED" in ann.get("/orders").text


def test_a_halt_is_lifted_with_a_reason_and_both_stay_known(scene, ann):
    """L61."""
    ann.post("/halts", {"scope": "strategy", "target": STRATEGY, "kind": "pause", "reason": "why"})
    (kept,) = scene.own.queries.halts(9)

    without = ann.post(f"/halts/{kept.halt.halt_id}/lift", {"reason": " "})
    lifted = ann.post(f"/halts/{kept.halt.halt_id}/lift", {"reason": "it is over"})

    page = ann.get("/halts").text
    assert (without.status_code, lifted.status_code) == (422, 303)
    assert "it is over" in page
    assert kept.halt.reason in page


def test_a_pause_stands_on_the_page_with_its_reason_until_it_is_resumed(scene, ann):
    ann.post(f"/strategies/{STRATEGY}/pause", {"reason": "lunch & rest"})
    during = ann.get(f"/strategies/{STRATEGY}").text
    ann.post(f"/strategies/{STRATEGY}/resume")

    assert "lunch &amp; rest (ann)" in during
    assert not paused(scene)


def test_an_alert_is_cleared_by_who_sees_it(scene, ann):
    """L64."""
    key = f"fill_failed:{scene.filled.lt_order_id}"

    first, again = (ann.post("/alerts/clear", {"key": key}) for _ in range(2))

    assert (first.status_code, again.status_code) == (303, 404)


def test_the_page_of_an_order_hides_its_signature_and_the_api_key(scene, ann):
    """L62."""
    page = ann.get(f"/orders/{scene.filled.lt_order_id}").text

    assert "What was signed" in page
    assert "signature&#34;" not in page
    assert "owner&#34;" not in page


def test_a_position_without_a_price_shows_a_dash_and_the_total_says_so(scene, ann, database_url):
    """L42: never 0, and N of M."""
    with psycopg.connect(database_url) as connection:
        of_filled = (scene.filled.lt_order_id,)
        connection.execute(
            "UPDATE lt_orders SET outcome = 'OPEN' WHERE lt_order_id = %s", of_filled
        )
        connection.execute("UPDATE markets SET outcomes = '[]'")

    page = ann.get("/positions").text

    assert "cover 0 of 1" in page


def test_each_market_is_linked_to_its_own_page_and_unknown_ones_are_looked_for(
    scene, ann, database_url
):
    """A market of before slugs were kept has none, and is searched for by its title."""
    paths = ("/orders", "/fills", "/positions", f"/orders/{scene.filled.lt_order_id}")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE lt_orders SET outcome = 'OPEN' WHERE lt_order_id = %s",
            (scene.filled.lt_order_id,),
        )
        before = {path: ann.get(path).text for path in paths}
        connection.execute("UPDATE markets SET slug = 'game-5-spread', event_slug = 'game-5'")

        after = {path: ann.get(path).text for path in paths}

    for path in paths:
        assert 'href="https://polymarket.com/search?_q=' in before[path], path
        assert 'href="https://polymarket.com/event/game-5/game-5-spread"' in after[path], path
        assert "polymarket.com/search" not in after[path], path


def test_the_causes_of_the_gap_add_up_to_it(scene):
    with scene.own.dashboard.reading() as books:
        gap = books.gaps([STRATEGY])[STRATEGY]

    total = sum((row.amount.amount for row in gap.rows), gap.forward.amount)
    assert gap.rows
    assert Usd(total) == gap.live


def test_a_new_strategy_has_exactly_the_limits_that_its_review_showed(scene, own):
    """L31: empty fields are no limits, and 0 is 0 (L14). No key is needed to launch it (L62)."""
    bob = scene.visitor("bob")
    typed = {"ft_wallet": WALLET, "capital": "500", "daily_budget": "40", "min_order_size": "0"}
    typed |= {"max_drawdown_ratio": "", "max_consecutive_losses": "none", "slippage_tolerance": "0"}

    review = bob.post("/strategies/new", {**typed, "step": "review"})
    before = len(own.queries.strategies())
    launched = bob.post("/strategies/new", {**typed, "step": "launch"})

    row = own.queries.strategies()[-1]
    assert "Nothing is launched yet" in review.text
    assert before == len(own.queries.strategies()) - 1
    assert launched.headers["Location"].startswith("/strategies/LT_FT_TEST_")
    assert row.rules == RiskRules(daily_budget=Usd.of(40), min_order_size=Usd.of(0))
    assert row.strategy.wallet_address == own.account
    assert "signer" not in vars(own)
    assert (row.strategy.user_id, row.strategy.slippage_tolerance) == ("bob", 0)


def test_a_form_that_makes_no_sense_comes_back_as_it_was_with_each_complaint(ann):
    """L39."""
    typed = {"ft_wallet": WALLET, "capital": "lots", "max_drawdown_ratio": "x", "step": "launch"}

    answer = ann.post("/strategies/new", typed)

    assert answer.status_code == 422
    assert "&#39;lots&#39; is not a number" in answer.text
    assert 'value="lots"' in answer.text
    assert "2 fields need another look" in answer.text


def test_a_lower_limit_holds_at_once_and_a_looser_one_is_typed_and_waits(scene, ann):
    """L61."""
    path = f"/strategies/{STRATEGY}/limits"

    lowered = ann.post(path, {"daily_budget": "50"})
    untyped = ann.post(path, {"daily_budget": "80"})
    kept = rules(scene)
    typed = ann.post(path, {"daily_budget": "80", "typed": STRATEGY})

    assert (lowered.status_code, untyped.status_code, typed.status_code) == (303, 422, 303)
    assert "This loosens daily_budget" in untyped.text
    assert kept == RiskRules(daily_budget=Usd.of(50))
    assert rules(scene) == kept
    with scene.own.store.reading() as tx:
        (waiting,) = tx.changes(STRATEGY, only_open=True)
    assert str(waiting.request) == "daily_budget from 50 to 80"


def test_an_order_shows_each_check_of_its_decision(scene, ann):
    """L32."""
    page = ann.get(f"/orders/{scene.filled.lt_order_id}").text

    assert "STRATEGY_PAUSED" in page
    assert "the same answer, byte for byte" in page


def test_every_limit_there_is_has_its_field():
    """L31: a limit that no form shows would be a hidden one."""
    assert [each.name for each in RULES] == [each.name for each in fields(RiskRules)]


def test_a_file_says_what_the_table_says(scene, ann):
    lines = ann.get("/orders.csv").text.splitlines()

    assert len(lines) == 4
    assert lines[0].startswith("created_at,lt_order_id,strategy_id,status")
    assert any(scene.filled.lt_order_id in line and "bought 15" in line for line in lines)


def test_filters_that_nothing_matches_say_so_and_bad_places_are_refused(ann):
    assert "No order matches" in ann.get("/orders?status=FILLED&strategy=NOBODY").text
    assert "No order matches" in ann.get("/orders?text=100%25").text
    assert ann.get("/orders?after=yesterday").status_code == 400
    assert ann.get("/logs?after=9e9").status_code == 400


def test_an_address_or_a_field_with_a_nul_is_answered_in_a_sentence(scene, ann):
    """L39: Postgres keeps no NUL, whoever sends one."""
    asked = [
        "/orders/a%00",
        f"/strategies/{STRATEGY}%00",
        "/orders?text=%00",
        "/orders.csv?code=%00",
    ]

    codes = {ann.get(path).status_code for path in asked}
    paused_by = ann.post(f"/strategies/{STRATEGY}/pause", {"reason": "lunch\0time"})

    assert codes == {400}
    assert paused_by.status_code == 303
    assert "lunchtime (ann)" in ann.get(f"/strategies/{STRATEGY}").text
    assert paused(scene)


def test_long_tables_go_on_where_they_stopped(ann, monkeypatch):
    """L48: no row twice, none left out."""
    monkeypatch.setattr(tables, "SLICE", 2)
    first = ann.get("/orders").text
    link = re.search(r'data-more="orders" href="([^"]+)"', first)
    second = ann.get(link[1].replace("&amp;", "&")).text

    ids = [re.findall(r'id="row-(lto_\w+)"', page) for page in (first, second)]
    assert [len(each) for each in ids] == [2, 1]
    assert len({*ids[0], *ids[1]}) == 3
    assert ">2</span> of 3 orders" in first


def rules(scene) -> RiskRules:
    with scene.own.store.reading() as tx:
        return tx.rules(STRATEGY)[1]


def paused(scene) -> bool:
    with scene.own.store.reading() as tx:
        return tx.lock_state(STRATEGY).is_paused
