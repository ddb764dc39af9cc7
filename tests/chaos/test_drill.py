"""The drill: clean as the system is, and not clean once a bug is planted."""

from dataclasses import replace
from pathlib import Path

import pytest

from ltsys.drill.plan import STANDARD_FAULTS, STANDARD_STORMS, DrillPlan, Kind
from ltsys.drill.run import Drill, run

pytestmark = pytest.mark.slow

PLANTED = Path(__file__).with_name("planted")
LOST_ANSWERS = (
    "rate 0.3 POST /order: drop-after-accept",
    "rate 0.3 POST /order: status-after-accept 500",
)
STORMS = STANDARD_STORMS[1:4]
"""Quick ones: a cut stream, too many requests, another tick. The long drill has all."""
SHORT = DrillPlan(
    signals=160,
    rate_per_s=8,
    kills=6,
    faults=STANDARD_FAULTS,
    storms=STORMS,
    first_check_s=0.2,
    seed=4,
)
ROUGH = DrillPlan(
    signals=90,
    rate_per_s=15,
    kills=0,
    broker_losses=0,
    database_crashes=0,
    faults=LOST_ANSWERS,
    first_check_s=0.2,
    rest_limit_s=20,
)


def test_whatever_breaks_no_order_and_no_cent_goes_missing(reachable_folder):
    """Killed workers, an emptied broker, a crashed database, lost answers (L01–L04, L22–L24,
    L29, L30, L56, L58, L59)."""
    certificate = run(reachable_folder(), Drill(plan=SHORT))

    assert certificate.is_clean, certificate.as_dict()
    assert certificate.signals == SHORT.signals
    assert certificate.filled > SHORT.signals // 4
    assert sum(certificate.kills.values()) >= SHORT.kills
    assert set(certificate.server_crashes) == {"crash broker", "empty broker", "crash database"}
    assert certificate.unknown_orders > 0
    storms = {storm.rpartition(": ")[2].split()[0] for storm in STORMS}
    told = " ".join(certificate.venue_faults)
    assert not {storm for storm in storms if storm not in told}


@pytest.mark.parametrize(
    ("bug", "shows_in"),
    [
        ("sign_again_on_retry", "duplicates"),
        ("resend_after_5xx", "duplicates"),
        ("release_on_timeout", "limit_breaches"),
        ("count_a_fill_twice", "phantom_fills"),
    ],
)
def test_a_drill_finds_a_planted_bug(reachable_folder, bug, shows_in):
    certificate = run(reachable_folder(), Drill(plan=ROUGH, mutation=PLANTED / bug))

    assert not certificate.is_clean
    assert certificate.as_dict()[shows_in] > 0


def test_the_rough_weather_of_the_planted_bugs_is_survived_without_them(reachable_folder):
    """What those drills find is the bug and not the weather."""
    certificate = run(reachable_folder(), Drill(plan=replace(ROUGH, rest_limit_s=180)))

    assert certificate.is_clean, certificate.as_dict()
    assert sum(certificate.venue_faults.values()) > 0


def test_a_plan_is_the_same_for_the_same_seed():
    assert SHORT.blows() == SHORT.blows()
    assert SHORT.blows() != replace(SHORT, seed=5).blows()


def test_every_kind_of_worker_has_its_turn():
    kills = [blow for blow in SHORT.blows() if blow.kind is Kind.KILL]

    assert {blow.role for blow in kills} == {"execution", "fills", "resolution", "signals"}
    assert len(kills) == SHORT.kills
