"""The pages by which people come in and go out: /login, /set-up and /logout (L62, L63).

They work without scripts, but for the one that takes a link's code out of the address bar: it
stands behind the `#`, which browsers send to nobody.
"""

import base64
import hashlib
from html import escape
from typing import Annotated, Final
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from ltsys.bootstrap import services
from ltsys.domain.account import PASSWORD_LENGTH, SESSION_LIFE, Caller
from ltsys.domain.errors import RefusedError
from ltsys.usecases.entrance import TooManyAttemptsError
from ltsys.usecases.open_account import set_password_by_link
from ltsys.usecases.sign_in import SignedIn, sign_in, sign_out, sign_out_everywhere
from ltsys.web.caller import (
    LOOPBACK_COOKIE,
    SECURE_COOKIE,
    current_caller,
    find_caller,
    is_from_our_pages,
    session_secret,
)

HOME: Final = "/"
_LARGEST_FORM: Final = 8192
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

router = APIRouter(include_in_schema=False)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a small form of this very site. Raises 403 and 413."""
    if not is_from_our_pages(request):
        raise HTTPException(403, "this form was not sent by a page of this site")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST_FORM:
            raise HTTPException(413, f"a form here has at most {_LARGEST_FORM} bytes")
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=10)
    return {name: values[-1] for name, values in fields.items()}


Form = Annotated[dict[str, str], Depends(_form)]


@router.get("/login")
def login_page(request: Request, next: str = HOME) -> Response:  # noqa: A002 - the word in the URL
    """The form, or home for whoever is signed in."""
    if find_caller(request) is not None:
        return RedirectResponse(_local(next), 303)
    return _page("Sign in", _login_form(_local(next)))


@router.post("/login")
def login(request: Request, form: Form) -> Response:
    """Signed in, with a cookie, and where one wanted to go; or the form again, and why."""
    target = _local(form.get("next", HOME))
    if not _may_have_cookie(request):
        said = "Sign in over https: over plain http everybody on the way could read the password."
        return _page("Sign in", _login_form(target), said, 403)
    own, address = services(), request.client.host if request.client else "unknown"
    try:
        signed = sign_in(
            form.get("name", ""),
            form.get("password", ""),
            address=address,
            entrance=own.entrance,
        )
    except TooManyAttemptsError as error:
        return _page("Sign in", _login_form(target), str(error), 429)
    except RefusedError as error:
        return _page("Sign in", _login_form(target), str(error), 401)
    if (old := session_secret(request)) is not None:
        sign_out(old, entrance=own.entrance)
    return _with_cookie(RedirectResponse(target, 303), signed, request)


@router.get("/set-up")
def set_up_page() -> Response:
    """Where a one-time link leads; its code may also be typed."""
    return _page("Set your password", _SET_UP_FORM, script=_TAKE_CODE)


@router.post("/set-up")
def set_up(form: Form) -> Response:
    """The password is set, and one signs in with it; or the form again, and why."""
    code, password = form.get("code", "").strip(), form.get("password", "")
    if password != form.get("again", ""):
        said = "The two passwords differ."
        return _page("Set your password", _SET_UP_FORM, said, 422, script=_TAKE_CODE)
    try:
        set_password_by_link(code, password, entrance=services().entrance)
    except RefusedError as error:
        return _page("Set your password", _SET_UP_FORM, str(error), 422, script=_TAKE_CODE)
    return RedirectResponse("/login", 303)


@router.post("/logout")
def logout(request: Request, form: Form) -> Response:
    """Signed out of this browser, or with `everywhere` of all."""
    entrance = services().entrance
    caller = find_caller(request)
    if caller is not None and form.get("everywhere"):
        sign_out_everywhere(caller.user_id, entrance=entrance)
    if (secret := session_secret(request)) is not None:
        sign_out(secret, entrance=entrance)
    answer = RedirectResponse("/login", 303)
    for name in (LOOPBACK_COOKIE, SECURE_COOKIE):
        answer.delete_cookie(name, path="/", secure=name == SECURE_COOKIE, httponly=True)
    return answer


def page_caller(request: Request) -> Caller:
    """As `current_caller`, for pages: who is not signed in is led to the form, and then back."""
    if find_caller(request) is None and request.method == "GET":
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise HTTPException(303, headers={"Location": f"/login?next={quote(wanted, safe='')}"})
    return current_caller(request)


def _may_have_cookie(request: Request) -> bool:
    """Over https, or within this machine."""
    return request.url.scheme == "https" or request.url.hostname in _LOOPBACK


def _with_cookie(answer: Response, signed: SignedIn, request: Request) -> Response:
    is_secure = request.url.scheme == "https"
    answer.set_cookie(
        SECURE_COOKIE if is_secure else LOOPBACK_COOKIE,
        signed.secret,
        max_age=int(SESSION_LIFE.total_seconds()),
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )
    return answer


def _local(target: str) -> str:
    """A path of this site; whatever could lead elsewhere leads home."""
    parts = urlsplit(target)
    is_ours = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if is_ours and target.isprintable() else HOME


def _login_form(target: str) -> str:
    return f"""
<form method="post" action="/login">
<input type="hidden" name="next" value="{escape(target)}">
<label>Name
<input name="name" autocomplete="username" autocapitalize="none" required autofocus></label>
<label>Password
<input name="password" type="password" autocomplete="current-password" required></label>
<button>Sign in</button>
</form>
<p>No password yet? On the machine that runs this,
<code>lt users link NAME</code> prints a link.</p>"""


_SET_UP_FORM: Final = f"""
<form method="post" action="/set-up">
<label>One-time code <input name="code" autocomplete="off" required></label>
<label>New password <input name="password" type="password" autocomplete="new-password" required
 minlength="{PASSWORD_LENGTH[0]}" maxlength="{PASSWORD_LENGTH[-1]}" aria-describedby="rule"></label>
<label>The same again
<input name="again" type="password" autocomplete="new-password" required></label>
<p id="rule">{PASSWORD_LENGTH[0]} characters or more; a few unrelated words are good.</p>
<button>Set password</button>
</form>"""
_TAKE_CODE: Final = """
const code = location.hash.slice(1);
if (code) {
  document.querySelector('[name=code]').value = code;
  history.replaceState(null, '', location.pathname);
}
"""
_STYLE: Final = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 24rem; margin: 12vh auto; padding: 0 1rem }
label { display: block; margin: 1rem 0 }
input { display: block; width: 100%; box-sizing: border-box; font: inherit; padding: .5rem }
button { font: inherit; padding: .5rem 1rem }
.said { border-left: .25rem solid; padding-left: .75rem }
"""


def _page(title: str, body: str, said: str = "", status: int = 200, script: str = "") -> Response:
    """One small document with nothing from elsewhere."""
    shown = f'<p class="said" role="alert">{escape(said)}</p>' if said else ""
    mode = escape(services().settings.venue.upper())
    run = f"<script>{script}</script>" if script else ""
    text = f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title} · ltsys {mode}</title><style>{_STYLE}</style></head>
<body><main><h1>{title}</h1><p>ltsys on <strong>{mode}</strong></p>{shown}{body}</main>{run}</body>
</html>"""
    return HTMLResponse(text, status, headers=_headers(script))


def _headers(script: str) -> dict[str, str]:
    scripts = f"script-src {_source(script)}; " if script else ""
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src {_source(_STYLE)}; {scripts}"
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def _source(text: str) -> str:
    """How a policy names the one text that it allows."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
