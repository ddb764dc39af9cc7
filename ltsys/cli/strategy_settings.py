"""`lt strategies settings`: how the orders of a strategy are sent."""

from typing import Annotated

import typer
from rich.markup import escape

from ltsys.cli import views
from ltsys.cli.environment import attach
from ltsys.cli.operator_word import Operator, who
from ltsys.cli.output import AsJson, DataDir, console, print_json
from ltsys.cli.stages import StrategyArgument, Typed, sentence
from ltsys.domain.change import ChangeKind
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import StrategyId
from ltsys.domain.rule_change import named
from ltsys.domain.setting_change import NAMES, parsed_setting
from ltsys.usecases.apply_changes import apply_changes
from ltsys.usecases.change_settings import change_settings


def settings(
    strategy: StrategyArgument,
    wanted: Annotated[
        list[str] | None,
        typer.Option("--set", help=f"name=value; once for each of: {', '.join(NAMES)}."),
    ] = None,
    typed: Typed = "",
    operator: Operator = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show how a strategy's orders are sent, and change what `--set` names.

    More slippage, older signals or a shorter rest of payouts need --confirm with the strategy's
    name, wait their cooling-off time, and may be withdrawn until then. The rest holds at once.
    """
    changes = {name: parsed_setting(name, text) for name, text in map(named, wanted or ())}
    own, strategy_id = attach(data_dir), StrategyId(strategy)
    if changes:
        change_settings(
            strategy_id, changes, by=who(operator), typed=typed, oversight=own.oversight
        )
        apply_changes(oversight=own.oversight)
    found = own.queries.strategy(strategy_id)
    if found is None:
        raise SettingsError(f"there is no strategy {strategy}")
    with own.store.reading() as tx:
        waiting = [
            each
            for each in tx.changes(strategy_id, only_open=True)
            if each.request.kind is ChangeKind.SETTING
        ]
    now = found.strategy
    if as_json:
        print_json({"settings": {name: getattr(now, name) for name in NAMES}, "waiting": waiting})
        return
    console().print(views.settings(now))
    for change in waiting:
        console().print(escape(sentence(change)))
