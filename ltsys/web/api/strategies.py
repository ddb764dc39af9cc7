"""/api/lt/strategies: live strategies, what they may do, and what they did."""

from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ltsys.bootstrap import Services
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import Address, StrategyId, UserId
from ltsys.domain.money import Usd
from ltsys.domain.stage import Stage
from ltsys.domain.strategy import Mode, RiskRules, Strategy
from ltsys.domain.venue import TimeInForce
from ltsys.ports.queries import Queries, StrategyRow
from ltsys.trading_account import taken_account
from ltsys.usecases.launch_strategy import pause_strategy, resume_strategy
from ltsys.usecases.open_strategy import Asked, open_strategy
from ltsys.web.api.asking import Doing, Own, Reader, System, Trader, own_strategy
from ltsys.web.api.limits import Limits, asked_limits, limits_of, rules_asked
from ltsys.web.api.lists import After, Limit, Listed, listed, named_place
from ltsys.web.api.numbers import (
    AskedDollars,
    AskedRatio,
    Count,
    Dollars,
    Moment,
    Name,
    Ratio,
    Words,
    text,
)
from ltsys.web.api.problems import documented

router = APIRouter(prefix="/strategies", tags=["strategies"])
StrategyPath = Annotated[Name, Path(description="As the list shows it.", examples=["LT_FT_SHARP"])]
AskedLimits = asked_limits("AskedLimits", is_new=True)


class Balances(BaseModel):
    """Where the capital is; equity is the sum of the first four."""

    available_usd: Dollars
    reserved_usd: Dollars = Field(description="Dollars set aside for working orders and their fees")
    position_usd: Dollars = Field(description="Dollars that open positions cost.")
    settling_usd: Dollars = Field(description="Dollars of payouts that rest before they are used.")
    equity_usd: Dollars
    fees_usd: Dollars = Field(description="Dollars paid to the venue so far.")
    realized_pnl_usd: Dollars


class Results(BaseModel):
    """What came of it since the launch, beside its forward test; test orders are left out."""

    ft_order_count: Count
    ft_pnl_usd: Dollars = Field(description="Dollars that the forward test made since the launch.")
    lt_pnl_usd: Dollars
    order_count: Count
    denied_count: Count
    filled_count: Count = Field(description="Of the orders: at least something was filled.")
    fill_rate_ratio: Ratio | None = Field(description="Mean over ended orders; null before one.")
    slippage_ratio: Ratio | None = Field(
        description="Mean of fill against signal price, positive is worse; null before a fill."
    )
    drawdown_ratio: Ratio = Field(description="How far equity is below its peak.")


class StrategyShape(BaseModel):
    """A strategy that mirrors a forward-test wallet."""

    strategy_id: str = Field(examples=["LT_FT_SHARP"])
    ft_wallet_id: str
    wallet_address: str = Field(description="The trading account that it works with.")
    mode: Mode = Field(description="live: real money. shadow: real books, nothing is sent.")
    stage: Stage = Field(description="How far it has climbed from shadow to full.")
    stage_cap_usd: Dollars | None = Field(description="Dollars; null where the stage has none.")
    is_active: bool
    is_paused: bool
    pause_reason: str | None
    launched_at: Moment = Field(description="Venue time; earlier virtual orders are not mirrored.")
    initial_capital_usd: Dollars
    slippage_tolerance_ratio: Ratio = Field(
        description="How far above the FT entry price an order may buy; 0 is 0."
    )
    time_in_force: Literal["FAK", "FOK"]
    max_signal_age_s: int = Field(description="Seconds after which a signal is denied.")
    cooldown_s: int = Field(description="Seconds that a payout rests before it is used again.")
    balances: Balances
    results: Results


