"""One's own account: tokens, sessions and the password, by the page."""

import logging
import re
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from visitor import SAME_SITE

from ltsys.domain.account import Attempts, Scope
from ltsys.domain.ids import UserId
from ltsys.usecases.issue_token import issue_token

HOME = "/account"
ANN = UserId("ann")
PASSWORD = "correct horse battery"
NEW = "another long password"
TOKEN = {"name": "a cron job", "read": "yes", "days": "30"}


def tokens(scene, user=ANN):
    with scene.own.store.reading() as tx:
        return tx.tokens(user)


def sessions(scene, user=ANN):
    with scene.own.store.reading() as tx:
        return tx.sessions(user)


def secret_in(page: str) -> str:
    """The new token on the page that answers its form."""
    return re.search(r'class="secret">(lt_[\w-]+)<', page)[1]


def handles(page: str) -> list[str]:
    """Of the sessions that the page offers to end."""
    return re.findall(r'name="session" value="(\w+)"', page)


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def change(visitor, old=PASSWORD, new=NEW, again=None):
    typed = {"old": old, "new": new, "again": new if again is None else again}
    return visitor.post(f"{HOME}/password", typed)


def test_the_page_says_who_one_is_and_what_to_do_first(ann):
    page = ann.get(HOME).text

    assert "trader: may read, trade" in page
    assert "No token of yours opens anything." in page
    assert "You are signed in nowhere else." in page
    assert 'name="admin"' not in page
    assert 'href="/account"' in ann.get("/orders").text


def test_a_new_token_is_shown_on_one_answer_and_never_again(scene, ann, caplog):
    """L62."""
    caplog.set_level(logging.DEBUG)

    made = ann.post(f"{HOME}/token", TOKEN)
    secret = secret_in(made.text)
    later = ann.get(HOME).text

    (token,) = tokens(scene)
    assert made.text.count(secret) == 1
    assert made.headers["Cache-Control"] == "no-store"
    assert secret not in later + str(made.url) + caplog.text + repr(scene.own.queries.logs(1000))
    assert f"{token.prefix}…" in later
    assert (token.name, token.scopes) == ("a cron job", {Scope.READ})
    assert token.expires_at - token.created_at == timedelta(days=30)
    assert scene.visitor(None).get("/orders", headers=bearer(secret)).status_code == 200


