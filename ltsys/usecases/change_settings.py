"""Change a strategy's settings: what lets more through waits its time (LESSONS L38, L61)."""

from collections.abc import Mapping
from dataclasses import dataclass

from ltsys.domain.change import ChangeKind, PendingChange
from ltsys.domain.ids import StrategyId
from ltsys.domain.setting_change import (
    SettingValue,
    loosened_settings,
    with_settings,
    words_of_setting,
)
from ltsys.domain.strategy import Strategy
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Transaction
from ltsys.usecases.desk import Oversight
from ltsys.usecases.promote import refuse_untyped
from ltsys.usecases.request_change import ask_for, replace_waiting
from ltsys.usecases.stage_view import strategy_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsOutcome:
    """What an order to change settings led to."""

    strategy: Strategy
    """As it is from now on."""
    waiting: tuple[PendingChange, ...]
    """What was loosened, one change a setting."""


def change_settings(
    strategy_id: StrategyId,
    changes: Mapping[str, SettingValue],
    *,
    by: str,
    typed: str,
    oversight: Oversight,
) -> SettingsOutcome:
    """What tightens holds from the next decision on; what loosens waits, replacing what waits.

    Raises RefusedError where something loosens and the strategy's name was not typed, and
    SettingsError for a strategy or a value that cannot be; then nothing changed.
    """
    with oversight.store.transaction() as tx:
        before = strategy_of(strategy_id, tx)
        loose = loosened_settings(before, with_settings(before, changes))
        if loose:
            refuse_untyped(strategy_id, typed)
        firm = {name: value for name, value in changes.items() if name not in loose}
        now = set_settings(before, firm, by=by, tx=tx)
        replace_waiting(strategy_id, changes, by, tx)
        wanted = {name: (_said(before, name), words_of_setting(changes[name])) for name in loose}
        waiting = ask_for(
            strategy_id, ChangeKind.SETTING, wanted, by=by, oversight=oversight, tx=tx
        )
        return SettingsOutcome(strategy=now, waiting=waiting)


def set_settings(
    before: Strategy, changes: Mapping[str, SettingValue], *, by: str, tx: Transaction
) -> Strategy:
    """The strategy, which is locked, has these settings; each is logged with what it was."""
    after = with_settings(before, changes)
    moved = [name for name in changes if getattr(before, name) != getattr(after, name)]
    if moved:
        tx.save_settings(after)
        said = ", ".join(f"{name} {_said(before, name)} → {_said(after, name)}" for name in moved)
        tx.log(
            LogEntry(
                stage="settings",
                message=f"{said}, by {by}",
                strategy_id=before.strategy_id,
                extra={"by": by},
            )
        )
    return after


def _said(strategy: Strategy, name: str) -> str:
    return words_of_setting(getattr(strategy, name))
