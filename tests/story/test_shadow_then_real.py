"""A strategy trades on paper, shows what it can do, and only then reaches the venue (L36, L61).

Real processes: the simulator, the servers, beat, and the workers of every queue.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest
from live_made import STRATEGY, WALLET
from one_strategy import OneStrategy, launched

from ltsys.domain.errors import RefusedError
from ltsys.domain.money import Usd
from ltsys.domain.stage import Stage, Standing
from ltsys.ports.stages import DrillRow
from ltsys.stack import World, running
from ltsys.usecases.promote import demote, request_promotion
from ltsys.usecases.stage_view import stage_view
from ltsys.workload import Catalogue, write_ft_order

pytestmark = pytest.mark.slow

SETTINGS = {
    "LTSYS_FT_SOURCE": "external",
    "LTSYS_SYNC_S": "1",
    "LTSYS_RECONCILE_S": "1",
    "LTSYS_RECONCILE_GRACE_S": "0.2",
    "LTSYS_FIRST_CHECK_S": "0.2",
    "LTSYS_REQUIRED_GATES": "reconciliation",
    "LTSYS_COOLING_OFF_S": "2",
    "LTSYS_GATE_DAYS": "0.1",
    "LTSYS_GATE_ORDERS": "1",
    "LTSYS_GATE_FILL_RATE": "0.5",
    "LTSYS_GATE_SLIPPAGE": "0.5",
    "LTSYS_GATE_RESULT_GAP": "1000",
}
ORDERS = """
    SELECT source_trade_id, mode, status, outcome FROM lt_orders ORDER BY created_at
"""


@dataclass
class Floor(OneStrategy):
    def trade(self, number: int) -> None:
        """The forward test takes an outcome on offer, as another system would write it."""
        catalogue = Catalogue(self.stack.simulator, self.own.http)
        target, *_ = catalogue.targets(
            most_markets=30, at_least=timedelta(minutes=2), at_most=timedelta(hours=24)
        )
        with psycopg.connect(self.own.settings.database_url, autocommit=True) as connection:
            with self.own.store.transaction() as tx:
                tx.save_markets([target.market], checked_at=self.own.clock.wall())
            write_ft_order(
                connection,
                target,
                wallet_id=WALLET,
                trade_id=f"trade-{number}",
                size_usd=3,
                at=self.own.clock.now(),
            )

    def at_venue(self) -> list[object]:
        said = self.stack.simulator.ask("GET", f"/sim/truth?maker={self.stack.account}")
        return said["orders"]

    def jump(self, hours: int) -> None:
        self.stack.simulator.ask("POST", "/sim/clock", {"advance_by": hours * 3600})

    def stage(self) -> Stage:
        return stage_view(STRATEGY, oversight=self.own.oversight).standing.stage

    def promote(self) -> bool:
        """Asked for as soon as every check is passed."""
        if not stage_view(STRATEGY, oversight=self.own.oversight).may_climb:
            return False
        request_promotion(
            STRATEGY, cap=Usd.of(50), by="ann", typed=STRATEGY, oversight=self.own.oversight
        )
        return True


_QUICK = World(seed=3, extra=("--category", "crypto", "--settle-s", "10"))
"""An election may be disputed for days before it has an outcome."""


@pytest.fixture
def floor(reachable_folder, eventually, monkeypatch) -> Iterator[Floor]:
    only = frozenset({"signals", "execution", "fills", "resolution", "beat"})
    shadow = Standing(stage=Stage.SHADOW)
    with (
        running(reachable_folder(), _QUICK, only=only, extra_environment=SETTINGS) as stack,
        launched(
            stack,
            monkeypatch,
            standing=shadow,
            max_signal_age_s=600,
            slippage_tolerance=Decimal("0.2"),
        ) as own,
    ):
        yield Floor(stack, own, eventually)


def test_nothing_leaves_before_the_promotion_and_everything_is_kept_apart(floor):
    """L36, L61."""
    # A signal goes the whole way on paper. The venue has never heard of it, and agrees with us.
    floor.trade(1)
    floor.eventually(lambda: floor.ask(ORDERS) and floor.ask(ORDERS)[0][2] == "filled", limit_s=20)
    assert floor.ask(ORDERS) == [("trade-1", "shadow", "filled", "OPEN")]
    assert floor.at_venue() == []
    assert floor.own.queries.ledger().is_right

    # Without a result and a drill it may not go on, and is told why.
    with pytest.raises(RefusedError, match=r"result gap.*not known.*drill: none is recorded"):
        request_promotion(
            STRATEGY, cap=Usd.of(50), by="ann", typed=STRATEGY, oversight=floor.own.oversight
        )

    # A drill is recorded; the market ends, and paper and forward test have the same result.
    with floor.own.store.transaction() as tx:
        tx.save_drill(
            DrillRow(
                recorded_at=floor.own.clock.wall(),
                recorded_by="ann",
                is_clean=True,
                certificate={"signals": 600},
            )
        )
    floor.jump(hours=30)
    floor.eventually(lambda: floor.ask(ORDERS)[0][3] in {"WON", "LOST"}, limit_s=20)
    assert floor.at_venue() == []

    # All checks are passed. The promotion waits its two seconds, then the next order is real.
    floor.eventually(floor.promote)
    assert floor.stage() is Stage.SHADOW
    floor.eventually(lambda: floor.stage() is Stage.CANARY)
    floor.trade(2)
    floor.eventually(lambda: len(floor.ask(ORDERS)) == 2, limit_s=20)
    floor.eventually(lambda: floor.ask(ORDERS)[1][2] in {"filled", "canceled", "denied"})
    assert floor.ask(ORDERS)[1][:2] == ("trade-2", "live")
    assert len(floor.at_venue()) == 1

    # Sent back by hand, it is on paper again from the next signal on.
    demote(STRATEGY, Stage.SHADOW, by="ann", why="enough for today", oversight=floor.own.oversight)
    floor.trade(3)
    floor.eventually(lambda: len(floor.ask(ORDERS)) == 3, limit_s=20)
    assert floor.ask(ORDERS)[2][:2] == ("trade-3", "shadow")
    assert len(floor.at_venue()) == 1
    assert floor.own.queries.ledger().is_right
