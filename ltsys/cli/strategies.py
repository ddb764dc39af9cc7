"""`lt strategies`: which forward tests are mirrored, with what money and under which limits."""

from typing import Annotated

import typer

from ltsys.bootstrap import Services
from ltsys.cli import stages, strategy_settings, views
from ltsys.cli.environment import attach
from ltsys.cli.operator_word import Operator, who
from ltsys.cli.output import AsJson, DataDir, console, print_json
from ltsys.cli.status import mode
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import StrategyId
from ltsys.domain.money import Usd, exact
from ltsys.domain.rule_change import Value, changed, named, parsed
from ltsys.domain.rule_values import slippage_tolerance as slippage_of
from ltsys.domain.rule_values import time_in_force as time_in_force_of
from ltsys.domain.stage import Stage, Standing
from ltsys.domain.strategy import RiskRules
from ltsys.ports.queries import StrategyRow
from ltsys.trading_account import taken_account
from ltsys.usecases.apply_changes import apply_changes
from ltsys.usecases.launch_strategy import pause_strategy, resume_strategy
from ltsys.usecases.open_account import OWNER
from ltsys.usecases.open_strategy import Asked, open_strategy
from ltsys.usecases.request_change import change_limits

_NO_LIMIT = "none"

app = typer.Typer(no_args_is_help=True, help="Mirror FT wallets as live strategies.")
stages.add_commands(app)
app.command("settings")(strategy_settings.settings)

SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="name=value, or name=none; once for each limit, any of them."),
]
StrategyArgument = Annotated[str, typer.Argument(help="As `lt strategies list` shows it.")]


