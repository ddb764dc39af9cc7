"""`lt bench` measures the path, its ceiling, and what second deliveries cost."""

from collections import Counter

import pytest
from lt_harness import lt

from ltsys.bench.pages import LIMIT_MS, PagesPlan, measure
from ltsys.bench.run import twice

KEYS = [("LT_A", f"bench:{number}") for number in range(50)]
_ROUNDING = 0.05
"""Figures are told to a tenth, which is a percent where a busy machine does ten a second."""


def test_every_message_comes_twice_and_in_another_order():
    """The second of a signal may come before the first of another (L56)."""
    messages = twice(KEYS)

    assert Counter(messages) == dict.fromkeys(KEYS, 2)
    assert messages not in (KEYS * 2, sorted(messages))
    assert messages == twice(KEYS)


@pytest.mark.slow
def test_the_figures_of_a_short_run_belong_together():
    """Each ratio is of two figures of the same run; a twice delivered order counts once (L56)."""
    done = lt(
        "bench", "--orders", "50", "--rounds", "1", "--rate", "10", "--seconds", "1", "--json"
    )

    assert done.code == 0, done.err
    said = done.json
    assert said["path_rounds"] == [said["orders_per_s"]]
    assert said["twice_rounds"] == [said["twice_orders_per_s"]]
    assert said["ceiling_rounds"] == [said["ceiling_orders_per_s"]]
    assert said["ratio"] == pytest.approx(
        said["orders_per_s"] / said["ceiling_orders_per_s"], abs=_ROUNDING
    )
    assert said["twice_ratio"] == pytest.approx(
        said["twice_orders_per_s"] / said["orders_per_s"], abs=_ROUNDING
    )
    assert 0 < said["ack_p50_ms"] <= said["ack_p95_ms"] <= said["ack_p99_ms"]
    assert (said["rounds"], said["orders_per_round"], said["rate_per_s"]) == (1, 50, 10)


def test_every_read_of_pages_and_routes_is_measured(reachable_folder):
    """L48: at any size; here small, for the figures of a large one take a minute."""
    folder = reachable_folder()
    folder.chmod(0o711)
    plan = PagesPlan(strategies=20, orders=600, rounds=2)

    result = measure(folder / "data", plan, lambda _: None)

    names = {read.name for read in result.reads}
    assert {"orders, newest", "health of 24 hours", "page: strategies", "page: logs"} <= names
    assert all(0 < read.p50_ms <= read.p95_ms for read in result.reads)
    slowest = [read.p95_ms for read in result.reads]
    assert slowest == sorted(slowest, reverse=True)
    assert result.as_dict()["limit_ms"] == LIMIT_MS
