"""Token buckets per signer: how fast a wallet may place and cancel (VENUE §12)."""

from dataclasses import dataclass
from math import ceil
from typing import Literal

Kind = Literal["order", "cancel"]
REFRESH_S = 3 * 3600
VOLUME_DAYS = 30


@dataclass(frozen=True, slots=True)
class Rate:
    """Tokens a simulated second, and as many as can be saved up."""

    per_s: int
    burst: int


@dataclass(frozen=True, slots=True)
class Tier:
    """What a wallet may do whose 30-day volume in dollars is at least this."""

    name: str
    volume_usd: int
    order: Rate
    cancel: Rate
    may_owe: bool = False


TIERS: tuple[Tier, ...] = (
    Tier("standard", 0, Rate(40, 60), Rate(80, 120), may_owe=True),
    Tier("copper", 30_000, Rate(60, 90), Rate(120, 180), may_owe=True),
    Tier("bronze", 50_000, Rate(80, 120), Rate(160, 240), may_owe=True),
    Tier("silver", 100_000, Rate(200, 300), Rate(400, 600), may_owe=True),
    Tier("gold", 500_000, Rate(400, 600), Rate(800, 1200), may_owe=True),
    Tier("platinum", 2_500_000, Rate(450, 675), Rate(900, 1350)),
    Tier("diamond", 5_000_000, Rate(525, 787), Rate(1050, 1575)),
    Tier("elite", 10_000_000, Rate(600, 900), Rate(1200, 1800)),
)


def tier_of(volume_usd: int) -> Tier:
    """The highest tier that a volume reaches."""
    return next(tier for tier in reversed(TIERS) if volume_usd >= tier.volume_usd)


@dataclass(slots=True)
class Bucket:
    """Tokens as of a time; they grow at the tier's rate up to its burst."""

    tier: Tier
    rate: Rate
    tokens: float
    at: float

    def refill(self, now: float) -> None:
        """Let the time up to now count."""
        gained = max(0.0, now - self.at) * self.rate.per_s
        self.tokens = min(float(self.rate.burst), self.tokens + gained)
        self.at = max(now, self.at)

    def wait_s(self, cost: int) -> float:
        """Seconds until there are so many tokens; a cost over the burst is counted as it."""
        missing = min(cost, self.rate.burst) - self.tokens
        return max(0.0, missing / self.rate.per_s)

    def can_pay(self, cost: int) -> bool:
        """All or nothing: a batch over the burst never passes."""
        return self.tokens >= cost

    def pay(self, cost: int) -> None:
        """Take tokens out; only a tier that may owe goes below nought."""
        left = self.tokens - cost
        self.tokens = left if self.tier.may_owe else max(0.0, left)

    def headers(self, cost: int) -> dict[str, str]:
        """The state as the venue's headers tell it; the reset is when this cost can be paid."""
        return {
            "poly-ratelimit-remaining": str(int(self.tokens // 1)),
            "poly-ratelimit-reset": str(ceil(self.at + self.wait_s(cost))),
            "poly-ratelimit-tier": self.tier.name,
        }
