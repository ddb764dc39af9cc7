"""The embedded servers are private, exclusive, and never outlive their supervisor."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from ltsys.domain.errors import SettingsError
from ltsys.embedded import (
    EmbeddedServers,
    Servers,
    create_database,
    default_data_dir,
    drop_database,
    servers_from_environment,
    with_database,
)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")

SUPERVISOR = """
import sys, threading
from pathlib import Path
from ltsys.embedded import EmbeddedServers
with EmbeddedServers.start(Path(sys.argv[1]), for_tests=True) as servers:
    print(*servers.pids.values(), flush=True)
    threading.Event().wait()
"""


@pytest.fixture
def data_dir(reachable_folder: Callable[[], Path]) -> Path:
    return reachable_folder()


@pytest.fixture
def supervisor(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Another process that runs the servers of `data_dir`, and the servers' pids."""
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(data_dir)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        yield process, [int(pid) for pid in process.stdout.readline().split()]
        process.kill()


def start(data_dir: Path) -> Servers:
    return EmbeddedServers.start(data_dir, for_tests=True)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def port_of(url: str) -> int:
    return int(re.search(r":(\d+)/", url)[1])


def gone(pids: list[int]) -> bool:
    return not any(psutil.pid_exists(pid) and not zombie(pid) for pid in pids)


def zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_what_was_stored_is_there_after_a_restart_and_nothing_runs_between(data_dir):
    with EmbeddedServers.start(data_dir) as first:
        with psycopg.connect(first.database_url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        with redis.Redis.from_url(first.redis_url) as client:
            client.set("kept", "7")
    assert gone(list(first.pids.values()))

    with EmbeddedServers.start(data_dir) as second:
        with psycopg.connect(second.database_url) as connection:
            number = connection.execute("SELECT number FROM kept").fetchone()
        with redis.Redis.from_url(second.redis_url) as client:
            value = client.get("kept")

    assert (number, value) == ((7,), b"7")
    assert (first.database_url, first.redis_url) == (second.database_url, second.redis_url)


@pytest.mark.parametrize(("forgetting", "kept"), [(False, b"7"), (True, None)])
def test_a_crashed_server_is_back_at_its_address_with_what_was_committed(
    data_dir, forgetting, kept
):
    """What a drill does to both: the broker may even come back empty (L58)."""
    with EmbeddedServers.start(data_dir) as servers:
        with psycopg.connect(servers.database_url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        with redis.Redis.from_url(servers.redis_url) as client:
            client.set("kept", "7")
            client.config_set("appendfsync", "always")
            client.set("kept", "7")
        before = dict(servers.pids)

        servers.crash("postgres")
        servers.crash("valkey", forgetting=forgetting)

        assert all(before[name] != pid for name, pid in servers.pids.items())
        with psycopg.connect(servers.database_url) as connection:
            number = connection.execute("SELECT number FROM kept").fetchone()
        with redis.Redis.from_url(servers.redis_url) as client:
            value = client.get("kept")
    assert (number, value) == ((7,), kept)
    assert gone([*before.values(), *servers.pids.values()])


def test_servers_of_others_are_not_crashed(tmp_path):
    foreign = {"LTSYS_DATABASE_URL": "postgresql://one/", "LTSYS_REDIS_URL": "redis://two/"}

    with pytest.raises(SettingsError, match="postgres is not a server of ours"):
        servers_from_environment(foreign, tmp_path).crash("postgres")


def test_the_settings_that_guard_data_and_time_are_the_promised_ones(data_dir):
    names = ["fsync", "listen_addresses", "max_connections", "TimeZone", "server_encoding"]
    with EmbeddedServers.start(data_dir) as running:
        with psycopg.connect(running.database_url) as connection:
            shown = [connection.execute(f"SHOW {name}").fetchone()[0] for name in names]
        with redis.Redis.from_url(running.redis_url, decode_responses=True) as client:
            names = ["appendonly", "appendfsync", "maxmemory-policy", "save", "bind"]
            kept = client.config_get(*names)

    assert shown == ["on", "127.0.0.1", "200", "UTC", "UTF8"]
    assert kept == {
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "save": "",
        "bind": "127.0.0.1",
    }


def test_folder_and_secrets_are_closed_and_no_parent_is_touched(data_dir):
    data_dir.chmod(0o711)
    parents = {parent: mode(parent) for parent in (data_dir, *data_dir.parents)}

    with start(data_dir / "nested" / "deep") as running:
        folder = data_dir / "nested" / "deep"
        modes = {name: mode(folder / name) for name in ("servers.json", "lock", "postgres.log")}
        shown = " ".join(
            " ".join(psutil.Process(pid).cmdline() + list(environment(pid)))
            for pid in running.pids.values()
        )

    assert mode(folder) == 0o700
    assert modes == dict.fromkeys(modes, 0o600)
    assert {parent: mode(parent) for parent in parents} == parents
    assert not list(folder.glob("*password*"))
    assert running.redis_url.split(":")[2].split("@")[0] not in shown
    assert "password" not in repr(running).lower()
    assert "@" not in repr(running)


def environment(pid: int) -> list[str]:
    return list(psutil.Process(pid).environ().values())


def test_neither_server_answers_without_the_password(servers):
    wrong = re.sub(r":[^:@/]+@", ":wrong@", servers.database_url)
    naked = re.sub(r"//.*@", "//", servers.redis_url)

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    with redis.Redis.from_url(naked) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


@as_root
def test_as_root_both_servers_run_as_somebody_else(data_dir):
    with start(data_dir) as running:
        owners = {psutil.Process(pid).uids().effective for pid in running.pids.values()}

    assert owners == {data_dir.stat().st_uid}
    assert 0 not in owners


@as_root
def test_a_closed_parent_is_named_with_the_fix_and_stays_closed(data_dir):
    data_dir.chmod(0o700)

    with pytest.raises(SettingsError, match=rf"may not enter {data_dir}.*--data-dir"):
        start(data_dir / "inside")

    assert mode(data_dir) == 0o700
    assert data_dir.stat().st_uid == 0


@as_root
def test_programs_in_a_closed_folder_are_copied_instead_of_opened(data_dir, monkeypatch):
    from ltsys.embedded import binaries

    monkeypatch.setattr(
        binaries, "blocked_at", lambda path, _: path if "site-packages" in str(path) else None
    )
    with start(data_dir) as running:
        programs = {psutil.Process(pid).exe() for pid in running.pids.values()}

    assert all(program.startswith(str(data_dir / "bin")) for program in programs)


@as_root
@pytest.mark.parametrize(("name", "why"), [("root", "is root"), ("no-such-one", "no account")])
def test_a_server_user_that_cannot_be_is_refused(data_dir, name, why):
    with pytest.raises(SettingsError, match=why):
        EmbeddedServers.start(data_dir, environ={"LTSYS_SERVER_USER": name})


def test_a_folder_with_other_things_in_it_is_neither_closed_nor_given_away(data_dir):
    (data_dir / "thesis.txt").write_text("mine")
    data_dir.chmod(0o755)

    with pytest.raises(SettingsError, match=r"thesis\.txt"):
        start(data_dir)

    assert mode(data_dir) == 0o755
    assert data_dir.stat().st_uid == os.geteuid()


def test_a_second_start_is_refused_and_names_the_first(data_dir, supervisor):
    process, _ = supervisor

    with pytest.raises(SettingsError, match=f"already running under process {process.pid}"):
        start(data_dir)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_no_server_outlives_a_supervisor(supervisor, eventually, number):
    process, pids = supervisor
    assert len(pids) == 2

    process.send_signal(number)

    process.wait(10)
    eventually(lambda: gone(pids))


def test_leftovers_of_a_dead_supervisor_are_stopped_before_a_new_start(data_dir, supervisor):
    process, pids = supervisor
    witness = next(child for child in psutil.Process(process.pid).children() if is_shell(child))
    witness.kill()
    process.kill()
    process.wait(10)
    assert not gone(pids)

    with start(data_dir) as running, psycopg.connect(running.database_url) as connection:
        answer = connection.execute("SELECT 1").fetchone()

    assert answer == (1,)
    assert gone(pids)


def is_shell(process: psutil.Process) -> bool:
    return "deathwatch" in process.cmdline()


def test_pid_files_that_name_another_program_do_it_no_harm(data_dir):
    start(data_dir).stop()
    with subprocess.Popen(["/bin/sleep", "60"]) as stranger:
        (data_dir / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n/elsewhere\n")
        (data_dir / "valkey" / "valkey.pid").write_text(f"{stranger.pid}\n")

        with start(data_dir) as running, psycopg.connect(running.database_url):
            spared = stranger.poll() is None

        stranger.kill()
    assert spared


def test_a_pid_file_of_a_dead_process_is_no_obstacle(data_dir):
    start(data_dir).stop()
    (data_dir / "postgres" / "postmaster.pid").write_text("4194304\n")

    with start(data_dir) as running, psycopg.connect(running.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_taken_port_makes_it_choose_another(data_dir):
    with start(data_dir) as first:
        wanted = port_of(first.database_url)
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", wanted))
        squatter.listen()

        with start(data_dir) as second, psycopg.connect(second.database_url):
            chosen = port_of(second.database_url)

    assert chosen != wanted


def test_a_lost_password_file_is_said_and_the_database_left_alone(data_dir):
    start(data_dir).stop()
    (data_dir / "servers.json").unlink()

    with pytest.raises(SettingsError, match="with its password is missing"):
        start(data_dir)

    assert (data_dir / "postgres" / "PG_VERSION").exists()


def test_servers_of_the_environment_are_used_and_nothing_is_made(tmp_path):
    given = {"LTSYS_DATABASE_URL": "postgresql://db/x", "LTSYS_REDIS_URL": "redis://r/0"}

    found = servers_from_environment(given, tmp_path / "untouched")

    assert (found.database_url, found.redis_url) == tuple(given.values())
    assert not (tmp_path / "untouched").exists()


def test_only_the_missing_server_is_started(data_dir):
    given = {"LTSYS_DATABASE_URL": "postgresql://db/x"}

    with (
        servers_from_environment(given, data_dir, for_tests=True) as found,
        redis.Redis.from_url(found.redis_url) as client,
    ):
        answered = client.ping()

    assert answered
    assert found.database_url == "postgresql://db/x"
    assert set(found.pids) == {"valkey"}


def test_a_database_is_made_once_and_dropped_under_its_users(servers):
    url = create_database(servers.database_url, "made_once")
    assert create_database(servers.database_url, "made_once") == url

    with psycopg.connect(url) as connection:
        drop_database(servers.database_url, "made_once")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_an_address_keeps_everything_but_the_database():
    url = with_database("postgresql+psycopg://u:p%40@127.0.0.1:5/a?sslmode=disable", "b")

    assert url == "postgresql://u:p%40@127.0.0.1:5/b?sslmode=disable"


def test_the_data_folder_follows_the_environment(tmp_path):
    assert default_data_dir({"LTSYS_DATA_DIR": str(tmp_path)}) == tmp_path


@as_root
def test_root_with_a_private_home_gets_a_folder_that_servers_can_reach(data_dir):
    data_dir.chmod(0o700)

    assert default_data_dir({"XDG_DATA_HOME": str(data_dir)}) == Path("/var/lib/ltsys")
