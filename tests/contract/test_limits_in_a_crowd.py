"""Many workers, random news, a real database: no limit is passed, nothing is counted twice.

Each example is a sequence of batches. The news of a batch are made one after the other, then
4 to 8 workers meet all that follows from them at once, most of it twice. What is true then is
read with plain SQL and judged without any of our own counters.
"""

from collections import Counter
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import count
from random import Random

import pytest
from batches import BATCHES, WORLDS, Batch, said
from crowd import OTHER, SLOTS, WALLETS, Crowd, Job, World
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from ledger_replay import DAY, Replay, midnight
from live_made import STRATEGY

from ltsys.domain.venue import FillStatus
from ltsys.embedded import create_database, drop_database
from ltsys.usecases.launch_strategy import pause_strategy
from ltsys.usecases.start_periods import start_periods

NUMBERS = count(1)
"""Of the databases, one an example."""


@pytest.fixture
def fresh_crowds(servers, template_database):
    """Opens crowds, each on a database of its own."""

    def opened(world: World):
        name = f"ltsys_crowd_{template_database}_{next(NUMBERS)}"
        return Crowd(create_database(servers.database_url, name, template=template_database), world)

    def closed(crowd: Crowd) -> None:
        name = crowd.store._pool.conninfo.rsplit("/", 1)[1]
        crowd.store.close()
        drop_database(servers.database_url, name)

    return opened, closed


@pytest.mark.slow
def test_no_news_in_any_order_pass_a_limit_whoever_works_at_once(fresh_crowds):
    """Limits, resets, the peak, breakers, halts, cash and the books (L30, L32, L33, L34, L41)."""
    opened, closed = fresh_crowds
    seen: Counter[str] = Counter()

    # nothing is shrunk or run again: threads never meet the same way twice
    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    @given(world=WORLDS, batches=st.lists(BATCHES, min_size=6, max_size=9))
    def holds(world, batches):
        crowd = opened(world)
        try:
            Watcher(crowd, seen).follow(batches)
        finally:
            closed(crowd)

    holds()
    # enough happened for all of it to mean something
    assert seen["planned"] > 50, seen
    assert all(seen[each] for each in ("resolved", "failed", "tripped", "stopped")), seen
    assert len([each for each in seen if each.startswith(("MAX_", "DAILY_", "WALLET_"))]) > 5, seen


