"""Let one FT wallet decide about every trade it has not decided about (FT_RULES §4–§8)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ltsys.domain.errors import StaleWriteError
from ltsys.domain.evaluation import (
    NOT_ASKED,
    Evaluation,
    NeedsProbability,
    Probability,
    Qualified,
    Reason,
    Rejected,
    evaluate,
)
from ltsys.domain.ft_order import FtOrder, bankroll, close_by_sell, open_order
from ltsys.domain.ids import Address, ConditionId, FtWalletId, SourceTradeId
from ltsys.domain.market import Market
from ltsys.domain.money import ZERO_USD, Usd
from ltsys.domain.source_trade import Side, SourceTrade
from ltsys.domain.trader import TraderStatistics
from ltsys.ports.records import (
    Decision,
    LogEntry,
    SignalKey,
    UndecidedTrade,
    WalletDecisions,
    WalletWork,
)
from ltsys.ports.store import Transaction
from ltsys.usecases.desk import Watch

_BATCH = 5_000
_PLENTY = Usd(Decimal(10) ** 12)

Scores = dict[SourceTradeId, Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What is known besides the trades themselves."""

    now: datetime
    markets: Mapping[ConditionId, Market]
    statistics: Mapping[Address, TraderStatistics]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unasked:
    """Nothing was decided: the model has to be asked about these trades first."""

    trades: tuple[SourceTrade, ...]
    facts: _Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """A batch was decided about; `is_last` when nothing more is known."""

    signals: tuple[SignalKey, ...]
    is_last: bool


def evaluate_wallet(wallet_id: FtWalletId, *, watch: Watch) -> tuple[SignalKey, ...]:
    """Every known trade of the wallet's leaders is decided about, in the order it was made.

    Returns the signals that were queued for live strategies. The model is asked while nothing
    is locked, so that no transaction waits for it (LESSONS L57). Somebody else who decides at
    the same moment wins, and nothing is decided twice.
    """
    signals: list[SignalKey] = []
    scores: Scores = {}
    while True:
        now = watch.clock.now()
        try:
            with watch.store.transaction() as tx:
                step = _decide(wallet_id, now, scores, tx)
        except StaleWriteError:
            return tuple(signals)
        match step:
            case _Unasked():
                scores |= _ask_model(step, watch)
            case _Decided():
                signals.extend(step.signals)
                if step.is_last:
                    return tuple(signals)
            case None:
                return tuple(signals)


def _ask_model(unasked: _Unasked, watch: Watch) -> Scores:
    """The model's answers, kept so that other wallets need not ask again (FT_RULES §11)."""
    facts = unasked.facts
    scores = {
        trade.source_trade_id: watch.scores.probability(
            trade, facts.markets[trade.condition_id], facts.now
        )
        for trade in unasked.trades
    }
    known = {key: score for key, score in scores.items() if score is not None}
    if known:
        with watch.store.transaction() as tx:
            tx.save_probabilities(known)
    return scores


def _decide(
    wallet_id: FtWalletId, now: datetime, asked: Scores, tx: Transaction
) -> _Unasked | _Decided | None:
    """None when the wallet is not there, does not trade, or is being decided for elsewhere."""
    work = tx.wallet_work(wallet_id, _BATCH, lock=True)
    if work is None:
        return None
    facts = _facts(work, now, tx)
    scores = _held(work) | asked
    unasked = _unasked(work, facts, scores)
    if unasked:
        return _Unasked(trades=unasked, facts=facts)
    batch = _Batch.of(work, facts, scores, _open_orders(work, tx))
    for undecided in _in_order(work):
        batch.decide(undecided.trade)
    if work.next_cursor_seq != work.cursor_seq:
        tx.save_decisions(batch.result())
    if work.is_last:
        tx.note_evaluated(wallet_id, at=now)
    signals: tuple[SignalKey, ...] = ()
    if batch.opened:
        _log(batch, tx)
        signals = tx.queue_signals(now, wallet_id)
    return _Decided(signals=signals, is_last=work.is_last)


def _facts(work: WalletWork, now: datetime, tx: Transaction) -> _Facts:
    trades = [undecided.trade for undecided in work.trades]
    return _Facts(
        now=now,
        markets=tx.markets({trade.condition_id for trade in trades}),
        statistics=tx.statistics({trade.trader for trade in trades}),
    )


def _held(work: WalletWork) -> Scores:
    return {
        u.trade.source_trade_id: u.probability for u in work.trades if u.probability is not None
    }


def _unasked(work: WalletWork, facts: _Facts, scores: Scores) -> tuple[SourceTrade, ...]:
    """Trades that pass every check before the model's, and have no answer of it yet."""
    if not work.wallet.use_model:
        return ()
    return tuple(
        u.trade
        for u in work.trades
        if u.trade.source_trade_id not in scores
        and isinstance(
            _evaluate(u.trade, work, facts, bank=_PLENTY, probability=NOT_ASKED), NeedsProbability
        )
    )


