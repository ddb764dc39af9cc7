"""A store with something in it, by the methods of the port alone."""

from collections.abc import Sequence

from live_made import (
    ACCOUNT,
    LEADER,
    NO_LIMITS,
    NOON,
    STRATEGY,
    WALLET,
    a_market,
    a_signal,
    a_state,
    a_strategy,
    a_wallet,
    an_ft_order,
    an_order,
)

from ltsys.domain.ft_order import FtOrder
from ltsys.domain.ids import FtWalletId
from ltsys.domain.live_order import LiveOrder
from ltsys.domain.money import Usd
from ltsys.domain.order import OrderEvent
from ltsys.domain.venue import SignedOrder
from ltsys.ports.records import SignalKey, WalletDecisions
from ltsys.ports.store import Store


def with_wallet(store: Store, **changes) -> None:
    with store.transaction() as tx:
        assert tx.add_ft_wallet(a_wallet(**changes), leader_pool=None, problem=None)


def with_strategy(store: Store, *, rules=NO_LIMITS, state=None, **changes) -> None:
    """A wallet, its market, an account and a strategy that mirrors the wallet."""
    with_wallet(store)
    with store.transaction() as tx:
        tx.save_markets([a_market()], checked_at=NOON)
        tx.add_account("ann", ACCOUNT, 2, "env:KEY")
        tx.note_collateral(ACCOUNT, Usd.of(1_000_000), read_at=NOON)
        assert tx.add_strategy(a_strategy(**changes), rules, state or a_state())


def taken(
    store: Store, orders: Sequence[FtOrder], *, at_cursor: int = 0, wallet_id: FtWalletId = WALLET
) -> None:
    """The wallet took these orders."""
    with store.transaction() as tx:
        tx.save_decisions(
            WalletDecisions(
                wallet_id=wallet_id,
                from_cursor_seq=at_cursor,
                to_cursor_seq=at_cursor,
                decisions=(),
                opened=tuple(orders),
                closed=(),
            )
        )


def with_signal(store: Store, number: int = 1, **strategy) -> SignalKey:
    """A strategy with one signal in its outbox."""
    with_strategy(store, **strategy)
    taken(store, [an_ft_order(number)])
    with store.transaction() as tx:
        (key,) = tx.queue_signals(NOON, None)
    return key


def with_planned(store: Store, **changes) -> LiveOrder:
    """A strategy whose signal has its planned order."""
    with_signal(store)
    order = an_order(**changes)
    with store.transaction() as tx:
        tx.add_planned(order, trader=LEADER, token_label="Yes")
    return order


def an_envelope(number: int = 1) -> SignedOrder:
    order_id = f"0x{number:064x}"
    return SignedOrder(order_id=order_id, envelope={"order": {"salt": number}, "owner": "key"})


def with_submitted(store: Store) -> LiveOrder:
    """As `with_planned`, with its envelope saved."""
    order = with_planned(store)
    with store.transaction() as tx:
        tx.save_envelope(order, an_envelope(), attempt=1)
    return kept(store, order)


def with_live(store: Store) -> LiveOrder:
    order = with_submitted(store)
    with store.transaction() as tx:
        accepted = order.moved(OrderEvent.ACCEPT)
        tx.move_order(order, accepted, OrderEvent.ACCEPT, detail="live", next_check_at=None)
        tx.finish_signal(signal_key(), outcome="executed", reason=None)
    return kept(store, order)


def kept(store: Store, order: LiveOrder) -> LiveOrder:
    """The order as the store has it now."""
    with store.transaction() as tx:
        found = tx.order(order.lt_order_id)
    assert found is not None
    return found


def signal_key(number: int = 1) -> SignalKey:
    return STRATEGY, a_signal(number).source_trade_id