class Watcher:
    """Runs a sequence and judges what the rows say after each batch."""

    def __init__(self, crowd: Crowd, seen: Counter[str]) -> None:
        self.crowd, self.seen = crowd, seen
        self.peaks: dict[str, Decimal] = {}
        self.breakers: list[dict] = []
        self.turns = 0
        """How often the clock has moved."""
        # one that stood still for long, from before there were counters of weeks
        crowd.rows(
            "UPDATE lt_risk_state SET daily_spent_usd = 7, weekly_spent_usd = 7,"
            " daily_reset_at = NULL, weekly_reset_at = NULL, monthly_reset_at = NULL"
            " WHERE strategy_id = %s RETURNING 1",
            OTHER,
        )

    def follow(self, batches: list[Batch]) -> None:
        for batch in batches:
            before, last = self.stops(), self.last_entry()
            self.crowd.work(self.news(batch))
            self.check(batch, before, last)
        self.turn_the_month()
        replay = self.check(batches[-1], {}, self.last_entry())
        for account in replay.accounts.values():
            self.seen["planned"] += len(account.stakes)
            self.seen["resolved"] += len(account.results)
        self.seen["tripped"] += len(self.breakers)
        for row in self.crowd.rows("SELECT denial_code, status, mode FROM lt_orders"):
            self.seen[row["denial_code"] or row["status"]] += 1
        self.seen["failed"] += sum(f["status"] == "failed" for f in replay.fills.values())

    def news(self, batch: Batch) -> list[Job]:
        """What is new, and all that the workers then have to do."""
        crowd = self.crowd
        crowd.match_what_was_posted(late=batch.tells_late)
        crowd.venue.tell(batch.told)
        crowd.venue.settle(batch.failed, FillStatus.FAILED)
        crowd.venue.settle(batch.confirmed, FillStatus.CONFIRMED)
        slot, first_wins = batch.end
        if slot < len(SLOTS):
            crowd.end(slot, first_wins=first_wins)
        for signal in batch.signals:
            crowd.signal(*signal)
        jobs = [*crowd.queued(), *crowd.looks(), *crowd.resolutions(), *said(batch, crowd)]
        jobs += [partial(start_periods, store=crowd.store, clock=crowd.clock)] * 2
        if batch.hours:
            self.turns += 1
            jobs.append(partial(crowd.move, batch.hours))
        Random(batch.seed).shuffle(jobs)  # noqa: S311  an order is no secret
        return jobs

    def turn_the_month(self) -> None:
        """A strategy that is paused and idle starts its periods once, like any other (L33)."""
        crowd = self.crowd
        pause_strategy(STRATEGY, "idle", store=crowd.store)
        crowd.clock.move(32 * DAY)
        self.turns += 1
        before = self.logged_turns()
        crowd.work([partial(start_periods, store=crowd.store, clock=crowd.clock)] * 8)
        assert {name: n - before[name] for name, n in self.logged_turns().items()} == {
            STRATEGY: 1,
            OTHER: 1,
        }
        now = crowd.clock.now()
        for row in crowd.rows("SELECT * FROM lt_risk_state WHERE book = 'live'"):
            assert row["daily_reset_at"] == midnight(now) + DAY
            assert now < row["weekly_reset_at"] <= midnight(now) + 7 * DAY
            assert now < row["monthly_reset_at"] <= midnight(now) + 31 * DAY
            assert row["daily_spent_usd"] == row["daily_result_usd"] == 0

    # what must then be so

    def check(self, batch: Batch, before: dict[str, set[str]], last: int) -> Replay:
        crowd = self.crowd
        replay = Replay(crowd.rows, crowd.rules, crowd.later)
        assert replay.most_paid <= crowd.world.cash.amount
        for row in crowd.rows("SELECT * FROM lt_risk_state WHERE book = 'live'"):
            self.balances_are_the_ledger(row, replay)
            self.counters_are_the_fills(row, replay)
            self.peak_never_falls(row, replay)
        self.orders_are_their_fills(replay)
        self.breakers_stay_until_their_rule(batch)
        self.what_is_stopped_plans_nothing(before, last)
        assert all(count <= self.turns + 1 for count in self.logged_turns().values())
        return replay

    @staticmethod
    def balances_are_the_ledger(row, replay: Replay) -> None:
        """L41."""
        kept = {
            "available": row["available_cash"],
            "reserved": row["reserved_usd"],
            "position": row["position_usd"],
            "settling": row["cooldown_capital"],
            "fees": row["fees_usd"],
            "realized_pnl": row["realized_pnl_usd"],
        }
        name = row["strategy_id"]
        assert kept == {account: replay.sums[name, account] for account in kept}
        assert replay.accounts[name].reserved == row["reserved_usd"]
        own = [order for order in replay.orders.values() if order["strategy_id"] == name]
        assert row["reserved_usd"] == sum(order["reserved_usd"] for order in own)

    @staticmethod
    def counters_are_the_fills(row, replay: Replay) -> None:
        """Each starts anew once, whoever comes first (L33)."""
        account = replay.accounts[row["strategy_id"]]
        for period in ("daily", "weekly", "monthly"):
            ends_at, spent = row[f"{period}_reset_at"], row[f"{period}_spent_usd"]
            if ends_at is None:
                assert not account.stakes
                continue
            assert ends_at == midnight(ends_at)
            assert spent == account.spent_since(_start(period, ends_at))
        if row["daily_reset_at"] is not None:
            assert row["daily_result_usd"] <= -account.lost_since(row["daily_reset_at"] - DAY)

    def peak_never_falls(self, row, replay: Replay) -> None:
        """It is the highest equity that a result ever left (L34)."""
        name, peak = row["strategy_id"], row["peak_equity"]
        assert peak >= self.peaks.get(name, peak)
        assert peak == replay.accounts[name].peak
        self.peaks[name] = peak

    @staticmethod
    def orders_are_their_fills(replay: Replay) -> None:
        """Each match is money once, however often it is told of (L20, L22, L23)."""
        for order in replay.orders.values():
            fills = [
                fill
                for fill in replay.fills.values()
                if (fill["lt_order_id"], fill["status"] != "failed") == (order["lt_order_id"], True)
            ]
            assert order["executed_usd"] == sum(fill["cost_usd"] for fill in fills)
            assert order["executed_shares"] == sum(fill["shares"] for fill in fills)
            assert order["fees_usd"] == sum(fill["fee_usd"] for fill in fills)
            assert order["executed_usd"] * 10**6 <= (order["maker_units"] or 0)

    def breakers_stay_until_their_rule(self, batch: Batch) -> None:
        """A row changes once, and nothing is planned while one stands (L34)."""
        rows = self.crowd.rows("SELECT * FROM lt_breakers ORDER BY breaker_id")
        for old, new in zip(self.breakers, rows, strict=False):
            if old["cleared_at"] is not None or new["cleared_at"] is None:
                assert new == old
                continue
            by_hand = new["cleared_by"] == "ann"
            assert batch.word == ("clear" if by_hand else "sweep")
            assert by_hand or new["resume"] == "after_a_time"
        assert len(rows) >= len(self.breakers)
        self.breakers = rows
        passed = self.crowd.rows(
            "SELECT o.lt_order_id FROM lt_orders o JOIN lt_breakers b USING (strategy_id)"
            " WHERE o.status <> 'denied' AND o.created_at > b.tripped_at"
            " AND o.created_at < coalesce(b.cleared_at, 'infinity')"
        )
        assert passed == []

    def what_is_stopped_plans_nothing(self, before: dict[str, set[str]], last: int) -> None:
        """Whatever stood before the batch, and stands after it, stopped all between (L34, L61)."""
        after = self.stops()
        stopped = set().union(*(whom for stop, whom in before.items() if stop in after))
        planned = self.crowd.rows(
            "SELECT DISTINCT strategy_id FROM lt_ledger WHERE kind = 'reserve' AND entry_id > %s",
            last,
        )
        assert stopped.isdisjoint(row["strategy_id"] for row in planned)
        self.seen["stopped"] += bool(stopped)

    # plain rows

    def stops(self) -> dict[str, set[str]]:
        """Whom each halt, pause and breaker stops."""
        rows = self.crowd.rows(
            "SELECT halt_id AS name, nullif(target, '') AS whom FROM lt_halts"
            " WHERE lifted_at IS NULL"
            " UNION ALL SELECT 'breaker:' || breaker_id, strategy_id FROM lt_breakers"
            " WHERE cleared_at IS NULL"
            " UNION ALL SELECT 'pause:' || strategy_id, strategy_id FROM lt_risk_state"
            " WHERE is_paused"
        )
        return {row["name"]: {row["whom"]} if row["whom"] else set(WALLETS) for row in rows}

    def last_entry(self) -> int:
        (row,) = self.crowd.rows("SELECT max(entry_id) AS last FROM lt_ledger")
        return row["last"]

    def logged_turns(self) -> dict[str, int]:
        """How often the sweep wrote down that a strategy's periods began."""
        rows = self.crowd.rows(
            "SELECT s.strategy_id, count(l.stage) AS n FROM lt_strategies s"
            " LEFT JOIN lt_execute_logs l ON l.strategy_id = s.strategy_id AND l.stage = 'limits'"
            " GROUP BY s.strategy_id"
        )
        return {row["strategy_id"]: row["n"] for row in rows}


def _start(period: str, ends_at: datetime) -> datetime:
    match period:
        case "daily":
            return ends_at - DAY
        case "weekly":
            assert ends_at.weekday() == 0
            return ends_at - 7 * DAY
    assert ends_at.day == 1
    return (ends_at - DAY).replace(day=1)
