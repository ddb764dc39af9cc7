"""Our side of a comparison and what came of it: both stores keep one contract."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import ACCOUNT, MARKET, NO, NOON, YES, a_match, a_state
from stocked import an_envelope, kept, with_live, with_planned, with_strategy, with_submitted

from ltsys.domain.errors import StaleWriteError
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.live_order import Fill, planned_again, with_fill
from ltsys.domain.money import ZERO_USD, Shares, Usd
from ltsys.domain.order import OrderEvent, OrderStatus
from ltsys.domain.reconciliation import (
    Action,
    BookedFill,
    BookedOrder,
    Counts,
    Finding,
    Holding,
    Kind,
    Reconciliation,
    Result,
    Span,
    exactly,
)
from ltsys.domain.venue import FillStatus
from ltsys.ports.reconciliation import Scope

OURS = an_envelope().order_id
HOUR = timedelta(hours=1)
OTHER = "0x" + "d" * 40
ALL = tuple(Result)


def read(store, wall, **changes):
    """The books, with everything so far taken as settled unless a test says otherwise."""
    usual = {
        "wallet": ACCOUNT,
        "settled_before": wall + HOUR,
        "posted_since": None,
        "matched_since": NOON - HOUR,
    }
    with store.transaction() as tx:
        return tx.wallet_books(Scope(**{**usual, **changes}))


def filled(store, order, *, status=FillStatus.CONFIRMED, shares="25", number=1):
    """A fill of the order is counted, with a fee of 5 ¢."""
    match = a_match(OURS, shares=shares, number=number, status=status)
    cost = (match.price * match.shares).rounded()
    fill = Fill(venue=match, cost=cost, fee=Usd.of("0.05"))
    counted, _ = with_fill(order, fill)
    with store.transaction() as tx:
        tx.add_fill(counted, fill)
        tx.move_order(order, counted, OrderEvent.FILL_PART, detail="", next_check_at=None)
    return kept(store, order), fill


def closed(store, order, outcome):
    with store.transaction() as tx:
        ended = replace(order, outcome=outcome)
        tx.close_order(ended, was=a_state(), resolved_at=NOON, settles_at=NOON)


def test_an_empty_wallet_has_empty_books(store, wall):
    books = read(store, wall)

    assert (books.orders, books.fills, books.holdings) == ({}, (), ())
    assert (books.spent, books.redeemed) == (exactly(Decimal(0)), 0)


def test_what_an_order_holds_aside_may_be_spent_while_it_works(store, wall):
    """Nobody knows how much of it yet."""
    order = with_planned(store)
    planned = read(store, wall).spent
    with store.transaction() as tx:
        tx.save_envelope(order, an_envelope(), attempt=1)

    books = read(store, wall)

    assert planned == exactly(Decimal(0))
    assert books.spent == Span(least=Decimal(0), most=Decimal(10))
    assert books.holdings == (a_holding(Span(least=Decimal(0), most=None)),)


def a_holding(bought, payout=None):
    return Holding(token_id=YES, condition_id=MARKET, bought=bought, payout=payout)


def test_a_settled_fill_is_one_number(store, wall):
    order = with_live(store)
    filled(store, order)

    books = read(store, wall)

    assert books.spent == exactly(Decimal("10.05"))
    assert books.holdings == (a_holding(exactly(Decimal(25))),)
    assert books.fills == (
        BookedFill(
            lt_order_id=order.lt_order_id,
            order_id=OURS,
            trade_id="match-1",
            status=FillStatus.CONFIRMED,
            shares=Shares.of(25),
            cost=Usd.of(10),
            is_young=False,
        ),
    )


@pytest.mark.parametrize(
    ("status", "is_young", "least", "most"),
    [
        (FillStatus.CONFIRMED, False, 25, 25),
        (FillStatus.CONFIRMED, True, 0, 25),
        (FillStatus.MINED, False, 0, 25),
        (FillStatus.FAILED, True, 0, 25),
    ],
)
def test_a_fill_that_is_young_or_not_final_may_count_or_not(
    store, wall, status, is_young, least, most
):
    filled(store, with_live(store), status=status)

    books = read(store, wall, settled_before=wall - HOUR if is_young else wall + HOUR)

    (holding,) = books.holdings
    assert holding.bought == Span(least=Decimal(least), most=Decimal(most))
    assert books.fills[0].is_young is is_young
    assert books.spent.most == Decimal("10.05")


def test_a_fill_that_failed_long_ago_is_nothing(store, wall):
    filled(store, with_live(store), status=FillStatus.FAILED)

    books = read(store, wall)

    assert books.holdings == ()
    assert books.spent == exactly(Decimal(0))
    assert [fill.status for fill in books.fills] == [FillStatus.FAILED]


def test_a_fill_that_moves_is_young_again(store, wall):
    _, fill = filled(store, with_live(store), status=FillStatus.MINED)
    with store.transaction() as tx:
        tx.move_fill(replace(fill, venue=replace(fill.venue, status=FillStatus.CONFIRMED)))

    assert read(store, wall, settled_before=wall - HOUR).fills[0].is_young
    assert not read(store, wall).fills[0].is_young


def test_orders_are_found_by_the_venues_names_and_where_they_rest(store, wall):
    order = with_live(store)
    envelope = BookedOrder(
        lt_order_id=order.lt_order_id,
        status=OrderStatus.LIVE,
        is_newest=True,
        is_young=False,
        is_parked=False,
    )

    assert read(store, wall).orders == {OURS: envelope}
    young = read(store, wall, settled_before=wall - HOUR, orders=(OURS, an_envelope(9).order_id))
    assert young.orders == {OURS: replace(envelope, is_young=True)}


def test_an_order_that_is_over_is_listed_when_it_is_named(store, wall):
    order = with_live(store)
    with store.transaction() as tx:
        ended = replace(order.moved(OrderEvent.CANCEL), reserved=ZERO_USD)
        tx.move_order(order, ended, OrderEvent.CANCEL, detail="", next_check_at=None)

    assert read(store, wall).orders == {}
    assert read(store, wall, orders=(OURS,)).orders[OURS].status is OrderStatus.CANCELED


def test_an_earlier_attempt_is_not_the_newest(store, wall):
    """L08."""
    order = with_submitted(store)
    with store.transaction() as tx:
        killed = replace(order.moved(OrderEvent.KILL), reserved=ZERO_USD)
        tx.move_order(order, killed, OrderEvent.KILL, detail="", next_check_at=None)
        tx.plan_again(killed, planned_again(killed, order.plan), detail="once more")

    assert not read(store, wall, orders=(OURS,)).orders[OURS].is_newest


@pytest.mark.parametrize(
    ("outcome", "payout"),
    [(FtOutcome.WON, Decimal(1)), (FtOutcome.VOID, Decimal("0.5"))],
)
def test_a_winner_is_listed_until_its_redemption_was_seen(store, wall, outcome, payout):
    """L60."""
    order, _ = filled(store, with_live(store))
    closed(store, order, outcome)
    (waiting,) = read(store, wall).holdings
    with store.transaction() as tx:
        tx.note_redeemed(ACCOUNT, [waiting])

    after = read(store, wall)

    assert waiting == a_holding(exactly(Decimal(25)), payout)
    assert (after.holdings, after.redeemed) == ((), 25 * payout)
    asked = read(store, wall, tokens=(YES, NO))
    assert (asked.holdings, asked.redeemed) == ((waiting,), 0)


def test_a_late_fill_lists_a_redeemed_token_again(store, wall):
    order, _ = filled(store, with_live(store))
    closed(store, order, FtOutcome.WON)
    with store.transaction() as tx:
        tx.note_redeemed(ACCOUNT, read_holdings(tx, wall))
    filled(store, kept(store, order), shares="5", number=2)

    (holding,) = read(store, wall).holdings

    assert holding.bought == exactly(Decimal(30))


def read_holdings(tx, wall):
    scope = Scope(wallet=ACCOUNT, settled_before=wall + HOUR, posted_since=None, matched_since=NOON)
    return tx.wallet_books(scope).holdings


def test_a_loser_is_listed_only_when_it_is_named(store, wall):
    order, _ = filled(store, with_live(store))
    closed(store, order, FtOutcome.LOST)

    assert read(store, wall).holdings == ()
    assert read(store, wall, tokens=(YES,)).holdings[0].payout == 0


def test_books_are_of_one_wallet(store, wall):
    filled(store, with_live(store))

    other = read(store, wall, wallet=OTHER)

    assert (other.orders, other.fills, other.holdings) == ({}, (), ())
    assert other.spent == exactly(Decimal(0))


def test_what_was_posted_before_a_simulator_started_is_none_of_its(store, wall):
    filled(store, with_live(store))

    books = read(store, wall, posted_since=wall + HOUR)

    assert (books.orders, books.fills, books.holdings) == ({}, (), ())
    assert books.spent == exactly(Decimal(0))


def test_fills_are_compared_from_a_moment_of_the_venue_on(store, wall):
    filled(store, with_live(store))

    assert read(store, wall, matched_since=NOON).fills != ()
    later = read(store, wall, matched_since=NOON + timedelta(seconds=1))
    assert (later.fills, later.spent) == ((), exactly(Decimal("10.05")))


def test_the_first_launch_of_a_wallet_is_known(store):
    with_strategy(store, launched_at=NOON - HOUR)

    with store.transaction() as tx:
        assert tx.first_launch(ACCOUNT) == NOON - HOUR
        assert tx.first_launch(OTHER) is None


DEPOSIT = Finding(
    kind=Kind.COLLATERAL,
    key="usd",
    ours="990",
    theirs="1040",
    difference=Decimal("50.000001"),
    action=Action.ALERTED,
)
STRANGE = Finding(kind=Kind.UNKNOWN_ORDER, key="0x9", ours="none", theirs="LIVE")


def a_reconciliation(wall, **changes):
    usual = {
        "wallet": ACCOUNT,
        "started_at": wall,
        "ended_at": wall + timedelta(seconds=1),
        "asked_at": NOON,
        "result": Result.CLEAN,
        "cash": exactly(Decimal("1040.000001")),
        "observed": Span(least=Decimal(980), most=Decimal(1000)),
        "unexplained": Span(least=Decimal(990), most=None),
        "counts": Counts(orders=1, trades=2, tokens=3, corrections=4),
    }
    return Reconciliation(**{**usual, **changes})


def save(store, wall, **changes):
    with store.transaction() as tx:
        return tx.save_reconciliation(a_reconciliation(wall, **changes))


def last(store, *, results=ALL, wallet=ACCOUNT, since=None):
    with store.transaction() as tx:
        return tx.last_reconciliation(wallet, results, since=since)


def test_a_reconciliation_is_kept_as_it_was_saved(store, wall):
    made = a_reconciliation(wall, result=Result.DRIFT, findings=(DEPOSIT, STRANGE))

    with store.transaction() as tx:
        number = tx.save_reconciliation(made)

    found = last(store)
    assert (found.reconciliation_id, found.reconciliation) == (number, made)
    assert [each.finding for each in found.findings] == [DEPOSIT, STRANGE]
    assert [each.acknowledged_at for each in found.findings] == [None, None]


def test_the_last_of_a_kind_is_found(store, wall):
    clean = save(store, wall)
    broken = save(store, wall, result=Result.INCOMPLETE, why="503", cash=None, unexplained=None)
    save(store, wall, wallet=OTHER)

    assert last(store).reconciliation_id == broken
    assert last(store, results=(Result.CLEAN,)).reconciliation_id == clean
    assert last(store, results=(Result.DRIFT,)) is None
    assert last(store, since=wall + HOUR) is None


def test_what_an_operator_said_of_a_finding_is_kept_once(store, wall):
    save(store, wall, result=Result.DRIFT, findings=(DEPOSIT, STRANGE))
    deposit, strange = last(store).findings

    with store.transaction() as tx:
        tx.lock_wallet(ACCOUNT)
        tx.acknowledge(deposit.finding_id, by="ann", reason="a deposit")
        tx.acknowledge(strange.finding_id, by="ann", reason="my own")

    with pytest.raises(StaleWriteError), store.transaction() as tx:
        tx.acknowledge(deposit.finding_id, by="bob", reason="me too")
    with store.transaction() as tx:
        wallet, kept_finding = tx.finding(deposit.finding_id)
        nothing = tx.finding(deposit.finding_id + 99)
    assert (wallet, kept_finding.acknowledged_by) == (ACCOUNT, "ann")
    assert kept_finding.acknowledged_because == "a deposit"
    assert nothing is None


def test_accepted_differences_add_up(store, wall):
    for _ in range(2):
        save(store, wall, result=Result.DRIFT, findings=(DEPOSIT, STRANGE))
        with store.transaction() as tx:
            found = tx.last_reconciliation(ACCOUNT, ALL)
            tx.acknowledge(found.findings[0].finding_id, by="ann", reason="a deposit")
    strange = last(store).findings[1]
    with store.transaction() as tx:
        tx.acknowledge(strange.finding_id, by="ann", reason="my own")

    with store.transaction() as tx:
        accepted = tx.accepted(ACCOUNT)
        of_others = tx.accepted(OTHER)
        since = tx.accepted(ACCOUNT, since=wall + HOUR)

    assert accepted == {DEPOSIT.name: Decimal("100.000002"), STRANGE.name: 0}
    assert of_others == since == {}


def test_only_old_reconciliations_without_findings_are_forgotten(store, wall):
    old, day = wall - 48 * HOUR, timedelta(days=1)
    save(store, old, ended_at=old)
    with_finding = save(store, old, ended_at=old, result=Result.DRIFT, findings=(DEPOSIT,))
    save(store, old, ended_at=old)
    fresh = save(store, wall)

    with store.transaction() as tx:
        tx.forget_reconciliations(ACCOUNT, before=wall - day)

    assert last(store).reconciliation_id == fresh
    assert last(store, results=(Result.DRIFT,)).reconciliation_id == with_finding
    with store.transaction() as tx:
        tx.forget_reconciliations(ACCOUNT, before=wall + day)
    assert last(store, results=(Result.CLEAN,)) is None
