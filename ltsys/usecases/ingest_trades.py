"""Read what a leader did since we last looked, and keep it."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from itertools import islice

from ltsys.domain.ids import Address, ConditionId
from ltsys.domain.source_trade import BadRow, SourceTrade
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Transaction
from ltsys.usecases.desk import Watch

_BACKFILL = timedelta(days=30)
_BATCH = 1_000


def ingest_trades(trader: Address, *, watch: Watch) -> int:
    """Every trade of the leader since the cursor is stored; returns how many were new.

    The cursor is the time of the last stored trade, so a crash anywhere repeats rows, which
    their ids absorb, and loses none (LESSONS L50). Markets not known yet are fetched first, so
    that whoever decides about a trade finds its market.
    """
    with watch.store.reading() as tx:
        cursor = tx.trade_cursor(trader)
    now = watch.clock.now()
    since = cursor or now - _BACKFILL
    added, bad = 0, Counter[str]()
    for batch in _batches(watch.feed.activity(trader, since)):
        trades = [row for row in batch if isinstance(row, SourceTrade)]
        bad.update(row.reason for row in batch if isinstance(row, BadRow))
        learn_markets({trade.condition_id for trade in trades}, watch=watch)
        with watch.store.transaction() as tx:
            added += _store(trader, trades, tx)
            if len(batch) < _BATCH:
                tx.note_synced(trader, at=now)
            if bad:
                tx.log(_bad_rows(trader, bad))
        bad.clear()
    return added


def _store(trader: Address, trades: Sequence[SourceTrade], tx: Transaction) -> int:
    if not trades:
        return 0
    cursor = max(trade.traded_at for trade in trades)
    return tx.add_source_trades(trader, trades, cursor_at=cursor)


def learn_markets(condition_ids: Collection[ConditionId], *, watch: Watch) -> None:
    """Markets seen for the first time are fetched and stored."""
    if not condition_ids:
        return
    with watch.store.reading() as tx:
        unknown = tx.unknown_markets(condition_ids)
    if not unknown:
        return
    now = watch.clock.now()
    markets = watch.market_data.markets(unknown)
    with watch.store.transaction() as tx:
        tx.save_markets(markets, checked_at=now)


def learn_queued_markets(*, watch: Watch) -> None:
    """Signals of another system's FT orders find their markets too (DESIGN §4)."""
    with watch.store.reading() as tx:
        wanted = tx.markets_of_queued_signals()
    learn_markets(wanted, watch=watch)


def _batches(
    rows: Iterable[SourceTrade | BadRow],
) -> Iterable[list[SourceTrade | BadRow]]:
    """Full batches, then one that is not full, be it empty: the end has been seen."""
    iterator = iter(rows)
    while True:
        batch = list(islice(iterator, _BATCH))
        yield batch
        if len(batch) < _BATCH:
            return


def _bad_rows(trader: Address, bad: Counter[str]) -> LogEntry:
    message = f"{bad.total()} rows of {trader} could not be believed"
    return LogEntry(stage="ingest", level="WARNING", message=message, extra=dict(bad))