def _open_orders(work: WalletWork, tx: Transaction) -> tuple[FtOrder, ...]:
    """Only sells need to know what is open."""
    if all(u.trade.side is Side.BUY for u in work.trades):
        return ()
    return tx.open_ft_orders(work.wallet.wallet_id)


def _in_order(work: WalletWork) -> Iterator[UndecidedTrade]:
    """By the trade's own time; the id breaks ties, so that every run decides alike."""
    yield from sorted(work.trades, key=lambda u: (u.trade.traded_at, u.trade.source_trade_id))


def _evaluate(
    trade: SourceTrade, work: WalletWork, facts: _Facts, *, bank: Usd, probability: Probability
) -> Evaluation:
    return evaluate(
        trade,
        wallet=work.wallet,
        market=facts.markets.get(trade.condition_id),
        statistics=facts.statistics.get(trade.trader),
        now=facts.now,
        last_sync_at=work.wallet.started_at,
        bankroll=bank,
        probability=probability,
    )


_PositionKey = tuple[Address, str]


@dataclass(slots=True, kw_only=True)
class _Batch:
    """One run over a wallet's trades; the bankroll follows each decision (FT_RULES §6)."""

    work: WalletWork
    facts: _Facts
    scores: Scores
    realized: Usd
    exposure: Usd
    open_by_position: dict[_PositionKey, list[FtOrder]]
    decisions: list[Decision] = field(default_factory=list)
    opened: dict[str, FtOrder] = field(default_factory=dict)
    closed: list[FtOrder] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        work: WalletWork,
        facts: _Facts,
        scores: Scores,
        open_orders: tuple[FtOrder, ...],
    ) -> "_Batch":
        by_position: dict[_PositionKey, list[FtOrder]] = defaultdict(list)
        for order in open_orders:
            by_position[order.trader, str(order.token_id)].append(order)
        return cls(
            work=work,
            facts=facts,
            scores=scores,
            realized=work.realized_pnl,
            exposure=work.open_exposure,
            open_by_position=by_position,
        )

    def decide(self, trade: SourceTrade) -> None:
        if trade.side is Side.SELL and self._close(trade):
            self.decisions.append(Decision(source_trade_id=trade.source_trade_id, outcome="closed"))
            return
        verdict = self._verdict(trade)
        if isinstance(verdict, Qualified):
            self._open(trade, verdict)
            return
        rejected = verdict if isinstance(verdict, Rejected) else _UNANSWERED
        self.decisions.append(
            Decision(source_trade_id=trade.source_trade_id, outcome="skipped", rejected=rejected)
        )

    def _verdict(self, trade: SourceTrade) -> Evaluation:
        bank = bankroll(
            starting=self.work.wallet.starting_balance,
            realized=self.realized,
            open_exposure=self.exposure,
        )
        probability = self.scores.get(trade.source_trade_id)
        return _evaluate(trade, self.work, self.facts, bank=bank, probability=probability)

    def _open(self, trade: SourceTrade, qualified: Qualified) -> None:
        market = self.facts.markets[trade.condition_id]
        order = open_order(trade, qualified, wallet=self.work.wallet, market=market)
        self.exposure += order.size
        self.opened[order.ft_order_id] = order
        self.open_by_position[order.trader, str(order.token_id)].append(order)
        self.decisions.append(Decision(source_trade_id=trade.source_trade_id, outcome="taken"))

    def _close(self, sell: SourceTrade) -> bool:
        """A leader's sell closes what we hold of the same leader and token (FT_RULES §8)."""
        key = (sell.trader, str(sell.token_id))
        kept: list[FtOrder] = []
        has_closed = False
        for order in self.open_by_position.get(key, ()):
            sold = close_by_sell(order, sell)
            if sold is None:
                kept.append(order)
                continue
            has_closed = True
            self.realized += sold.pnl or ZERO_USD
            self.exposure -= sold.size
            if sold.ft_order_id in self.opened:
                self.opened[sold.ft_order_id] = sold
            else:
                self.closed.append(sold)
        if has_closed:
            self.open_by_position[key] = kept
        return has_closed

    def result(self) -> WalletDecisions:
        return WalletDecisions(
            wallet_id=self.work.wallet.wallet_id,
            from_cursor_seq=self.work.cursor_seq,
            to_cursor_seq=self.work.next_cursor_seq,
            decisions=tuple(self.decisions),
            opened=tuple(self.opened.values()),
            closed=tuple(self.closed),
        )


_UNANSWERED = Rejected(Reason.ML_UNAVAILABLE, None)


def _log(batch: _Batch, tx: Transaction) -> None:
    wallet_id = batch.work.wallet.wallet_id
    spent = sum((order.size for order in batch.opened.values()), ZERO_USD)
    message = f"{wallet_id} took {len(batch.opened)} of {len(batch.decisions)} trades for {spent}"
    tx.log(LogEntry(stage="evaluate", message=message))
