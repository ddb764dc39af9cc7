"""The form that launches a live strategy."""

from decimal import Decimal
from typing import Final

from ltsys.domain.money import Usd
from ltsys.domain.venue import TimeInForce
from ltsys.usecases.open_strategy import Asked
from ltsys.web.pages.forms import Answers, Field, Kind
from ltsys.web.pages.rule_fields import RULES, rules_of

CAPITAL: Final = Field(
    name="capital", label="Capital", kind=Kind.USD, hint="all that it may ever lose", default="100"
)
TOLERANCE: Final = Field(
    name="slippage_tolerance",
    label="Slippage tolerance",
    kind=Kind.PERCENT,
    hint="on top of the FT entry price; 0 is 0",
    default="3",
)
SIGNAL_AGE: Final = Field(
    name="max_signal_age_s",
    label="Oldest signal",
    kind=Kind.SECONDS,
    hint="older ones are denied, never sent late",
    default="180",
)
COOLDOWN: Final = Field(
    name="cooldown_s",
    label="Payouts rest for",
    kind=Kind.SECONDS,
    hint="before they can be used again",
    default="0",
)
FORM: Final = {
    "Money": (CAPITAL,),
    "How orders are sent": (TOLERANCE, SIGNAL_AGE, COOLDOWN),
    "Limits: empty is none, and there are no others": RULES,
}
_MOST_TOLERANCE = Decimal("0.5")


def asked_of(answers: Answers) -> Asked | None:
    """None when something is missing or wrong; the answers then hold each complaint."""
    capital, tolerance = answers.limit(CAPITAL), answers.limit(TOLERANCE)
    age, cooldown = answers.limit(SIGNAL_AGE), answers.limit(COOLDOWN)
    rules = rules_of(answers)
    wallet = answers.text("ft_wallet")
    if not wallet:
        answers.wrong("ft_wallet", "FT wallet: pick the one to mirror")
    if not isinstance(capital, Usd) or capital.amount <= 0:
        answers.problems.setdefault("capital", "Capital: an amount above $0.00 is needed")
    if not isinstance(tolerance, Decimal) or tolerance > _MOST_TOLERANCE:
        answers.problems.setdefault(
            "slippage_tolerance", "Slippage tolerance: from 0 to 50 %, and it must be said"
        )
    if not isinstance(age, int) or age < 1:
        answers.problems.setdefault("max_signal_age_s", "Oldest signal: at least 1 second")
    if (
        answers.problems
        or not isinstance(capital, Usd)
        or not isinstance(tolerance, Decimal)
        or not isinstance(age, int)
    ):
        return None
    return Asked(
        ft_wallet=wallet,
        capital=capital,
        slippage_tolerance=tolerance,
        rules=rules,
        time_in_force=TimeInForce.FOK
        if answers.text("time_in_force") == "FOK"
        else TimeInForce.FAK,
        max_signal_age_s=age,
        cooldown_s=cooldown if isinstance(cooldown, int) else 0,
    )
