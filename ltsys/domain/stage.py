"""How far a strategy may go with real money: one step up at a time, any number down (DESIGN §8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ltsys.domain.errors import RefusedError
from ltsys.domain.ids import StrategyId
from ltsys.domain.money import Usd


class Stage(StrEnum):
    """In the order in which they are climbed."""

    SHADOW = "shadow"
    """Real books, virtual money, nothing is sent."""
    CANARY = "canary"
    """Real money under a small cap on its exposure."""
    RAMP = "ramp"
    """Real money under a larger cap."""
    FULL = "full"
    """Real money, bounded by the strategy's limits alone."""

    @property
    def is_live(self) -> bool:
        """Whether orders are sent to the venue."""
        return self is not Stage.SHADOW

    @property
    def is_capped(self) -> bool:
        """Whether a cap on exposure belongs to it."""
        return self in {Stage.CANARY, Stage.RAMP}


_CLIMB = tuple(Stage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A stage with the cap that belongs to it; `cap` is None where the stage has none.

    Raises ValueError for a cap where none belongs, or a stage without its cap.
    """

    stage: Stage
    cap: Usd | None = None

    def __post_init__(self) -> None:
        if (self.cap is not None) != self.stage.is_capped:
            raise ValueError(f"the stage {self.stage} with a cap of {self.cap}")
        if self.cap is not None and self.cap.amount <= 0:
            raise ValueError(f"a cap of {self.cap} is not above $0.00")

    def __str__(self) -> str:
        return self.stage.value if self.cap is None else f"{self.stage} up to {self.cap}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStep:
    """One change of stage, kept for ever. `numbers` are what it was decided by."""

    strategy_id: StrategyId
    before: Stage | None
    """None at its launch."""
    after: Standing
    by: str
    cause: str
    at: datetime
    """Venue time."""
    numbers: Mapping[str, str] = field(default_factory=dict)


def next_stage(stage: Stage) -> Stage | None:
    """The stage that a promotion leads to; None at the top."""
    place = _CLIMB.index(stage) + 1
    return _CLIMB[place] if place < len(_CLIMB) else None


def is_lower(stage: Stage, than: Stage) -> bool:
    """Whether it risks less."""
    return _CLIMB.index(stage) < _CLIMB.index(than)


def promoted(before: Standing, cap: Usd | None) -> Standing:
    """The next standing, with its cap where the stage has one.

    Raises RefusedError at the top, and for a cap that is missing, not above zero or not above
    the one before.
    """
    stage = next_stage(before.stage)
    if stage is None:
        raise RefusedError(f"there is no stage above {before.stage}")
    if not stage.is_capped:
        return Standing(stage=stage)
    if cap is None or cap.amount <= 0:
        raise RefusedError(f"the stage {stage} needs a cap above $0.00")
    if before.cap is not None and cap <= before.cap:
        raise RefusedError(
            f"a cap of {cap} for {stage} is not above the {before.cap} of {before.stage}"
        )
    return Standing(stage=stage, cap=cap)


def demoted(before: Standing, to: Stage, cap: Usd | None = None) -> Standing:
    """A lower standing; the cap of a lower capped stage is at most the one before.

    Raises RefusedError for a stage that is not lower, and for a cap that would be.
    """
    if not is_lower(to, before.stage):
        raise RefusedError(f"{to} is not below {before.stage}")
    if not to.is_capped:
        return Standing(stage=to)
    if cap is None or cap.amount <= 0:
        raise RefusedError(f"the stage {to} needs a cap above $0.00")
    if before.cap is not None and cap > before.cap:
        raise RefusedError(f"a cap of {cap} for {to} is above the {before.cap} of {before.stage}")
    return Standing(stage=to, cap=cap)
