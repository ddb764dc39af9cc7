"""Nobody polls and nobody listens: the comparison with the venue alone finds what happened.

Real processes: the simulator, the servers, beat, the workers of execution and resolution. There
is no worker for fills, and no stream, so a fill that is counted was found by reconciliation.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from one_strategy import OneStrategy, launched

from ltsys.domain.errors import RefusedError
from ltsys.domain.reconciliation import Action, Kind, Reconciliation, Result
from ltsys.stack import World, running
from ltsys.usecases.accept_finding import accept_finding
from ltsys.usecases.resolve_order import Word

pytestmark = pytest.mark.slow

TICK = {"LTSYS_RECONCILE_S": "1", "LTSYS_RECONCILE_GRACE_S": "1", "LTSYS_SYNC_S": "1"}
NO_ANSWER = "always GET /balance-allowance: status 503 'Service Unavailable'"
BOOKED = """
    SELECT o.status, o.executed_usd FROM lt_orders o WHERE o.source_trade_id = %s
"""
CORRECTED = """
    SELECT o.source_trade_id FROM reconciliation_findings JOIN lt_orders o USING (lt_order_id)
     WHERE kind = 'missed_fill' AND action = 'corrected'
"""


@dataclass
class Floor(OneStrategy):
    """The running system, and short words for what the story does with it."""

    def deposit(self, dollars: int) -> None:
        wallet = {"address": self.stack.account, "cash_usd": dollars}
        self.stack.simulator.ask("POST", "/sim/accounts", wallet)

    def last(self) -> Reconciliation | None:
        made = self.own.queries.reconciled().last
        return made[0].reconciliation if made else None

    def is_clean(self) -> bool:
        made = self.last()
        return made is not None and made.result is Result.CLEAN

    def is_open(self) -> bool:
        gate = self.own.queries.reconciled().gate
        return gate is not None and gate.is_open(self.own.clock.wall())


@pytest.fixture
def floor(reachable_folder, eventually, monkeypatch) -> Iterator[Floor]:
    """A strategy without limits, while the venue does not yet say what the wallet holds."""
    only = frozenset({"execution", "resolution", "beat"})
    world = World(seed=3, extra=("--fault", NO_ANSWER))
    with (
        running(reachable_folder(), world, only=only, extra_environment=TICK) as stack,
        launched(stack, monkeypatch) as own,
    ):
        yield Floor(stack, own, eventually)


def test_shut_until_clean_then_a_hidden_fill_then_a_deposit(floor):
    """L05, L22, L51, L54, L60."""
    # The venue answers, but not with our balance: nothing is known, so nothing begins.
    floor.eventually(lambda: floor.last() is not None, limit_s=30)
    assert floor.last().result is Result.INCOMPLETE
    assert "503" in floor.last().why
    name = floor.order("waits")
    floor.eventually(lambda: floor.ask("SELECT 1 FROM lt_alerts WHERE cleared_at IS NULL"))
    assert floor.ask(BOOKED, name) == []

    # It says so now. The first clean comparison opens the gate, and the signal becomes an order.
    floor.no_faults()
    floor.eventually(floor.is_open)
    floor.try_to_place(name)
    floor.eventually(lambda: floor.ask(BOOKED, name))

    # Nobody is told of its fill, and it is found all the same; afterwards the books agree.
    floor.eventually(lambda: floor.ask(BOOKED, name)[0][1] > 0)
    floor.eventually(floor.is_clean)
    assert floor.ask(CORRECTED) == [(name,)]
    assert floor.ask(BOOKED, name)[0][0] in {"filled", "partially_filled"}
    assert floor.own.queries.ledger().is_right

    # Somebody puts in fifty dollars. It stands, people are told, and nothing new begins.
    floor.deposit(50)
    floor.eventually(lambda: _actions(floor) == [(Kind.COLLATERAL, Action.ALERTED)])
    (finding,) = floor.last().findings
    assert finding.difference == Decimal(50)
    floor.eventually(lambda: not floor.is_open())

    # The operator says that it was him, and trading goes on.
    floor.eventually(lambda: _accept_what_stands(floor))
    floor.eventually(floor.is_open)
    assert floor.is_clean()
    # a difference sends every strategy of the wallet back to paper, and says so until it is read
    assert floor.ask("SELECT key FROM lt_alerts WHERE cleared_at IS NULL") == [
        ("stage:LT_FT_TEST",)
    ]
    said = floor.ask(
        "SELECT acknowledged_by, acknowledged_because FROM reconciliation_findings"
        " WHERE acknowledged_at IS NOT NULL"
    )
    assert said == [("ann", "topped up")]


def _actions(floor: Floor) -> list[tuple[Kind, Action]]:
    return [(each.kind, each.action) for each in floor.last().findings]


def _accept_what_stands(floor: Floor) -> bool:
    """A tick may find it anew between the look and the word; then the word is refused."""
    (kept,) = floor.own.queries.reconciled().last
    try:
        for each in kept.findings:
            word = Word(operator="ann", reason="topped up")
            accept_finding(each.finding_id, word, desk=floor.own.desk)
    except RefusedError:
        return False
    return bool(kept.findings)


def test_a_new_simulator_is_not_asked_for_what_the_last_one_knew(reachable_folder, eventually):
    """A simulator forgets when it ends, and the comparison begins anew."""
    folder = reachable_folder()
    results = [_first_result(folder, deposit, eventually) for deposit in ("1000", "500")]

    assert results == [("clean", 1000), ("clean", 500)]


def _first_result(folder: Path, deposit: str, eventually: Callable[..., None]) -> tuple:
    """What a system finds that starts with so much in its wallet; its gate is open then."""
    only = frozenset({"resolution", "beat"})
    world = World(seed=3)
    with (
        running(folder, world, only=only, deposit_usd=deposit, extra_environment=TICK) as stack,
        psycopg.connect(stack.servers.database_url, autocommit=True) as connection,
    ):
        is_open = "SELECT 1 FROM lt_gates WHERE gate = 'reconciliation' AND open_until > now()"
        eventually(lambda: connection.execute(is_open).fetchone(), limit_s=30)
        statement = """
            SELECT result, (numbers #>> '{unexplained,0}')::numeric FROM reconciliations
             WHERE started_at >= %s ORDER BY reconciliation_id
        """
        return connection.execute(statement, (stack.simulator.started_at,)).fetchone()
