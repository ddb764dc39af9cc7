"""Everything that can be set from outside, read from `LTSYS_…` variables."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ltsys.domain.errors import SettingsError


class Settings(BaseSettings):
    """Each field is an environment variable with the prefix `LTSYS_`."""

    model_config = SettingsConfigDict(env_prefix="LTSYS_", extra="ignore")

    database_url: str = ""
    """postgresql://… ; empty means that the embedded server is used."""
    redis_url: str = ""
    """redis://… or rediss://… ; empty means that the embedded server is used."""
    venue: Literal["simulator", "polymarket"] = "simulator"
    clob_url: str = "https://clob.polymarket.com"
    gamma_url: str = "https://gamma-api.polymarket.com"
    data_url: str = "https://data-api.polymarket.com"
    stream_url: str = ""
    """Where the venue's WebSockets are; empty means the venue's own, or the simulator's."""
    simulator_url: str = ""
    """Where the simulator listens; it stands for all of the venue's servers."""
    clock: Literal["venue", "machine"] = "venue"
    """Whose time dates signals and orders; a simulator that runs in step needs no asking."""
    chain_id: int = 137
    wallet_key_file: Path | None = None
    """A file of mode 0600 that holds the trading key in hex."""
    signer: Literal["file", "sealed", "turnkey"] = "file"
    """Where the trading key is: in that file, sealed in the database, or at Turnkey."""
    wallet_address: str = ""
    """Whose key it is; a process that needs no more of it is given no key."""
    master_key_file: Path | None = None
    """A file of mode 0600 that holds the keys which seal trading keys; `lt keys init` makes it."""
    master_key: SecretStr = SecretStr("")
    """Instead of that file: 32 random bytes in base64, the newest first, separated by commas."""
    turnkey_url: str = "https://api.turnkey.com"
    turnkey_organization: str = ""
    turnkey_key_file: Path | None = None
    """A file of mode 0600 that holds the P-256 API key for Turnkey in hex."""
    signature_type: Literal[0, 1, 2, 3] = 0
    funder: str = ""
    """The wallet that holds the money, for signature types 1 to 3."""
    api_key: SecretStr = SecretStr("")
    api_secret: SecretStr = SecretStr("")
    api_passphrase: SecretStr = SecretStr("")
    """The venue's API credentials of the signer, made once, by `lt up` for the simulator."""
    model_url: str = ""
    model_key: SecretStr = SecretStr("")
    ft_source: Literal["internal", "external"] = "internal"
    """external: another system writes `ft_orders` and ltsys only mirrors them."""
    excluded_leaders: str = ""
    """Full addresses, separated by commas, that no leader pool may hold."""
    required_gates: str = ""
    """What must be well before a new order is planned: stream, reconciliation, both by commas."""
    repost_identical: bool = False
    """Post the identical envelope once more to learn what became of an order (VENUE §3.5)."""
    halt_file: Path | None = None
    """Where `lt halt --global` writes: one file that every worker of this machine reads."""
    role: str = "ltsys"
    """Which process this is: the queue that a worker serves."""
    sabotage_dir: Path | None = None
    """Only in drills: where orders to die are left (`ltsys.adapters.sabotage`)."""
    first_check_s: float = Field(default=1.0, ge=0.05, le=60)
    """Until a working order's first look; each pause is twice the last, up to sixty times this."""
    park_after_s: int = Field(default=900, ge=1)
    """Machine seconds after its post at which an unsettled order waits for an operator."""
    overdue_after_s: int = Field(default=120, ge=1)
    """Machine seconds that a signal or an answer may wait before it is alerted about."""
    decisions_days: int = Field(default=90, ge=1, le=3650)
    """Days of venue time for which it is kept what a decision looked at."""
    database_pool: int = Field(default=10, ge=1, le=100)
    database_patience_s: float = Field(default=15.0, ge=0.1, le=60)
    """Machine seconds until a database that gives no connection counts as down."""
    reconcile_s: int = Field(default=60, ge=1, le=3600)
    """Machine seconds between two comparisons of the books with the venue."""
    reconcile_grace_s: float = Field(default=30.0, ge=0, le=600)
    """What changed later than that is not compared yet: it may not have reached everybody."""
    books_since: datetime | None = None
    """Machine time before which nothing is known to a simulator; set by whoever starts one."""
    cooling_off_s: int | None = Field(default=None, ge=0)
    """Machine seconds until what raises risk takes effect; unset: 600, on the simulator 10."""
    gate_days: Decimal = Field(default=Decimal(7), ge=0)
    """Days of venue time that a strategy spends in a stage before it may go on."""
    gate_orders: int = Field(default=20, ge=0)
    """Orders of the stage that must have ended."""
    gate_fill_rate: Decimal = Field(default=Decimal("0.90"), ge=0, le=1)
    """Least dollars filled ÷ dollars asked for."""
    gate_slippage: Decimal = Field(default=Decimal("0.005"), ge=0, le=1)
    """Highest mean slippage, a ratio; beyond it a strategy with real money is sent back."""
    gate_executed: Decimal = Field(default=Decimal("0.95"), ge=0, le=1)
    """Least ratio of FT orders, without those that a limit denied, that shares were bought for."""
    gate_result_gap: Decimal = Field(default=Decimal("0.05"), ge=0)
    """Widest gap between the results of FT and LT for a dollar."""
    gate_drill_days: int = Field(default=30, ge=0)
    """Age of the last drill, which must have passed (`lt drill --record`)."""
    gate_compared_s: int = Field(default=300, ge=1)
    """Machine seconds since the last clean comparison with the venue."""
    gate_breach_fills: int = Field(default=10, ge=1)
    """Orders with fills before their mean slippage may send a strategy back."""
    sync_s: int = Field(default=10, ge=1, le=3600)
    """Machine seconds between two ticks of the sync and of the sweeps."""

    @field_validator("wallet_key_file", "master_key_file", "turnkey_key_file", mode="before")
    @classmethod
    def _is_set(cls, said: object) -> object:
        """An empty text names no file: so a line of the Procfile takes a key from its process."""
        return said or None


def load() -> Settings:
    """The settings of this process. Raises SettingsError, whose text quotes no value (L62)."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(part) for part in wrong["loc"]).upper()
        raise SettingsError(f"LTSYS_{name}: {wrong['msg']}") from None
