"""`lt_risk_rules` and the limits that stand in it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, LiteralString

from ltsys.adapters.postgres.session import Row
from ltsys.domain.money import Usd
from ltsys.domain.strategy import RiskRules

_COLUMN_OF: Final[Mapping[str, LiteralString]] = {
    "daily_budget": "daily_budget_usd",
    "weekly_budget": "weekly_budget_usd",
    "monthly_budget": "monthly_budget_usd",
    "max_daily_loss": "max_daily_loss_usd",
    "max_position_size": "max_position_size_usd",
    "min_order_size": "min_order_size_usd",
    "max_equity_ratio": "max_equity_ratio",
    "max_total_exposure": "max_total_exposure_usd",
    "max_market_exposure": "max_market_exposure_usd",
    "max_event_exposure": "max_event_exposure_usd",
    "max_market_positions": "max_market_positions",
    "max_event_positions": "max_event_positions",
    "max_positions": "max_positions",
    "max_consecutive_losses": "max_consecutive_losses",
    "max_drawdown_ratio": "max_drawdown_pct",
    "target_volatility": "target_volatility",
    "max_spread": "max_spread",
    "min_depth_ratio": "min_depth_ratio",
    "max_slippage_ratio": "max_slippage_ratio",
    "min_edge": "min_edge",
    "max_tolerance": "max_tolerance_ratio",
    "raises_to_minimum": "raises_to_minimum",
}
"""Every limit has its column; their order is that of RULE_VALUES."""

RULE_COLUMNS: Final[LiteralString] = ", ".join(_COLUMN_OF.values())
RULE_COLUMNS_OF_R: Final[LiteralString] = ", ".join(
    ["r." + column for column in _COLUMN_OF.values()]
)
RULE_PLACES: Final[LiteralString] = ", ".join(["%s" for _ in _COLUMN_OF])


def rule_values(rules: RiskRules) -> tuple[Decimal | int | None, ...]:
    """What is stored, in the order of RULE_COLUMNS."""
    return tuple(_stored(getattr(rules, name)) for name in _COLUMN_OF)


def rules_of(row: Row) -> RiskRules:
    """From a row that holds RULE_COLUMNS; a null is no limit (LESSONS L14)."""
    return RiskRules(**{name: _limit(column, row[column]) for name, column in _COLUMN_OF.items()})


def _stored(limit: Usd | Decimal | int | None) -> Decimal | int | None:
    return limit.amount if isinstance(limit, Usd) else limit


def _limit(column: str, stored: Any) -> Any:  # noqa: ANN401  typed by the column it is of
    return Usd(stored) if stored is not None and column.endswith("_usd") else stored
