"""Refusals as pages for people, where the API gives problems to programs."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from ltsys.domain.errors import LtsysError
from ltsys.ports.dashboard import BadPlaceError
from ltsys.ports.queries import StoreUnavailableError
from ltsys.web.pages.frame import PageError, SignInFirst, bare, to_sign_in

_STATUSES: dict[type[LtsysError], int] = {BadPlaceError: 400, StoreUnavailableError: 503}
_REFUSED = 409


class PageRoute(APIRoute):
    """Leads who is not signed in to the door; says each refusal in a sentence."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_or_say_why(request: Request) -> Response:
            if _holds_nul(request):
                return bare(400, "An address here holds no NUL.")
            try:
                return await answer(request)
            except SignInFirst as error:
                return to_sign_in(error.path)
            except PageError as error:
                return bare(error.status, error.text)
            except LtsysError as error:
                return bare(_STATUSES.get(type(error), _REFUSED), f"{error}.")

        return answer_or_say_why


def _holds_nul(request: Request) -> bool:
    """Postgres keeps none, so that no page can be found by one."""
    return "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]
