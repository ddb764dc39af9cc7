"""What every page shares: its caller, its snapshot, its head and how it is put together."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote, urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ltsys.bootstrap import Services, services
from ltsys.ports.dashboard import DashboardReads, HeadFacts
from ltsys.web.caller import Caller, Scope, find_caller, is_from_our_pages
from ltsys.web.pages import shown
from ltsys.web.pages.terms import TERMS

FOLDER: Final = Path(__file__).parent
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
PAGES: Final = (
    ("Strategies", "/strategies"),
    ("Orders", "/orders"),
    ("Fills", "/fills"),
    ("Refused", "/refused"),
    ("Positions", "/positions"),
    ("Redemptions", "/redemptions"),
    ("Risk", "/risk"),
    ("Halts", "/halts"),
    ("Alerts", "/alerts"),
    ("Logs", "/logs"),
    ("System", "/system"),
)
LIVE_S: Final = 3
"""Seconds between two looks of a page at itself."""
_LATE_TICKS = 3
_LATE_S = 20
_DONE: Final = {
    "created": "The strategy is launched. It mirrors FT orders from now on, never earlier ones.",
    "paused": "Paused: nothing new is planned. Working orders are still looked after.",
    "resumed": "Resumed: new signals are acted on again.",
    "limits": "Lower limits hold now; looser ones wait, and can be withdrawn until then.",
    "settings": "Tighter settings hold now; looser ones wait, and can be withdrawn until then.",
    "promotion": "The promotion waits its time; then every check is asked again.",
    "demoted": "It was sent back. Working orders go on to their end.",
    "confirmed": "The change is confirmed: it takes effect after its cooling-off time.",
    "withdrawn": "The change is withdrawn.",
    "breaker": "The breaker is cleared.",
    "cleared": "The alert is cleared.",
    "halted": "Halted. Nothing new is planned or posted.",
    "lifted": "The halt is lifted.",
    "revoked": "The token is revoked: it opens nothing any more.",
    "ended": "The session is over: that browser has to sign in again.",
    "elsewhere": "Every other session is over.",
    "password": "The new password holds. Every other session is over; tokens are as they were.",
}
"""What was done, by the word in the address: an address puts no words of its own on a page."""


class SignInFirst(Exception):  # noqa: N818 - it is a way to go, not a fault
    """Nobody good is signed in."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class PageError(Exception):
    """The page cannot be shown: a sentence, and the status that it is answered with."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text


class _Query(dict[str, str]):
    """The filters of the address; one that is not there is empty."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of somebody who is signed in, and what it may reach."""

    request: Request
    caller: Caller
    own: Services

    def must(self, scope: Scope) -> None:
        """Raises PageError for a caller without that scope."""
        if not self.caller.may(scope):
            raise PageError(403, f"This needs the right to {scope.value}, which you do not have.")


def visit(request: Request) -> Visit:
    """Raises SignInFirst for nobody, PageError for a form that another site's page sent (L63)."""
    caller = find_caller(request)
    if caller is None:
        raise SignInFirst(request.url.path)
    if not is_from_our_pages(request):
        raise PageError(403, "This was not asked by a page of this site; nothing was changed.")
    found = Visit(request=request, caller=caller, own=services())
    found.must(Scope.READ)
    return found


Visiting = Annotated[Visit, Depends(visit)]


def page(
    seen: Visit,
    template: str,
    read: Callable[[DashboardReads], Mapping[str, object]],
    *,
    title: str,
    here: str,
    status: int = 200,
    wrong: str | None = None,
    is_live: bool = True,
) -> HTMLResponse:
    """The page, all of it read from one snapshot. Raises StoreUnavailableError, PageError."""
    with seen.own.dashboard.as_user(seen.caller.user_id).reading() as books:
        head = books.head()
        facts = dict(read(books))
    unready = _unready(head, seen.own)
    text = (
        _templates()
        .get_template(template)
        .render(
            title=title,
            here=here,
            mode=seen.own.settings.venue.upper(),
            head=head,
            ready=not unready,
            unready=unready,
            caller_=seen.caller,
            may_trade=seen.caller.may(Scope.TRADE),
            may_admin=seen.caller.may(Scope.ADMIN),
            every=LIVE_S if is_live else 0,
            pages=PAGES,
            said=_DONE.get(seen.request.query_params.get("done", "")),
            wrong=wrong,
            query=_Query(seen.request.query_params),
            **facts,
        )
    )
    return HTMLResponse(text, status, headers=HEADERS)


def bare(status: int, text: str) -> HTMLResponse:
    """A page without a head, for when there is nothing to fill it with."""
    said = _templates().get_template("error.html").render(status=status, text=text)
    return HTMLResponse(said, status, headers=HEADERS)


def done(path: str, word: str) -> RedirectResponse:
    """On to a page that says what was done; going back or reloading does nothing again."""
    return RedirectResponse(f"{path}{'&' if '?' in path else '?'}done={word}", 303)


def to_sign_in(path: str) -> RedirectResponse:
    return RedirectResponse(f"/login?next={quote(path)}", 303)


def with_query(request: Request, **changed: str | None) -> str:
    """The page's own address with some of its filters changed; None leaves one out."""
    kept = {**request.query_params, **changed}
    kept.pop("done", None)
    said = urlencode({name: value for name, value in kept.items() if value})
    return f"{request.url.path}?{said}" if said else request.url.path


def _unready(head: HeadFacts, own: Services) -> list[str]:
    """Why no new order would be planned now, cheap enough for each page; `/system` has it all."""
    said = [f"halted: {halt}" for halt in head.halts]
    said += [
        f"the {gate} gate is shut"
        for gate in own.settings.required_gates.split(",")
        if gate.strip() and not head.gates.get(gate.strip(), False)
    ]
    limit_s = _LATE_TICKS * own.settings.sync_s + _LATE_S
    if head.ticked_at is None:
        said.append("beat has never ticked")
    elif (own.clock.wall() - head.ticked_at).total_seconds() > limit_s:
        said.append(f"beat has not ticked for over {limit_s} s")
    if head.critical_count:
        said.append(f"{head.critical_count} critical alerts are open")
    return said


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(shown.filters())
    made.globals.update(
        static=static, terms=TERMS, market=shown.market, between=shown.seconds_between
    )
    return made


@cache
def static(name: str) -> str:
    """The address of a file of ours; it changes with the file, so that browsers may keep it."""
    digest = hashlib.sha256((FOLDER / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{digest}"
