"""A number beside its limit, as a check of a decision.

A limit of None is none and is not asked (LESSONS L31), zero is a limit (L14), and a number that
nobody knows meets no limit (L18).
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from operator import ge, le, lt
from typing import Final

from ltsys.domain.denial import Check, Denial, DenialCode
from ltsys.domain.money import ZERO_USD, Usd

Amount = Usd | Decimal | int

PERCENT: Final = "{:.2%}"
"""How a ratio is shown."""
_PLAIN = "{}"


def at_most(
    code: DenialCode, what: str, number: Amount | None, limit: Amount | None, *, show: str = _PLAIN
) -> Iterator[Check]:
    """`what` begins a sentence, as "this order"; so it does in the other two."""
    words = ("≤", "would be", "over the limit of")
    yield from _compared(code, what, number, limit, is_met=le, words=words, show=show)


def at_least(
    code: DenialCode, what: str, number: Amount | None, limit: Amount | None, *, show: str = _PLAIN
) -> Iterator[Check]:
    words = ("≥", "would be", "under the limit of")
    yield from _compared(code, what, number, limit, is_met=ge, words=words, show=show)


def below(
    code: DenialCode, what: str, number: Amount | None, limit: Amount | None, *, show: str = _PLAIN
) -> Iterator[Check]:
    """For what stops already where it reaches its limit."""
    words = ("<", "is", "which reaches the limit of")
    yield from _compared(code, what, number, limit, is_met=lt, words=words, show=show)


def within(
    code: DenialCode, what: str, parts: Mapping[str, Usd], limit: Usd | None
) -> Iterator[Check]:
    """The sum of the parts is at most the limit; each part is shown."""
    if limit is None:
        return
    would_be, denial = sum(parts.values(), ZERO_USD), None
    if would_be > limit:
        text = f"{what} would be {would_be}, over the limit of {limit}"
        denial = Denial(code=code, text=text, would_be=would_be.amount, limit=limit.amount)
    saw = " + ".join(f"{{}} {name}" for name in parts) + " ≤ {}"
    yield Check(code=code, saw=saw, numbers=(*parts.values(), limit), denial=denial)


def _compared(
    code: DenialCode,
    what: str,
    number: Amount | None,
    limit: Amount | None,
    *,
    is_met: Callable[[Decimal, Decimal], bool],
    words: tuple[str, str, str],
    show: str,
) -> Iterator[Check]:
    if limit is None:
        return
    sign, verb, verdict = words
    saw = f"{what}: {show} {sign} {show}"
    if number is None:
        text = f"{what} is not known; it must be {sign} {show.format(limit)}"
        denial = Denial(code=code, text=text, limit=_plain(limit))
        yield Check(code=code, saw=saw, denial=denial)
        return
    denial_or_none = None
    if not is_met(_plain(number), _plain(limit)):
        text = f"{what} {verb} {show.format(number)}, {verdict} {show.format(limit)}"
        denial_or_none = Denial(code=code, text=text, would_be=_plain(number), limit=_plain(limit))
    yield Check(code=code, saw=saw, numbers=(number, limit), denial=denial_or_none)


def _plain(amount: Amount) -> Decimal:
    return amount.amount if isinstance(amount, Usd) else Decimal(amount)
