"""Who asks, what they may read, and what they may do: the dependencies of every route."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import orjson
import structlog
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from ltsys.bootstrap import Services, services
from ltsys.domain.ids import StrategyId
from ltsys.ports.answers import Answer
from ltsys.ports.queries import Queries, StrategyRow
from ltsys.ports.tasks import BrokerUnavailableError
from ltsys.usecases.answer_once import Once, answer_once
from ltsys.web.api.problems import NoSuchThingError
from ltsys.web.caller import Caller, Scope, current_caller, require

_log = structlog.get_logger("ltsys.api")

Reader = Annotated[Caller, Depends(require(Scope.READ))]
Trader = Annotated[Caller, Depends(require(Scope.TRADE))]
Admin = Annotated[Caller, Depends(require(Scope.ADMIN))]


def _queries(caller: Annotated[Caller, Depends(current_caller)]) -> Queries:
    return services().queries.as_user(caller.user_id)


def _system() -> Services:
    return services()


Own = Annotated[Queries, Depends(_queries)]
"""Reads of the caller's rows alone."""
System = Annotated[Services, Depends(_system)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A request that changes something: done once under the key that came with it, if one did."""

    user_id: str
    own: Services
    once: Once | None

    def __call__(self, act: Callable[[], BaseModel], *, status: int) -> Response:
        """The answer of the deed, or of the first request with the same key."""

        def answer() -> Answer:
            return Answer(status=status, body=act().model_dump_json())

        if self.once is None:
            return _response(answer(), is_replayed=False)
        done = answer_once(self.once, answer, store=self.own.store, clock=self.own.clock)
        return _response(done.answer, is_replayed=done.is_replayed)


async def _deed(
    request: Request,
    caller: Annotated[Caller, Depends(current_caller)],
    idempotency_key: Annotated[
        str | None,
        Header(
            pattern=r"^[!-~]{1,200}$",
            description="Your own name for this request. Sent again with the same body it gets the "
            "same answer for a day, and nothing is done twice; with another body it is refused.",
        ),
    ] = None,
) -> Deed:
    """Async, because the body is read here a second time, for its fingerprint."""
    once = None
    if idempotency_key is not None:
        said = f"{request.method} {request.url.path}\n".encode() + await request.body()
        once = Once(
            user_id=caller.user_id,
            key=idempotency_key,
            fingerprint=hashlib.sha256(said).hexdigest(),
        )
    return Deed(user_id=caller.user_id, own=services(), once=once)


Doing = Annotated[Deed, Depends(_deed)]


def own_strategy(strategy_id: str, queries: Queries) -> StrategyRow:
    """Raises NoSuchThingError for one that is not there, or is somebody else's (L63)."""
    found = queries.strategy(StrategyId(strategy_id))
    if found is None:
        raise NoSuchThingError(f"there is no strategy {strategy_id}")
    return found


def remind(own: Services, task: str, *ids: str) -> None:
    """A worker is told of a row; one that cannot be told finds it on its next sweep (L58)."""
    try:
        own.tasks.send(task, *ids)
    except BrokerUnavailableError as error:
        _log.warning("kick.failed", kicked=task, error=str(error))


def _response(answer: Answer, *, is_replayed: bool) -> Response:
    headers = {"Idempotency-Replayed": "true"} if is_replayed else {}
    watch = orjson.loads(answer.body).get("watch_url")
    if watch:
        headers["Location"] = watch
    return Response(answer.body, answer.status, headers, "application/json")
