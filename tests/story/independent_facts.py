"""A recording read for the independent check: no line is shared with the system under test."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    trader: str
    transaction: str
    slug: str
    outcome: str
    side: str
    price: Decimal
    shares: Decimal
    usd: Decimal
    at: int
    order: str
    """What sorts trades of one second: the id that the system gives them (§1, D3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    title: str
    category: str
    outcomes: tuple[str, ...]
    starts_at: int
    ends_at: int
    winner: str | None


def plain(number: Decimal) -> str:
    """One spelling for a number, however many zeros it was written with."""
    return f"{number.normalize():f}"


@dataclass(slots=True, kw_only=True)
class Recording:
    trades: list[Trade]
    markets: dict[str, Market]

    @property
    def leaders(self) -> list[str]:
        """In the order of their first trade."""
        return list(dict.fromkeys(trade.trader for trade in self.trades))


def read(folder: Path) -> Recording:
    """A recording whose rows are all good."""
    markets = {str(row["slug"]): _market(row) for row in _rows(folder, "markets")}
    alike: Counter[str] = Counter()
    trades = [_trade(row, alike) for row in _rows(folder, "trades")]
    return Recording(trades=trades, markets=markets)


def _rows(folder: Path, name: str) -> Iterator[dict[str, object]]:
    packed, open_file = folder / f"{name}.jsonl.gz", folder / f"{name}.jsonl"
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else open_file.read_bytes()
    for line in text.splitlines():
        yield json.loads(line, parse_float=Decimal)


def _market(row: Mapping[str, object]) -> Market:
    starts_at, ends_at = (
        int(datetime.fromisoformat(str(row[key])).timestamp())
        for key in ("eventStartTime", "endDate")
    )
    winner = row.get("_winner")
    return Market(
        title=str(row["question"]),
        category=str(row["category"]),
        outcomes=tuple(json.loads(str(row["outcomes"]))),
        starts_at=starts_at,
        ends_at=ends_at,
        winner=None if winner is None else str(winner),
    )


def _trade(row: Mapping[str, object], alike: Counter[str]) -> Trade:
    price, shares = Decimal(row["price"]), Decimal(row["size"])
    trader, token = str(row["proxyWallet"]).lower(), token_id(str(row["slug"]), str(row["outcome"]))
    digest = sha256(f"{trader}|{plain(shares)}|{plain(price)}".encode()).hexdigest()[:12]
    name = f"{row['transactionHash']}:{token}:{row['side']}:{digest}"
    alike[name] += 1
    return Trade(
        trader=trader,
        transaction=str(row["transactionHash"]),
        slug=str(row["slug"]),
        outcome=str(row["outcome"]),
        side=str(row["side"]),
        price=price,
        shares=shares,
        usd=Decimal(row.get("usdcSize", price * shares)),
        at=int(str(row["timestamp"])),
        order=f"{name}:{alike[name] - 1}",
    )


def token_id(slug: str, outcome: str) -> str:
    """No token id was recorded; the simulator derives them so."""
    seed = f"token|{slug}|{outcome}"
    while not (number := int(sha256(seed.encode()).hexdigest(), 16)) >> 40 & (1 << 64) - 1:
        seed += "|again"
    return str(number)


def read_rules(file: Path) -> dict[str, dict[str, object]]:
    """The wallets of the file by id, the notes in `extra` spread over the row."""
    rows = json.loads(file.read_text(), parse_float=Decimal)
    return {row["wallet_id"]: {**row, **_extra(row.get("extra"))} for row in rows}


def _extra(text: str | None) -> dict[str, object]:
    if not text:
        return {}
    if text.startswith("categories:"):
        return {"market_categories": [word.strip() for word in text[11:].split(",")]}
    if text.startswith("{"):
        return dict(json.loads(text, parse_float=Decimal))
    name, _, value = text.partition("=")
    return {name: value.split(" (")[0] if name == "wr_source" else Decimal(value.split(" (")[0])}
