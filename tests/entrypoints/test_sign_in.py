"""People come in and go out by the web, on a real database."""

import logging
from dataclasses import replace
from typing import Annotated

import pytest
from argon2 import PasswordHasher
from fastapi import Depends
from fresh import fresh_services
from visitor import HERE, Visitor

from ltsys.adapters.passwords import Argon2Passwords
from ltsys.bootstrap import services
from ltsys.domain.account import Attempts, Role, Scope
from ltsys.domain.ids import UserId
from ltsys.usecases.issue_token import issue_token
from ltsys.usecases.open_account import add_user, make_link, set_disabled, set_password
from ltsys.web.app import create_app
from ltsys.web.caller import Caller, require
from ltsys.web.sign_in import page_caller

ANN = UserId("ann")
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
PASSWORD = "correct horse battery"
SECURE = "https://ltsys.example"


@pytest.fixture
def own(monkeypatch, database_url):
    monkeypatch.setenv("LTSYS_DATABASE_URL", database_url)
    with fresh_services():
        made = services()
        # full price is paid in the tests of the hashes; setting an attribute sets a cached one
        made.entrance = replace(made.entrance, passwords=Argon2Passwords(CHEAP))
        add_user(ANN, Role.TRADER, entrance=made.entrance)
        set_password(ANN, PASSWORD, entrance=made.entrance)
        yield made


@pytest.fixture
def app(own):  # noqa: ARG001 - the settings must be in place
    """The web process with a route for each scope, and a page."""
    made = create_app()

    def who(caller: Caller) -> dict[str, str]:
        return {"user": caller.user_id, "how": caller.how}

    for scope in Scope:

        def route(caller: Annotated[Caller, Depends(require(scope))]):
            return who(caller)

        made.add_api_route(f"/test/{scope}", route, methods=["GET", "POST"])

    def page(caller: Annotated[Caller, Depends(page_caller)]):
        return who(caller)

    made.add_api_route("/test/page", page, methods=["GET", "POST"])
    return made


@pytest.fixture
def ann(app) -> Visitor:
    """Signed in by her browser."""
    visitor = Visitor(app)
    assert visitor.sign_in("ann", PASSWORD).status_code == 303
    return visitor


def bearer(own, *scopes: Scope) -> dict[str, str]:
    issued = issue_token(ANN, "cron", frozenset(scopes), days=1, entrance=own.entrance)
    return {"Authorization": f"Bearer {issued.secret}"}


def test_nobody_gets_anywhere_without_signing_in(app):
    """L63."""
    visitor = Visitor(app)

    codes = {scope: visitor.get(f"/test/{scope}").status_code for scope in Scope}

    assert set(codes.values()) == {401}
    assert visitor.get("/test/read").headers["WWW-Authenticate"] == "Bearer"


def test_a_browser_that_signed_in_is_known_and_may_what_its_role_may(ann):
    """L63."""
    answers = {scope: ann.get(f"/test/{scope}") for scope in Scope}

    assert answers[Scope.READ].json() == {"user": "ann", "how": "session"}
    assert [answer.status_code for answer in answers.values()] == [200, 200, 403]
    assert "admin" in answers[Scope.ADMIN].json()["detail"]


def test_a_token_may_what_it_was_given(own, app):
    """L63."""
    headers = bearer(own, Scope.READ)

    codes = [Visitor(app).get(f"/test/{scope}", headers=headers).status_code for scope in Scope]

    assert codes == [200, 403, 403]
    assert Visitor(app).post("/test/read", headers=headers).json()["how"] == "token"


def test_a_wrong_token_is_nobody_even_with_a_good_cookie(ann):
    """L63."""
    for header in ("Bearer nonsense", "Bearer ", "Basic YW5uOng=", "lt_x"):
        answer = ann.get("/test/read", headers={"Authorization": header})

        assert answer.status_code == 401, header


def test_only_our_own_pages_change_anything_by_a_cookie(ann):
    """Another site's page cannot act for who looks at it (L63)."""
    for headers, code in (
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": HERE}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Origin": HERE}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ):
        assert ann.post("/test/trade", headers=headers).status_code == code, headers


