"""The limits of a strategy as JSON, by the fields of the domain's record (LESSONS L14, L31)."""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from ltsys.domain.money import Usd
from ltsys.domain.rule_change import Value, parsed
from ltsys.domain.strategy import RiskRules
from ltsys.web.api.derived import facts_of, parts, shape_of, told
from ltsys.web.api.numbers import AskedDollars, AskedRatio

_ASKED: Mapping[object, Any] = {
    Usd: AskedDollars,
    Decimal: AskedRatio,
    int: Annotated[int, Field(ge=0, le=1_000_000)],
    bool: bool,
}
_DEFAULTS: Mapping[str, object] = {"max_consecutive_losses": 5, "max_drawdown_ratio": "0.20"}
"""Of a new strategy, as DESIGN §7 says; every other limit is none unless it is set."""

Limits = shape_of(RiskRules, "Limits")


@cache
def asked_limits(name: str, *, is_new: bool) -> type[BaseModel]:
    """A body in which any limit may be left out; null is no limit, 0 is 0."""
    hints = get_type_hints(RiskRules)
    members: dict[str, Any] = {}
    for each in fields(RiskRules):
        kind = next(part for part in parts(hints[each.name]) if part is not type(None))
        member = _ASKED[kind] if kind is bool else _ASKED[kind] | None
        default = _DEFAULTS.get(each.name, each.default) if is_new else each.default
        shown = Limits.model_fields[told(each.name, hints[each.name])].description
        members[told(each.name, hints[each.name])] = (
            member,
            Field(default, description=f"{shown or ''} null is no limit.".strip()),
        )
    config = ConfigDict(extra="forbid")
    return create_model(name, __config__=config, __doc__="Limits to set.", **members)


def rules_asked(body: BaseModel, *, only_set: bool = False) -> dict[str, Value]:
    """The values for RiskRules, by its own names. Raises SettingsError for what none may be."""
    hints = get_type_hints(RiskRules)
    said = body.model_dump(exclude_unset=only_set)
    return {
        each.name: _value(each.name, said[name])
        for each in fields(RiskRules)
        if (name := told(each.name, hints[each.name])) in said
    }


def limits_of(rules: RiskRules) -> BaseModel:
    """As the API shows them."""
    return Limits.model_validate(facts_of(rules))


def _value(name: str, said: object) -> Value:
    """Within what the limit may be, as the domain says."""
    return said if said is None or isinstance(said, bool) else parsed(name, str(said))
