"""PATCH /api/lt/strategies/{id} and /api/lt/changes: what loosens waits, and may be withdrawn."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from ltsys.domain.change import ChangeKind, ChangeStatus, PendingChange
from ltsys.domain.errors import SettingsError
from ltsys.domain.ids import StrategyId
from ltsys.domain.setting_change import TIME_IN_FORCE, SettingValue, parsed_setting
from ltsys.ports.queries import Queries
from ltsys.usecases.apply_changes import apply_changes
from ltsys.usecases.change_settings import change_settings
from ltsys.usecases.desk import Oversight
from ltsys.usecases.request_change import change_limits, confirm_change, withdraw_change
from ltsys.web.api.asking import Doing, Own, Reader, System, Trader, own_strategy
from ltsys.web.api.limits import Limits, asked_limits, limits_of, rules_asked
from ltsys.web.api.numbers import AskedRatio, Moment, Name, Words
from ltsys.web.api.problems import NoSuchThingError, documented
from ltsys.web.api.strategies import Settings, StrategyPath, settings_of

router = APIRouter(tags=["changes"])
ChangedLimits = asked_limits("ChangedLimits", is_new=False)
ChangePath = Annotated[int, Path(ge=1, le=2**62, description="As the list shows it.")]
Typed = Annotated[
    str,
    Field(max_length=200, description="The id of the strategy, typed: more risk is meant."),
]
_MOST = 500
_NAMES = {"slippage_tolerance_ratio": "slippage_tolerance"}
"""Where the API's name of a setting is not the domain's."""


class Changes(BaseModel):
    """Limits or settings to change; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    limits: ChangedLimits | None = Field(  # type: ignore[valid-type]  # follows from the record
        None, description="Not together with settings: a request is done as a whole or not at all."
    )
    slippage_tolerance_ratio: AskedRatio | None = Field(
        None, description="A ratio on top of the FT entry price, 0 to 0.5; 0 is 0."
    )
    time_in_force: Literal["FAK", "FOK"] | None = None
    max_signal_age_s: int | None = Field(None, ge=1, le=86_400, description="Seconds.")
    cooldown_s: int | None = Field(None, ge=0, le=2_592_000, description="Seconds.")
    confirm: Typed = Field(
        "",
        description="The id of the strategy, typed, where something is loosened: more risk has to "
        "be meant. Tightening needs none.",
    )


class ChangeShape(BaseModel):
    """Something that raises risk: it takes effect later, and may be withdrawn until then."""

    change_id: int
    strategy_id: str
    kind: ChangeKind
    subject: str = Field(description="What changes: the stage, a limit, a setting, the bet cap.")
    before: str | None = Field(description="Null is no limit.")
    after: str | None = Field(description="Null is no limit.")
    status: ChangeStatus
    requested_by: str
    requested_at: Moment
    effective_at: Moment | None = Field(description="UTC; null while nobody has confirmed it.")
    ended_by: str | None
    ended_at: Moment | None
    why: str | None = Field(description="What ended it.")


class Changed(BaseModel):
    """What a change led to."""

    limits: Limits = Field(  # type: ignore[valid-type]  # follows from the domain's record
        description="As they hold from now on."
    )
    settings: Settings
    waiting: list[ChangeShape] = Field(description="What was loosened: it holds after a time.")
    watch_url: str = Field(description="Where to see when it holds.")


class Confirmation(BaseModel):
    """The word of the strategy's owner."""

    model_config = ConfigDict(extra="forbid")

    confirm: Typed


class Withdrawal(BaseModel):
    """Why it is not to take effect."""

    model_config = ConfigDict(extra="forbid")

    reason: Words


@router.patch("/strategies/{strategy_id}", responses=documented(400, 404, 409))
def change(
    strategy_id: StrategyPath, body: Changes, caller: Trader, queries: Own, own: System
) -> Changed:
    """Change limits or settings: what lowers risk holds at once, what raises it waits its time."""
    name = own_strategy(strategy_id, queries).strategy.strategy_id
    waiting = _changed(name, body, caller.user_id, own.oversight)
    row = own_strategy(name, queries)
    return Changed(
        limits=limits_of(row.rules),
        settings=settings_of(row.strategy),
        waiting=[change_shape(each) for each in waiting],
        watch_url=f"/api/lt/changes?strategy_id={name}",
    )