class NewStrategy(BaseModel):
    """What a new strategy is to be."""

    model_config = ConfigDict(extra="forbid")

    ft_wallet_id: Name = Field(description="The forward test to mirror.", examples=["FT_SHARP"])
    capital_usd: AskedDollars = Field(description="Dollars that it may work with; more than 0.")
    wallet_address: str | None = Field(
        None,
        pattern=r"^0x[0-9a-f]{40}$",
        description="Your trading account, in lower case; null: your only one, or this system's.",
    )
    slippage_tolerance_ratio: AskedRatio = Field(
        "0.03", description="A ratio on top of the FT entry price, 0 to 0.5; 0 is 0."
    )
    time_in_force: Literal["FAK", "FOK"] = "FAK"
    max_signal_age_s: int = Field(180, ge=1, le=86_400, description="Seconds.")
    cooldown_s: int = Field(0, ge=0, le=2_592_000, description="Seconds.")
    limits: AskedLimits = Field(  # type: ignore[valid-type]  # follows from the domain's record
        default_factory=AskedLimits, description="Every limit; what is left out has its default."
    )


class Settings(BaseModel):
    """How orders of a strategy are sent."""

    slippage_tolerance_ratio: Ratio
    time_in_force: Literal["FAK", "FOK"]
    max_signal_age_s: int = Field(description="Seconds after which a signal is denied.")
    cooldown_s: int = Field(description="Seconds that a payout rests before it is used again.")


class Reason(BaseModel):
    """Why; it stands beside what was done."""

    model_config = ConfigDict(extra="forbid")

    reason: Words = Field(examples=["the venue is under maintenance"])


class Risk(BaseModel):
    """The limits of a strategy, all of them, beside what they are compared with."""

    limits: Limits  # type: ignore[valid-type]  # follows from the domain's record
    is_paused: bool
    pause_reason: str | None
    exposure_usd: Dollars = Field(description="Dollars in positions and working orders.")
    spent_today_usd: Dollars = Field(description="Dollars filled in this UTC day.")
    consecutive_losses: Count
    drawdown_ratio: Ratio
    peak_equity_usd: Dollars


@router.get("", responses=documented())
def list_strategies(
    _: Reader, queries: Own, request: Request, after: After = None, limit: Limit = 50
) -> Listed[StrategyShape]:
    """Your strategies by their ids."""
    return listed(queries.strategy_page(after=named_place(after), limit=limit), shown, request)


@router.post("", status_code=201, response_model=StrategyShape, responses=documented(400, 409))
def create(body: NewStrategy, caller: Trader, queries: Own, own: System, doing: Doing) -> Response:
    """Mirror a forward test from now on. With an Idempotency-Key it happens once."""

    def act() -> StrategyShape:
        asked = Asked(
            ft_wallet=body.ft_wallet_id,
            capital=_capital(body.capital_usd),
            slippage_tolerance=_tolerance(body.slippage_tolerance_ratio),
            rules=RiskRules(**rules_asked(body.limits)),  # type: ignore[arg-type]  # checked above
            time_in_force=TimeInForce(body.time_in_force),
            max_signal_age_s=body.max_signal_age_s,
            cooldown_s=body.cooldown_s,
        )
        made = open_strategy(
            asked,
            user_id=caller.user_id,
            account=_account(body.wallet_address, caller.user_id, queries, own),
            store=own.store,
            clock=own.clock,
        )
        return shown(own_strategy(made, queries))

    return doing(act, status=201)


@router.get("/{strategy_id}", responses=documented(404))
def show(strategy_id: StrategyPath, _: Reader, queries: Own) -> StrategyShape:
    """One strategy."""
    return shown(own_strategy(strategy_id, queries))


@router.post(
    "/{strategy_id}/pause", response_model=StrategyShape, responses=documented(400, 404, 409)
)
def pause(
    strategy_id: StrategyPath, body: Reason, _: Trader, queries: Own, own: System, doing: Doing
) -> Response:
    """Plan no new order; working ones are still looked after."""

    def act() -> StrategyShape:
        row = own_strategy(strategy_id, queries)
        pause_strategy(row.strategy.strategy_id, body.reason, store=own.store)
        return shown(own_strategy(strategy_id, queries))

    return doing(act, status=200)


@router.post(
    "/{strategy_id}/resume", response_model=StrategyShape, responses=documented(400, 404, 409)
)
def resume(
    strategy_id: StrategyPath, _: Trader, queries: Own, own: System, doing: Doing
) -> Response:
    """Plan orders again; a run of losses starts to count anew, a drawdown does not."""

    def act() -> StrategyShape:
        row = own_strategy(strategy_id, queries)
        resume_strategy(StrategyId(row.strategy.strategy_id), store=own.store)
        return shown(own_strategy(strategy_id, queries))

    return doing(act, status=200)


