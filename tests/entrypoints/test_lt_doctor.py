"""`lt doctor` says READY only when all is, and otherwise the reason and the fix."""

from pathlib import Path

import psycopg
import pytest
import redis
from lt_harness import Done, Running, lt

REFUSED = "127.0.0.1:1"


def test_a_running_system_is_ready(system: Running, eventually):
    system.wait_for("the first order was filled")

    eventually(lambda: system.lt("doctor").code == 0, limit_s=30)

    found = system.lt("doctor", "--json").json
    assert found["is_ready"]
    assert len(found["checks"]) == 15


def examined(system: Running, **changes: str) -> Done:
    """What the doctor says of the same system with some settings changed."""
    return lt("doctor", "--json", environ={**system.environment, **changes})


def reasons(done: Done) -> dict[str, str]:
    assert done.code == 1
    assert not done.json["is_ready"]
    bad = [check for check in done.json["checks"] if not check["is_ok"]]
    assert all(check["fix"] for check in bad)
    return {check["name"]: check["said"] for check in bad}


def test_a_database_that_does_not_answer_is_named_without_its_password(system: Running):
    """L62."""
    done = examined(system, LTSYS_DATABASE_URL=f"postgresql://me:hunter2@{REFUSED}/ltsys")

    assert f"the database at {REFUSED} does not answer" in reasons(done)["database"]
    assert "hunter2" not in done.out + done.err


def test_a_schema_that_is_behind_is_named(system: Running, empty_database_url: str):
    said = reasons(examined(system, LTSYS_DATABASE_URL=empty_database_url))

    assert "the schema is at nothing, the newest is" in said["database"]


def test_a_broker_that_does_not_answer_leaves_no_worker_either(system: Running):
    said = reasons(examined(system, LTSYS_REDIS_URL=f"redis://:hunter2@{REFUSED}/0"))

    assert "the broker does not answer" in said["broker"]
    assert "workers" in said


def test_queues_without_workers_are_named(system: Running, redis_url: str):
    said = reasons(examined(system, LTSYS_REDIS_URL=redis_url))

    assert said["workers"] == "no worker answered for signals, execution, fills, resolution"


def test_a_broker_that_may_throw_messages_away_is_refused(system: Running, redis_url: str):
    with redis.Redis.from_url(redis_url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            said = reasons(examined(system, LTSYS_REDIS_URL=redis_url))
        finally:
            client.config_set("maxmemory-policy", "noeviction")

    assert "maxmemory-policy is allkeys-lru" in said["broker"]


def test_a_venue_that_does_not_answer_is_named(system: Running):
    said = reasons(examined(system, LTSYS_SIMULATOR_URL=f"http://{REFUSED}"))

    assert {"venue", "account"} <= set(said)


def test_a_key_file_that_others_may_read_is_refused(system: Running, tmp_path: Path):
    """L62."""
    loose = tmp_path / "key"
    loose.write_text("0x" + "11" * 32)
    loose.chmod(0o644)

    said = reasons(examined(system, LTSYS_WALLET_KEY_FILE=str(loose)))

    assert "has mode 644; it must be 600" in said["key"]
    assert "11" * 32 not in str(said)


def test_credentials_that_the_venue_does_not_know_are_named(system: Running):
    said = reasons(examined(system, LTSYS_API_SECRET="bm9ib2R5J3M="))

    assert "account" in said


def test_a_beat_that_never_ticked_and_leaders_never_synced_are_named(
    system: Running, database_url: str
):
    """L51."""
    follow_somebody(database_url)

    said = reasons(examined(system, LTSYS_DATABASE_URL=database_url))

    assert "the last tick was – ago" in said["beat"]
    assert "a leader was last synced – ago" in said["sync"]


def test_an_order_that_stays_unknown_is_named(system: Running, database_url: str):
    """L27."""
    leave_an_order_unknown(database_url)

    said = reasons(examined(system, LTSYS_DATABASE_URL=database_url))

    assert "1 orders are unknown" in said["orders"]


def test_no_system_at_all_is_not_ready(tmp_path: Path):
    done = lt("doctor", "--data-dir", str(tmp_path))

    assert done.code == 1
    assert "NOT READY" in done.out


def test_a_setting_that_is_wrong_is_said_without_its_value(system: Running):
    """L62."""
    done = examined(system, LTSYS_DATABASE_POOL="hunter2")

    assert "LTSYS_DATABASE_POOL" in done.out + done.err
    assert "hunter2" not in done.out + done.err
    assert "Traceback" not in done.err


def follow_somebody(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            """
            INSERT INTO ft_wallets (wallet_id, display_name, rules, target_traders, started_at)
            VALUES ('FT_A', '', '{"use_model": false}', ARRAY[%s], now())
            """,
            ("0x" + "1" * 40,),
        )


def leave_an_order_unknown(database_url: str) -> None:
    follow_somebody(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO users (user_id) VALUES ('owner')")
        connection.execute(
            "INSERT INTO wallets VALUES (%s, 'owner', 0, NULL, 'file')", ("0x" + "2" * 40,)
        )
        connection.execute(
            """
            INSERT INTO lt_strategies
                (strategy_id, user_id, ft_wallet_id, wallet_address, launched_at, initial_capital,
                 slippage_tolerance_pct, time_in_force, max_signal_age_s, cooldown_s,
                 stage, staged_at, mode_since)
            VALUES ('LT_FT_A', 'owner', 'FT_A', %s, now(), 100, 0, 'FAK', 60, 0,
                    'full', now(), now())
            """,
            ("0x" + "2" * 40,),
        )
        connection.execute(
            """
            INSERT INTO lt_orders
                (lt_order_id, strategy_id, source_trade_id, trader_address, condition_id, token_id,
                 token_label, mode, status, ft_price, ft_size_usd, planned_at, ft_signal_time,
                 created_at)
            VALUES ('lto_a', 'LT_FT_A', 't', '', '', '1', 'Up', 'live', 'unknown', 0.5, 2, now(),
                    now(), now() - interval '2 minutes')
            """
        )


@pytest.fixture(autouse=True)
def _nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor sees what a test gives it and no more."""
    monkeypatch.delenv("LTSYS_DATA_DIR", raising=False)
