"""Somebody who has an account, and the means to sign in."""

import pytest
from live_made import NOON

from ltsys.adapters.memory import HandClock, MemoryStore
from ltsys.adapters.memory.passwords import DigestPasswords
from ltsys.domain.account import Role
from ltsys.domain.errors import RefusedError
from ltsys.domain.ids import UserId
from ltsys.usecases.entrance import Entrance
from ltsys.usecases.identify_caller import caller_of_session, caller_of_token
from ltsys.usecases.open_account import add_user, set_password
from ltsys.usecases.sign_in import sign_in

ANN = UserId("ann")
PASSWORD = "correct horse battery"
HOME = "192.0.2.1"


class House:
    """An entrance with Ann, a trader who has a password."""

    def __init__(self) -> None:
        self.clock = HandClock(NOON)
        self.store = MemoryStore(self.clock)
        self.entrance = Entrance(store=self.store, passwords=DigestPasswords(), clock=self.clock)
        add_user(ANN, Role.TRADER, entrance=self.entrance)
        set_password(ANN, PASSWORD, entrance=self.entrance)

    def sign_in(self, name="ann", password=PASSWORD, address=HOME) -> str:
        return sign_in(name, password, address=address, entrance=self.entrance).secret

    def of_session(self, secret: str):
        return caller_of_session(secret, store=self.store, clock=self.clock)

    def of_token(self, secret: str):
        return caller_of_token(secret, store=self.store, clock=self.clock)

    def guess(self, times: int, name="ann", address=HOME) -> list[type[Exception]]:
        """What each wrong password is answered with."""
        answers = []
        for number in range(times):
            with pytest.raises(RefusedError) as refused:
                self.sign_in(name, f"wrong {number}", address)
            answers.append(refused.type)
        return answers

    def said(self) -> str:
        return repr(self.store.tables)
