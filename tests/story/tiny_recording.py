"""Hand-made recordings and wallets, small enough to reckon by hand."""

import json
from collections.abc import Iterable
from pathlib import Path

from replayed import write_recording

from ltsys.replay.wallets import FOLLOWERS

NOON = 1_790_251_200
"""2026-09-24 12:00:00 UTC, when the markets of a tiny recording begin; they end at 12:05."""
LEADERS = tuple(f"0x{number:040x}" for number in range(0xA1, 0xA8))


def market(slug: str, *, winner: str | None) -> dict[str, object]:
    return {
        "question": f"{slug} up or down, 12:00-12:05",
        "slug": slug,
        "eventStartTime": "2026-09-24T12:00:00Z",
        "endDate": "2026-09-24T12:05:00Z",
        "outcomes": '["Up", "Down"]',
        "category": "crypto",
        "_winner": winner,
    }


def buy(
    leader: str, slug: str, outcome: str, *, shares: float, price: float, at: int
) -> dict[str, object]:
    """A recorded purchase, `at` seconds after noon."""
    return {
        "proxyWallet": leader,
        "side": "BUY",
        "size": shares,
        "price": price,
        "timestamp": NOON + at,
        "title": f"{slug} up or down, 12:00-12:05",
        "slug": slug,
        "outcome": outcome,
        "transactionHash": f"0x{NOON + at:x}{leader[2:]}",
    }


def save(folder: Path, *, trades: Iterable[object], markets: Iterable[object]) -> Path:
    """Bytes and text are written as they stand, everything else as JSON."""
    write_recording(folder, trades=map(_line, trades), markets=map(_line, markets))
    return folder


def _line(row: object) -> bytes:
    if isinstance(row, bytes):
        return row
    return (row if isinstance(row, str) else json.dumps(row)).encode()


def same_rules_for_all(folder: Path, **rules: object) -> Path:
    """A file of wallets in which every one that a replay runs has the same rules."""
    file = folder / "ft_wallets.json"
    rows = [{"wallet_id": follower.wallet_id, **rules} for follower in FOLLOWERS]
    file.write_text(json.dumps(rows))
    return file
