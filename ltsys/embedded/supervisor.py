"""Postgres and Valkey as one thing that starts, is watched and stops."""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote

from ltsys.deathwatch import DeathWatch
from ltsys.domain.errors import SettingsError
from ltsys.embedded.account import server_account
from ltsys.embedded.binaries import Binaries, find_binaries
from ltsys.embedded.data_dir import Credentials, DataDir
from ltsys.embedded.databases import create_database
from ltsys.embedded.postgres import DATABASE, USER, start_postgres
from ltsys.embedded.server import Server
from ltsys.embedded.valkey import forget_everything, start_valkey

ServerName = Literal["postgres", "valkey"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Addresses of a database and a Redis; those of our own servers die with `stop`."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    pids: Mapping[str, int] = field(default_factory=dict)
    _closing: ExitStack = field(default_factory=ExitStack, repr=False, compare=False)
    _launch: "_Launch | None" = field(default=None, repr=False, compare=False)

    def crash(self, name: ServerName, *, forgetting: bool = False) -> None:
        """Kill one of our own servers without a word, and start it again at the same address.

        `forgetting` also loses what a broker had stored. Raises SettingsError for a server that
        is not ours.
        """
        if self._launch is None or name not in self.pids:
            raise SettingsError(f"{name} is not a server of ours")
        self._launch.crash(name, forgetting=forgetting)

    def stop(self) -> None:
        """Our servers are gone, Valkey first, nothing unsaved; twice is the same as once."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class EmbeddedServers:
    """The default way to have servers: none of the user's are needed."""

    @staticmethod
    def start(
        data_dir: Path, *, for_tests: bool = False, environ: Mapping[str, str] | None = None
    ) -> Servers:
        """Both servers run on loopback out of `data_dir` and answer.

        They sit in sessions of their own, so Ctrl-C reaches us alone and `stop` ends
        them in order; should we die without it, by whatever signal, they are ended
        too. `for_tests` trades crash safety for speed.

        Raises: SettingsError when the folder is in use, unreachable for the servers'
        account or not ours, or when a server does not start.
        """
        environ = os.environ if environ is None else environ
        return _start(data_dir, environ, postgres=True, valkey=True, for_tests=for_tests)


def servers_from_environment(
    environ: Mapping[str, str], data_dir: Path, *, for_tests: bool = False
) -> Servers:
    """LTSYS_DATABASE_URL and LTSYS_REDIS_URL where given, embedded servers for the rest.

    Raises: as `EmbeddedServers.start`; nothing is started or made when both are given.
    """
    database_url = environ.get("LTSYS_DATABASE_URL", "")
    redis_url = environ.get("LTSYS_REDIS_URL", "")
    if database_url and redis_url:
        return Servers(database_url=database_url, redis_url=redis_url)
    own = _start(
        data_dir, environ, postgres=not database_url, valkey=not redis_url, for_tests=for_tests
    )
    return replace(
        own,
        database_url=database_url or own.database_url,
        redis_url=redis_url or own.redis_url,
    )


def _start(
    data_dir: Path,
    environ: Mapping[str, str],
    *,
    postgres: bool,
    valkey: bool,
    for_tests: bool,
) -> Servers:
    account = server_account(data_dir, environ)
    with ExitStack() as undo:
        folder = DataDir.claim(data_dir, account)
        undo.callback(folder.release)
        launch = _Launch(folder, find_binaries(folder.path, account), undo, for_tests=for_tests)
        database_url = launch.postgres() if postgres else ""
        redis_url = launch.valkey() if valkey else ""
        # From here on nothing can fail, so what was to be undone belongs to `stop`.
        launch.undo = undo.pop_all()
        return Servers(
            database_url=database_url,
            redis_url=redis_url,
            pids=launch.pids,
            _closing=launch.undo,
            _launch=launch,
        )


class _Launch:
    """Starts one server after the other, each with its undoing."""

    def __init__(
        self, folder: DataDir, binaries: Binaries, undo: ExitStack, *, for_tests: bool
    ) -> None:
        self._folder = folder
        self._binaries = binaries
        self.undo = undo
        self._for_tests = for_tests
        self._saved: Credentials = folder.credentials()
        self._folder.save(self._saved)
        # SIGINT means an orderly and quick end to both servers.
        self._watch = undo.enter_context(DeathWatch(signal_name="INT", patience_s=10))
        self._servers: dict[ServerName, Server] = {}
        self.pids: dict[str, int] = {}

    def crash(self, name: ServerName, *, forgetting: bool) -> None:
        self._servers[name].kill()
        if name == "postgres":
            self.postgres()
            return
        if forgetting:
            forget_everything(self._folder)
        self.valkey()

    def postgres(self) -> str:
        port = start_postgres(
            self._folder,
            self._binaries,
            password=self._saved.password,
            port=self._saved.postgres_port,
            for_tests=self._for_tests,
            on_spawn=partial(self._keep, "postgres"),
        )
        self._saved = replace(self._saved, postgres_port=port)
        self._folder.save(self._saved)
        password = quote(self._saved.password, safe="")
        return create_database(f"postgresql://{USER}:{password}@127.0.0.1:{port}/", DATABASE)

    def valkey(self) -> str:
        port = start_valkey(
            self._folder,
            self._binaries,
            password=self._saved.password,
            port=self._saved.valkey_port,
            for_tests=self._for_tests,
            on_spawn=partial(self._keep, "valkey"),
        )
        self._saved = replace(self._saved, valkey_port=port)
        self._folder.save(self._saved)
        return f"redis://:{quote(self._saved.password, safe='')}@127.0.0.1:{port}/0"

    def _keep(self, name: ServerName, server: Server) -> None:
        self._servers[name] = server
        self.pids[name] = server.pid
        self.undo.callback(server.stop)
        self._watch.watch(self.pids.values())
