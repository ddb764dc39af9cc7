"""Whose account it is, known with its key and without."""

import pytest

from ltsys.bootstrap import Services
from ltsys.domain.errors import SettingsError
from ltsys.settings import load

KEY = "0x" + "1" * 64
ADDRESS = "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"
"""Of that key, with its checksum."""
OTHER = "0x" + "d" * 40


@pytest.fixture
def made(monkeypatch, tmp_path):
    """Services of a process whose environment names these."""
    file = tmp_path / "wallet.key"
    file.write_text(KEY)
    file.chmod(0o600)

    def make(*, address: str = "", has_key: bool = True) -> Services:
        monkeypatch.setenv("LTSYS_WALLET_ADDRESS", address)
        monkeypatch.setenv("LTSYS_WALLET_KEY_FILE", str(file) if has_key else "")
        return Services(load())

    return make


def test_an_address_that_is_set_is_known_without_a_key(made):
    """L62: whoever shows pages holds none."""
    own = made(address=ADDRESS, has_key=False)

    assert own.account == ADDRESS.lower()
    assert "signer" not in vars(own)


def test_without_an_address_the_keys_own_is_taken(made):
    assert made().account == ADDRESS.lower()


@pytest.mark.parametrize("address", [ADDRESS, ADDRESS.lower()])
def test_an_address_and_a_key_that_agree_sign(made, address):
    own = made(address=address)

    assert own.signer.address == ADDRESS
    assert own.account == ADDRESS.lower()


def test_a_key_of_another_address_signs_nothing(made):
    """The envelope would be of another account than the books; the message quotes no key (L62)."""
    own = made(address=OTHER)

    with pytest.raises(SettingsError, match="the trading key is that of") as refused:
        _ = own.signer

    assert OTHER in str(refused.value)
    assert ADDRESS in str(refused.value)
    assert KEY[2:] not in str(refused.value)


def test_with_neither_it_says_what_to_set(made):
    with pytest.raises(SettingsError, match="LTSYS_WALLET_ADDRESS is not set"):
        _ = made(has_key=False).account


def test_an_address_that_is_none_is_refused(made):
    with pytest.raises(SettingsError, match="LTSYS_WALLET_ADDRESS: 'nonsense' is not an address"):
        _ = made(address="nonsense", has_key=False).account