def test_a_token_may_no_more_than_its_user(scene):
    """L63: not even where the form is made up."""
    vic = scene.visitor("vic")

    refused = vic.post(f"{HOME}/token", TOKEN | {"trade": "yes"})
    given = vic.post(f"{HOME}/token", TOKEN)

    assert (refused.status_code, given.status_code) == (422, 200)
    assert "vic is viewer and may give: read" in refused.text
    assert [token.scopes for token in tokens(scene, UserId("vic"))] == [{Scope.READ}]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": " "}, "1 to 80 characters"),
        ({"read": "no"}, "may give: read, trade"),
        ({"days": "0"}, "1 to 365 days, not 0"),
        ({"days": "366"}, "1 to 365 days, not 366"),
        ({"days": "soon"}, "1 to 365 days, not &#39;soon&#39;"),
        ({"days": "9" * 200}, "1 to 365 days"),
    ],
)
def test_a_token_that_makes_no_sense_comes_back_as_it_was_typed(scene, ann, typed, said):
    """L39."""
    answer = ann.post(f"{HOME}/token", TOKEN | typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert f'required value="{typed.get("days", "30")}"' in answer.text
    assert tokens(scene) == ()


def test_a_revoked_token_opens_nothing_and_stays_known(scene, ann):
    secret = secret_in(ann.post(f"{HOME}/token", TOKEN).text)
    script = scene.visitor(None)

    first, again = (ann.post(f"{HOME}/revoke", {"prefix": secret[:12]}) for _ in range(2))

    assert (first.status_code, again.status_code) == (303, 404)
    assert "The token is revoked" in ann.get(first.headers["Location"]).text
    assert "Tokens that are over (1)" in ann.get(HOME).text
    assert script.get("/api/lt/orders", headers=bearer(secret)).status_code == 401


def test_a_token_that_ran_out_is_over(ann, database_url):
    ann.post(f"{HOME}/token", TOKEN)
    with psycopg.connect(database_url) as connection:
        moments = (datetime.now(UTC) - timedelta(days=9), datetime.now(UTC))
        connection.execute("UPDATE api_tokens SET created_at = %s, expires_at = %s", moments)

    page = ann.get(HOME).text

    assert "<td>expired</td>" in page
    assert "No token of yours opens anything." in page


def test_one_session_is_ended_and_this_one_is_not_offered(scene, ann):
    other = scene.visitor("ann")

    (handle,) = handles(ann.get(HOME).text)
    first, again = (ann.post(f"{HOME}/end", {"session": handle}) for _ in range(2))

    assert (first.status_code, again.status_code) == (303, 404)
    assert other.get("/orders").headers["Location"].startswith("/login")
    assert ann.get("/orders").status_code == 200
    assert "This browser" in ann.get(HOME).text


def test_all_other_sessions_end_at_once(scene, ann):
    others = [scene.visitor("ann") for _ in range(2)]
    bob = scene.visitor("bob")

    answer = ann.post(f"{HOME}/end-others")

    assert "Every other session is over." in ann.get(answer.headers["Location"]).text
    assert {each.get("/orders").status_code for each in others} == {303}
    assert bob.get("/orders").status_code == 200


def test_a_user_sees_and_ends_only_what_is_theirs(scene, ann):
    """L63: also by a name that is guessed."""
    entrance = scene.own.entrance
    hers = issue_token(ANN, "hers alone", frozenset({Scope.READ}), days=9, entrance=entrance).token
    second = scene.visitor("ann")
    (handle,) = handles(ann.get(HOME).text)
    bob = scene.visitor("bob")

    page = bob.get(HOME).text
    answers = [
        bob.post(f"{HOME}/revoke", {"prefix": hers.prefix}),
        bob.post(f"{HOME}/end", {"session": handle}),
    ]
    bob.post(f"{HOME}/end-others")

    assert not [name for name in (hers.prefix, "hers alone", handle) if name in page]
    assert handles(page) == []
    assert {answer.status_code for answer in answers} == {404}
    assert tokens(scene)[0].revoked_at is None
    assert second.get("/orders").status_code == 200


def test_no_page_shows_a_hash_of_a_session_or_a_token(scene, ann):
    """L62."""
    ann.post(f"{HOME}/token", TOKEN)
    scene.visitor("ann")

    page = ann.get(HOME).text

    hashes = [each.session_hash for each in sessions(scene)]
    hashes += [each.token_hash for each in tokens(scene)]
    assert len(hashes) == 3
    assert not [each for each in hashes if each in page]


def test_a_new_password_ends_the_other_sessions_and_not_this_one(scene, ann):
    """L63."""
    other = scene.visitor("ann")

    answer = change(ann)

    assert "The new password holds." in ann.get(answer.headers["Location"]).text
    assert other.get("/orders").status_code == 303
    assert scene.visitor(None).sign_in("ann", PASSWORD).status_code == 401
    assert scene.visitor(None).sign_in("ann", NEW).status_code == 303


def test_a_password_is_taken_as_it_was_typed_up_to_the_last_blank(scene, ann):
    """Fields of other forms are tidied and cut."""
    long = " " + "correct horse " * 18

    assert change(ann, new=long).status_code == 303
    assert scene.visitor(None).sign_in("ann", long).status_code == 303
    assert scene.visitor(None).sign_in("ann", long.strip()).status_code == 401


def test_a_password_that_may_not_be_changed_stays_and_none_is_said(scene, ann):
    """L62, L63."""
    refused = {
        "old password is wrong": change(ann, old="wrong horse battery"),
        "new passwords differ": change(ann, again="a third long password"),
        "4 characters": change(ann, new="weak"),
        "is the old one": change(ann, new=PASSWORD),
    }

    for said, answer in refused.items():
        assert answer.status_code == 422, said
        assert said in answer.text
        assert not re.search("horse|long password|weak", answer.text), said
    assert scene.visitor(None).sign_in("ann", PASSWORD).status_code == 303


def test_guessing_the_old_password_is_not_looked_at_for_long(ann):
    """L63."""
    codes = [change(ann, old="wrong horse battery").status_code for _ in range(Attempts.MOST[0])]

    assert set(codes) == {422}
    assert change(ann).status_code == 429


def test_a_token_looks_after_no_account(scene):
    """L63: one that may only read must not make one that may more."""
    issued = issue_token(ANN, "x", frozenset({Scope.READ}), days=1, entrance=scene.own.entrance)
    script, headers = scene.visitor(None), bearer(issued.secret) | SAME_SITE

    asked = [("GET", ""), ("POST", "/token"), ("POST", "/revoke"), ("POST", "/end")]
    asked += [("POST", "/end-others"), ("POST", "/password")]
    answers = [script.ask(way, f"{HOME}{path}", headers=headers) for way, path in asked]

    assert {answer.status_code for answer in answers} == {403}
    assert all("in a browser that is signed in" in answer.text for answer in answers)
    assert len(tokens(scene)) == 1


def test_another_site_changes_nothing_of_an_account(scene, ann):
    """L63."""
    elsewhere = {"headers": {"Sec-Fetch-Site": "cross-site"}}

    codes = {
        ann.post(f"{HOME}/{deed}", TOKEN, **elsewhere).status_code
        for deed in ("token", "revoke", "end", "end-others", "password")
    }

    assert codes == {403}
    assert tokens(scene) == ()


def test_the_address_of_an_answer_leads_back_to_the_page(ann):
    """Opened by itself, or after signing in anew."""
    assert ann.get(f"{HOME}/token").headers["Location"] == HOME
