"""Say what changed in FT wallets, and ask owners for what does not follow by itself.

Filters and thresholds hold at once, because they are read where they are used. A larger bet is
cut to the strategy's bet cap until its owner confirms the new one, and that takes its time.
"""

from ltsys.domain.alert import Alert, Severity
from ltsys.domain.change import ChangeEvent, ChangeKind, ChangeRequest
from ltsys.domain.ft_settings import differences, settings_of
from ltsys.domain.ft_wallet import FtWallet
from ltsys.domain.sizing import largest_bet
from ltsys.domain.strategy import Strategy
from ltsys.ports import Clock
from ltsys.ports.records import LogEntry
from ltsys.ports.stages import FtCopy
from ltsys.ports.store import Store, Transaction
from ltsys.usecases.request_change import proposal_key
from ltsys.usecases.stage_view import strategy_of

BET_CAP = "bet cap"
_BY = "the FT wallet"


def sync_ft_changes(*, store: Store, clock: Clock) -> int:
    """Every change since the last look is a log row; returns how many there were."""
    with store.reading() as tx:
        copies = tx.ft_copies()
    return sum(_look(copy, store, clock) for copy in copies)


def _look(copy: FtCopy, store: Store, clock: Clock) -> int:
    with store.transaction() as tx:
        strategy = strategy_of(copy.strategy_id, tx)
        work = tx.wallet_work(copy.wallet_id, 1, lock=False)
        if work is None:
            return 0
        now = settings_of(work.wallet)
        found = () if copy.seen is None else differences(copy.seen, now)
        for each in found:
            tx.log(
                LogEntry(
                    stage="ft_change",
                    message=f"{copy.wallet_id}: {each}",
                    strategy_id=copy.strategy_id,
                    extra={"name": each.name, "before": each.before, "after": each.after},
                )
            )
        if copy.seen is None or found:
            tx.save_ft_copy(copy.strategy_id, now)
        _propose(strategy, work.wallet, clock, tx)
    return len(found)


def _propose(strategy: Strategy, wallet: FtWallet, clock: Clock, tx: Transaction) -> None:
    """One proposal stands while the wallet may bet more than the owner took over."""
    cap, most = strategy.bet_cap, largest_bet(wallet)
    if cap is None:
        return
    request = ChangeRequest(
        strategy_id=strategy.strategy_id,
        kind=ChangeKind.SIZING,
        subject=BET_CAP,
        before=f"{cap.amount.normalize():f}",
        after=f"{most.amount.normalize():f}",
        requested_at=clock.wall(),
        requested_by=_BY,
        effective_at=None,
    )
    for change in tx.changes(strategy.strategy_id, only_open=True):
        if change.request.subject != BET_CAP:
            continue
        if change.request.after == request.after:
            return
        # what the owner confirmed is not what the wallet does any more
        event = ChangeEvent.REPLACE if most > cap else ChangeEvent.WITHDRAW
        tx.end_change(change, event, by=_BY, why=f"its largest bet is {most} by now")
        tx.clear_alert(proposal_key(request))
    if most > cap:
        text = (
            f"{request.strategy_id}: its FT wallet may bet up to {most} now, the owner took over "
            f"{cap}; larger bets are cut to that. To follow: "
            f"`lt strategies confirm {tx.add_change(request).change_id}`"
        )
        _tell(text, request, tx)


def _tell(text: str, request: ChangeRequest, tx: Transaction) -> None:
    tx.log(LogEntry(stage="ft_change", message=text, strategy_id=request.strategy_id))
    tx.raise_alert(
        Alert(
            key=proposal_key(request),
            severity=Severity.WARNING,
            text=text,
            strategy_id=request.strategy_id,
        )
    )
