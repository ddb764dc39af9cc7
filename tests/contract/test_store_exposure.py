"""What limits are compared with, as both stores keep and read it: one contract."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from live_made import (
    ACCOUNT,
    LEADER,
    MARKET,
    MIDNIGHT,
    NO,
    NO_LIMITS,
    NOON,
    OTHER_MARKET,
    STRATEGY,
    YES,
    a_market,
    a_match,
    a_plan,
    a_state,
    a_trade,
    an_ft_order,
    an_order,
)
from stocked import kept, signal_key, taken, with_live, with_planned, with_signal, with_strategy

from ltsys.domain.errors import StaleWriteError
from ltsys.domain.exposure import Stake
from ltsys.domain.ledger import Book
from ltsys.domain.money import ZERO_USD, Price, Shares, Usd
from ltsys.domain.rule_change import LIMITS, Unit
from ltsys.domain.strategy import SHADOW_ONLY, Mode, RiskRules
from ltsys.domain.venue import FillStatus
from ltsys.usecases.record_fill import record_fill

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
VALUES = {
    Unit.DOLLARS: Usd.of("12.34"),
    Unit.COUNT: 7,
    Unit.FLAG: True,
    Unit.RATIO: Decimal("0.125"),
    Unit.DOLLARS_A_SHARE: Decimal("0.125"),
}
EVERY_RULE = RiskRules(**{name: VALUES[limit.unit] for name, limit in LIMITS.items()})


def execution(store, number: int = 1):
    with store.transaction() as tx:
        found = tx.lock_execution(*signal_key(number))
    assert found is not None
    return found


def second_signal(store, **changes) -> None:
    taken(store, [an_ft_order(2, **changes)])
    with store.transaction() as tx:
        tx.queue_signals(NOON, None)


def test_every_limit_is_kept_as_it_was_set(store):
    """None, zero and a value are three things (L14)."""
    zeros = replace(NO_LIMITS, weekly_budget=ZERO_USD, max_spread=Decimal(0), max_positions=0)
    with_strategy(store, rules=zeros)

    with store.transaction() as tx:
        _, first = tx.rules(STRATEGY)
        tx.save_rules(STRATEGY, EVERY_RULE)
    with store.transaction() as tx:
        _, second = tx.rules(STRATEGY)

    assert first == zeros
    assert second == EVERY_RULE


def test_what_works_is_a_stake(store):
    with_planned(store)
    second_signal(store)

    found = execution(store, 2)

    assert found.stakes == (
        Stake(
            condition_id=MARKET,
            token_id=YES,
            is_neg_risk=False,
            is_yes=True,
            shares=Shares.of(0),
            cost=ZERO_USD,
            reserved=Usd.of(10),
            working_loss=ZERO_USD,
        ),
    )
    assert found.open_positions == 1
    assert found.cash.committed == Usd.of(10)


def filled(store, **match):
    order = with_live(store)
    with store.transaction() as tx:
        tracking = tx.lock_tracking(order.lt_order_id)
        fill = a_match(order.order_id, **match)
        record_fill(fill, tracking, now=NOON, look_at=NOON, tx=tx)
    return kept(store, order)


def test_what_is_held_is_a_stake_at_its_cost(store):
    filled(store, shares="10")
    second_signal(store)

    (stake,) = execution(store, 2).stakes

    assert (stake.shares, stake.cost, stake.reserved) == (Shares.of(10), Usd.of(4), Usd.of(6))
    assert (stake.working_loss, stake.order_count) == (ZERO_USD, 1)


def test_orders_of_one_token_are_one_stake(store):
    """Of the second, 19 cents are lost even if its ten shares win."""
    with_planned(store)
    second_signal(store)
    dear = replace(a_plan(), limit_price=Price.of("0.999"))
    plan_second(store, plan=dear, reserved=Usd.of("10.2"))

    (stake,) = execution(store, 2).stakes

    assert (stake.order_count, stake.reserved) == (2, Usd.of("20.2"))
    assert stake.working_loss == Usd.of("0.18999")


def test_orders_that_disagree_about_their_market_are_not_netted(store):
    """L18."""
    with_planned(store)
    second_signal(store)
    plan_second(store, plan=replace(a_plan(), is_neg_risk=True))

    (stake,) = execution(store, 2).stakes

    assert not stake.is_neg_risk


@pytest.mark.parametrize(("event", "count"), [("77", 1), ("78", 0), (None, 0)])
def test_stakes_are_those_of_the_event(store, event, count):
    """A market whose event is not known stands alone."""
    with_planned(store)
    other = a_market(condition_id=OTHER_MARKET, event_id=event)
    with store.transaction() as tx:
        tx.save_markets([other], checked_at=NOON)
    second_signal(store, condition_id=OTHER_MARKET)

    found = execution(store, 2)

    assert len(found.stakes) == count
    assert found.open_positions == 1
    assert found.market == other


@pytest.mark.parametrize(
    ("status", "is_counted"),
    [
        (FillStatus.MATCHED, True),
        (FillStatus.MINED, True),
        (FillStatus.CONFIRMED, False),
        (FillStatus.FAILED, False),
    ],
)
def test_a_fill_is_committed_until_a_later_reading_may_have_seen_it(
    store, wall, status, is_counted
):
    """The venue's gate, read conservatively (L18, L30)."""
    order = filled(store, status=FillStatus.MATCHED)
    if status is not FillStatus.MATCHED:
        with store.transaction() as tx:
            tracking = tx.lock_tracking(order.lt_order_id)
            match = a_match(order.order_id, status=status)
            record_fill(match, tracking, now=NOON, look_at=NOON, tx=tx)
    before = execution(store).cash.committed
    with store.transaction() as tx:
        tx.note_collateral(ACCOUNT, Usd.of(90), read_at=wall + DAY)

    cash = execution(store).cash

    assert before == (ZERO_USD if status is FillStatus.FAILED else Usd.of(10))
    assert cash.collateral == Usd.of(90)
    assert cash.committed == (Usd.of(10) if is_counted else ZERO_USD)


