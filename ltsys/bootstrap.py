"""Puts adapters behind the ports. The only module that knows both (STYLE §3)."""

from datetime import timedelta
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

from ltsys.adapters.celery_tasks import CeleryTasks
from ltsys.adapters.clock import SimulatedClock, SystemClock
from ltsys.adapters.halt_file import LocalHaltFile
from ltsys.adapters.keyring import MasterKeyFile, MasterKeysGiven, private_text
from ltsys.adapters.passwords import Argon2Passwords
from ltsys.adapters.polymarket.auth import ApiCredentials, RequestSigner
from ltsys.adapters.polymarket.client import PolymarketVenue, protocol_version
from ltsys.adapters.polymarket.http import Http
from ltsys.adapters.polymarket.market_data import PolymarketMarketData
from ltsys.adapters.polymarket.model_scores import HttpModelScores
from ltsys.adapters.polymarket.signing import PolymarketSigner, require_fast_backend
from ltsys.adapters.polymarket.stream import PolymarketStreams
from ltsys.adapters.polymarket.trade_feed import PolymarketTradeFeed
from ltsys.adapters.postgres import PostgresStore
from ltsys.adapters.postgres.dashboard.keeping import PostgresBoardKeeping
from ltsys.adapters.postgres.dashboard.reads import PostgresDashboard
from ltsys.adapters.postgres.queries import PostgresQueries
from ltsys.adapters.sabotage import STEPS, Saboteur
from ltsys.adapters.shadow import ShadowVenue
from ltsys.adapters.turnkey import TurnkeyKey
from ltsys.domain.errors import SettingsError
from ltsys.domain.gate import Gate
from ltsys.domain.ids import Address, address
from ltsys.domain.market import Market
from ltsys.domain.promotion import Gates
from ltsys.domain.source_trade import SourceTrade
from ltsys.ports import Clock, MarketData, ModelScores
from ltsys.ports.board_keeping import BoardKeeping
from ltsys.ports.dashboard import Dashboard
from ltsys.ports.keys import MasterKeys
from ltsys.ports.queries import Queries
from ltsys.ports.store import Store
from ltsys.ports.tasks import Tasks
from ltsys.settings import Settings, load
from ltsys.usecases.desk import Desk, Oversight, Patience, Watch
from ltsys.usecases.entrance import Entrance
from ltsys.usecases.keep_keys import trading_key_of

_Port = TypeVar("_Port")

_VENUES_STREAMS = "wss://ws-subscriptions-clob.polymarket.com"


