"""The CLOB's long and short objects of a market (VENUE §9)."""

from ltsys.simulator.routes.gamma_views import iso
from ltsys.simulator.units import ONE, number
from ltsys.simulator.world.facts import Market

_FEE_CAP_BPS = 1000


def fee_cap_bps(market: Market) -> int:
    """What the exchange contract lets the venue take at most; no fee has no cap."""
    return _FEE_CAP_BPS if market.fee_rate else 0


def clob_market_view(
    market: Market, prices: tuple[int, int], tick: int, now: float
) -> dict[str, object]:
    """One object of /markets/{condition id} and of the CLOB's listings; a winner is marked."""
    resolved = market.is_resolved(now)
    tokens = [
        {
            "token_id": market.tokens[index],
            "outcome": market.outcomes[index],
            "price": number(prices[index]),
            "winner": resolved and prices[index] == ONE,
        }
        for index in range(2)
    ]
    game = market.game_starts_at
    return {
        "condition_id": market.condition_id,
        "question_id": market.question_id,
        "question": market.title,
        "description": "",
        "market_slug": market.slug,
        "tokens": tokens,
        "active": True,
        "closed": market.is_closed(now),
        "archived": False,
        "accepting_orders": market.is_open(now),
        "accepting_order_timestamp": iso(market.opens_at),
        "enable_order_book": True,
        "minimum_order_size": number(market.min_size),
        "minimum_tick_size": number(tick),
        "end_date_iso": None if market.ends_at is None else iso(market.ends_at),
        "game_start_time": None if game is None else iso(game),
        "seconds_delay": market.seconds_delay,
        "fpmm": "",
        "maker_base_fee": fee_cap_bps(market),
        "taker_base_fee": fee_cap_bps(market),
        "notifications_enabled": True,
        "neg_risk": market.neg_risk,
        "neg_risk_market_id": market.neg_risk_id,
        "neg_risk_request_id": "",
        "icon": "",
        "image": "",
        "rewards": {"rates": None, "min_size": 50, "max_spread": number(4_500_000)},
        "is_50_50_outcome": resolved and prices[0] == prices[1],
        "tags": [market.category],
    }


def compact_market_view(market: Market, tick: int, now: float) -> dict[str, object]:
    """The object of /clob-markets, with one- to five-letter keys; absent keys are false."""
    pairs = zip(market.tokens, market.outcomes, strict=True)
    cap = fee_cap_bps(market)
    view: dict[str, object] = {
        "c": market.condition_id,
        "t": [{"t": token, "o": outcome} for token, outcome in pairs],
        "mos": number(market.min_size),
        "mts": number(tick),
        "mbf": cap,
        "tbf": cap,
        "aot": iso(market.opens_at),
        "r": {"mi": 50, "ma": number(4_500_000)},
        "fd": {"r": number(market.fee_rate), "e": market.fee_exponent, "to": True},
    }
    if market.game_starts_at is not None:
        view |= {"gst": iso(market.game_starts_at), "cbos": True}
    flags = {
        "ao": market.is_open(now),
        "nr": market.neg_risk,
        "itode": market.has_taker_delay,
    }
    return view | {name: True for name, is_set in flags.items() if is_set}