def test_another_site_cannot_sign_its_own_account_in_here(app):
    """L63."""
    answer = Visitor(app).sign_in("ann", PASSWORD, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_the_cookie_is_for_us_alone(app):
    """L62."""
    over_https = Visitor(app, base_url=SECURE).sign_in("ann", PASSWORD).headers["set-cookie"]
    on_loopback = Visitor(app).sign_in("ann", PASSWORD).headers["set-cookie"]

    assert over_https.startswith("__Host-ltsys_session=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=86400"):
        assert part in over_https
    assert "HttpOnly" in on_loopback
    assert "Secure" not in on_loopback


def test_over_plain_http_nobody_signs_in_from_elsewhere(app):
    """The password would be readable on the way (L62)."""
    answer = Visitor(app, base_url="http://ltsys.example").sign_in("ann", PASSWORD)

    assert answer.status_code == 403
    assert "https" in answer.text
    assert "set-cookie" not in answer.headers


def test_a_cookie_of_plain_http_counts_for_nothing_over_https(app, ann):
    (secret,) = ann.cookies.values()
    visitor = Visitor(app, base_url=SECURE)

    answer = visitor.get("/test/read", headers={"Cookie": f"ltsys_session={secret}"})

    assert answer.status_code == 401


def test_each_sign_in_is_a_new_session_and_ends_the_one_before(app, ann):
    """Whoever planted a cookie gains nothing by it."""
    (before,) = ann.cookies.values()
    ann.sign_in("ann", PASSWORD)
    (after,) = ann.cookies.values()

    answer = Visitor(app).get("/test/read", headers={"Cookie": f"ltsys_session={before}"})

    assert before != after
    assert answer.status_code == 401


def test_logging_out_ends_the_session_itself_not_only_the_cookie(app, ann):
    (secret,) = ann.cookies.values()

    answer = ann.post("/logout")

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert not list(ann.cookies.values())
    old = Visitor(app).get("/test/read", headers={"Cookie": f"ltsys_session={secret}"})
    assert old.status_code == 401


def test_logging_out_everywhere_ends_every_browser(app, ann):
    other = Visitor(app)
    other.sign_in("ann", PASSWORD)

    ann.post("/logout", {"everywhere": "1"})

    assert other.get("/test/read").status_code == 401


def test_another_site_cannot_log_anybody_out(ann):
    assert ann.post("/logout", headers={"Origin": "https://evil.example"}).status_code == 403
    assert ann.get("/test/read").status_code == 200


def test_somebody_who_is_disabled_is_out_at_once(own, ann):
    """L63."""
    set_disabled(ANN, is_disabled=True, entrance=own.entrance)

    assert ann.get("/test/read").status_code == 401


def test_wrong_passwords_are_refused_and_then_not_looked_at(app):
    """L63."""
    visitor, most = Visitor(app), Attempts.MOST[0]

    codes = [visitor.sign_in("ann", "wrong").status_code for _ in range(most + 1)]

    assert codes == [401] * most + [429]
    assert visitor.sign_in("ann", PASSWORD).status_code == 429
    assert Visitor(app, address="192.0.2.2").sign_in("ann", PASSWORD).status_code == 303


def test_a_page_leads_to_the_form_and_back(app):
    visitor = Visitor(app)

    to_form = visitor.get("/test/page?x=1&y=2")
    form = visitor.get(to_form.headers["location"])
    target = form.text.split('name="next" value="')[1].split('"')[0].replace("&amp;", "&")
    back = visitor.post("/login", {"name": "ann", "password": PASSWORD, "next": target})

    assert to_form.status_code == 303
    assert back.headers["location"] == "/test/page?x=1&y=2"
    assert visitor.get(back.headers["location"]).json()["user"] == "ann"
    assert Visitor(app).post("/test/page").status_code == 401


def test_the_form_leads_nowhere_else(ann):
    hostile = (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:x",
        "\n/x",
        "",
    )
    for target in hostile:
        answer = ann.post("/login", {"name": "ann", "password": PASSWORD, "next": target})

        assert answer.headers["location"] == "/", target


def test_a_one_time_link_sets_a_password_once(own, app):
    code = make_link(ANN, entrance=own.entrance)
    fields = {"code": code, "password": "another long password", "again": "another long password"}
    visitor = Visitor(app)

    page = visitor.get("/set-up")
    first, second = visitor.post("/set-up", fields), visitor.post("/set-up", fields)

    assert page.status_code == 200
    assert (first.status_code, first.headers["location"]) == (303, "/login")
    assert (second.status_code, "ask for a new one" in second.text) == (422, True)
    assert visitor.sign_in("ann", "another long password").status_code == 303


def test_two_different_passwords_spend_no_link(own, app):
    code, visitor = make_link(ANN, entrance=own.entrance), Visitor(app)

    differ = visitor.post("/set-up", {"code": code, "password": "a" * 12, "again": "b" * 12})
    weak = visitor.post("/set-up", {"code": code, "password": "weak", "again": "weak"})

    assert (differ.status_code, weak.status_code) == (422, 422)
    assert "weak" not in weak.text
    good = visitor.post("/set-up", {"code": code, "password": PASSWORD, "again": PASSWORD})
    assert good.status_code == 303


def test_no_secret_is_said_anywhere(own, app, caplog):
    """L62."""
    caplog.set_level(logging.DEBUG)
    code = make_link(ANN, entrance=own.entrance)
    visitor, headers = Visitor(app), bearer(own, Scope.READ)
    seen = [visitor.get("/test/read", headers=headers)]
    seen += [visitor.sign_in(PASSWORD, PASSWORD), visitor.sign_in("ann", "wrong" + PASSWORD)]
    seen += [visitor.post("/set-up", {"code": code, "password": PASSWORD, "again": "x"})]
    seen += [visitor.sign_in("ann", PASSWORD), visitor.get("/"), visitor.get("/login")]
    (cookie,) = visitor.cookies.values()

    pages = "".join(answer.text + str(answer.url) for answer in seen)
    logs = repr(own.queries.logs(1000)) + caplog.text

    for secret in (PASSWORD, code, cookie, headers["Authorization"].split()[1]):
        assert secret not in pages
        assert secret not in logs


def test_a_form_that_is_no_form_of_ours_is_refused(app):
    answer = Visitor(app).post("/login", {"name": "x" * 9000})

    assert answer.status_code == 413


def test_the_pages_load_nothing_from_elsewhere_and_stand_in_no_frame(app):
    for path in ("/login", "/set-up"):
        policy = Visitor(app).get(path).headers["Content-Security-Policy"]

        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
