"""All that a decision about a signal looks at."""

from dataclasses import dataclass
from datetime import datetime

from ltsys.domain.breaker import Breaker
from ltsys.domain.exposure import Stake
from ltsys.domain.ft_wallet import DeadMarketGuard
from ltsys.domain.halt import Halt
from ltsys.domain.market import Book, Market
from ltsys.domain.money import Price
from ltsys.domain.strategy import RiskRules, RiskState, Signal, Strategy
from ltsys.domain.wallet_cash import UNREAD, WalletCash


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Plain frozen data: the same situation always gives the same answer, today and stored.

    A field that came later has a default, which stands for "was not looked at then".
    """

    signal: Signal
    strategy: Strategy
    rules: RiskRules
    state: RiskState
    guard: DeadMarketGuard
    market: Market | None
    book: Book | None
    now: datetime
    halts: tuple[Halt, ...] = ()
    """Those that stand over the signal, of the file and of the database."""
    breakers: tuple[Breaker, ...] = ()
    """Those that are tripped, of the strategy and of all."""
    cash: WalletCash = UNREAD
    """Of the trading wallet, over all strategies that share it."""
    stakes: tuple[Stake, ...] = ()
    """What the strategy holds and works in the market's event, the market itself included."""
    open_positions: int = 0
    """Orders of the strategy that hold shares or still work, in every market."""
    recent_prices: tuple[Price, ...] = ()
    """Of the token in recent source trades, the newest first; read where volatility counts."""
