"""One purchase of one leader on its whole way, with figures that a reader can reckon along."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from replayed import replay
from tiny_recording import LEADERS, NOON, buy, market, same_rules_for_all, save

from ltsys.domain.ids import Address
from ltsys.replay.wallets import chosen_wallets, mirrored_strategies

pytestmark = pytest.mark.slow


def a_mirrored_wallet(wallets_file):
    """The id of the first wallet with a live strategy, and the leader it follows."""
    start = datetime.fromtimestamp(NOON, UTC)
    wallets = chosen_wallets(wallets_file, LEADERS, start)
    strategy, _ = mirrored_strategies(wallets, Address(LEADERS[0]), start)[0]
    wallet = next(w for w in wallets if w.wallet_id == strategy.ft_wallet_id)
    return wallet.wallet_id, wallet.target_traders[0]


def test_one_signal_from_trade_to_profit(reachable_folder):
    # Every wallet bets two dollars on whatever costs at most 50 ¢.
    folder = reachable_folder()
    wallets = same_rules_for_all(
        folder, allocation_method="FIXED", bet_size="2.00", price_max="0.50"
    )
    wallet, leader = a_mirrored_wallet(wallets)
    # Seven leaders are seen; each buys something too dear. Then one pays 40 ¢ for 50 shares of
    # Up in the market `btc`, and Up wins.
    too_dear = [buy(each, "eth", "Up", shares=5, price=0.9, at=1) for each in LEADERS]
    the_trade = buy(leader, "btc", "Up", shares=50, price=0.40, at=60)
    recording = save(
        folder,
        trades=[*too_dear, the_trade],
        markets=[market("eth", winner="Down"), market("btc", winner="Up")],
    )

    replayed = replay(recording, wallets=wallets, data_dir=reachable_folder())

    # The forward test takes it at 40 ¢ + 0.3 %. $2 ÷ 0.4012 = 4.985045 shares, worth $1 each.
    books = replayed.books
    [(transaction, _, *rest)] = books.orders[wallet]
    assert transaction == the_trade["transactionHash"]
    assert rest == ["50", "0.4", "2", "WON", "2.985045"]
    assert books.ft_pnl[wallet] == Decimal("2.985045")

    # The strategy may pay a little more than 40.12 ¢, but finds 40 ¢ on offer: 5 shares for $2.
    orders = [row for row in books.live_orders if row[0] == f"LT_{wallet}"]
    [(_, _, status, denial, shares, dollars, fee, outcome, pnl)] = orders
    assert (status, denial) == ("filled", "")
    assert (shares, dollars) == (5, 2)

    # The venue's fee is shares × 0.07 × p × (1 − p) = 5 × 0.07 × 0.24, a line of its own.
    assert fee == Decimal("0.084")

    # Five winning shares pay $5, so the profit is $5 − $2.
    assert (outcome, pnl) == ("WON", "3.000000")
    assert books.live_pnl[f"LT_{wallet}"] == 3
    assert replayed.code == 0
