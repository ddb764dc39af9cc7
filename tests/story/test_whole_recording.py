"""All 90,200 recorded trades of seven leaders: the long test, which prints its figures."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from agreement import (
    assert_fills_agree,
    assert_forward_tests_agree,
    assert_live_equals_forward_test,
    assert_live_trading_agrees,
    assert_nothing_is_amiss,
)
from replayed import Check, Replayed, check, replay

pytestmark = pytest.mark.slow

ROWS = 90_200
SHOWN = ("ft_orders", "ft_pnl_usd", "lt_orders_by_status", "fills", "lt_pnl_usd", "elapsed_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    replayed: Replayed
    check: Check


@pytest.fixture(scope="module")
def whole(shared: Path, reachable_folder: Callable[[], Path]) -> Whole:
    recording, wallets = shared / "data" / "leaders", shared / "ft_wallets.json"
    replayed = replay(recording, wallets=wallets, data_dir=reachable_folder())
    shown = {name: replayed.report[name] for name in SHOWN}
    print(json.dumps(shown, indent=2, default=str))
    followed = replayed.books.followed
    return Whole(replayed=replayed, check=check(recording, wallets=wallets, followed=followed))


def test_the_whole_recording_is_ingested_and_ends_without_duplicates_losses_or_drift(whole):
    report = whole.replayed.report

    assert (report["source_trades"], report["ingested"], report["bad_rows"]) == (ROWS, ROWS, {})
    assert_nothing_is_amiss(whole.replayed)


def test_the_whole_recording_gives_the_forward_tests_that_the_rules_give(whole):
    assert_forward_tests_agree(whole.replayed, whole.check)


def test_the_whole_recording_gives_the_live_profit_that_the_venues_fills_give(whole):
    assert_fills_agree(whole.replayed)
    assert_live_trading_agrees(whole.replayed, whole.check)
    assert_live_equals_forward_test(whole.replayed, whole.check)
