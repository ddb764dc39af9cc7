"""The codes of denials are documented as they are."""

from pathlib import Path

from ltsys.domain.denial import MEANINGS, DenialCode
from ltsys.domain.rule_change import LIMITS

PAGE = (Path(__file__).parents[2] / "docs" / "denials.md").read_text()


def test_the_page_of_codes_is_the_enum_in_its_order():
    """L32."""
    rows = [
        line.split("|")[1:4]
        for line in PAGE.splitlines()
        if line.startswith(("| 1", "| 2", "| 3", "| 4", "| 5", "| 6", "| 7", "| 8", "| 9"))
    ]
    written = [(code.strip().strip("`"), meaning.strip()) for _, code, meaning in rows]

    assert written == [(code.value, MEANINGS[code]) for code in DenialCode]


def test_every_code_has_a_sentence():
    assert [*MEANINGS] == [*DenialCode]
    assert all(meaning.endswith(".") for meaning in MEANINGS.values())


def test_every_limit_is_documented():
    """No hidden limits (L31)."""
    for name, limit in LIMITS.items():
        assert f"| `{name}` | {limit.words} | {limit.unit.value} |" in PAGE
