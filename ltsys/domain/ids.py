"""Names of things. Each is text at run time and a type of its own to the checker."""

import re
from typing import NewType

StrategyId = NewType("StrategyId", str)
FtWalletId = NewType("FtWalletId", str)
FtOrderId = NewType("FtOrderId", str)
LtOrderId = NewType("LtOrderId", str)
SourceTradeId = NewType("SourceTradeId", str)
VenueOrderId = NewType("VenueOrderId", str)
VenueTradeId = NewType("VenueTradeId", str)
ConditionId = NewType("ConditionId", str)
TokenId = NewType("TokenId", str)
HaltId = NewType("HaltId", str)
Address = NewType("Address", str)
UserId = NewType("UserId", str)

_CONDITION = re.compile(r"0x[0-9a-f]{64}")
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_MAX_TOKEN = 1 << 256


def condition_id(text: str) -> ConditionId:
    """A condition id in lower case. Raises ValueError for anything else."""
    lowered = text.strip().lower()
    if not _CONDITION.fullmatch(lowered):
        raise ValueError(f"{text!r} is not a condition id (0x and 64 hex digits)")
    return ConditionId(lowered)


def address(text: str) -> Address:
    """A wallet address in lower case. Raises ValueError for anything else."""
    lowered = text.strip().lower()
    if not _ADDRESS.fullmatch(lowered):
        raise ValueError(f"{text!r} is not an address (0x and 40 hex digits)")
    return Address(lowered)


def token_id(text: str) -> TokenId:
    """A decimal outcome-token id. A condition id in its place is refused (LESSONS L09)."""
    stripped = text.strip()
    if not (stripped.isascii() and stripped.isdigit()) or int(stripped) >= _MAX_TOKEN:
        raise ValueError(f"{text!r} is not a decimal token id")
    return TokenId(stripped)
