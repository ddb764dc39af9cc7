"""How a replay is held against the independent check: exactly, and to the cent."""

from collections.abc import Mapping
from decimal import Decimal

from independent import forward_test_pnl, live_pnl, live_results
from replayed import Check, Replayed

_CENT = Decimal("0.01")
_MICRO = Decimal("0.000001")


def cents(amounts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {name: amount.quantize(_CENT) for name, amount in amounts.items()}


def assert_nothing_is_amiss(replayed: Replayed) -> None:
    """The figures of a report that must be zero are zero, and the command says so by its code."""
    report = replayed.report
    zeros = ("duplicates", "lost_signals", "missed_fills")
    assert {name: report[name] for name in zeros} == dict.fromkeys(zeros, 0)
    assert Decimal(report["ledger_drift_usd"]) == 0
    assert replayed.code == 0


def assert_forward_tests_agree(replayed: Replayed, check: Check) -> None:
    """Every order with its bet, its end and its result; every reason; every wallet's profit."""
    books, answer = replayed.books, check.answer
    assert books.reasons == {wallet: dict(each) for wallet, each in answer.reasons.items()}
    for wallet, expected in check.orders.items():
        only_theirs = sorted(set(books.orders[wallet]) - set(expected))
        assert not only_theirs, f"{wallet} took what the rules do not, such as {only_theirs[0]}"
        assert books.orders[wallet] == expected, wallet
    assert cents(books.ft_pnl) == cents({wallet: answer.pnl(wallet) for wallet in answer.orders})
    counts = {wallet: len(orders) for wallet, orders in answer.orders.items()}
    assert replayed.report["wallets"] == counts


def assert_live_trading_agrees(replayed: Replayed, check: Check) -> None:
    """Strategies' profits are those of the venue's own fills and the recorded winners (L41)."""
    books, venue_orders = replayed.books, replayed.truth["orders"]
    results = live_results(venue_orders, books.strategy_of, check.recording)
    recomputed = live_pnl(results.values())
    zero = dict.fromkeys(books.live_pnl, Decimal(0))
    reported = {
        each["strategy_id"]: Decimal(each["lt_pnl_usd"]) for each in replayed.report["strategies"]
    }
    assert cents(books.live_pnl) == cents(zero | recomputed) == cents(reported)


def assert_fills_agree(replayed: Replayed) -> None:
    """Our books hold the venue's fills, all of them and no other, to the millionth (L20)."""
    theirs = {
        (fill["trade_id"], order["order_id"]): (_one(fill["shares_units"]), _one(fill["usd_units"]))
        for order in replayed.truth["orders"]
        for fill in order["fills"]
    }
    assert theirs
    assert replayed.books.fills == theirs


def assert_live_equals_forward_test(replayed: Replayed, check: Check) -> None:
    """One formula: what a fill gained is what FT gains on the same size and price (L41)."""
    results = live_results(replayed.truth["orders"], replayed.books.strategy_of, check.recording)
    ended = [result for result in results.values() if result.payout is not None]
    assert ended
    for result in ended:
        entry = result.cost / result.shares
        gain = forward_test_pnl(size=result.cost, entry=entry, payout=result.payout)
        assert gain.quantize(_MICRO) == result.pnl


def _one(units: int) -> Decimal:
    return Decimal(units) / 1_000_000
