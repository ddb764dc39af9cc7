"""Rows of the Data API's first version: camel-case keys, JSON numbers (VENUE §14.1)."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal

import orjson

from ltsys.simulator.indexer.entries import Entry, UserConversion
from ltsys.simulator.indexer.holdings import Holding, percentage
from ltsys.simulator.indexer.leader_stats import ClosedPosition
from ltsys.simulator.indexer.positions import Position
from ltsys.simulator.routes.gamma_views import iso
from ltsys.simulator.world.facts import LeaderTrade, Market

NO_OUTCOME = 999
"""The outcome index of a row that is about no single outcome (VENUE §14.1)."""

_STEP = Decimal("0.0001")
_FINE_STEP = Decimal("0.000001")


def json_number(value: object) -> object:
    """A decimal as a JSON number, digit by digit; anything else as it is."""
    return orjson.Fragment(format(value, "f")) if isinstance(value, Decimal) else value


def rounded(value: Decimal, step: Decimal = _STEP) -> object:
    """A JSON number of four decimals, as the venue's positions have."""
    return json_number(value.quantize(step, ROUND_HALF_EVEN).normalize() + 0)


def trade_row(trade: LeaderTrade) -> dict[str, object]:
    """One row of /trades."""
    market, index = trade.market, trade.outcome_index
    return {
        "proxyWallet": trade.wallet,
        "side": trade.side,
        "asset": market.tokens[index],
        "conditionId": market.condition_id,
        "size": json_number(trade.size),
        "price": json_number(trade.price),
        "timestamp": trade.timestamp,
        **_market_fields(market),
        "outcome": market.outcomes[index],
        "outcomeIndex": index,
        **_profile(trade.name),
        "transactionHash": trade.transaction_hash,
    }


def activity_row(entry: Entry) -> dict[str, object]:
    """One row of /activity: a trade, a pair's split or merge, or one outcome's redemption."""
    if not isinstance(entry, UserConversion):
        return trade_row(entry) | {"type": "TRADE", "usdcSize": json_number(entry.usdc_size)}
    market, index = entry.market, entry.outcome_index
    return {
        "proxyWallet": entry.wallet,
        "timestamp": entry.timestamp,
        "conditionId": market.condition_id,
        "type": entry.kind,
        "size": json_number(entry.size),
        "usdcSize": json_number(entry.usdc_size),
        "transactionHash": entry.transaction_hash,
        "price": 0,
        "asset": "" if index is None else market.tokens[index],
        "side": "",
        "outcomeIndex": NO_OUTCOME if index is None else index,
        **_market_fields(market),
        "outcome": "" if index is None else market.outcomes[index],
        **_profile(entry.name),
    }


def position_row(held: Holding) -> dict[str, object]:
    """One row of /positions; costs without fees, with them in the two gross fields."""
    position, market = held.position, held.position.market
    index, cost = position.outcome_index, position.cost_usd
    all_cost = position.average_price * position.bought_shares
    return {
        "proxyWallet": position.wallet,
        "asset": position.token,
        "conditionId": market.condition_id,
        "size": json_number(position.size),
        "avgPrice": rounded(position.average_price, _FINE_STEP),
        "initialValue": rounded(cost),
        "grossInitialValue": rounded(cost + position.fees_usd, _FINE_STEP),
        "entryFeesUsdc": rounded(position.fees_usd, _FINE_STEP),
        "currentValue": rounded(held.value_usd),
        "cashPnl": rounded(held.profit_usd),
        "percentPnl": rounded(held.profit_pct),
        "totalBought": json_number(position.bought_shares),
        "realizedPnl": rounded(position.realized_usd),
        "percentRealizedPnl": rounded(percentage(held.value_usd - all_cost, all_cost)),
        "curPrice": json_number(held.price),
        "redeemable": held.redeemable,
        "mergeable": held.mergeable,
        "title": market.title,
        "slug": market.slug,
        "icon": "",
        "eventId": market.event_id,
        "eventSlug": market.event_slug,
        **outcome_fields(market, index),
        "endDate": calendar_day(market.ends_at),
        "negativeRisk": market.neg_risk,
    }


def closed_position_row(user: str, position: ClosedPosition) -> dict[str, object]:
    """One row of /closed-positions."""
    market, index = position.market, position.outcome_index
    average = position.bought_usd / position.bought_shares
    return {
        "proxyWallet": user,
        "asset": market.tokens[index],
        "conditionId": market.condition_id,
        "avgPrice": json_number(average.quantize(_FINE_STEP)),
        "totalBought": json_number(position.bought_shares),
        "realizedPnl": json_number(position.pnl_usd),
        "curPrice": json_number(position.payout),
        "timestamp": position.at,
        **_market_fields(market),
        **outcome_fields(market, index),
        "endDate": None if market.ends_at is None else iso(market.ends_at),
    }


def holder_row(position: Position) -> dict[str, object]:
    """One holder of a token."""
    return {
        "proxyWallet": position.wallet,
        "bio": "",
        "asset": position.token,
        "pseudonym": position.name,
        "amount": json_number(position.size),
        "displayUsernamePublic": True,
        "outcomeIndex": position.outcome_index,
        "name": position.name,
        "profileImage": "",
        "profileImageOptimized": "",
        "verified": False,
    }


def outcome_fields(market: Market, index: int) -> dict[str, object]:
    """The outcome and the other one."""
    return {
        "outcome": market.outcomes[index],
        "outcomeIndex": index,
        "oppositeOutcome": market.outcomes[1 - index],
        "oppositeAsset": market.tokens[1 - index],
    }


def calendar_day(at: int | None) -> str:
    """The day of a second; empty where none is known."""
    return "" if at is None else f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"


def _market_fields(market: Market) -> dict[str, object]:
    return {
        "title": market.title,
        "slug": market.slug,
        "icon": "",
        "eventSlug": market.event_slug,
    }


def _profile(name: str) -> dict[str, object]:
    return {
        "name": name,
        "pseudonym": name,
        "bio": "",
        "profileImage": "",
        "profileImageOptimized": "",
    }
