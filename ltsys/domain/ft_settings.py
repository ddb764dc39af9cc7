"""Which settings of an FT wallet a live strategy follows by itself, and which it does not.

What the wallet decides by, its filters, thresholds and dead-market guard, is read where it is
used: a change holds for the next signal. How large it bets follows only up to the largest bet
that the strategy's owner took over. What it has to spend is never the strategy's capital.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ltsys.domain.ft_wallet import FtWallet
from ltsys.domain.ft_wallet_json import wallet_to_json

_EXTRA = "extra"
_NAMES = frozenset({"wallet_id", "display_name"})
_SIZING = frozenset(
    {
        "allocation_method",
        "bet_size",
        "bet_allocation_weight",
        "kelly_fraction",
        "min_bet",
        "max_bet",
        "copy_rate",
        "copy_budget_usd",
        "copy_rate_min",
        "copy_rate_max",
    }
)
_CAPITAL = frozenset({"starting_balance"})


class Following(StrEnum):
    """What a live strategy makes of a change."""

    FOLLOWED = "followed"
    UP_TO_THE_CAP = "followed up to the owner's bet cap"
    NOT_FOLLOWED = "not followed: capital is the owner's"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChange:
    """One setting that is not what it was; both values in words."""

    name: str
    before: str
    after: str

    @property
    def following(self) -> Following:
        """Whether it holds for the strategy."""
        if self.name in _CAPITAL:
            return Following.NOT_FOLLOWED
        return Following.UP_TO_THE_CAP if self.name in _SIZING else Following.FOLLOWED

    def __str__(self) -> str:
        return f"{self.name} {self.before} → {self.after} ({self.following})"


def settings_of(wallet: FtWallet) -> dict[str, str]:
    """Every setting by its name, in words."""
    stored = wallet_to_json(wallet)
    extra = stored.pop(_EXTRA)
    named = {**stored, **(extra if isinstance(extra, dict) else {})}
    return {name: _words(value) for name, value in named.items() if name not in _NAMES}


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[SettingChange, ...]:
    """What changed, by name; a setting that is not there is unset."""
    unset = _words(None)
    return tuple(
        SettingChange(name=name, before=before.get(name, unset), after=after.get(name, unset))
        for name in sorted({*before, *after})
        if before.get(name, unset) != after.get(name, unset)
    )


def _words(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
