"""One's own account: tokens for scripts, browsers that are signed in, and the password."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from ltsys.domain.account import PASSWORD_LENGTH, TOKEN_DAYS, TokenFacts, handle_of
from ltsys.domain.errors import RefusedError
from ltsys.ports.dashboard import DashboardReads
from ltsys.usecases.change_password import change_password
from ltsys.usecases.entrance import TooManyAttemptsError
from ltsys.usecases.identify_caller import secret_hash
from ltsys.usecases.issue_token import IssuedToken, issue_token, revoke_token
from ltsys.usecases.sign_in import end_session, sign_out_elsewhere
from ltsys.web.caller import How, Scope, session_secret
from ltsys.web.pages.forms import Answers, Posted
from ltsys.web.pages.frame import PageError, Visit, Visiting, done, page
from ltsys.web.pages.page_route import PageRoute
from ltsys.web.sign_in import Form

router = APIRouter(route_class=PageRoute)
HOME: Final = "/account"
_USUAL: Final = {"read": "yes", "days": "90"}
"""What the form of a token begins with."""
_RIGHTS: Final = {
    Scope.READ: "look at everything of yours",
    Scope.TRADE: "act: create, change, pause, halt",
    Scope.ADMIN: "what concerns everybody",
}


def _in_person(seen: Visiting) -> Visit:
    """Raises PageError for a token: one that leaked must not make others of more (L63)."""
    if seen.caller.how is not How.SESSION:
        raise PageError(403, "An account is looked after in a browser that is signed in.")
    return seen


InPerson = Annotated[Visit, Depends(_in_person)]


@router.get("/account")
def account(seen: InPerson) -> Response:
    return _shown(seen, Answers(_USUAL))


@router.get("/account/{deed}")
def back(seen: InPerson, deed: str) -> Response:
    """Where the address of a form's answer leads when it is opened by itself."""
    del seen, deed
    return RedirectResponse(HOME, 303)


@router.post("/account/token")
def create_token(seen: InPerson, answers: Posted) -> Response:
    """The token stands on this one answer: in no address, no log and on no later page (L62)."""
    scopes = frozenset(scope for scope in Scope if answers.text(scope.value) == "yes")
    try:
        issued = issue_token(
            seen.caller.user_id,
            answers.text("name"),
            scopes,
            days=_days(answers.text("days")),
            entrance=seen.own.entrance,
        )
    except RefusedError as error:
        return _shown(seen, answers, wrong=f"{error}", status=422)
    return _shown(seen, Answers(_USUAL), issued=issued)


@router.post("/account/revoke")
def revoke(seen: InPerson, answers: Posted) -> Response:
    with _or_gone():
        revoke_token(seen.caller.user_id, answers.text("prefix"), entrance=seen.own.entrance)
    return done(HOME, "revoked")


@router.post("/account/end")
def end(seen: InPerson, answers: Posted) -> Response:
    with _or_gone():
        end_session(seen.caller.user_id, answers.text("session"), entrance=seen.own.entrance)
    return done(HOME, "ended")


@router.post("/account/end-others")
def end_others(seen: InPerson) -> Response:
    sign_out_elsewhere(seen.caller.user_id, _secret(seen), entrance=seen.own.entrance)
    return done(HOME, "elsewhere")


@router.post("/account/password")
def change(seen: InPerson, form: Form) -> Response:
    """As typed, blanks at the ends included: a password is not tidied as other fields are."""
    new = form.get("new", "")
    if new != form.get("again", ""):
        return _shown(seen, Answers(_USUAL), wrong="The two new passwords differ.", status=422)
    client = seen.request.client
    try:
        change_password(
            seen.caller.user_id,
            old=form.get("old", ""),
            new=new,
            secret=_secret(seen),
            address=client.host if client else "unknown",
            entrance=seen.own.entrance,
        )
    except TooManyAttemptsError as error:
        return _shown(seen, Answers(_USUAL), wrong=f"{error}", status=429)
    except RefusedError as error:
        return _shown(seen, Answers(_USUAL), wrong=f"{error}", status=422)
    return done(HOME, "password")


def _shown(
    seen: Visit,
    answers: Answers,
    *,
    issued: IssuedToken | None = None,
    wrong: str | None = None,
    status: int = 200,
) -> Response:
    now = seen.own.clock.wall()

    def read(books: DashboardReads) -> dict[str, object]:
        facts = books.account()
        if facts is None:
            raise PageError(404, "There is no such account.")
        return {
            "facts": facts,
            "sessions": [each for each in facts.sessions if each.is_good(now)],
            "this": handle_of(secret_hash(_secret(seen))),
            "living": [each for each in facts.tokens if each.is_good(now)],
            "over": [each for each in facts.tokens if not each.is_good(now)],
            "rights": {s: words for s, words in _RIGHTS.items() if s in seen.caller.scopes},
            "answers": answers,
            "issued": issued,
            "end_of": _end_of,
            "days": TOKEN_DAYS,
            "length": PASSWORD_LENGTH,
        }

    return page(
        seen,
        "account.html",
        read,
        title="Account",
        here=HOME,
        status=status,
        wrong=wrong,
        is_live=False,
    )


@contextmanager
def _or_gone() -> Iterator[None]:
    """Raises PageError for what the user never had, or has no more."""
    try:
        yield
    except RefusedError as error:
        raise PageError(404, f"{error}.") from error


def _secret(seen: Visit) -> str:
    """Of the session by which this very request came."""
    return session_secret(seen.request) or ""


def _days(text: str) -> int:
    """Raises RefusedError for what is no number of days; its bounds are the use case's."""
    if not (text.isascii() and text.isdecimal()):
        raise RefusedError(
            f"a token lives {TOKEN_DAYS[0]} to {TOKEN_DAYS[-1]} days, not {text[:20]!r}"
        )
    return int(text)


def _end_of(token: TokenFacts) -> str:
    """How a token that is over came to its end."""
    return "revoked" if token.revoked_at is not None else "expired"
