"""The dashboard in this process, over books in which all sorts of things have happened."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher
from fresh import fresh_services
from office import Office, history
from visitor import Visitor

from ltsys.adapters.passwords import Argon2Passwords
from ltsys.bootstrap import Services, services
from ltsys.domain.account import Role
from ltsys.domain.ids import UserId
from ltsys.domain.live_order import LiveOrder
from ltsys.usecases.open_account import add_user, set_password
from ltsys.web.app import create_app

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
PASSWORD = "correct horse battery"
SYSTEMS_ACCOUNT = "0x" + "d" * 40


@dataclass(frozen=True)
class Scene:
    """Ann's strategy with three orders; Bob trades elsewhere, Vic only looks, Ada may all."""

    own: Services
    filled: LiveOrder
    retried: LiveOrder
    parked: LiveOrder

    def visitor(self, name: str | None) -> Visitor:
        made = Visitor(create_app())
        if name is not None:
            assert made.sign_in(name, PASSWORD).status_code == 303
        return made


@pytest.fixture
def own(monkeypatch, database_url, tmp_path) -> Iterator[Services]:
    monkeypatch.setenv("LTSYS_DATABASE_URL", database_url)
    monkeypatch.setenv("LTSYS_HALT_FILE", str(tmp_path / "halts"))
    monkeypatch.setenv("LTSYS_WALLET_ADDRESS", SYSTEMS_ACCOUNT)
    monkeypatch.delenv("LTSYS_WALLET_KEY_FILE", raising=False)
    with fresh_services():
        made = services()
        # full price is paid in the tests of the hashes; setting an attribute sets a cached one
        made.entrance = replace(made.entrance, passwords=Argon2Passwords(CHEAP))
        yield made


@pytest.fixture
def scene(own, database_url) -> Scene:
    roles = {"ann": Role.TRADER, "bob": Role.TRADER, "vic": Role.VIEWER, "ada": Role.ADMIN}
    for name, role in roles.items():
        add_user(UserId(name), role, entrance=own.entrance)
        set_password(UserId(name), PASSWORD, entrance=own.entrance)
    office = Office(own.database, database_url, datetime.now(UTC))
    return Scene(own, *history(office))


@pytest.fixture
def ann(scene: Scene) -> Visitor:
    return scene.visitor("ann")
