"""The migrations, and what the database itself refuses."""

import psycopg
import pytest
from alembic import command
from live_made import NOON, a_wallet
from psycopg.errors import CheckViolation
from stocked import with_planned

from ltsys.adapters.postgres import PostgresStore
from ltsys.domain.ft_wallet_json import wallet_to_json


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
        )
        return {row[0] for row in rows}


def test_migrations_go_up_down_and_up_again(alembic_config, empty_database_url):
    """A release can be taken back (L38)."""
    command.upgrade(alembic_config, "head")
    first = tables(empty_database_url)

    command.downgrade(alembic_config, "base")
    nothing = tables(empty_database_url)
    command.upgrade(alembic_config, "head")

    assert nothing == set()
    assert tables(empty_database_url) == first
    assert {"lt_orders.status", "lt_ledger.amount_usd"} <= first


def test_each_migration_can_be_taken_back_alone(alembic_config, empty_database_url):
    for _ in range(3):
        command.upgrade(alembic_config, "+1")
        before = tables(empty_database_url)
        command.upgrade(alembic_config, "+1")

        command.downgrade(alembic_config, "-1")

        assert tables(empty_database_url) == before


def test_every_flag_has_a_value(database_url):
    """No boolean that decides is ever NULL (L37)."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type = 'boolean' AND is_nullable = 'YES'"
        ).fetchall()

    nullable = {row[0] for row in rows}

    # an order that was denied before it had a plan has no kind of market
    assert nullable == {"lt_orders.is_neg_risk"}


def test_a_model_without_a_threshold_is_refused(database_url):
    """FT_RULES D10, by the database too (L39)."""
    rules = {**wallet_to_json(a_wallet()), "use_model": True, "model_threshold": None}

    with psycopg.connect(database_url) as connection, pytest.raises(CheckViolation):
        connection.execute(
            "INSERT INTO ft_wallets (wallet_id, display_name, rules, started_at)"
            " VALUES ('FT_X', '', %s, %s)",
            (psycopg.types.json.Jsonb(rules), NOON),
        )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("status = 'denied'", id="a denial without a code"),
        pytest.param("status = 'denied', denial_code = 'NO_BOOK'", id="a code without a sentence"),
        pytest.param("status = 'nonsense'", id="a status that is not in the table"),
        pytest.param("outcome = 'MAYBE'", id="an outcome that does not exist"),
        pytest.param("mode = 'paper'", id="a mode that does not exist"),
        pytest.param("is_force_test = true", id="a test order with live money"),
        pytest.param("reserved_usd = -0.01", id="money set aside below zero"),
        pytest.param("fill_rate = 1.01", id="a fill rate over one"),
    ],
)
def test_the_database_refuses(postgres: PostgresStore, database_url, change):
    """Rules that matter hold whoever writes (L26, L32, L36)."""
    with_planned(postgres)

    with psycopg.connect(database_url) as connection, pytest.raises(CheckViolation):
        connection.execute(f"UPDATE lt_orders SET {change}")  # noqa: S608  written above
