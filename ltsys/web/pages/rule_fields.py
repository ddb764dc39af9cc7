"""Every limit of a strategy as a field: its words and unit; a test holds them to `RiskRules`."""

from dataclasses import fields
from decimal import Decimal
from typing import Final

from ltsys.domain.money import Usd
from ltsys.domain.strategy import RiskRules
from ltsys.web.pages.forms import Answers, Field, Kind, as_typed

_ROWS: Final = (
    ("daily_budget", "Daily budget", Kind.USD, "fills of a UTC day"),
    ("weekly_budget", "Weekly budget", Kind.USD, "fills of an ISO week"),
    ("monthly_budget", "Monthly budget", Kind.USD, "fills of a month"),
    ("max_daily_loss", "Daily loss", Kind.USD, "results of a UTC day, fees included"),
    ("max_position_size", "Most for one order", Kind.USD, "of one order"),
    ("min_order_size", "Least for one order", Kind.USD, "smaller ones are denied"),
    ("max_equity_ratio", "Most of equity a trade", Kind.PERCENT, "industry: 0.25 to 2 %"),
    ("max_total_exposure", "Total exposure", Kind.USD, "positions and working orders"),
    ("max_market_exposure", "Exposure in a market", Kind.USD, "positions and working orders"),
    ("max_event_exposure", "Exposure in an event", Kind.USD, "by the worst outcome"),
    ("max_market_positions", "Positions in a market", Kind.COUNT, "held or working"),
    ("max_event_positions", "Positions in an event", Kind.COUNT, "held or working"),
    ("max_positions", "Positions at once", Kind.COUNT, "held or working"),
    ("max_consecutive_losses", "Losses in a row", Kind.COUNT, "then nothing new"),
    ("max_drawdown_ratio", "Drawdown", Kind.PERCENT, "of peak equity"),
    ("target_volatility", "Target volatility", Kind.PRICE, "orders shrink in wilder markets"),
    ("max_spread", "Spread", Kind.PRICE, "between best bid and ask"),
    ("min_depth_ratio", "Depth within the limit", Kind.PERCENT, "of the order's dollars"),
    ("max_slippage_ratio", "Estimated slippage", Kind.PERCENT, "of the signal price"),
    ("min_edge", "Least edge after fees", Kind.PRICE, "where a probability is known"),
    ("max_tolerance", "Tolerance may grow to", Kind.PERCENT, "with spread and volatility"),
    ("raises_to_minimum", "Raise to the venue's minimum", Kind.FLAG, "and ask every limit again"),
)
_USUAL: Final = {"max_consecutive_losses": "5", "max_drawdown_ratio": "20"}
"""What a new form begins with, as the columns do."""
RULES: Final = tuple(
    Field(name=name, label=label, kind=kind, hint=hint, default=_USUAL.get(name, ""))
    for name, label, kind, hint in _ROWS
)


def rules_of(answers: Answers) -> RiskRules:
    """The limits as typed; complaints are kept in the answers."""
    values: dict[str, Usd | Decimal | int | bool | None] = {}
    for wanted in RULES:
        if wanted.kind is Kind.FLAG:
            values[wanted.name] = answers.text(wanted.name) == "yes"
        else:
            values[wanted.name] = answers.limit(wanted)
    return RiskRules(**values)  # type: ignore[arg-type] # a field's kind is that of the limit it names


def typed_of(rules: RiskRules) -> dict[str, str]:
    """The form as it stands for these limits."""
    kinds = {wanted.name: wanted.kind for wanted in RULES}
    typed = {}
    for each in fields(rules):
        value = getattr(rules, each.name)
        if isinstance(value, bool):
            typed[each.name] = "yes" if value else "no"
        else:
            typed[each.name] = as_typed(value, kinds[each.name])
    return typed