@router.get("/changes", responses=documented(404))
def list_changes(
    _: Reader,
    queries: Own,
    strategy_id: Annotated[Name | None, Query()] = None,
    is_open: Annotated[bool | None, Query(description="Only these, or only ended ones.")] = None,
) -> list[ChangeShape]:
    """Changes of your strategies that wait or waited, the newest first; at most 500."""
    name = None
    if strategy_id is not None:
        name = own_strategy(strategy_id, queries).strategy.strategy_id
    return [change_shape(each) for each in queries.changes(name, is_open=is_open, limit=_MOST)]


@router.post(
    "/changes/{change_id}/confirm", response_model=ChangeShape, responses=documented(400, 404, 409)
)
def confirm(
    change_id: ChangePath,
    body: Confirmation,
    caller: Trader,
    queries: Own,
    own: System,
    doing: Doing,
) -> Response:
    """Take over what was proposed: it takes effect after its cooling-off time."""

    def act() -> ChangeShape:
        _own_change(change_id, queries, own.oversight)
        by, oversight = caller.user_id, own.oversight
        confirm_change(change_id, by=by, typed=body.confirm, oversight=oversight)
        apply_changes(oversight=oversight)
        return change_shape(_own_change(change_id, queries, oversight))

    return doing(act, status=200)


@router.post(
    "/changes/{change_id}/withdraw", response_model=ChangeShape, responses=documented(400, 404, 409)
)
def withdraw(
    change_id: ChangePath, body: Withdrawal, caller: Trader, queries: Own, own: System, doing: Doing
) -> Response:
    """It never takes effect."""

    def act() -> ChangeShape:
        _own_change(change_id, queries, own.oversight)
        by, oversight = caller.user_id, own.oversight
        withdraw_change(change_id, by=by, why=body.reason, oversight=oversight)
        return change_shape(_own_change(change_id, queries, oversight))

    return doing(act, status=200)


def change_shape(change: PendingChange) -> ChangeShape:
    """A change as the API shows it."""
    request = change.request
    return ChangeShape(
        change_id=change.change_id,
        strategy_id=request.strategy_id,
        kind=request.kind,
        subject=request.subject,
        before=request.before,
        after=request.after,
        status=change.status,
        requested_by=request.requested_by,
        requested_at=request.requested_at,
        effective_at=request.effective_at,
        ended_by=change.ended_by,
        ended_at=change.ended_at,
        why=change.why,
    )


def _own_change(change_id: int, queries: Queries, oversight: Oversight) -> PendingChange:
    """Raises NoSuchThingError for one that is not there, or is about somebody else's (L63)."""
    with oversight.store.reading() as tx:
        found = tx.change(change_id)
    if found is None or queries.strategy(found.request.strategy_id) is None:
        raise NoSuchThingError(f"there is no change {change_id}")
    return found


def _changed(
    name: StrategyId, body: Changes, by: str, oversight: Oversight
) -> tuple[PendingChange, ...]:
    """What waits now. Raises SettingsError for a request that could be half done."""
    settings = _settings_asked(body)
    if body.limits is not None and settings:
        raise SettingsError("limits and settings go in requests of their own; nothing was changed")
    if settings:
        made = change_settings(name, settings, by=by, typed=body.confirm, oversight=oversight)
        return made.waiting
    if body.limits is None:
        raise SettingsError("there is neither a limit nor a setting to change")
    wanted = rules_asked(body.limits, only_set=True)
    return change_limits(name, wanted, by=by, typed=body.confirm, oversight=oversight).waiting


def _settings_asked(body: Changes) -> dict[str, SettingValue]:
    """By the domain's names, within what each may be. Raises SettingsError."""
    names = ("slippage_tolerance_ratio", TIME_IN_FORCE, "max_signal_age_s", "cooldown_s")
    asked = {name: getattr(body, name) for name in names}
    return {
        (inner := _NAMES.get(name, name)): parsed_setting(inner, f"{value}")
        for name, value in asked.items()
        if value is not None
    }
