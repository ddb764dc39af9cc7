"""The web process in process: what it says when the database does not answer."""

import asyncio

import httpx
import pytest
from fresh import fresh_services

from ltsys.web.app import create_app


@pytest.fixture(autouse=True)
def _settings_of_each_test_alone():
    with fresh_services():
        yield


def healthz() -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=create_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://web") as client:
            return await client.get("/healthz")

    return asyncio.run(ask())


def test_a_dead_database_is_a_503_without_its_password(monkeypatch):
    """L54, L62."""
    monkeypatch.setenv("LTSYS_DATABASE_URL", "postgresql://me:hunter2@127.0.0.1:1/ltsys")

    answer = healthz()

    assert answer.status_code == 503
    assert answer.json() == {
        "status": "down",
        "reason": "the database at 127.0.0.1:1 does not answer",
    }


def test_a_database_without_tables_is_a_503(monkeypatch, empty_database_url):
    monkeypatch.setenv("LTSYS_DATABASE_URL", empty_database_url)

    answer = healthz()

    assert (answer.status_code, answer.json()["reason"]) == (503, "the database has no schema yet")


def test_an_address_that_cannot_be_read_is_not_quoted(monkeypatch):
    """L62."""
    monkeypatch.setenv("LTSYS_DATABASE_URL", "hunter2")

    assert "hunter2" not in healthz().text


def test_a_good_database_is_a_200(monkeypatch, database_url):
    monkeypatch.setenv("LTSYS_DATABASE_URL", database_url)

    assert healthz().json() == {"status": "ok"}
