"""From a Gamma market to the domain's (VENUE §15)."""

from datetime import UTC, datetime
from decimal import Decimal

from ltsys.adapters.polymarket.translate import condition_of, token_of
from ltsys.adapters.polymarket.wire import MarketRow
from ltsys.domain.errors import MalformedAnswerError
from ltsys.domain.market import Market, Outcome, slug_of
from ltsys.domain.money import exact

_POSITION_MANAGER_VERSION = "v2"
_RESOLVED = "resolved"
_NO_FEE = (Decimal(0), Decimal(1))
_UNPUBLISHED_FEE = (Decimal(0), Decimal(0))


def market_of(row: MarketRow) -> Market:
    """The market as published; what is missing stays unknown. Raises MalformedAnswerError."""
    rate, exponent = _fee(row)
    return Market(
        condition_id=condition_of(row.condition_id),
        title=row.question,
        tags=_tags(row),
        outcomes=_outcomes(row),
        start_at=_moment(row.event_start_time) or _moment(row.start_date),
        game_start_at=_moment(row.game_start_time),
        end_at=_moment(row.end_date),
        is_closed=row.closed,
        is_resolved=row.closed and row.uma_status.lower() == _RESOLVED,
        accepts_orders=row.accepting_orders is True and row.enable_order_book is not False,
        is_neg_risk=row.neg_risk is True,
        version=row.version,
        fee_rate=rate,
        fee_exponent=exponent,
        event_id=_event(row),
        slug=slug_of(row.slug),
        event_slug=_event_slug(row),
    )


def _outcomes(row: MarketRow) -> tuple[Outcome, ...]:
    """Index i of the three lists belongs together.

    Lists of unlike lengths name no outcome at all, so that nothing is bought by a guess
    (LESSONS L07); old markets have no token ids, and nobody can trade them.
    """
    is_v2 = row.version.lower() == _POSITION_MANAGER_VERSION
    tokens = row.position_ids if is_v2 else row.token_ids
    if len(tokens) != len(row.outcomes):
        return ()
    has_prices = len(row.outcome_prices) == len(tokens)
    prices = row.outcome_prices if has_prices else ("",) * len(tokens)
    return tuple(
        Outcome(label=label, token_id=token_of(token), price=_price(price))
        for label, token, price in zip(row.outcomes, tokens, prices, strict=True)
    )


def _price(text: str) -> Decimal | None:
    """0 and 1 are prices; anything outside of them is no price (LESSONS L42, L43)."""
    try:
        price = exact(text)
    except ValueError:
        return None
    return price if 0 <= price <= 1 else None


def _tags(row: MarketRow) -> tuple[str, ...]:
    """Labels of the market, of its events, and their categories; each once, in that order."""
    events = row.events or ()
    labels = [tag.label for tag in row.tags or ()]
    labels += [tag.label for event in events for tag in event.tags or ()]
    labels += [row.category, *(event.category for event in events)]
    return tuple(dict.fromkeys(label for label in labels if label))


def _event(row: MarketRow) -> str:
    """Of its first event; a market that is published without one stands for itself."""
    named = (event.id for event in row.events or () if event.id)
    return next(named, row.condition_id.lower())


def _event_slug(row: MarketRow) -> str | None:
    """Of the event that has the id; None where that has none that may stand in an address."""
    named = (slug_of(event.slug) for event in row.events or () if event.id)
    return next(named, None)


def _fee(row: MarketRow) -> tuple[Decimal, Decimal]:
    """Rate and exponent. A fee without a schedule gets exponent 0, which planning refuses."""
    if row.fees_enabled is False:
        return _NO_FEE
    if row.fee_schedule is not None:
        return row.fee_schedule.rate, row.fee_schedule.exponent
    return _UNPUBLISHED_FEE if row.fees_enabled else _NO_FEE


def _moment(text: str) -> datetime | None:
    """ISO, or the near-ISO "2026-03-19 23:20:15+00"; UTC where no zone is said."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedAnswerError(f"a time of {text!r}") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
