"""/api/lt/halts: stop trading at once, and let it go on with a reason (LESSONS L61).

With the database down nobody can sign in here: `lt halt --global` needs neither.
"""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from ltsys.bootstrap import Services
from ltsys.domain.halt import Halt, HaltKind, HaltScope, KeptHalt, Lifting, new_halt
from ltsys.domain.ids import HaltId
from ltsys.ports.queries import Queries
from ltsys.usecases.halt import aimed, halt_everybody, record_halt
from ltsys.usecases.resume import resume
from ltsys.web.api.asking import Doing, Own, Reader, System, Trader, own_strategy, remind
from ltsys.web.api.numbers import Moment, Name, Words
from ltsys.web.api.problems import NoSuchThingError, documented
from ltsys.web.caller import Caller, Scope

router = APIRouter(prefix="/halts", tags=["halts"])
_MOST = 500
_OF_EVERYBODY = frozenset({HaltScope.GLOBAL, HaltScope.LEADER})


class HaltShape(BaseModel):
    """One person's word; it stands until somebody lifts it, and stays known for ever."""

    halt_id: str
    scope: HaltScope
    target: str = Field(description="User, strategy or leader; empty for everybody.")
    kind: HaltKind = Field(
        description="pause: signals wait. stop-entries: they are denied. kill: as stop-entries, "
        "and every working order is canceled."
    )
    by: str
    reason: str
    since: Moment
    is_standing: bool
    lifted_by: str | None
    lifted_because: str | None
    lifted_at: Moment | None
    watch_url: str = Field(description="Where to see what becomes of the orders under it.")


class NewHalt(BaseModel):
    """Whom to halt, how far, and why. Everybody and leaders need the scope admin."""

    model_config = ConfigDict(extra="forbid")

    scope: HaltScope
    target: Name | None = Field(
        None, description="Strategy, user or leader; null means you, and is right for everybody."
    )
    kind: HaltKind = HaltKind.KILL
    reason: Words = Field(examples=["the books differ"])


class Lift(BaseModel):
    """Why trading goes on."""

    model_config = ConfigDict(extra="forbid")

    reason: Words
    even_if_working: bool = Field(
        default=False, description="Also while an order works that a kill was to cancel."
    )


@router.get("", responses=documented())
def list_halts(
    _: Reader,
    queries: Own,
    is_standing: Annotated[bool | None, Query(description="Only these, or only lifted.")] = None,
) -> list[HaltShape]:
    """Halts that concern you: those that stand first, the newest first; at most 500."""
    rows = [_shown(row) for row in queries.halts(_MOST)]
    return [row for row in rows if is_standing is None or row.is_standing is is_standing]


@router.post("", status_code=201, response_model=HaltShape, responses=documented(400, 404, 409))
def halt(body: NewHalt, caller: Trader, queries: Own, own: System, doing: Doing) -> Response:
    """Stop trading; obeyed before the next plan and the next post."""
    _refuse_what_concerns_others(body.scope, caller)

    def act() -> HaltShape:
        made = _made(body, caller, queries, own)
        record_halt(made, store=own.store)
        if made.kind is HaltKind.KILL:
            _cancel(made, own)
        return _shown(KeptHalt(halt=made, lifted=None))

    return doing(act, status=201)


@router.post("/{halt_id}/lift", response_model=HaltShape, responses=documented(400, 404, 409))
def lift(
    halt_id: Annotated[Name, Path()],
    body: Lift,
    caller: Trader,
    queries: Own,
    own: System,
    doing: Doing,
) -> Response:
    """Let trading go on; the halt stays known, with who lifted it and why."""
    found = next((row for row in queries.halts(_MOST) if row.halt.halt_id == halt_id), None)
    if found is None:
        raise NoSuchThingError(f"there is no halt {halt_id}")
    _refuse_what_concerns_others(found.halt.scope, caller)

    def act() -> HaltShape:
        lifting = Lifting(by=caller.user_id, reason=body.reason, at=own.clock.wall())
        lifted = resume(
            HaltId(halt_id),
            lifting,
            even_if_working=body.even_if_working,
            store=own.store,
            halt_file=own.halt_file,
        )
        return _shown(KeptHalt(halt=lifted, lifted=lifting))

    return doing(act, status=200)


def _refuse_what_concerns_others(scope: HaltScope, caller: Caller) -> None:
    if scope in _OF_EVERYBODY and not caller.may(Scope.ADMIN):
        have = ", ".join(sorted(caller.scopes))
        raise HTTPException(403, f"a halt of {scope} needs the scope admin; yours: {have}")


def _made(body: NewHalt, caller: Caller, queries: Queries, own: Services) -> Halt:
    target: str
    by, reason, since = caller.user_id, body.reason, own.clock.wall()
    match body.scope:
        case HaltScope.GLOBAL:
            return halt_everybody(
                body.kind, by=by, reason=reason, halt_file=own.halt_file, clock=own.clock
            )
        case HaltScope.STRATEGY:
            target = own_strategy(body.target or "", queries).strategy.strategy_id
        case HaltScope.USER:
            target = _user(body.target, caller, own)
        case HaltScope.LEADER:
            target = aimed(body.scope, body.target or "", queries=own.queries)
    return new_halt(body.scope, target, body.kind, by=by, reason=reason, since=since)


def _user(target: str | None, caller: Caller, own: Services) -> str:
    if target is None or target == caller.user_id:
        return caller.user_id
    if not caller.may(Scope.ADMIN):
        raise NoSuchThingError(f"there is no user {target}")
    return aimed(HaltScope.USER, target, queries=own.queries)


def _cancel(made: Halt, own: Services) -> None:
    """Workers are told at once; the sweep asks again until each order has ended."""
    with own.store.reading() as tx:
        working = tx.orders_under(made.halt_id)
    for order_id in working:
        remind(own, "fills.cancel_order", order_id)


def _shown(row: KeptHalt) -> HaltShape:
    halt, lifted = row.halt, row.lifted
    whose = f"?strategy_id={halt.target}" if halt.scope is HaltScope.STRATEGY else ""
    return HaltShape(
        halt_id=halt.halt_id,
        scope=halt.scope,
        target=halt.target,
        kind=halt.kind,
        by=halt.by,
        reason=halt.reason,
        since=halt.since,
        is_standing=lifted is None,
        lifted_by=lifted.by if lifted else None,
        lifted_because=lifted.reason if lifted else None,
        lifted_at=lifted.at if lifted else None,
        watch_url=f"/api/lt/orders{whose}",
    )
