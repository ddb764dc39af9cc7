"""How numbers travel: decimals as text, never through a binary fraction; missing is null (L42)."""

from decimal import Decimal
from typing import Annotated, overload

from pydantic import AwareDatetime, Field

from ltsys.domain.money import Price, Shares, Usd

_DECIMAL = r"^-?\d+(\.\d+)?$"

Dollars = Annotated[str, Field(pattern=_DECIMAL, description="Dollars.", examples=["12.50"])]
ShareCount = Annotated[str, Field(pattern=_DECIMAL, description="Shares.", examples=["20.408163"])]
PerShare = Annotated[
    str, Field(pattern=_DECIMAL, description="Dollars a share, 0 to 1.", examples=["0.49"])
]
Ratio = Annotated[
    str, Field(pattern=_DECIMAL, description="A ratio: 0.05 is 5 %.", examples=["0.05"])
]
Number = Annotated[str, Field(pattern=_DECIMAL, description="A decimal.", examples=["0.05"])]
Milliseconds = Annotated[
    str, Field(pattern=_DECIMAL, description="Milliseconds.", examples=["84.2"])
]
Moment = Annotated[
    AwareDatetime, Field(description="UTC, ISO 8601.", examples=["2026-11-21T09:30:00Z"])
]
Count = Annotated[int, Field(ge=0)]

AskedDollars = Annotated[
    str,
    Field(
        pattern=r"^\d{1,9}(\.\d{1,6})?$",
        description="Dollars as text, up to six decimals.",
        examples=["100"],
    ),
]
AskedRatio = Annotated[
    str,
    Field(
        pattern=r"^-?\d{1,4}(\.\d{1,12})?$",
        description="A ratio as text: 0.05 is 5 %.",
        examples=["0.05"],
    ),
]
Name = Annotated[str, Field(pattern=r"^[!-~]{1,200}$")]
"""An id in a path, a query or a body: printable ASCII without blanks."""
Words = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A sentence by a person."""


@overload
def text(number: None) -> None: ...
@overload
def text(number: Decimal | Usd | Shares | Price) -> str: ...
@overload
def text(number: Decimal | Usd | Shares | Price | None) -> str | None: ...


def text(number: Decimal | Usd | Shares | Price | None) -> str | None:
    """The number in plain decimals, without an exponent."""
    match number:
        case None:
            return None
        case Usd(amount=value) | Shares(count=value) | Price(per_share=value):
            return f"{value:f}"
        case Decimal():
            return f"{number:f}"