@app.command("list")
def list_strategies(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the strategies beside their forward tests, with every limit."""
    rows = attach(data_dir).queries.strategies()
    if as_json:
        print_json(rows)
        return
    out = console()
    out.print(views.strategies(rows))
    for row in rows:
        out.print(views.limits(row))


@app.command()
def create(  # noqa: PLR0917 - typer passes every option by its name
    ft_wallet: Annotated[str, typer.Option(help="The FT wallet to mirror.")],
    capital: Annotated[str, typer.Option(help="Dollars that it may work with.")],
    slippage_tolerance: Annotated[
        str, typer.Option(help="Ratio on top of the FT entry price, 0 to 0.5; 0 is 0.")
    ] = "0.03",
    daily_budget: Annotated[str, typer.Option(help="Dollars a UTC day, or `none`.")] = _NO_LIMIT,
    max_position: Annotated[str, typer.Option(help="Dollars an order, or `none`.")] = _NO_LIMIT,
    max_exposure: Annotated[
        str, typer.Option(help="Dollars in positions and working orders, or `none`.")
    ] = _NO_LIMIT,
    max_losses: Annotated[str, typer.Option(help="Losses in a row, or `none`.")] = "5",
    max_drawdown: Annotated[str, typer.Option(help="Ratio of peak equity, or `none`.")] = "0.20",
    time_in_force: Annotated[str, typer.Option(help="FAK or FOK.")] = "FAK",
    stage: Annotated[
        Stage, typer.Option(help="shadow sends nothing; above it only on the simulator.")
    ] = Stage.SHADOW,
    max_signal_age: Annotated[int, typer.Option(min=1, help="Seconds.")] = 180,
    cooldown: Annotated[int, typer.Option(min=0, help="Seconds that a payout rests.")] = 0,
    settings: SetOption = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Mirror an FT wallet from now on; prints every limit that the strategy will have."""
    asked = Asked(
        ft_wallet=ft_wallet,
        capital=dollars_of("--capital", capital),
        slippage_tolerance=slippage_of(slippage_tolerance),
        rules=changed(
            RiskRules(),
            {
                "daily_budget": parsed("daily_budget", daily_budget),
                "max_position_size": parsed("max_position_size", max_position),
                "max_total_exposure": parsed("max_total_exposure", max_exposure),
                "max_consecutive_losses": parsed("max_consecutive_losses", max_losses),
                "max_drawdown_ratio": parsed("max_drawdown_ratio", max_drawdown),
                **_changes(settings),
            },
        ),
        time_in_force=time_in_force_of(time_in_force),
        max_signal_age_s=max_signal_age,
        cooldown_s=cooldown,
        standing=_standing(stage),
    )
    own = attach(data_dir)
    if stage.is_live and own.settings.venue != "simulator":
        raise SettingsError(
            f"--stage {stage}: real money is reached by `lt strategies promote`, stage by stage"
        )
    row = launch(asked, own)
    if as_json:
        print_json(row)
        return
    out = console()
    out.print(
        f"[green]✓[/] {row.strategy.strategy_id} mirrors {ft_wallet} on {mode(own)} "
        f"at {row.strategy.standing}"
    )
    out.print(views.limits(row))


@app.command("limits")
def limits_of(
    strategy: StrategyArgument,
    settings: SetOption = None,
    typed: stages.Typed = "",
    operator: Operator = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show every limit of a strategy, and change those that `--set` names.

    A tighter limit holds at once. A looser one needs --confirm with the strategy's name, waits
    its cooling-off time, and may be withdrawn until then.
    """
    changes = _changes(settings)
    own = attach(data_dir)
    name = StrategyId(strategy)
    if changes:
        change_limits(name, changes, by=who(operator), typed=typed, oversight=own.oversight)
        apply_changes(oversight=own.oversight)
    with own.store.reading() as tx:
        waiting = tx.changes(name, only_open=True)
    row = _row(own, strategy)
    if as_json:
        print_json({"limits": row.rules, "waiting": waiting})
        return
    console().print(views.limits(row))
    for change in waiting:
        console().print(stages.sentence(change))


@app.command()
def pause(
    strategy: StrategyArgument,
    reason: Annotated[str, typer.Option(help="Stands beside every refusal.")] = "by the operator",
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Deny new orders; working ones are still looked after.

    `lt halt --strategy` does the same, cancels too if asked to, and keeps who did it for ever.
    """
    own = attach(data_dir)
    pause_strategy(StrategyId(strategy), reason, store=own.store)
    _show_state(own, strategy, as_json=as_json)


@app.command()
def resume(strategy: StrategyArgument, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """End a pause, and count a run of losses anew; a breaker ends by `lt breakers clear`."""
    own = attach(data_dir)
    resume_strategy(StrategyId(strategy), store=own.store)
    _show_state(own, strategy, as_json=as_json)


def _standing(stage: Stage) -> Standing:
    if stage.is_capped:
        raise SettingsError(f"--stage {stage}: a strategy starts at shadow or at full")
    return Standing(stage=stage)


def launch(asked: Asked, own: Services) -> StrategyRow:
    """The strategy runs on this system's trading account.

    Raises SettingsError and RefusedError as `open_strategy` does.
    """
    account = taken_account(OWNER, own)
    strategy_id = open_strategy(
        asked, user_id=OWNER, account=account, store=own.store, clock=own.clock
    )
    return _row(own, strategy_id)


def _changes(settings: list[str] | None) -> dict[str, Value]:
    """Raises SettingsError for a name that is no limit, and for a value that is none of it."""
    return {name: parsed(name, text) for name, text in map(named, settings or ())}


def dollars_of(name: str, text: str) -> Usd:
    """Raises SettingsError for what is no amount above zero."""
    try:
        amount = Usd(exact(text.removeprefix("$").replace(",", "")))
    except ValueError:
        raise SettingsError(f"{name}: {text!r} is not an amount of dollars") from None
    if amount.amount <= 0:
        raise SettingsError(f"{name}: {amount} is not above $0.00")
    return amount


def _row(own: Services, strategy_id: str) -> StrategyRow:
    for row in own.queries.strategies():
        if row.strategy.strategy_id == strategy_id:
            return row
    raise SettingsError(f"there is no strategy {strategy_id}")


def _show_state(own: Services, strategy_id: str, *, as_json: bool) -> None:
    row = _row(own, strategy_id)
    if as_json:
        print_json(row)
    else:
        console().print(f"[green]✓[/] {strategy_id} on {mode(own)} is {views.state_of(row)}")
