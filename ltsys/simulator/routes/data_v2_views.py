"""Rows of the Data API's second version: snake-case keys (VENUE §14.2).

The key sets are those of the venue's newest SDK; there is no document of this version.
"""

import re
from decimal import Decimal

from ltsys.simulator.indexer.entries import Entry, decimal
from ltsys.simulator.indexer.holdings import Holding, percentage
from ltsys.simulator.indexer.positions import Position
from ltsys.simulator.routes.data_views import (
    activity_row,
    calendar_day,
    holder_row,
    json_number,
    rounded,
    trade_row,
)
from ltsys.simulator.routes.gamma_views import iso
from ltsys.simulator.units import ONE
from ltsys.simulator.world import resolution
from ltsys.simulator.world.facts import LeaderTrade, Market

_RENAMED = {"asset": "token_id"}
_UNSET_PRICE = "69"
"""What the oracle's rows say where no price was proposed."""


def trade_row_v2(trade: LeaderTrade) -> dict[str, object]:
    """One row of /v2/trades."""
    return _snake(trade_row(trade)) | {"is_combo": False}


def activity_row_v2(entry: Entry) -> dict[str, object]:
    """One row of /v2/activity."""
    return _snake(activity_row(entry)) | {"is_combo": False}


def holder_row_v2(position: Position) -> dict[str, object]:
    """One holder of a token."""
    return _snake(holder_row(position))


def holder_profit_row(held: Holding) -> dict[str, object]:
    """One holder with what he made of it."""
    position = held.position
    return holder_row_v2(position) | {
        "avg_price": rounded(position.average_price),
        "entry_cost_usdc": rounded(position.cost_usd),
        "current_price": json_number(held.price),
        "current_value": rounded(held.value_usd),
        "realized_pnl": rounded(position.realized_usd),
        "unrealized_pnl": rounded(held.profit_usd),
        "total_pnl": rounded(position.realized_usd + held.profit_usd),
    }


def position_row_v2(held: Holding) -> dict[str, object]:
    """One row of /v2/positions; costs are without fees, which stand beside them."""
    position, market = held.position, held.position.market
    index, size = position.outcome_index, max(Decimal(0), position.size)
    return {
        "proxy_wallet": position.wallet,
        "token_id": position.token,
        "condition_id": market.condition_id,
        "current_size": json_number(size),
        "avg_price": rounded(position.average_price),
        "entry_cost_usdc": rounded(position.cost_usd),
        "entry_fees_usdc": rounded(position.fees_usd),
        "total_cost_usdc": rounded(position.bought_usd),
        "current_price": json_number(held.price),
        "current_value": rounded(held.value_usd),
        "total_size": json_number(position.bought_shares),
        "realized_pnl": rounded(position.realized_usd),
        "unrealized_pnl": rounded(held.profit_usd),
        "total_pnl": rounded(position.realized_usd + held.profit_usd),
        "percent_pnl": rounded(held.profit_pct),
        "percent_realized_pnl": rounded(percentage(position.realized_usd, position.bought_usd)),
        "status": held.status,
        "redeemable": held.redeemable,
        "mergeable": held.mergeable,
        "negative_risk": market.neg_risk,
        "archived": False,
        "verified": False,
        "title": market.title,
        "slug": market.slug,
        "icon": "",
        "event_id": int(market.event_id),
        "event_slug": market.event_slug,
        "outcome": market.outcomes[index],
        "outcome_index": index,
        "opposite_outcome": market.outcomes[1 - index],
        "opposite_token_id": market.tokens[1 - index],
        "name": position.name,
        "profile_image": "",
        "end_date": calendar_day(market.ends_at) or None,
        "last_event_at": position.last_at,
        "first_entry_at": position.first_at,
    }


def token_row(market: Market, index: int, known: float) -> dict[str, object]:
    """One row of /v2/tokens: what a token stands for, and what it came to."""
    resolved = market.is_resolved(known)
    payout = market.payouts[index] if resolved and market.payouts is not None else None
    return {
        "token_id": market.tokens[index],
        "condition_id": market.condition_id,
        "structural_condition_id": None,
        "module": "v1_ctf",
        "outcome_index": index,
        "clob_index": index,
        "outcome": market.outcomes[index],
        "opposite_token_id": market.tokens[1 - index],
        "resolved": resolved,
        "final_price": None if payout is None else json_number(decimal(payout)),
        "title": market.title,
        "market_slug": market.slug,
        "closed": market.is_closed(known),
        "neg_risk": market.neg_risk,
        "neg_risk_market_id": market.neg_risk_id or None,
        "question_index": None,
        "event_id": int(market.event_id),
        "event_slug": market.event_slug,
    }


def resolution_row(market: Market, known: float) -> dict[str, object]:
    """One row of /v2/resolutions; markets without steps are settled by a price feed."""
    proposals = resolution.proposals(market, known)
    statuses = resolution.statuses(market, known)
    resolved = market.is_resolved(known)
    payouts = market.payouts if resolved else None
    changed_at = resolution.changed_at(market, known)
    return {
        "question_id": market.question_id,
        "condition_id": market.condition_id,
        "status": resolution.lifecycle(market, known),
        "extended_review": False,
        **_expected_settlement(market, known),
        "was_disputed": resolution.DISPUTED in statuses,
        "new_version_q": False,
        "proposed_price": _price(proposals, 0),
        "reproposed_price": _price(proposals, 1),
        "price": _UNSET_PRICE if payouts is None else _text(payouts[0]),
        "transaction_hash": "",
        "log_index": None,
        "last_update_timestamp": iso(changed_at),
        "market_type": "ATOMIC_NEGRISK" if market.neg_risk else "BINARY",
        "payouts": None if payouts is None else list(payouts),
        "resolution_source": "reported" if resolved else None,
        "reporter": "UMA_OO" if market.steps else "CHAINLINK",
        "was_arbitrated": statuses.count(resolution.DISPUTED) > 1,
        "resolved_block": None,
        "resolved_at": iso(market.resolves_at) if resolved and market.resolves_at else None,
    }


def _expected_settlement(market: Market, known: float) -> dict[str, object]:
    """When, by what is known, the market may be settled at the earliest."""
    status = resolution.lifecycle(market, known)
    steps = [step for step in market.steps if step.at <= known]
    if not steps or status == resolution.RESOLVED:
        return {"expected_settlement_time": None, "settlement_time_basis": None}
    if status == resolution.DISPUTED:
        at, basis = steps[-1].at + resolution.VOTE_S, "dvm_round_estimate"
    else:
        at, basis = steps[-1].at + resolution.LIVENESS_S, "liveness"
    return {"expected_settlement_time": iso(at), "settlement_time_basis": basis}


def _price(proposals: list[resolution.Payouts], number: int) -> str:
    return _text(proposals[number][0]) if number < len(proposals) else _UNSET_PRICE


def _text(units: int) -> str:
    return format(Decimal(units) / ONE, "f")


def _snake(row: dict[str, object]) -> dict[str, object]:
    return {
        _RENAMED.get(name) or re.sub(r"(?=[A-Z])", "_", name).lower(): value
        for name, value in row.items()
    }
