"""A wallet decides about every trade of its leaders, once (FT_RULES §4–§8)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from live_made import (
    LEADER,
    MARKET,
    NOON,
    OTHER_LEADER,
    STRATEGY,
    WALLET,
    a_trade,
    a_wallet,
)
from trading_floor import good_statistics

from ltsys.domain.evaluation import Reason
from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.money import Price, Usd
from ltsys.domain.source_trade import Side
from ltsys.usecases.add_wallet import add_ft_wallet
from ltsys.usecases.evaluate_wallet import evaluate_wallet

SECOND = timedelta(seconds=1)
MODEL = {"use_model": True, "model_threshold": Decimal("0.6")}


def traded(floor, *trades) -> None:
    with floor.store.transaction() as tx:
        tx.save_statistics(good_statistics(), at=NOON)
        tx.save_statistics(good_statistics(OTHER_LEADER), at=NOON)
        tx.add_source_trades(LEADER, trades, cursor_at=NOON)


def decided(floor, wallet_id=WALLET) -> dict[str, str]:
    """The outcome of each trade, or the reason why it was skipped."""
    return {
        trade: d.rejected.reason.value if d.rejected else d.outcome
        for (wallet, trade), d in floor.store.tables.ft_seen_trades.items()
        if wallet == wallet_id
    }


def orders(floor, wallet_id=WALLET):
    return [o for o in floor.store.tables.ft_orders.values() if o.wallet_id == wallet_id]


def test_a_good_trade_is_taken_and_queued_in_one_go(floor):
    """The outbox row is written with the order (L01, L58)."""
    traded(floor, a_trade())

    signals = [evaluate_wallet(WALLET, watch=floor.watch) for _ in range(2)]

    (order,) = orders(floor)
    assert signals == [((STRATEGY, "trade-1"),), ()]
    assert decided(floor) == {"trade-1": "taken"}
    assert (order.size, order.entry_price) == (Usd.of(10), Price.of("0.4012"))
    assert floor.outcome((STRATEGY, "trade-1")) == ("queued", None)
    assert floor.store.tables.ft_wallets[WALLET].last_sync_at == NOON


def test_a_skipped_trade_leaves_its_reason_and_numbers(new_floor):
    """L32."""
    floor = new_floor(wallet=a_wallet(price_max=Decimal("0.3")))
    traded(floor, a_trade(1), a_trade(2, side=Side.SELL))

    signals = evaluate_wallet(WALLET, watch=floor.watch)

    decision = floor.store.tables.ft_seen_trades[WALLET, "trade-1"]
    assert signals == ()
    assert decided(floor) == {
        "trade-1": Reason.PRICE_OUT_OF_RANGE,
        "trade-2": Reason.NOT_A_BUY,
    }
    assert decision.rejected.numbers == (Decimal("0.40"), Decimal("0.3"))


def test_a_trade_of_an_unknown_market_is_skipped_with_that_reason(floor):
    traded(floor, a_trade(condition_id="0x" + "9" * 64))

    evaluate_wallet(WALLET, watch=floor.watch)

    assert decided(floor) == {"trade-1": Reason.MARKET_NOT_FOUND}


def test_a_leaders_sell_closes_what_we_hold_of_it(floor):
    """Ours of the same leader and token, at the leader's price (L07)."""
    traded(floor, a_trade(1))
    evaluate_wallet(WALLET, watch=floor.watch)
    sell = {"side": Side.SELL, "traded_at": NOON + SECOND}
    traded(
        floor,
        a_trade(2, **sell, trader=OTHER_LEADER),
        a_trade(3, **sell, price=Price.of("0.6018")),
    )

    evaluate_wallet(WALLET, watch=floor.watch)

    (order,) = orders(floor)
    assert (order.outcome, order.exit_price) == (FtOutcome.SOLD, Decimal("0.6018"))
    assert order.pnl == Usd.of(5)
    assert decided(floor)["trade-3"] == "closed"


def test_a_buy_and_its_sell_in_one_batch_are_decided_in_the_order_of_their_times(floor):
    """Not of their arrival (L50)."""
    sell = a_trade(1, side=Side.SELL, traded_at=NOON + SECOND, price=Price.of("0.6018"))
    traded(floor, sell, a_trade(2))

    signals = evaluate_wallet(WALLET, watch=floor.watch)

    (order,) = orders(floor)
    assert order.outcome is FtOutcome.SOLD
    assert signals == ()


