"""/api/lt/strategies/{id}/stage, /promote and /demote: towards real money, and back (L61)."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from ltsys.bootstrap import Services
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import StrategyId
from ltsys.domain.money import Usd
from ltsys.domain.promotion import GateCheck
from ltsys.domain.stage import Stage, StageStep
from ltsys.usecases.apply_changes import apply_changes
from ltsys.usecases.promote import demote, request_promotion
from ltsys.usecases.stage_view import stage_view
from ltsys.web.api.asking import Doing, Own, Reader, System, Trader, own_strategy
from ltsys.web.api.changes import ChangeShape, Typed, change_shape
from ltsys.web.api.numbers import AskedDollars, Dollars, Moment, Words, text
from ltsys.web.api.problems import documented
from ltsys.web.api.strategies import StrategyPath

router = APIRouter(prefix="/strategies", tags=["stages"])


class CheckShape(BaseModel):
    """One thing that a strategy must show before it may go on."""

    name: str = Field(examples=["fill rate"])
    value: str = Field(description="What was found, in words with its unit.")
    limit: str = Field(description="What is asked for, in words with its unit.")
    is_passed: bool


class StepShape(BaseModel):
    """One change of stage, kept for ever."""

    at: Moment = Field(description="Venue time.")
    before: Stage | None = Field(description="Null at the launch.")
    after: Stage
    cap_usd: Dollars | None
    by: str
    cause: str


class StageShape(BaseModel):
    """Where a strategy stands, and what the next stage asks for."""

    strategy_id: str
    stage: Stage
    cap_usd: Dollars | None = Field(description="Dollars; null where the stage has none.")
    since: Moment = Field(description="Venue time.")
    next_stage: Stage | None = Field(description="Null at the top.")
    may_climb: bool = Field(description="Whether every check is passed.")
    checks: list[CheckShape]
    waiting: ChangeShape | None = Field(description="A promotion that waits its time.")
    steps: list[StepShape] = Field(description="Oldest first.")


class Promotion(BaseModel):
    """To the next stage."""

    model_config = ConfigDict(extra="forbid")

    cap_usd: AskedDollars | None = Field(
        None, description="Dollars in positions and working orders; canary and ramp need it."
    )
    confirm: Typed


class Demotion(BaseModel):
    """To a lower stage, at once."""

    model_config = ConfigDict(extra="forbid")

    to: Stage = Stage.SHADOW
    cap_usd: AskedDollars | None = Field(None, description="Dollars; canary and ramp need it.")
    reason: Words


@router.get("/{strategy_id}/stage", responses=documented(404))
def stage(strategy_id: StrategyPath, _: Reader, queries: Own, own: System) -> StageShape:
    """Where it stands, and each check of its next step with value, limit and verdict."""
    return _shown(own_strategy(strategy_id, queries).strategy.strategy_id, own)


@router.post(
    "/{strategy_id}/promote",
    status_code=202,
    response_model=ChangeShape,
    responses=documented(400, 404, 409),
)
def promote(
    strategy_id: StrategyPath,
    body: Promotion,
    caller: Trader,
    queries: Own,
    own: System,
    doing: Doing,
) -> Response:
    """Go on to the next stage after the cooling-off time; every check is asked now and then."""

    def act() -> ChangeShape:
        name = own_strategy(strategy_id, queries).strategy.strategy_id
        made = request_promotion(
            name,
            cap=_cap(body.cap_usd),
            by=caller.user_id,
            typed=body.confirm,
            oversight=own.oversight,
        )
        apply_changes(oversight=own.oversight)
        with own.store.reading() as tx:
            return change_shape(tx.change(made.change_id) or made)

    return doing(act, status=202)


@router.post(
    "/{strategy_id}/demote", response_model=StageShape, responses=documented(400, 404, 409)
)
def send_back(
    strategy_id: StrategyPath,
    body: Demotion,
    caller: Trader,
    queries: Own,
    own: System,
    doing: Doing,
) -> Response:
    """Send it back at once; real orders that work go on to their end."""

    def act() -> StageShape:
        name = own_strategy(strategy_id, queries).strategy.strategy_id
        demote(
            name,
            body.to,
            by=caller.user_id,
            why=body.reason,
            oversight=own.oversight,
            cap=_cap(body.cap_usd),
        )
        return _shown(name, own)

    return doing(act, status=200)


def _shown(name: StrategyId, own: Services) -> StageShape:
    view = stage_view(name, oversight=own.oversight)
    return StageShape(
        strategy_id=name,
        stage=view.standing.stage,
        cap_usd=text(view.standing.cap),
        since=view.since,
        next_stage=view.next_stage,
        may_climb=view.may_climb,
        checks=[_check(each) for each in view.checks],
        waiting=change_shape(view.waiting) if view.waiting else None,
        steps=[_step(each) for each in view.steps],
    )


def _check(check: GateCheck) -> CheckShape:
    return CheckShape(
        name=check.name, value=check.value, limit=check.limit, is_passed=check.is_passed
    )


def _step(step: StageStep) -> StepShape:
    return StepShape(
        at=step.at,
        before=step.before,
        after=step.after.stage,
        cap_usd=text(step.after.cap),
        by=step.by,
        cause=step.cause,
    )


def _cap(said: str | None) -> Usd | None:
    if said is None:
        return None
    cap = Usd.of(said)
    if not cap:
        raise SettingsError(f"cap_usd: {cap} is not above $0.00")
    return cap
