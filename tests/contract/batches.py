"""Random news for a crowd of workers, by the batch."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

from crowd import SLOTS, WALLETS, Crowd, Job, World
from hypothesis import strategies as st
from live_made import a_rule

from ltsys.adapters.memory import HandClock
from ltsys.domain.breaker import BreakerKind, Resume
from ltsys.domain.errors import OutcomeUnknownError, VenueRejectedError, VenueUnavailableError
from ltsys.domain.halt import Halt, HaltKind, HaltScope, Lifting, new_halt
from ltsys.domain.money import Usd
from ltsys.domain.strategy import RiskRules
from ltsys.domain.venue import Killed
from ltsys.usecases.clear_breaker import clear_breaker
from ltsys.usecases.halt import record_halt
from ltsys.usecases.launch_strategy import pause_strategy, resume_strategy
from ltsys.usecases.read_collateral import read_collateral
from ltsys.usecases.resume import resume
from ltsys.usecases.trip_breakers import sweep_breakers

LIMITS = [
    *((name, Usd.of(most)) for most in (25, 60) for name in (
        "daily_budget", "weekly_budget", "monthly_budget",
        "max_total_exposure", "max_market_exposure", "max_event_exposure",
    )),
    *((name, most) for most in (1, 3) for name in (
        "max_positions", "max_market_positions", "max_event_positions",
    )),
    ("max_position_size", Usd.of(12)),
    ("max_equity_ratio", Decimal("0.015")),
    ("max_daily_loss", Usd.of(9)),
    ("max_consecutive_losses", 2),
    ("max_drawdown_ratio", Decimal("0.03")),
]  # fmt: skip
FATES = (
    (100,), (100,), (60, 40), (30, 30), (50,), (),
    Killed(text="no match"), OutcomeUnknownError("timed out"),
    VenueRejectedError("REJECTED", "no"), VenueUnavailableError("425"),
)  # fmt: skip
BREAKER_RULES = (
    a_rule(window=2, threshold="0.4"),
    a_rule(window=3, strategy_id=None, resume=Resume.AFTER_A_TIME, resume_after_s=300),
    a_rule(BreakerKind.CONSECUTIVE_LOSSES, None, resume=Resume.AFTER_A_TIME, resume_after_s=300),
)
WORDS = ("read", "halt", "pause", *("", "lift", "resume", "clear", "sweep") * 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """News, and what the workers do beside them."""

    signals: list[tuple[str, int, int, int]]
    tells_late: bool
    told: int
    confirmed: int
    failed: int
    end: tuple[int, bool]
    hours: int
    word: str
    whom: str
    seed: int


RULES = st.lists(
    st.sampled_from(LIMITS), min_size=1, max_size=3, unique_by=lambda limit: limit[0]
).map(lambda chosen: RiskRules(**dict(chosen)))
WORLDS = st.builds(
    World,
    limits=st.tuples(RULES, RULES),
    cash=st.sampled_from([Usd.of(45), Usd.of(10**6)]),
    fee_rate=st.sampled_from([Decimal(0), Decimal("0.05")]),
    fates=st.lists(st.sampled_from(FATES), min_size=3, max_size=8).map(tuple),
    breaker_rules=st.just(BREAKER_RULES),
    workers=st.integers(4, 8),
)
SIGNALS = st.tuples(
    st.sampled_from(sorted(WALLETS)),
    st.integers(0, len(SLOTS) - 1),
    st.integers(0, 1),
    st.integers(1, 30),
)
BATCHES = st.builds(
    Batch,
    signals=st.lists(SIGNALS, min_size=3, max_size=8),
    tells_late=st.booleans(),
    told=st.integers(0, 4),
    confirmed=st.sampled_from([0, 4, 20]),
    failed=st.integers(0, 1),
    end=st.tuples(st.integers(0, len(SLOTS)), st.booleans()),
    hours=st.sampled_from([0, 0, 0, 12, 24, 67, 204, 700]),
    word=st.sampled_from(WORDS),
    whom=st.sampled_from(sorted(WALLETS)),
    seed=st.integers(0, 2**16),
)


def said(batch: Batch, crowd: Crowd) -> list[Job]:
    """What people and ticks do meanwhile."""
    store, now = crowd.store, datetime.now(UTC)
    jobs: list[Job] = []
    match batch.word:
        case "halt":
            jobs = [partial(record_halt, halted(batch), store=store)] * 2
        case "lift":
            word = Lifting(by="ann", reason="it is over", at=now)
            terms = {"even_if_working": True, "store": store, "halt_file": crowd.desk.halt_file}
            rows = crowd.rows("SELECT halt_id FROM lt_halts WHERE lifted_at IS NULL")
            jobs = [partial(resume, row["halt_id"], word, **terms) for row in rows]
        case "pause":
            jobs = [partial(pause_strategy, batch.whom, "a test", store=store)]
        case "resume":
            jobs = [partial(resume_strategy, batch.whom, store=store)]
        case "clear":
            clear = partial(clear_breaker, by="ann", because="looked into", store=store)
            rows = crowd.rows("SELECT * FROM lt_breakers WHERE cleared_at IS NULL")
            found = [(BreakerKind(row["kind"]), row["strategy_id"]) for row in rows]
            jobs = [partial(clear, *each) for each in found * 2]
        case "sweep":
            later = HandClock(crowd.clock.now(), now + timedelta(hours=1))
            jobs = [partial(sweep_breakers, store=store, clock=later)] * 2
        case "read":
            jobs = [partial(read_collateral, desk=crowd.desk)]
    return jobs


def halted(batch: Batch) -> Halt:
    """Of everybody or of one strategy, who waits or is denied."""
    kind = HaltKind.PAUSE if batch.seed % 2 else HaltKind.STOP_ENTRIES
    target = "" if batch.seed % 3 == 0 else batch.whom
    scope = HaltScope.STRATEGY if target else HaltScope.GLOBAL
    return new_halt(scope, target, kind, by="ann", reason="a test", since=datetime.now(UTC))
