"""Names are checked where they enter."""

import pytest

from ltsys.domain.ids import address, condition_id, token_id

CONDITION = "0x" + "aB" * 32
ADDRESS = "0x" + "Cd" * 20


def test_ids_are_trimmed_and_lowered():
    assert condition_id(f" {CONDITION} ") == CONDITION.lower()
    assert address(ADDRESS) == ADDRESS.lower()
    assert token_id(" 111 ") == "111"


@pytest.mark.parametrize(
    "text", ["", CONDITION, "0x1f", "-1", "1.0", "1e5", "١٢٣", "12a", str(1 << 256)]
)
def test_what_is_no_decimal_token_id_is_refused(text):
    """A condition id in its place above all (L09)."""
    with pytest.raises(ValueError, match="not a decimal token id"):
        token_id(text)


def test_the_largest_token_id_is_one():
    assert token_id(str((1 << 256) - 1))


@pytest.mark.parametrize("text", ["", ADDRESS, CONDITION + "0", "0x" + "g" * 64, "111"])
def test_what_is_no_condition_id_is_refused(text):
    """L09."""
    with pytest.raises(ValueError, match="not a condition id"):
        condition_id(text)


@pytest.mark.parametrize("text", ["", CONDITION, ADDRESS[:-1], "0x" + "g" * 40])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match="not an address"):
        address(text)
