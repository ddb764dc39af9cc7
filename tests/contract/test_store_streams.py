"""What streams told and how well they are heard: both stores keep one contract."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from live_made import ACCOUNT, YES
from stocked import an_envelope, kept, with_live, with_planned, with_submitted
from stream_made import a_market_ended, a_trade_heard, an_order_heard

from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import OrderEvent
from ltsys.domain.stream import Channel, StreamState

SECOND = timedelta(seconds=1)
OURS = an_envelope().order_id
STRANGER = an_envelope(99).order_id


def keep(store, heard, at):
    with store.transaction() as tx:
        return tx.keep_stream_event(heard, account=ACCOUNT, received_at=at)


def handle(store, heard, at):
    with store.transaction() as tx:
        tx.note_stream_handled(heard, account=ACCOUNT, at=at)


def test_a_fact_is_to_be_handled_until_somebody_has_done_so(store, wall):
    """However often it is told (L22)."""
    heard = a_trade_heard(OURS)

    told = [keep(store, heard, wall), keep(store, heard, wall)]
    handle(store, heard, wall)
    told.append(keep(store, heard, wall))

    assert told == [True, True, False]


def test_facts_of_two_accounts_are_two(store, wall):
    heard = an_order_heard(OURS)
    handle_first = keep(store, heard, wall)
    handle(store, heard, wall)

    with store.transaction() as tx:
        is_new = tx.keep_stream_event(heard, account="0xother", received_at=wall)

    assert handle_first
    assert is_new


def test_every_kind_of_fact_has_its_row(store, wall):
    payload = {"price": Decimal("0.5"), "makers": [{"size": "1"}]}
    facts = [
        replace(a_trade_heard(OURS), payload=payload),
        an_order_heard(OURS, None),
        a_market_ended(),
    ]

    assert [keep(store, fact, wall) for fact in facts] == [True] * 3


def test_only_handled_facts_are_forgotten(store, wall):
    old, fresh, waiting = a_trade_heard(OURS), an_order_heard(OURS), an_order_heard(STRANGER)
    for heard in (old, fresh, waiting):
        keep(store, heard, wall - 100 * SECOND)
    handle(store, old, wall - 60 * SECOND)
    handle(store, fresh, wall)

    with store.transaction() as tx:
        tx.forget_stream_events(handled_before=wall - 30 * SECOND)

    # a fact that was forgotten would be handled as if it were new
    assert [keep(store, heard, wall) for heard in (old, fresh, waiting)] == [True, False, True]


def test_our_orders_are_found_by_the_venues_names(store):
    order = with_submitted(store)

    with store.transaction() as tx:
        found = tx.orders_named([OURS, STRANGER])

    assert found == {OURS: order.lt_order_id}


def to_resync(store, now):
    with store.transaction() as tx:
        return tx.orders_to_resync(now)


def test_an_order_that_is_not_over_is_resynced(store, wall):
    """L28."""
    order = with_live(store)
    with store.transaction() as tx:
        tx.look_soon(order.lt_order_id, at=wall + 60 * SECOND)

    assert to_resync(store, wall) == (order.lt_order_id,)


def test_an_order_whose_post_may_be_under_way_is_left_alone(store, wall):
    """Its answer is on its way; once that is late, it is asked about (L03)."""
    order = with_submitted(store)

    assert to_resync(store, wall) == ()
    assert to_resync(store, wall + 60 * SECOND) == (order.lt_order_id,)


def test_orders_that_are_over_or_were_never_sent_are_not_resynced(store, wall):
    with_planned(store)

    assert to_resync(store, wall) == ()


def due(store, at):
    with store.transaction() as tx:
        return tx.due_orders(at, 10)


def test_a_look_is_only_ever_brought_forward(store, wall):
    order = with_live(store)
    key = order.lt_order_id
    with store.transaction() as tx:
        tx.look_soon(key, at=wall + 10 * SECOND)
        tx.look_soon(key, at=wall + 90 * SECOND)

    assert due(store, wall + 5 * SECOND) == ()
    assert due(store, wall + 15 * SECOND) == (key,)


def at_stake(store, limit=10):
    with store.transaction() as tx:
        return tx.tokens_at_stake(limit)


def test_the_tokens_of_orders_and_positions_are_at_stake(store, wall):
    order = with_live(store)
    nothing_yet = at_stake(store)
    with store.transaction() as tx:
        tx.look_soon(order.lt_order_id, at=wall)
    working = at_stake(store)
    filled = replace(
        kept(store, order), executed=Usd.of(10), executed_shares=Shares.of(25), reserved=Usd.of(0)
    ).moved(OrderEvent.FILL_ALL)
    with store.transaction() as tx:
        tx.move_order(order, filled, OrderEvent.FILL_ALL, detail="", next_check_at=None)

    assert nothing_yet == ()
    assert working == at_stake(store) == (YES,)
    assert at_stake(store, limit=0) == ()


def test_a_state_is_kept_as_it_was_saved(store, wall):
    state = StreamState(
        account=ACCOUNT,
        channel=Channel.USER,
        connected_at=wall,
        last_frame_at=wall + SECOND,
        blind_since=None,
        blind_before=timedelta(seconds=61, microseconds=7),
        reconnect_count=3,
        ignored_count=4,
        malformed_count=5,
    )
    market = StreamState(account=ACCOUNT, channel=Channel.MARKET)
    with store.transaction() as tx:
        tx.save_stream_state(replace(state, reconnect_count=2))
        tx.save_stream_state(state)
        tx.save_stream_state(market)

    with store.reading() as tx:
        assert tx.stream_states() == (market, state)
