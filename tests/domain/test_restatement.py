"""Results that change after they were booked, as tables (L23, L34)."""

from dataclasses import replace

import pytest
from live_made import NOON, an_order

from ltsys.domain.ft_order import FtOutcome
from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import OrderStatus
from ltsys.domain.restatement import Booked, losses_in_a_row, peak_equity

ORDER = an_order(status=OrderStatus.FILLED)
NOTHING = replace(ORDER, outcome=FtOutcome.WON)
GAIN = replace(NOTHING, executed=Usd.of(10), executed_shares=Shares.of(25))
LOSS = replace(GAIN, outcome=FtOutcome.LOST)
BOOKED = Booked(
    is_settled=True, resolved_at=NOON, losses_before=0, peak_before=Usd.of(1000), later_count=0
)


@pytest.mark.parametrize(
    ("losses", "later", "earlier", "before", "after", "run"),
    [
        pytest.param(3, 1, 1, LOSS, LOSS, 3, id="a loss that grew"),
        pytest.param(3, 1, 1, LOSS, NOTHING, 2, id="a loss of the run that was none"),
        pytest.param(3, 1, 1, LOSS, GAIN, 1, id="a loss that was a gain cuts the run"),
        pytest.param(2, 2, 9, LOSS, NOTHING, 2, id="a loss before a person resumed"),
        pytest.param(2, 5, 1, LOSS, NOTHING, 2, id="a loss before a later gain"),
        pytest.param(2, 2, 3, GAIN, NOTHING, 5, id="the gain that ended a run was none"),
        pytest.param(2, 2, 3, GAIN, LOSS, 6, id="the gain that ended a run was a loss"),
        pytest.param(2, 2, 3, GAIN, GAIN, 2, id="a gain that grew"),
        pytest.param(0, 4, 3, GAIN, NOTHING, 0, id="a gain before later ones"),
        pytest.param(1, 0, 1, NOTHING, LOSS, 2, id="what was nothing is a loss"),
        pytest.param(1, 0, 1, NOTHING, GAIN, 0, id="what was nothing is a gain"),
        pytest.param(1, 3, 1, NOTHING, LOSS, 1, id="what was nothing is long ago"),
    ],
)
def test_the_run_is_as_if_the_result_had_always_been_so(losses, later, earlier, before, after, run):
    booked = replace(BOOKED, later_count=later, losses_before=earlier)

    assert losses_in_a_row(losses, before, after, booked) == run


@pytest.mark.parametrize(
    ("peak", "peak_before", "before", "after", "now"),
    [
        pytest.param("1015", "1000", GAIN, NOTHING, "1000", id="it rose by the gain alone"),
        pytest.param("1020", "1000", GAIN, NOTHING, "1005", id="others raised it as well"),
        pytest.param("1050", "1050", GAIN, NOTHING, "1050", id="it was higher before"),
        pytest.param("1015", "1010", GAIN, NOTHING, "1010", id="part of it was there before"),
        pytest.param("1000", "1000", LOSS, NOTHING, "1000", id="a loss never raised it"),
        pytest.param("1000", "1000", NOTHING, GAIN, "1000", id="equity will raise it"),
        pytest.param("1005", "1100", GAIN, NOTHING, "1005", id="it was restated meanwhile"),
    ],
)
def test_the_peak_is_as_if_the_gain_had_never_been(peak, peak_before, before, after, now):
    booked = replace(BOOKED, peak_before=Usd.of(peak_before))

    assert peak_equity(Usd.of(peak), before, after, booked) == Usd.of(now)
