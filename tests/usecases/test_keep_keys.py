"""Trading keys are kept sealed, and rotated without ever being lost."""

import pytest
from live_made import ACCOUNT, NOON

from ltsys.adapters.memory import HandClock, MemoryStore
from ltsys.domain.errors import RefusedError, SettingsError
from ltsys.domain.ids import Address
from ltsys.ports.keys import SealedKey
from ltsys.usecases.keep_keys import keep_key, rotate, trading_key_of

KEY = "0x" + "7" * 64
OTHER = Address("0x" + "d" * 40)


class Ring:
    """Seals by writing backwards under the name of its first master key."""

    def __init__(self, masters: list[str]) -> None:
        self._masters = masters

    @property
    def primary_id(self) -> str:
        return self._masters[0]

    def seal(self, wallet, key, *, at):
        box = key[::-1].encode()
        return SealedKey(wallet=wallet, master_id=self.primary_id, box=box, sealed_at=at)

    def opened(self, sealed):
        if sealed.master_id not in self._masters:
            raise SettingsError("is not here")
        return sealed.box.decode()[::-1]


class Masters:
    """Master keys in a list; dies where it is told to."""

    def __init__(self) -> None:
        self.names, self.count, self.dies_at = ["m1"], 1, ""

    def alone(self):
        return self

    def __enter__(self):
        return None

    def __exit__(self, *_):
        return None

    def ring(self):
        return Ring(list(self.names))

    def add(self):
        self.count += 1
        self.names.insert(0, f"m{self.count}")
        self._die("add")
        return self.ring()

    def forget_older(self):
        self._die("forget")
        del self.names[1:]

    def _die(self, at):
        if self.dies_at == at:
            raise KeyboardInterrupt


@pytest.fixture
def clock():
    return HandClock(NOON)


@pytest.fixture
def store(clock):
    made = MemoryStore(clock)
    with made.transaction() as tx:
        tx.add_account("ann", ACCOUNT, 0, "sealed")
        tx.add_account("bob", OTHER, 0, "sealed")
    return made


@pytest.fixture
def masters(store, clock):
    made = Masters()
    for wallet in (ACCOUNT, OTHER):
        keep_key(wallet, KEY, masters=made, store=store, clock=clock)
    return made


def opened(store, masters) -> list[str]:
    return [trading_key_of(each, ring=masters.ring(), store=store) for each in (ACCOUNT, OTHER)]


def test_a_kept_key_is_the_signers_alone_and_nowhere_in_clear(store, masters):
    """L62."""
    assert opened(store, masters) == [KEY, KEY]
    assert KEY not in repr(store.tables)


def test_a_wallet_that_nobody_has_gets_no_key(store, masters, clock):
    with pytest.raises(RefusedError, match="no trading account"):
        keep_key(Address("0x" + "0" * 40), KEY, masters=masters, store=store, clock=clock)


def test_a_key_that_is_not_kept_says_how_to_keep_it(masters, clock):
    with pytest.raises(SettingsError, match="lt keys add"):
        trading_key_of(ACCOUNT, ring=masters.ring(), store=MemoryStore(clock))


def test_rotation_seals_all_by_a_new_master_key_and_forgets_the_old(store, masters, clock):
    count = rotate(masters, store=store, clock=clock)

    assert (count, masters.names) == (2, ["m2"])
    assert opened(store, masters) == [KEY, KEY]


@pytest.mark.parametrize("dies_at", ["add", "forget"])
def test_a_rotation_that_dies_anywhere_loses_no_key_and_can_be_run_again(
    store, masters, clock, dies_at
):
    masters.dies_at = dies_at
    with pytest.raises(KeyboardInterrupt):
        rotate(masters, store=store, clock=clock)

    assert opened(store, masters) == [KEY, KEY]
    masters.dies_at = ""
    rotate(masters, store=store, clock=clock)
    assert opened(store, masters) == [KEY, KEY]
    assert len(masters.names) == 1
