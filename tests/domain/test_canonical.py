"""Records as text and back: nothing lost, one spelling."""

import json
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from types import NoneType, UnionType
from typing import Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_planning import a_situation

from ltsys.domain.canonical import from_text, to_text
from ltsys.domain.money import Price, Shares, Usd
from ltsys.domain.planning import plan_order
from ltsys.domain.situation import Situation
from ltsys.domain.stage import Stage, Standing

DIGITS = st.decimals(allow_nan=False, allow_infinity=False)
PLAIN = {
    str: st.text(max_size=12),
    int: st.integers(),
    bool: st.booleans(),
    Decimal: DIGITS,
    datetime: st.datetimes(timezones=st.just(UTC)),
    timedelta: st.timedeltas(),
    Usd: DIGITS.map(Usd),
    Shares: st.decimals(min_value=0, allow_nan=False, allow_infinity=False).map(Shares),
    Price: st.decimals(
        min_value="0.000001", max_value="0.999999", allow_nan=False, allow_infinity=False
    ).map(Price),
    Standing: st.one_of(
        st.sampled_from([Stage.SHADOW, Stage.FULL]).map(lambda stage: Standing(stage=stage)),
        st.decimals(min_value=1, allow_nan=False, allow_infinity=False).map(
            lambda cap: Standing(stage=Stage.CANARY, cap=Usd(cap))
        ),
    ),
}


def values_of(hint) -> st.SearchStrategy:  # noqa: PLR0911 - one answer for each kind of hint
    """Any value of that type hint, records of records included."""
    hint = getattr(hint, "__supertype__", hint)
    inner = get_args(hint)
    if hint in PLAIN:
        return PLAIN[hint]
    if hint is NoneType:
        return st.none()
    if get_origin(hint) in {Union, UnionType}:
        return st.one_of(*map(values_of, inner))
    if get_origin(hint) is tuple:
        return st.lists(values_of(inner[0]), max_size=2).map(tuple)
    if get_origin(hint) is frozenset:
        return st.frozensets(values_of(inner[0]), max_size=3)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    assert is_dataclass(hint), f"say how values of {hint} are made"
    hints = get_type_hints(hint)
    return st.builds(hint, **{each.name: values_of(hints[each.name]) for each in fields(hint)})


SITUATIONS = values_of(Situation)


# a situation is big: to make one takes long on a busy machine, and says nothing about the text
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(situation=SITUATIONS)
def test_any_situation_comes_back_from_its_text(situation):
    """Every field, with every digit; and the text of what came back is the same text."""
    text = to_text(situation)

    again = from_text(text, Situation)

    assert again == situation
    assert to_text(again) == text


def test_a_situation_that_came_back_gives_the_same_answer():
    situation = a_situation()

    assert plan_order(from_text(to_text(situation), Situation)) == plan_order(situation)


def test_a_market_without_a_slug_is_written_as_before_slugs_were_kept():
    """L32: old texts are read, decided again and written to the same bytes; a slug is no input."""
    market = a_situation().market
    plain = to_text(a_situation(market=market))
    named = to_text(a_situation(market=replace(market, slug="a-b", event_slug="a")))

    assert "slug" not in plain
    assert to_text(from_text(plain, Situation)) == plain
    assert from_text(named, Situation).market.slug == "a-b"
    assert plan_order(from_text(named, Situation)) == plan_order(from_text(plain, Situation))


def test_a_text_has_one_spelling():
    """Sorted keys, no spaces, UTC."""
    east = datetime.fromisoformat("2026-02-20T14:00:00+02:00")

    first = to_text(a_situation(now=east))
    second = to_text(a_situation(now=east.astimezone(UTC)))

    assert first == second
    assert first == json.dumps(
        json.loads(first), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def test_a_decimal_keeps_the_digits_that_a_sentence_shows():
    signal = replace(a_situation().signal, price=Price.of("0.40120"))

    again = from_text(to_text(a_situation(signal=signal)), Situation)

    assert str(again.signal.price.per_share) == "0.40120"


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    name: str
    size: Usd | None


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    name: str
    size: Usd | None
    colors: frozenset[Color] = frozenset({Color.RED})
    note: str | None = None


def test_an_old_text_gives_new_fields_their_defaults():
    old = to_text(Old(name="a", size=None))

    assert from_text(old, New) == New(name="a", size=None)


def test_sets_are_written_in_one_order():
    one = New(name="a", size=None, colors=frozenset([Color.RED, Color.BLUE]))
    other = New(name="a", size=None, colors=frozenset([Color.BLUE, Color.RED]))

    assert to_text(one) == to_text(other)
    assert from_text(to_text(one), New) == one


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "3",
        "{}",
        '{"name":"a"}',
        '{"name":1,"size":null}',
        '{"name":"a","size":1.5}',
        '{"name":"a","size":"NaN"}',
        '{"name":"a","size":"many"}',
        '{"name":"a","size":"1","more":"1"}',
    ],
)
def test_what_is_not_such_a_text_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - each says it in words of its own
        from_text(text, Old)


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    ratio: float | None = None
    either: str | int | None = None


def test_what_has_no_text_is_refused_before_anything_is_stored():
    with pytest.raises(TypeError, match="no canonical text"):
        to_text(Odd())


def test_a_time_without_a_zone_is_refused():
    naive = datetime(2026, 2, 20, 12)  # noqa: DTZ001 - it is the point

    with pytest.raises(TypeError, match="aware time"):
        to_text(a_situation(now=naive))