class Services:
    """Everything a process works with, each made when it is first needed.

    Nothing here is shared between processes, so nothing crosses a fork.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def http(self) -> Http:
        return Http()

    @cached_property
    def saboteur(self) -> Saboteur | None:
        """Only where a drill asks for one, and of those who have steps to die at."""
        folder, role = self.settings.sabotage_dir, self.settings.role
        return Saboteur(folder, role) if folder is not None and role in STEPS else None

    @cached_property
    def database(self) -> PostgresStore:
        """The pool of connections, open."""
        settings = self.settings
        return PostgresStore(
            self._database_url,
            pool_size=settings.database_pool,
            patience_s=settings.database_patience_s,
        ).open()

    @cached_property
    def store(self) -> Store:
        return self.saboteur.store(self.database) if self.saboteur else self.database

    @cached_property
    def queries(self) -> Queries:
        return PostgresQueries(self._database_url)

    @cached_property
    def dashboard(self) -> Dashboard:
        return PostgresDashboard(self._database_url)

    @cached_property
    def board_keeping(self) -> BoardKeeping:
        return PostgresBoardKeeping(self._database_url)

    @cached_property
    def tasks(self) -> Tasks:
        if not self.settings.redis_url:
            raise SettingsError("LTSYS_REDIS_URL is not set; `lt up` starts a broker and sets it")
        return CeleryTasks(self.settings.redis_url)

    @cached_property
    def clock(self) -> Clock:
        """The simulator's time where the venue is the simulator, else this machine's."""
        settings = self.settings
        is_simulated = settings.venue == "simulator" and settings.simulator_url
        if settings.clock == "machine" or not is_simulated:
            return SystemClock()
        return SimulatedClock(settings.simulator_url, self.http)

    @cached_property
    def entrance(self) -> Entrance:
        """Who lets people in."""
        return Entrance(store=self.store, passwords=Argon2Passwords(), clock=self.clock)

    @cached_property
    def market_data(self) -> MarketData:
        data = PolymarketMarketData(self.http, self._url("clob"), self._url("gamma"))
        return self._sabotaged(data, "book", "markets")

    @cached_property
    def watch(self) -> Watch:
        return Watch(
            store=self.store,
            feed=PolymarketTradeFeed(self.http, self._url("data")),
            market_data=self.market_data,
            scores=self._scores(),
            clock=self.clock,
            excluded_leaders=_addresses(self.settings.excluded_leaders),
        )

    @cached_property
    def account(self) -> Address:
        """The trading account, known without its key where it is set: pages hold no key (L62).

        Raises SettingsError where neither the address is set nor a key is here.
        """
        settings = self.settings
        if settings.wallet_address:
            return _wallet_address(settings.wallet_address)
        if settings.signer == "file" and settings.wallet_key_file is None:
            raise SettingsError("LTSYS_WALLET_ADDRESS is not set: whose account it is to be")
        return Address(self.signer.address.lower())

    @cached_property
    def signer(self) -> PolymarketSigner:
        """Raises SettingsError without a private key of the account, or on slow signatures."""
        require_fast_backend()
        made, said = self._signer(), self.settings.wallet_address
        if said and _wallet_address(said) != made.address.lower():
            raise SettingsError(
                f"LTSYS_WALLET_ADDRESS is {said}, but the trading key is that of {made.address}"
            )
        return made

    def _signer(self) -> PolymarketSigner:
        settings = self.settings
        return PolymarketSigner(
            self._key(),
            settings.chain_id,
            settings.signature_type,
            settings.funder or None,
            owner=settings.api_key.get_secret_value(),
        )

    @cached_property
    def masters(self) -> MasterKeys:
        """Where the keys are that seal trading keys."""
        if given := self.settings.master_key.get_secret_value():
            return MasterKeysGiven(given)
        if self.settings.master_key_file is None:
            raise SettingsError("neither LTSYS_MASTER_KEY_FILE nor LTSYS_MASTER_KEY is set")
        return MasterKeyFile(self.settings.master_key_file)

    def _key(self) -> str | TurnkeyKey:
        settings = self.settings
        if settings.signer == "file":
            return trading_key(settings.wallet_key_file)
        wallet = _wallet_address(settings.wallet_address)
        if settings.signer == "sealed":
            return trading_key_of(wallet, ring=self.masters.ring(), store=self.store)
        if not settings.turnkey_organization:
            raise SettingsError("LTSYS_TURNKEY_ORGANIZATION is not set")
        return TurnkeyKey(
            self.http,
            settings.turnkey_url,
            organization=settings.turnkey_organization,
            api_key=trading_key(settings.turnkey_key_file, name="LTSYS_TURNKEY_KEY_FILE"),
            address=wallet,
            clock=SystemClock(),
        )

    @cached_property
    def credentials(self) -> ApiCredentials:
        settings = self.settings
        return ApiCredentials(
            api_key=settings.api_key.get_secret_value(),
            secret=settings.api_secret.get_secret_value(),
            passphrase=settings.api_passphrase.get_secret_value(),
        )

    @cached_property
    def venue(self) -> PolymarketVenue:
        return PolymarketVenue(
            self.http,
            self._url("clob"),
            RequestSigner(self.signer.address, self.credentials),
            SystemClock(),
            signature_type=self.settings.signature_type,
            funder=self.settings.funder,
        )

    def close(self) -> None:
        """Whatever was opened is closed; nothing of it is used any more."""
        for name in vars(self).keys() & {"database", "tasks", "http"}:
            getattr(self, name).close()

    def venue_version(self) -> int:
        """The protocol version the venue speaks; to ask for it takes no key."""
        return protocol_version(self.http, self._url("clob"))

    @cached_property
    def shadow(self) -> ShadowVenue:
        """Where shadow orders go; it can send nothing."""
        return ShadowVenue(self.store, self.market_data, self.clock, self.account)

    @cached_property
    def streams(self) -> PolymarketStreams:
        settings = self.settings
        url = settings.stream_url or _VENUES_STREAMS
        if settings.venue == "simulator" and not settings.stream_url:
            url = self._url("clob").replace("http", "ws", 1)
        return PolymarketStreams(url, self.credentials)

    @cached_property
    def halt_file(self) -> LocalHaltFile:
        """Raises SettingsError where none is named: nobody could stop what cannot be told to."""
        path = self.settings.halt_file
        if path is None or not path.is_absolute():
            raise SettingsError(
                f"LTSYS_HALT_FILE is {path or 'not set'}: name a file by its whole path that "
                "every worker of this machine can read; `lt up` sets it"
            )
        return LocalHaltFile(path)

    @cached_property
    def desk(self) -> Desk:
        return Desk(
            store=self.store,
            market_data=self.market_data,
            signer=self._sabotaged(self.signer, "sign"),
            venue=self._sabotaged(self.venue, "post", "fills"),
            shadow=self.shadow,
            clock=self.clock,
            halt_file=self.halt_file,
            account=self.account,
            patience=Patience(
                first_check_after=timedelta(seconds=self.settings.first_check_s),
                longest_pause=timedelta(seconds=60 * self.settings.first_check_s),
                park_after=timedelta(seconds=self.settings.park_after_s),
                overdue_after=timedelta(seconds=self.settings.overdue_after_s),
                reconcile_every=timedelta(seconds=self.settings.reconcile_s),
                reconcile_grace=timedelta(seconds=self.settings.reconcile_grace_s),
            ),
            required_gates=_gates(self.settings.required_gates),
            books_since=self.settings.books_since,
            repost_identical=self.settings.repost_identical,
        )

    @property
    def _database_url(self) -> str:
        if not self.settings.database_url:
            raise SettingsError(
                "LTSYS_DATABASE_URL is not set; `lt up` starts a database and sets it"
            )
        return self.settings.database_url

    def _sabotaged(self, port: _Port, *steps: str) -> _Port:
        """The port as it is, but in a drill, which has it die at these calls."""
        return self.saboteur.port(port, *steps) if self.saboteur else port

    @cached_property
    def oversight(self) -> Oversight:
        return Oversight(
            store=self.store,
            clock=self.clock,
            gates=Gates(
                min_days=self.settings.gate_days,
                min_orders=self.settings.gate_orders,
                min_fill_rate=self.settings.gate_fill_rate,
                max_slippage=self.settings.gate_slippage,
                min_executed=self.settings.gate_executed,
                max_result_gap=self.settings.gate_result_gap,
                max_drill_days=self.settings.gate_drill_days,
                max_compared_s=self.settings.gate_compared_s,
                breach_fills=self.settings.gate_breach_fills,
            ),
            cooling_off=self._cooling_off(),
            books_since=self.settings.books_since,
        )

    def _cooling_off(self) -> timedelta:
        chosen = self.settings.cooling_off_s
        usual_s = 10 if self.settings.venue == "simulator" else 600
        return timedelta(seconds=usual_s if chosen is None else chosen)

    def _scores(self) -> ModelScores:
        if not self.settings.model_url:
            return NoModelScores()
        key = self.settings.model_key.get_secret_value()
        return HttpModelScores(self.http, self.settings.model_url, key)

    def _url(self, server: str) -> str:
        if self.settings.venue == "polymarket":
            return str(getattr(self.settings, f"{server}_url"))
        if not self.settings.simulator_url:
            raise SettingsError("LTSYS_SIMULATOR_URL is not set; `lt up` starts a simulator")
        return self.settings.simulator_url


class NoModelScores:
    """Where no model is set up, no probability can be had, and wallets that need one say so."""

    def probability(self, trade: SourceTrade, market: Market, now: object) -> Decimal | None:
        del trade, market, now
        return None


@cache
def services() -> Services:
    """The services of this process, by its environment."""
    return Services(load())


def _addresses(text: str) -> frozenset[Address]:
    try:
        return frozenset(address(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise SettingsError(f"LTSYS_EXCLUDED_LEADERS: {error}") from error


def _gates(text: str) -> frozenset[Gate]:
    try:
        return frozenset(Gate(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise SettingsError(f"LTSYS_REQUIRED_GATES: {error}") from error


def trading_key(path: Path | None, *, name: str = "LTSYS_WALLET_KEY_FILE") -> str:
    """The key in the file. Raises SettingsError unless the file is ours alone (LESSONS L62)."""
    if path is None:
        raise SettingsError(f"{name} is not set")
    return private_text(path)


def _wallet_address(text: str) -> Address:
    try:
        return address(text)
    except ValueError as error:
        raise SettingsError(f"LTSYS_WALLET_ADDRESS: {error}") from error
