"""What the page of an order says became of it."""

import re

import psycopg
import pytest


def outcome(page: str) -> str:
    """What stands beside "This order", without its markup."""
    found = re.search(r'<dt>This order</dt><dd id="outcome">(.*?)</dd>', page)
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def test_an_order_that_bought_something_shows_what_became_of_it(scene, ann):
    page = ann.get(f"/orders/{scene.filled.lt_order_id}").text

    assert outcome(page).startswith("▲ WON")


@pytest.mark.parametrize("status", ["denied", "rejected", "canceled", "expired", "unknown"])
def test_an_order_that_bought_nothing_has_no_outcome(scene, ann, database_url, status):
    """Its market may be open or won: it is no word about this order (L42)."""
    name = scene.retried.lt_order_id
    with psycopg.connect(database_url) as connection:
        connection.execute(
            """
            UPDATE lt_orders SET status = %s, denial_code = 'NO_BOOK', denial_text = 'no book'
             WHERE lt_order_id = %s
            """,
            (status, name),
        )

    page = ann.get(f"/orders/{name}").text

    assert outcome(page) == "–"
    assert 'class="aside">OPEN' not in page
    assert scene.own.queries.order(name).order.outcome is None


def test_an_order_whose_only_fill_failed_has_no_outcome(scene, ann, database_url):
    """L23: nothing stays filled, though its market was booked."""
    name = scene.filled.lt_order_id
    with psycopg.connect(database_url) as connection:
        connection.execute(
            """
            UPDATE lt_orders SET status = 'filled', executed_shares = 0, executed_usd = 0,
                   executed_price = NULL, pnl = 0
             WHERE lt_order_id = %s
            """,
            (name,),
        )

    page = ann.get(f"/orders/{name}").text

    assert outcome(page) == "–"
    assert "Nothing stays filled." in page
