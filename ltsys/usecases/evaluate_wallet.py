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
from ltsys.ports.store import (
    Decision,
    LogEntry,
    SignalKey,
    Transaction,
    UndecidedTrade,
    WalletDecisions,
    WalletWork,
)
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


def evaluate_wallet(wallet_id: FtWalletId, *, watch: Watch) -> tuple[SignalKey, ...]:
    """Every known trade of the wallet's leaders is decided about, in the order it was made.

    Returns the signals that were queued for live strategies. The model is asked before the
    wallet is locked, so that no transaction waits for it (LESSONS L57). Somebody else who
    decides at the same moment wins, and nothing is decided twice.
    """
    signals: list[SignalKey] = []
    while True:
        now = watch.clock.now()
        with watch.store.transaction() as tx:
            work = tx.wallet_work(wallet_id, _BATCH, lock=False)
            if work is None:
                return tuple(signals)
            if work.next_cursor_seq == work.cursor_seq:
                tx.note_evaluated(wallet_id, at=now)
                return tuple(signals)
            facts = _facts(work, now, tx)
        scores = _ask_model(work, facts, watch)
        try:
            with watch.store.transaction() as tx:
                signals.extend(_decide(wallet_id, facts, scores, tx))
        except StaleWriteError:
            return tuple(signals)


def _facts(work: WalletWork, now: datetime, tx: Transaction) -> _Facts:
    trades = [undecided.trade for undecided in work.trades]
    return _Facts(
        now=now,
        markets=tx.markets({trade.condition_id for trade in trades}),
        statistics=tx.statistics({trade.trader for trade in trades}),
    )


def _ask_model(work: WalletWork, facts: _Facts, watch: Watch) -> Scores:
    """The model's answer for each trade that passes every check before it (FT_RULES §11)."""
    scores: Scores = {u.trade.source_trade_id: u.probability for u in work.trades if u.probability}
    if not work.wallet.use_model:
        return scores
    for undecided in work.trades:
        trade, market = undecided.trade, facts.markets.get(undecided.trade.condition_id)
        if trade.source_trade_id in scores or market is None or trade.side is not Side.BUY:
            continue
        verdict = _evaluate(trade, work, facts, bank=_PLENTY, probability=NOT_ASKED)
        if isinstance(verdict, NeedsProbability):
            scores[trade.source_trade_id] = watch.scores.probability(trade, market, facts.now)
    _keep(scores, work, watch)
    return scores


def _keep(scores: Scores, work: WalletWork, watch: Watch) -> None:
    """Other wallets need not ask the model about the same trade again."""
    held = {u.trade.source_trade_id for u in work.trades if u.probability is not None}
    fresh = {k: score for k, score in scores.items() if score is not None and k not in held}
    if fresh:
        with watch.store.transaction() as tx:
            tx.save_probabilities(fresh)


def _decide(
    wallet_id: FtWalletId, facts: _Facts, scores: Scores, tx: Transaction
) -> tuple[SignalKey, ...]:
    work = tx.wallet_work(wallet_id, _BATCH, lock=True)
    if work is None:
        return ()
    open_orders = tx.open_ft_orders(wallet_id)
    batch = _Batch.of(work, facts, scores, open_orders)
    for undecided in _in_order(work):
        batch.decide(undecided.trade)
    tx.save_decisions(batch.result())
    if not batch.opened:
        return ()
    _log(batch, tx)
    return tx.queue_signals(facts.now, wallet_id)


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
