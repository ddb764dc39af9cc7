"""A running system with one strategy, and short words for what its stories do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import psycopg
from live_made import NO_LIMITS, STRATEGY, a_strategy, a_wallet

from ltsys.bootstrap import Services
from ltsys.broker import send
from ltsys.domain.ids import SourceTradeId
from ltsys.domain.money import Usd
from ltsys.settings import load
from ltsys.stack import Stack
from ltsys.usecases.add_wallet import add_account, add_ft_wallet
from ltsys.usecases.force_test import queue_force_test
from ltsys.usecases.launch_strategy import launch_strategy


@dataclass
class OneStrategy:
    """A strategy without limits, in a world of open markets."""

    stack: Stack
    own: Services
    eventually: Callable[..., None]

    def order(self, run_id: str) -> str:
        """A test order of two dollars is on its way; returns the name of its signal."""
        _, name = queue_force_test(
            STRATEGY,
            run_id=run_id,
            size=Usd.of(2),
            store=self.own.store,
            market_data=self.own.market_data,
            clock=self.own.clock,
        )
        self.try_to_place(name)
        return name

    def try_to_place(self, name: SourceTradeId) -> None:
        """The execution worker is told of the signal."""
        send(self.own.settings.redis_url, "execution.execute_order", STRATEGY, name)

    def ask(self, statement: str, *values: object) -> list[tuple]:
        with psycopg.connect(self.own.settings.database_url) as connection:
            return connection.execute(statement, values).fetchall()

    def no_faults(self) -> None:
        self.stack.simulator.ask("DELETE", "/sim/faults")


@contextmanager
def launched(stack: Stack, monkeypatch, **strategy) -> Iterator[Services]:
    """The services of a system whose one strategy was just launched."""
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    own = Services(load())
    with own.database:
        _set_up(stack, own, strategy)
        yield own
    own.http.close()


def _set_up(stack: Stack, own: Services, strategy: dict[str, object]) -> None:
    rows = httpx.get(f"{stack.simulator.url}/markets?limit=100", trust_env=False).json()
    markets = own.market_data.markets([row["conditionId"] for row in rows])
    with own.store.transaction() as tx:
        tx.save_markets(markets, checked_at=own.clock.now())
    add_ft_wallet(a_wallet(), leader_pool=None, store=own.store)
    add_account("ann", stack.account, signature_type=0, key_reference="file", store=own.store)
    made = a_strategy(wallet_address=stack.account, **strategy)
    launch_strategy(made, NO_LIMITS, store=own.store)
