"""The REST API in this process, on a database with two traders, a viewer and an admin in it."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx
import psycopg
from fastapi import FastAPI

from ltsys.adapters.clock import SystemClock
from ltsys.adapters.postgres import PostgresStore
from ltsys.bench.stock import stock
from ltsys.domain.account import ApiToken, Role, Scope
from ltsys.usecases.identify_caller import secret_hash

OWNER, OTHER, VIEWER, ADMIN = "owner", "other", "viewer", "admin"
"""The owner has everything that there is to see; the others have nothing."""
STRATEGY = "LT_FT_BENCH_1"
ORDER = "lto_000000000001"
WALLET = "FT_BENCH_1"
OTHERS_ACCOUNT = "0x" + "e" * 40
_CLOCK = SystemClock()


@dataclass(frozen=True)
class Client:
    """Asks as one user, by a token; without one nobody is asking."""

    app: FastAPI
    token: str | None = None

    def get(self, path: str, **options) -> httpx.Response:
        return self.ask("GET", path, **options)

    def post(
        self, path: str, body: object = None, *, key: str | None = None, **options
    ) -> httpx.Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.ask("POST", path, json={} if body is None else body, headers=headers, **options)

    def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options
    ) -> httpx.Response:
        signed = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://web") as client:
                return await client.request(
                    method, path, headers={**signed, **(headers or {})}, **options
                )

        return asyncio.run(asked())


def people(url: str, *, orders: int = 180) -> dict[str, str]:
    """Four users with a token each, which can do all that their roles can; returns the tokens."""
    now = _CLOCK.wall()
    stock(url, strategies=3, orders=orders, now=now)
    roles = {OTHER: Role.TRADER, VIEWER: Role.VIEWER, ADMIN: Role.ADMIN}
    with PostgresStore(url, pool_size=1) as store, store.transaction() as tx:
        for user, role in roles.items():
            tx.add_user(user, role, at=now)
        tx.set_role(OWNER, Role.TRADER)
        tx.add_account(OTHER, OTHERS_ACCOUNT, 0, "env:KEY")
    return {user: a_token(url, user) for user in (OWNER, *roles)}


def a_token(url: str, user: str, *scopes: Scope) -> str:
    """A token that lives for an hour."""
    secret, now = secrets.token_urlsafe(24), _CLOCK.wall()
    token = ApiToken(
        token_hash=secret_hash(secret),
        user_id=user,
        name="test",
        prefix=secret[:8],
        scopes=frozenset(scopes or Scope),
        created_at=now,
        expires_at=now + timedelta(hours=1),
    )
    with PostgresStore(url, pool_size=1) as store, store.transaction() as tx:
        tx.add_token(token)
    return secret


def everything(url: str) -> dict[str, str]:
    """A digest of every table but those that note that a token was used."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            """
            SELECT relname FROM pg_class WHERE relkind = 'r'
               AND relnamespace = 'public'::regnamespace AND relname <> 'api_tokens'
            """
        ).fetchall()
        digest = "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {} t"
        return {
            table: connection.execute(digest.format(table)).fetchone()[0] for (table,) in tables
        }
