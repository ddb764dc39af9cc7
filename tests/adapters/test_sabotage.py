"""A process dies at the step it was asked to die at, and nowhere else."""

import os
import signal

import pytest
from live_made import NOON

from ltsys.adapters.memory import HandClock, MemoryStore
from ltsys.adapters.sabotage import STEPS, Saboteur
from ltsys.domain.alert import Alert, Severity

ALERT = Alert(key="one", severity=Severity.INFO, text="one")


class Died(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def saboteur(tmp_path, monkeypatch):
    def die(pid, number):
        assert (pid, number) == (os.getpid(), signal.SIGKILL)
        raise Died

    monkeypatch.setattr(os, "kill", die)
    for role in STEPS:
        (tmp_path / role).mkdir()
    return Saboteur(tmp_path, "execution")


class Port:
    """Something with two calls."""

    def post(self, value):
        return value

    def read(self):
        return "read"


def test_without_an_order_to_die_everything_passes(saboteur):
    port = saboteur.port(Port(), "post")

    assert (port.post("it"), port.read()) == ("it", "read")


def test_whoever_finds_the_order_dies_and_the_next_one_lives(saboteur, tmp_path):
    (tmp_path / "execution" / "post after").touch()
    port = saboteur.port(Port(), "post")

    with pytest.raises(Died):
        port.post("it")

    assert port.post("it") == "it"


def test_an_order_for_another_role_is_not_ours(saboteur, tmp_path):
    (tmp_path / "fills" / "post before").touch()

    assert saboteur.port(Port(), "post").post("it") == "it"


@pytest.mark.parametrize(("where", "kept"), [("before", 0), ("after", 1)])
def test_a_transaction_is_named_after_what_it_writes(saboteur, tmp_path, where, kept):
    real = MemoryStore(HandClock(NOON))
    (tmp_path / "execution" / f"outbox {where} commit").touch()

    def write():
        with saboteur.store(real).transaction() as tx:
            tx.queue_signals(NOON, None)
            tx.raise_alert(ALERT)

    with pytest.raises(Died):
        write()

    assert len(real.tables.lt_alerts) == kept


def test_a_transaction_that_writes_nothing_named_is_no_step(saboteur, tmp_path):
    (tmp_path / "execution" / "plan before commit").touch()

    with saboteur.store(MemoryStore(HandClock(NOON))).transaction() as tx:
        assert tx.open_alerts() == ()
