"""Thousands of decisions about recorded trades, against recorded books: each decided once more."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from pathlib import Path

import pytest
from live_made import NO_LIMITS, a_book, a_market
from trading_floor import Floor, accepted

from ltsys.domain.canonical import to_text
from ltsys.domain.decision import Kept, case_of, decide, verdict_of
from ltsys.domain.denial import Denial, DenialCode
from ltsys.domain.market import BookLevel, Outcome
from ltsys.domain.money import Price, Shares, Usd
from ltsys.domain.venue import Killed
from ltsys.usecases.execute_order import execute_order
from ltsys.usecases.resolve_market import resolve_market

CHUNKS, CHUNK = 6, 400
LAG = timedelta(seconds=3)
TOO_LATE, ONE_IN = timedelta(seconds=250), 25
"""Some recorded pollers saw a trade only after minutes."""
RULES = replace(
    NO_LIMITS,
    daily_budget=Usd.of(600),
    max_position_size=Usd.of(35),
    max_total_exposure=Usd.of(220),
    max_market_exposure=Usd.of(90),
    max_positions=40,
    max_daily_loss=Usd.of(150),
    max_spread=Decimal("0.06"),
    min_depth_ratio=Decimal(1),
    max_slippage_ratio=Decimal("0.02"),
    max_drawdown_ratio=Decimal("0.4"),
)


def rows(path: Path) -> Iterator[dict]:
    if not path.exists():
        pytest.skip(f"no recording at {path}")
    with gzip.open(path, "rt") as lines:
        for line in lines:
            yield json.loads(line, parse_float=Decimal)


def recorded_books(shared: Path) -> dict[int, tuple]:
    """The last whole book with its best offer at each price, in cents."""
    found = {}
    frames = rows(shared / "data" / "books" / "market_channel.jsonl.gz")
    for frame in (each for each in frames if each["event_type"] == "book"):
        bids, asks = (tuple(map(level, frame[side])) for side in ("bids", "asks"))
        if asks:
            found[int(min(each.price.per_share for each in asks) * 100)] = (bids, asks)
    return found


def level(raw: dict) -> BookLevel:
    return BookLevel(price=Price.of(str(raw["price"])), shares=Shares.of(str(raw["size"])))


class Recording:
    """Recorded BUYs become signals of one strategy, each some seconds late."""

    def __init__(self, shared: Path) -> None:
        self.books = recorded_books(shared)
        folder = shared / "data" / "leaders"
        self.markets = {row["slug"]: row for row in rows(folder / "markets.jsonl.gz")}
        self.trades = (each for each in rows(folder / "trades.jsonl.gz") if each["side"] == "BUY")

    def decisions(self) -> list[Kept]:
        """Of the next trades, in a world of their own."""
        floor, seen = Floor(rules=RULES), set()
        for number, trade in enumerate(islice(self.trades, CHUNK)):
            late = moment(trade["timestamp"]) + LAG
            floor.clock.move(max(timedelta(0), late - floor.clock.now()))
            if trade["slug"] not in seen:
                seen.add(trade["slug"])
                floor.tables_market(self._market(trade["slug"]))
            self._signal(floor, trade, number)
            self._resolve(floor, seen)
        return [row.text for row in floor.store.tables.lt_decisions.values()]

    def _signal(self, floor: Floor, trade: dict, number: int) -> None:
        token = token_of(trade["slug"], trade["outcome"])
        price = min(Decimal("0.999"), trade["price"] * Decimal("1.003"))
        book = floor.market_data.books[token] = self._book(token, trade["price"])
        key = floor.signal(
            number,
            condition_id=condition_of(trade["slug"]),
            token_id=token,
            token_label=trade["outcome"],
            entry_price=Price(price),
            size=Usd(min(Decimal(60), trade["usdcSize"]).quantize(Decimal("0.01"))),
            order_time=moment(trade["timestamp"]) - (timedelta(0) if number % ONE_IN else TOO_LATE),
        )
        limit = price * (1 + Decimal("0.02"))
        is_sold = book.best_ask is not None and book.best_ask.per_share <= limit - Decimal("0.01")
        floor.venue.answers.append(accepted() if is_sold else Killed(text="nobody sells"))
        execute_order(key, desk=floor.desk)
        floor.venue.answers.clear()
        order = floor.row(key).order
        if order is not None and is_sold:
            shares = (order.plan.spend.amount / book.best_ask.per_share).quantize(Decimal("0.01"))
            where = {"condition_id": order.condition_id, "token_id": order.token_id}
            filled = {"shares": str(shares), "price": str(book.best_ask.per_share)}
            now = {"matched_at": floor.clock.now()}
            floor.stream(order, number, **where, **filled, **now)

    def _book(self, token: str, price: Decimal):
        cents = int(price * 100)
        nearest = min(self.books, key=lambda ask: (abs(ask - cents), ask))
        bids, asks = self.books[nearest]
        return a_book(token_id=token, bids=bids, asks=asks)

    def _resolve(self, floor: Floor, seen: set[str]) -> None:
        for slug in sorted(seen):
            market = self.markets[slug]
            is_over = datetime.fromisoformat(market["endDate"]) < floor.clock.now()
            if is_over and market["_winner"] is not None:
                seen.discard(slug)
                ended = {"is_closed": True, "is_resolved": True, "accepts_orders": False}
                condition = condition_of(slug)
                floor.market_data.shown[condition] = self._market(slug, **ended)
                data = floor.desk.market_data
                resolve_market(condition, store=floor.store, market_data=data, clock=floor.clock)

    def _market(self, slug: str, **changes):
        row = self.markets[slug]
        labels = (
            row["outcomes"] if isinstance(row["outcomes"], list) else json.loads(row["outcomes"])
        )
        winner = row["_winner"] if changes else None
        return a_market(
            condition_id=condition_of(slug),
            title=row["question"],
            outcomes=tuple(
                Outcome(
                    label=label,
                    token_id=token_of(slug, label),
                    price=Decimal(int(label == winner)) if winner else Decimal("0.5"),
                )
                for label in labels
            ),
            end_at=datetime.fromisoformat(row["endDate"]),
            **changes,
        )


def moment(timestamp: int) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def condition_of(slug: str) -> str:
    return f"0x{sha256(slug.encode()).hexdigest()}"


def token_of(slug: str, outcome: str) -> str:
    return str(int(sha256(f"{slug}/{outcome}".encode()).hexdigest()[:20], 16))


@pytest.fixture(scope="module")
def kept(request: pytest.FixtureRequest) -> list[Kept]:
    recording = Recording(request.getfixturevalue("shared"))
    return [text for _ in range(CHUNKS) for text in recording.decisions()]


def test_thousands_of_recorded_decisions_are_made_again_byte_for_byte(kept):
    differing = [text.verdict for text in kept if to_text(decide(case_of(text))) != text.verdict]

    assert len(kept) > 2_000
    assert differing == []


def test_every_refusal_of_recorded_trades_has_a_code_and_a_sentence(kept):
    """And none says "unknown" (L32)."""
    verdicts = [verdict_of(text) for text in kept]
    denials = [verdict for verdict in verdicts if isinstance(verdict, Denial)]
    codes = Counter(denial.code for denial in denials)

    print({"planned": len(verdicts) - len(denials), **codes})
    print("bytes a decision", sum(len(text.case) + len(text.verdict) for text in kept) // len(kept))
    assert len(codes) >= 6
    assert codes.keys() <= {*DenialCode}
    assert len(denials) < len(verdicts)
    for denial in denials:
        assert len(denial.text.split()) >= 4, denial
        assert "unknown" not in str(denial).lower(), denial