@router.get("/{strategy_id}/risk", responses=documented(404))
def risk(strategy_id: StrategyPath, _: Reader, queries: Own) -> Risk:
    """Every limit that the strategy has, and how near it is to it."""
    row = own_strategy(strategy_id, queries)
    return Risk(
        limits=limits_of(row.rules),
        is_paused=row.state.is_paused,
        pause_reason=row.state.pause_reason,
        exposure_usd=text(row.state.balances.exposure),
        spent_today_usd=text(row.state.daily_spent),
        consecutive_losses=row.state.consecutive_losses,
        drawdown_ratio=text(row.state.drawdown_ratio),
        peak_equity_usd=text(row.state.peak_equity),
    )


def settings_of(strategy: Strategy) -> Settings:
    """As the API shows them."""
    return Settings(
        slippage_tolerance_ratio=text(strategy.slippage_tolerance),
        time_in_force=_time_in_force(strategy),
        max_signal_age_s=strategy.max_signal_age_s,
        cooldown_s=strategy.cooldown_s,
    )


def _time_in_force(strategy: Strategy) -> Literal["FAK", "FOK"]:
    return "FOK" if strategy.time_in_force is TimeInForce.FOK else "FAK"


def shown(row: StrategyRow) -> StrategyShape:
    """A strategy as the API shows it."""
    strategy, state = row.strategy, row.state
    return StrategyShape(
        strategy_id=strategy.strategy_id,
        ft_wallet_id=strategy.ft_wallet_id,
        wallet_address=strategy.wallet_address,
        mode=strategy.mode,
        stage=strategy.standing.stage,
        stage_cap_usd=text(strategy.standing.cap),
        is_active=strategy.is_active,
        is_paused=state.is_paused,
        pause_reason=state.pause_reason,
        launched_at=strategy.launched_at,
        initial_capital_usd=text(strategy.initial_capital),
        slippage_tolerance_ratio=text(strategy.slippage_tolerance),
        time_in_force=_time_in_force(strategy),
        max_signal_age_s=strategy.max_signal_age_s,
        cooldown_s=strategy.cooldown_s,
        balances=_balances(row),
        results=_results(row),
    )


def _balances(row: StrategyRow) -> Balances:
    balances = row.state.balances
    return Balances(
        available_usd=text(balances.available),
        reserved_usd=text(balances.reserved),
        position_usd=text(balances.position),
        settling_usd=text(balances.settling),
        equity_usd=text(balances.equity),
        fees_usd=text(balances.fees),
        realized_pnl_usd=text(balances.realized_pnl),
    )


def _results(row: StrategyRow) -> Results:
    return Results(
        ft_order_count=row.ft_order_count,
        ft_pnl_usd=text(row.ft_pnl),
        lt_pnl_usd=text(row.lt_pnl),
        order_count=row.order_count,
        denied_count=row.denied_count,
        filled_count=row.filled_count,
        fill_rate_ratio=text(row.fill_rate),
        slippage_ratio=text(row.slippage_ratio),
        drawdown_ratio=text(row.state.drawdown_ratio),
    )


def _account(asked: str | None, user: UserId, queries: Queries, own: Services) -> Address:
    """The caller's; this system's becomes that of who has none, as on the page.

    Raises SettingsError unless it is the caller's, and the only one where none was named.
    """
    known = [account.address for account in queries.accounts()]
    if asked is not None:
        if asked not in known:
            raise SettingsError(f"wallet_address: {asked} is not a trading account of yours")
        return Address(asked)
    if not known:
        return taken_account(user, own)
    if len(known) != 1:
        raise SettingsError(f"wallet_address: you have {len(known)} trading accounts; name one")
    return known[0]


def _capital(said: str) -> Usd:
    capital = Usd.of(said)
    if not capital:
        raise SettingsError(f"capital_usd: {capital} is not above $0.00")
    return capital


def _tolerance(said: str) -> Decimal:
    ratio, most = Decimal(said), Decimal("0.5")
    if ratio > most:
        raise SettingsError(f"slippage_tolerance_ratio: {ratio} is over the limit of {most}")
    return ratio
