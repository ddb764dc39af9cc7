"""Master keys on disk and in the environment, and what they seal."""

import base64
import pickle
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_made import ACCOUNT, NOON

from ltsys.adapters.keyring import AesKeyring, MasterKeyFile, MasterKeysGiven
from ltsys.domain.errors import RefusedError, SettingsError
from ltsys.domain.ids import Address

KEY = "0x" + "7" * 64
OLD, NEW = b"o" * 32, b"n" * 32


@given(key=st.text(min_size=1))
def test_what_was_sealed_opens_and_no_two_boxes_are_alike(key):
    ring = AesKeyring([NEW])

    first, second = (ring.seal(ACCOUNT, key, at=NOON) for _ in range(2))

    assert ring.opened(first) == ring.opened(second) == key
    assert first.box != second.box


@given(place=st.integers(0, 28 + len(KEY) - 1), change=st.integers(1, 255))
def test_a_box_in_which_one_byte_was_changed_stays_shut(place, change):
    sealed = AesKeyring([NEW]).seal(ACCOUNT, KEY, at=NOON)
    box = bytearray(sealed.box)
    box[place] ^= change

    with pytest.raises(SettingsError, match="was changed"):
        AesKeyring([NEW]).opened(_with(sealed, box=bytes(box)))


def test_a_box_of_another_wallet_stays_shut():
    """Whoever can write the table cannot swap keys."""
    sealed = AesKeyring([NEW]).seal(ACCOUNT, KEY, at=NOON)

    with pytest.raises(SettingsError, match="another wallet"):
        AesKeyring([NEW]).opened(_with(sealed, wallet=Address("0x" + "9" * 40)))


def test_an_older_master_key_still_opens_and_the_first_one_seals():
    sealed = AesKeyring([OLD]).seal(ACCOUNT, KEY, at=NOON)
    ring = AesKeyring([NEW, OLD])

    assert ring.opened(sealed) == KEY
    assert ring.seal(ACCOUNT, KEY, at=NOON).master_id == AesKeyring([NEW]).primary_id
    with pytest.raises(SettingsError, match="is not here"):
        AesKeyring([NEW]).opened(sealed)


def test_nothing_that_is_printed_holds_a_key():
    """L62."""
    ring = AesKeyring([NEW])

    said = repr(ring) + repr(ring.seal(ACCOUNT, KEY, at=NOON))

    assert "nnnn" not in said
    assert "7777" not in said
    with pytest.raises(TypeError):
        pickle.dumps(ring)


def test_a_master_key_file_is_private_and_keeps_older_ones_until_told(tmp_path):
    """L62."""
    file = tmp_path / "master"
    masters = MasterKeyFile(file)

    with masters.alone():
        first, second = masters.add(), masters.add()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_text().split()) == 2
    sealed = first.seal(ACCOUNT, KEY, at=NOON)
    assert masters.ring().opened(sealed) == KEY
    assert masters.ring().primary_id == second.primary_id
    masters.forget_older()
    with pytest.raises(SettingsError, match="is not here"):
        masters.ring().opened(sealed)
    assert {each.name for each in tmp_path.iterdir()} == {"master", "master.lock"}


def test_a_master_key_that_others_can_read_is_refused(tmp_path):
    """L62."""
    file = tmp_path / "master"
    MasterKeyFile(file).add()
    file.chmod(0o640)

    with pytest.raises(SettingsError, match="must be 600"):
        MasterKeyFile(file).ring()


@pytest.mark.parametrize("text", ["c2hvcnQ=", "not base64!", ""])
def test_what_is_no_master_key_is_refused_and_not_quoted(text):
    """L62."""
    with pytest.raises(SettingsError, match="32 random bytes") as refused:
        MasterKeysGiven(text).ring()

    assert not text or text not in str(refused.value)


def test_a_master_key_of_the_environment_is_rotated_by_whoever_sets_it():
    new, old = (base64.b64encode(each).decode() for each in (NEW, OLD))

    with pytest.raises(RefusedError, match="new,old"):
        MasterKeysGiven(old).add()

    assert MasterKeysGiven(f"{new}, {old}").add().primary_id == AesKeyring([NEW]).primary_id


def _with(sealed, **changes):
    fields = {name: getattr(sealed, name) for name in ("wallet", "master_id", "box", "sealed_at")}
    return type(sealed)(**{**fields, **changes})
