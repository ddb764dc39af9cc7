"""A browser without a window, and a script, that visit the web process in this process."""

import asyncio
from dataclasses import dataclass, field

import httpx
from fastapi import FastAPI

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
HERE = "http://127.0.0.1:8000"


@dataclass
class Visitor:
    """Keeps cookies as a browser does; each request runs to its end."""

    app: FastAPI
    base_url: str = HERE
    address: str = "192.0.2.1"
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)

    def get(self, path: str, **options) -> httpx.Response:
        return self.ask("GET", path, **options)

    def post(self, path: str, fields: dict[str, str] | None = None, **options) -> httpx.Response:
        """As a form of our own page does, unless the headers say otherwise."""
        options.setdefault("headers", SAME_SITE)
        return self.ask("POST", path, data=fields or {}, **options)

    def sign_in(self, name: str, password: str, **options) -> httpx.Response:
        return self.post("/login", {"name": name, "password": password}, **options)

    def ask(self, method: str, path: str, **options) -> httpx.Response:
        return asyncio.run(self._ask(method, path, options))

    async def _ask(self, method: str, path: str, options: dict) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, client=(self.address, 40000))
        async with httpx.AsyncClient(
            transport=transport, base_url=self.base_url, cookies=self.cookies
        ) as client:
            answer = await client.request(method, path, **options)
            self.cookies = client.cookies
            return answer