def test_bets_of_one_batch_share_one_bankroll(new_floor):
    """Each decision leaves less for the next (FT_RULES §6)."""
    floor = new_floor(wallet=a_wallet(starting_balance=Usd.of(25)))
    traded(floor, *[a_trade(n) for n in range(3)])

    evaluate_wallet(WALLET, watch=floor.watch)

    assert list(decided(floor).values()) == ["taken", "taken", Reason.INSUFFICIENT_CASH]


def test_the_model_is_asked_only_about_trades_that_pass_everything_else(new_floor):
    """And never within a transaction, which the floor sees to (L57)."""
    floor = new_floor(wallet=a_wallet(**MODEL, price_max=Decimal("0.5")))
    floor.scores.scores = {"trade-1": Decimal("0.7"), "trade-4": Decimal("0.5")}
    traded(
        floor,
        a_trade(1),
        a_trade(2, price=Price.of("0.6")),
        a_trade(3, side=Side.SELL),
        a_trade(4),
    )

    evaluate_wallet(WALLET, watch=floor.watch)

    assert floor.scores.asked == ["trade-1", "trade-4"]
    assert decided(floor)["trade-1"] == "taken"
    assert decided(floor)["trade-4"] == Reason.LOW_ML_SCORE
    assert floor.store.tables.source_trades["trade-1"].probability == Decimal("0.7")


def test_a_model_without_an_answer_takes_nothing(new_floor):
    """Guards fail closed (L18)."""
    floor = new_floor(wallet=a_wallet(**MODEL))
    traded(floor, a_trade())

    evaluate_wallet(WALLET, watch=floor.watch)

    assert decided(floor) == {"trade-1": Reason.ML_UNAVAILABLE}


def test_a_second_wallet_does_not_ask_the_model_again(new_floor):
    """L53."""
    floor = new_floor(wallet=a_wallet(**MODEL))
    add_ft_wallet(a_wallet(wallet_id="FT_B", **MODEL), leader_pool=None, store=floor.store)
    floor.scores.scores = {"trade-1": Decimal("0.7")}
    traded(floor, a_trade())

    for wallet_id in (WALLET, "FT_B"):
        evaluate_wallet(wallet_id, watch=floor.watch)

    assert floor.scores.asked == ["trade-1"]
    assert len(orders(floor)) == len(orders(floor, "FT_B")) == 1


def test_a_probability_of_zero_is_an_answer(new_floor):
    """0 is 0, and not "unknown" (L14, L42)."""
    floor = new_floor(wallet=a_wallet(**MODEL))
    floor.scores.scores = {"trade-1": Decimal(0)}
    traded(floor, a_trade())
    with floor.store.transaction() as tx:
        tx.save_probabilities({"trade-1": Decimal(0)})

    evaluate_wallet(WALLET, watch=floor.watch)

    assert floor.scores.asked == []
    assert decided(floor) == {"trade-1": Reason.LOW_ML_SCORE}


def test_two_wallets_decide_independently(floor):
    """One with a problem or of another taste holds nobody up (L49)."""
    strict = a_wallet(wallet_id="FT_B", price_max=Decimal("0.1"))
    broken = a_wallet(wallet_id="FT_C", starting_balance=Usd.of(-1))
    for wallet in (strict, broken):
        add_ft_wallet(wallet, leader_pool=None, store=floor.store)
    traded(floor, a_trade())

    for wallet_id in ("FT_C", "FT_B", WALLET):
        evaluate_wallet(wallet_id, watch=floor.watch)

    assert decided(floor) == {"trade-1": "taken"}
    assert decided(floor, "FT_B") == {"trade-1": Reason.PRICE_OUT_OF_RANGE}
    assert decided(floor, "FT_C") == {}


def test_the_trades_of_others_are_passed_over(floor):
    """The cursor moves on, so that they are not read again."""
    traded(floor, replace(a_trade(), trader=OTHER_LEADER, condition_id=MARKET))

    evaluate_wallet(WALLET, watch=floor.watch)

    assert decided(floor) == {}
    assert floor.store.tables.ft_wallets[WALLET].cursor_seq == 1
