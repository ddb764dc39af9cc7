"""A leader's statistics, what an evaluation makes of them, and profile win rates."""

from datetime import timedelta
from decimal import Decimal

from domain_made import LEADER, MARKET, NOON, YES, a_trade, statistics

from ltsys.domain.money import Usd
from ltsys.domain.trader import (
    ClosedPosition,
    LeaderFacts,
    ProfileRow,
    leader_facts,
    profile_win_rate,
    statistics_of,
)

DAY = timedelta(days=1)


def position(pnl, days_ago):
    return ClosedPosition(
        condition_id=MARKET, token_id=YES, realized_pnl=Usd.of(pnl), closed_at=NOON - days_ago * DAY
    )


def statistics_from(*positions):
    return statistics_of(
        LEADER, positions, now=NOON, average_trade_30d=None, average_trade=Usd.of(50)
    )


def test_a_win_rate_is_the_share_of_positions_that_gained():
    """FT_RULES §11; a gain of zero is no win, and day 30 still counts."""
    known = statistics_from(position(1, 30), position(0, 1), position(5, 31), position(-1, 90))

    assert (known.win_rate_30d, known.resolved_count_30d) == (Decimal("0.5"), 2)
    assert (known.win_rate, known.resolved_count) == (Decimal("0.5"), 4)


def test_without_positions_there_is_no_rate_rather_than_zero():
    """LESSONS L42."""
    known = statistics_from()

    assert (known.win_rate, known.win_rate_30d) == (None, None)
    assert (known.resolved_count, known.resolved_count_30d) == (None, None)


def test_thirty_quiet_days_fall_back_to_the_lifetime():
    """FT_RULES §3."""
    facts = leader_facts(a_trade(), statistics_from(position(1, 60)), is_named=False)

    assert facts == LeaderFacts(win_rate=Decimal(1), trade_count=1, conviction=Decimal(2))


def test_a_partly_known_leader_gets_the_defaults_for_the_rest():
    """FT_RULES §3: 0.5, 0 and a conviction of 1 without an average."""
    known = statistics(
        win_rate_30d=None,
        win_rate=None,
        resolved_count_30d=7,
        average_trade_30d=None,
        average_trade=Usd.of(0),
    )

    facts = leader_facts(a_trade(), known, is_named=False)

    assert facts == LeaderFacts(win_rate=Decimal("0.5"), trade_count=7, conviction=Decimal(1))


def test_an_unknown_leader_has_no_facts_unless_named():
    """Deviation D5."""
    assert leader_facts(a_trade(), statistics_from(), is_named=False) is None
    assert leader_facts(a_trade(), None, is_named=False) is None
    named = leader_facts(a_trade(), None, is_named=True)
    assert named == LeaderFacts(win_rate=Decimal("0.5"), trade_count=50, conviction=Decimal(1))


def row(niche, structure, bracket, rate, count):
    return ProfileRow(
        niche=niche,
        structure=structure,
        bracket=bracket,
        win_rate=Decimal(rate),
        trade_count=count,
    )


def test_a_profile_is_matched_ever_more_loosely_and_weighted_by_trades():
    """FT_RULES §3: 0.30 and 0.70 belong to the middle bracket."""
    rows = [
        row("NBA", "STANDARD", "MID", "0.6", 10),
        row("NBA", "STANDARD", "LOW", "0.9", 30),
        row("NBA PLAYOFFS", "SPREAD", "LOW", "0.1", 5),
    ]

    def rate(niche, structure, price):
        return profile_win_rate(rows, niche=niche, structure=structure, price=Decimal(price))

    assert rate("NBA", "STANDARD", "0.70") == Decimal("0.6")
    assert rate("NBA", "STANDARD", "0.30") == Decimal("0.6")
    assert rate("NBA", "STANDARD", "0.29") == Decimal("0.9")
    assert rate("NBA", "STANDARD", "0.71") == Decimal("0.825")
    assert rate("PLAYOFFS", "STANDARD", "0.5") == Decimal("0.1")
    assert rate("", "STANDARD", "0.5") is None
