"""/api/lt/breakers: what stopped by itself and why, and a person's word that ends it (L34)."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from ltsys.domain.breaker import Breaker, BreakerKind, Resume, explained
from ltsys.domain.ids import StrategyId
from ltsys.usecases.clear_breaker import clear_breaker
from ltsys.web.api.asking import Doing, Own, Reader, System, Trader, own_strategy
from ltsys.web.api.numbers import Moment, Name, Number, Words, text
from ltsys.web.api.problems import documented
from ltsys.web.caller import Caller, Scope

router = APIRouter(prefix="/breakers", tags=["breakers"])
_MOST = 500


class BreakerShape(BaseModel):
    """A rule that stopped trading by itself."""

    kind: BreakerKind
    strategy_id: str | None = Field(description="Null is all strategies.")
    text: str = Field(description="Why it tripped, with both numbers, and what resumes.")
    cause: str
    value: Number
    threshold: Number
    resume: Resume = Field(description="What ends it.")
    tripped_at: Moment
    resumes_at: Moment | None
    cleared_at: Moment | None = Field(description="UTC; null while it stands.")
    cleared_by: str | None
    cleared_because: str | None


class Clearing(BaseModel):
    """Which breaker is over, and why. One of all strategies needs the scope admin."""

    model_config = ConfigDict(extra="forbid")

    kind: BreakerKind
    strategy_id: Name | None = Field(description="Null is all strategies.")
    reason: Words


@router.get("", responses=documented())
def list_breakers(
    _: Reader,
    queries: Own,
    is_tripped: Annotated[bool | None, Query(description="Only these, or only cleared.")] = None,
) -> list[BreakerShape]:
    """Breakers that concern you: those that stand first, the newest first; at most 500."""
    rows = queries.breakers(_MOST)
    return [_shown(row) for row in rows if is_tripped in {None, row.cleared_at is None}]


@router.post("/clear", response_model=BreakerShape, responses=documented(400, 404, 409))
def clear(body: Clearing, caller: Trader, queries: Own, own: System, doing: Doing) -> Response:
    """It is over, whatever its rule says. The strategy's limits stay in force."""
    if body.strategy_id is None:
        _refuse_who_is_no_admin(caller)

    def act() -> BreakerShape:
        name: StrategyId | None = None
        if body.strategy_id is not None:
            name = own_strategy(body.strategy_id, queries).strategy.strategy_id
        by, because = caller.user_id, body.reason
        return _shown(clear_breaker(body.kind, name, by=by, because=because, store=own.store))

    return doing(act, status=200)


def _refuse_who_is_no_admin(caller: Caller) -> None:
    if not caller.may(Scope.ADMIN):
        have = ", ".join(sorted(caller.scopes))
        raise HTTPException(
            403, f"a breaker of all strategies needs the scope admin; yours: {have}"
        )


def _shown(breaker: Breaker) -> BreakerShape:
    return BreakerShape(
        kind=breaker.kind,
        strategy_id=breaker.strategy_id,
        text=explained(breaker),
        cause=breaker.cause,
        value=text(breaker.value),
        threshold=text(breaker.threshold),
        resume=breaker.resume,
        tripped_at=breaker.tripped_at,
        resumes_at=breaker.resumes_at,
        cleared_at=breaker.cleared_at,
        cleared_by=breaker.cleared_by,
        cleared_because=breaker.cleared_because,
    )
