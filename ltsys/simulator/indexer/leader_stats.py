"""What leaders made of the markets that have resolved."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from ltsys.simulator.units import ONE
from ltsys.simulator.world.facts import LeaderTrade, Market
from ltsys.simulator.world.world import World

_PERIODS_S = {"DAY": 86_400, "WEEK": 7 * 86_400, "MONTH": 30 * 86_400, "ALL": 1 << 40}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPosition:
    """A leader's result in one outcome of a resolved market."""

    market: Market
    outcome_index: int
    bought_shares: Decimal
    bought_usd: Decimal
    pnl_usd: Decimal
    payout: Decimal
    at: int


class LeaderStats:
    """Results by leader; a position is reckoned once, when its market has resolved."""

    def __init__(self, world: World) -> None:
        """Look at this world's trades."""
        self._world = world
        self._closed: dict[str, list[ClosedPosition]] = {}
        self._counted: dict[str, int] = {}
        self._pending: dict[str, dict[tuple[str, int], list[LeaderTrade]]] = {}

    def closed_positions(self, wallet: str, now: float) -> list[ClosedPosition]:
        """Every outcome that the leader ever bought in a market resolved by now, oldest first.

        A trade recorded after its market resolved belongs to no position.
        """
        closed = self._closed.setdefault(wallet, [])
        pending = self._pending.setdefault(wallet, defaultdict(list))
        trades = self._world.seen_trades(now, wallet)
        for trade in trades[self._counted.get(wallet, 0) :]:
            if not trade.market.is_resolved(trade.timestamp):
                pending[trade.market.condition_id, trade.outcome_index].append(trade)
        self._counted[wallet] = len(trades)
        known = now - self._world.data_lag_s
        due = [key for key, own in pending.items() if own[0].market.is_resolved(known)]
        fresh = [_reckoned(pending.pop(key)) for key in due]
        closed += sorted((p for p in fresh if p.bought_shares), key=lambda p: p.at)
        return closed

    def leaderboard(self, period: str, order_by: str, now: float) -> list[dict[str, object]]:
        """Everybody's profit and volume in the period, best first."""
        since = now - _PERIODS_S[period]
        rows = []
        for wallet in self._world.leaders:
            trades = self._world.seen_trades(now, wallet)
            if not trades:
                continue
            volume = sum((t.usdc_size for t in trades if t.timestamp >= since), Decimal(0))
            closed = self.closed_positions(wallet, now)
            pnl = sum((p.pnl_usd for p in closed if p.at >= since), Decimal(0))
            rows.append((wallet, trades[0].name, volume, pnl))
        column = 2 if order_by == "VOL" else 3
        rows.sort(key=lambda row: row[column], reverse=True)
        return [
            {
                "rank": str(rank),
                "proxyWallet": wallet,
                "userName": name,
                "vol": volume,
                "pnl": pnl,
                "profileImage": "",
                "xUsername": "",
                "verifiedBadge": False,
            }
            for rank, (wallet, name, volume, pnl) in enumerate(rows, start=1)
        ]

    def open_shares(self, wallet: str, now: float) -> dict[tuple[str, int], Decimal]:
        """Shares of each outcome that the leader holds in markets not yet resolved."""
        self.closed_positions(wallet, now)
        held = {
            key: sum((_signed(trade) for trade in trades), Decimal(0))
            for key, trades in self._pending[wallet].items()
        }
        return {key: shares for key, shares in held.items() if shares > 0}


def _signed(trade: LeaderTrade) -> Decimal:
    return trade.size if trade.side == "BUY" else -trade.size


def _reckoned(trades: list[LeaderTrade]) -> ClosedPosition:
    market, index = trades[0].market, trades[0].outcome_index
    payouts = market.payouts or (0, 0)
    payout = Decimal(payouts[index]) / ONE
    bought = [trade for trade in trades if trade.side == "BUY"]
    bought_usd = sum((trade.usdc_size for trade in bought), Decimal(0))
    sold_usd = sum((trade.usdc_size for trade in trades if trade.side == "SELL"), Decimal(0))
    held = max(Decimal(0), sum((_signed(trade) for trade in trades), Decimal(0)))
    return ClosedPosition(
        market=market,
        outcome_index=index,
        bought_shares=sum((trade.size for trade in bought), Decimal(0)),
        bought_usd=bought_usd,
        pnl_usd=payout * held + sold_usd - bought_usd,
        payout=payout,
        at=market.resolves_at or 0,
    )
