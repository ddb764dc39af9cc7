"""The recorded inputs and outputs of the original functions, read where they are kept."""

import gzip
import json
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest

from ltsys.domain import sizing
from ltsys.domain.ft_wallet import FtWallet

SHARED = Path(__file__).resolve().parents[2].parent / "shared"


def rows_of(function: str) -> list[dict]:
    """All rows of a function, numbers as decimals; skips the test where they are absent."""
    path = SHARED / "vectors" / f"{function}.jsonl.gz"
    if not path.exists():
        pytest.skip(f"the recorded vectors are not at {path}")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line, parse_float=Decimal) for line in lines]


def decimal(value, default=...):
    """A decimal of whatever number or text a row holds; `default` where it is no number."""
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        number = Decimal("NaN")
    if number.is_finite():
        return number
    if default is ...:
        raise AssertionError(value)
    return default


def text(value) -> str:
    return "" if value is None else str(value)


def is_half_cent_tie(wallet: FtWallet, bet: sizing.Bet, *, ours: Decimal, theirs: Decimal) -> bool:
    """Both differ by one cent, and the exact bet is a half cent to within binary rounding."""
    beyond_cents = sizing._capped(wallet, bet) * 100 % 1
    is_on_a_half = abs(beyond_cents - Decimal("0.5")) < Decimal("1e-9")
    return is_on_a_half and abs(ours - theirs) == Decimal("0.01")
