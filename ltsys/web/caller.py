"""Who asks: every route but /healthz and the sign-in pages depends on `require` (L63).

`caller: Annotated[Caller, Depends(require(Scope.TRADE))]` in a route; what it then reads, it reads
through `services().queries.as_user(caller.user_id)`.
"""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request

from ltsys.bootstrap import services
from ltsys.domain.account import Caller, How, Role, Scope
from ltsys.usecases.identify_caller import caller_of_session, caller_of_token

__all__ = ["Caller", "How", "Role", "Scope", "current_caller", "find_caller", "require"]

SECURE_COOKIE = "__Host-ltsys_session"
LOOPBACK_COOKIE = "ltsys_session"
"""Over http within one machine, where browsers take no `Secure` cookie everywhere."""
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_BEARER = "bearer "


def find_caller(request: Request) -> Caller | None:
    """Whose request this is; None where nothing good came with it. A token goes before a cookie."""
    own = services()
    header = request.headers.get("authorization", "")
    if header:
        if not header.lower().startswith(_BEARER):
            return None
        return caller_of_token(header[len(_BEARER) :].strip(), store=own.store, clock=own.clock)
    secret = session_secret(request)
    return caller_of_session(secret, store=own.store, clock=own.clock) if secret else None


def session_secret(request: Request) -> str | None:
    """What the session's cookie holds. Over https only the cookie counts that https has set."""
    is_secure = request.url.scheme == "https"
    return request.cookies.get(SECURE_COOKIE if is_secure else LOOPBACK_COOKIE)


def current_caller(request: Request) -> Caller:
    """The signed-in caller. Raises 401 for nobody, 403 for what another site's page asks."""
    caller = find_caller(request)
    if caller is None:
        raise HTTPException(
            401,
            "sign in, or send a token that still lives: `Authorization: Bearer …`",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if caller.how is How.SESSION and not is_from_our_pages(request):
        raise HTTPException(403, "this was not asked by a page of this site; nothing was changed")
    return caller


def require(scope: Scope) -> Callable[[Caller], Caller]:
    """A dependency: the caller, who has that scope. Raises as `current_caller`, and 403."""

    def required(caller: Annotated[Caller, Depends(current_caller)]) -> Caller:
        if not caller.may(scope):
            have = ", ".join(sorted(caller.scopes)) or "nothing"
            raise HTTPException(403, f"this needs the scope {scope}; yours: {have}")
        return caller

    return required


def is_from_our_pages(request: Request) -> bool:
    """Reads always; whatever changes something must say that it comes from this very site.

    Browsers send a cookie along with what any site's page asks, so a cookie alone proves nothing.
    They say truthfully where it comes from, and no page can make them lie: `Sec-Fetch-Site`, or
    `Origin` where that is missing. A request that says neither is no browser's.
    """
    if request.method in _SAFE_METHODS:
        return True
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == request.headers.get("host")
