"""`lt reconcile` compares, shows what differs, and takes an operator's word."""

import json
from decimal import Decimal
from pathlib import Path

import httpx
import psycopg
import pytest
from lt_harness import Running, lt


@pytest.fixture
def agreeing(system: Running, eventually) -> Running:
    """The books and the venue agree, while orders are placed and markets resolve."""
    eventually(lambda: system.lt("reconcile").code == 0, limit_s=60)
    return system


def test_books_that_agree_are_said_to(agreeing: Running):
    done = agreeing.lt("reconcile")

    assert done.code == 0, done.out
    assert "✓ SIMULATOR: 0x" in done.out
    assert "is clean" in done.out
    said = agreeing.lt("status")
    assert "books: agreed with the venue" in said.out
    assert "new orders may be planned" in said.out
    assert agreeing.lt("status", "--json").json["reconciliation"]["last"][0]["result"] == "clean"


def test_a_deposit_is_shown_accepted_and_gone(agreeing: Running, eventually):
    """While orders are placed, what they may have cost blurs the sum."""
    deposit(agreeing, 5_000)
    done = agreeing.lt("reconcile", "--json")
    (finding,) = [each for each in done.json["findings"] if each["kind"] == "collateral"]
    assert done.code == 1
    assert 4_000 < Decimal(finding["difference"]) <= 5_000
    assert "collateral" in agreeing.lt("reconcile").out

    eventually(lambda: accept(agreeing), limit_s=60)

    eventually(lambda: agreeing.lt("reconcile").code == 0, limit_s=60)


def accept(system: Running) -> bool:
    """True once what stands was accepted; a comparison in between makes it another finding."""
    kept = system.lt("status", "--json").json["reconciliation"]["last"][0]
    done = [
        system.lt("reconcile", "accept", str(each["finding_id"]), "--reason", "mine", "--yes").code
        for each in kept["findings"]
        if each["kind"] == "collateral"
    ]
    return done == [0]


def deposit(system: Running, dollars: int) -> None:
    door = json.loads((system.data_dir / "run" / "simulator.json").read_text())
    httpx.post(
        f"{door['url']}/sim/accounts",
        json={"address": wallet(system), "cash_usd": dollars},
        headers={"Authorization": f"Bearer {door['token']}"},
        trust_env=False,
    ).raise_for_status()


def wallet(system: Running) -> str:
    with psycopg.connect(system.environment["LTSYS_DATABASE_URL"]) as connection:
        return connection.execute("SELECT wallet_address FROM wallets").fetchone()[0]


def test_a_finding_that_does_not_exist_cannot_be_accepted(system: Running):
    done = system.lt("reconcile", "accept", "999999", "--reason", "x", "--yes")

    assert done.code == 1
    assert "there is no finding 999999" in done.err


def test_nothing_is_accepted_without_the_word(system: Running):
    done = system.lt("reconcile", "accept", "1", "--reason", "x", typed="no\n")

    assert done.code == 1
    assert "nothing was changed" in done.err


def test_a_venue_that_does_not_answer_is_said(system: Running):
    done = lt(
        "reconcile", environ={**system.environment, "LTSYS_SIMULATOR_URL": "http://127.0.0.1:1"}
    )

    assert done.code == 1
    assert "incomplete" in done.out
    assert "no answer from" in done.out


def test_books_that_were_never_compared_are_not_ready(system: Running, database_url: str):
    done = lt(
        "doctor", "--json", environ={**system.environment, "LTSYS_DATABASE_URL": database_url}
    )

    said = {check["name"]: check for check in done.json["checks"]}["reconcile"]
    assert not said["is_ok"]
    assert "never compared with the venue; the gate is shut" in said["said"]


def test_without_a_system_there_is_one_sentence(tmp_path: Path):
    done = lt("reconcile", "--data-dir", str(tmp_path))

    assert done.code == 1
    assert "no running system was found" in done.err