@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.FORCE_TEST])
@pytest.mark.parametrize(("cash", "is_covered"), [("20", True), ("19.999999", False)])
def test_a_plan_that_the_wallet_no_longer_covers_is_refused(store, wall, cash, is_covered, mode):
    """Strategies of one wallet decide side by side; the commit counts what each promised (L30)."""
    with_planned(store)
    second_signal(store)
    decided = execution(store, 2)
    with store.transaction() as tx:
        tx.note_collateral(ACCOUNT, Usd.of(cash), read_at=wall + DAY)

    if is_covered:
        plan_second(store, mode=mode)
    else:
        with pytest.raises(StaleWriteError, match="works or is unsettled in 0x"):
            plan_second(store, mode=mode)

    assert decided.cash.committed == Usd.of(10)
    assert execution(store, 2).cash.committed == Usd.of(20 if is_covered else 10)


def test_paper_needs_no_dollar_of_the_wallets(store, wall):
    with_strategy(store, standing=SHADOW_ONLY, state=a_state(book=Book.SHADOW))
    taken(store, [an_ft_order(1)])
    with store.transaction() as tx:
        tx.queue_signals(NOON, None)
        tx.note_collateral(ACCOUNT, ZERO_USD, read_at=wall + DAY)

    with store.transaction() as tx:
        tx.add_planned(an_order(mode=Mode.SHADOW), trader=LEADER, token_label="Yes")

    assert execution(store).cash.committed == ZERO_USD


def plan_second(store, **changes) -> None:
    with store.transaction() as tx:
        tx.add_planned(an_order(2, **changes), trader=LEADER, token_label="Yes")


def test_an_older_reading_of_the_cash_changes_nothing(store, wall):
    with_signal(store)

    with store.transaction() as tx:
        tx.note_collateral(ACCOUNT, Usd.of(90), read_at=wall)
        tx.note_collateral(ACCOUNT, Usd.of(1), read_at=wall - SECOND)

    cash = execution(store).cash
    assert (cash.collateral, cash.read_at) == (Usd.of(90), wall)


def test_recent_prices_are_of_the_token_the_newest_first(store):
    """A trade of the other outcome counts at one minus its price; old ones do not count."""
    with_signal(store, rules=replace(NO_LIMITS, target_volatility=Decimal("0.1")))
    trades = [
        a_trade(1, price=Price.of("0.30"), traded_at=NOON - 2 * DAY),
        a_trade(2, price=Price.of("0.41")),
        a_trade(3, price=Price.of("0.55"), token_id=NO, token_label="No"),
        a_trade(4, condition_id=OTHER_MARKET),
    ]
    with store.transaction() as tx:
        tx.add_source_trades(LEADER, trades, cursor_at=NOON)

    assert execution(store).recent_prices == (Price.of("0.45"), Price.of("0.41"))


def test_prices_are_read_only_where_a_rule_looks_at_them(store):
    with_signal(store)
    with store.transaction() as tx:
        tx.add_source_trades(LEADER, [a_trade(1)], cursor_at=NOON)

    assert execution(store).recent_prices == ()


def test_the_models_probability_comes_with_the_signal(store):
    with_strategy(store)
    taken(store, [an_ft_order(1, model_probability=Decimal("0.61"))])
    with store.transaction() as tx:
        tx.queue_signals(NOON, None)

    assert execution(store).signal.probability == Decimal("0.61")


def test_counters_are_overdue_from_their_reset_on(store):
    """And those that were never reset, NULL included (L33)."""
    with_strategy(store)

    with store.transaction() as tx:
        early = tx.overdue_counters(MIDNIGHT - SECOND, 10)
        at = tx.overdue_counters(MIDNIGHT, 10)
        tx.save_state(STRATEGY, a_state(monthly_reset_at=None))
        never = tx.overdue_counters(NOON, 10)

    assert (early, at, never) == ((), (STRATEGY,), (STRATEGY,))


def test_every_counter_is_kept(store):
    state = a_state(
        daily_result=Usd.of("-1.5"), weekly_spent=Usd.of(20), monthly_spent=Usd.of("30.25")
    )
    with_strategy(store)

    with store.transaction() as tx:
        tx.save_state(STRATEGY, state)
    with store.transaction() as tx:
        assert tx.lock_state(STRATEGY) == state


def test_a_market_without_its_event_is_asked_for_again(store):
    """Rows from before events were kept (L18)."""
    with_strategy(store)
    with store.transaction() as tx:
        tx.save_markets([a_market(condition_id=OTHER_MARKET, event_id=None)], checked_at=NOON)

    with store.transaction() as tx:
        unknown = tx.unknown_markets([MARKET, OTHER_MARKET])
        tx.save_markets([a_market(event_id=None)], checked_at=NOON)
        market = tx.markets([MARKET])[MARKET]

    assert unknown == (OTHER_MARKET,)
    assert market.event_id == "77"
