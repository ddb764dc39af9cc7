"""How facts look on a page: units, signs, shapes; what is not known is a dash (LESSONS L42)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol

from markupsafe import Markup

from ltsys.domain.money import Shares, Usd
from ltsys.domain.order import OrderStatus, readers_word
from ltsys.web.market_link import NamedMarket, is_search, market_url

NOTHING = "–"
_NOTHING = Markup("–")
_CENT = Decimal("0.01")
_SHAPES = {
    "FILLED": ("●", "good"),
    "PARTIAL": ("◐", "busy"),
    "PENDING": ("○", "busy"),
    "REJECTED": ("✕", "bad"),
    "CANCELED": ("⊘", "dull"),
    "WON": ("▲", "good"),
    "LOST": ("▼", "bad"),
    "VOID": ("◇", "dull"),
    "SOLD": ("◆", "dull"),
    "OPEN": ("○", "busy"),
    "FT": ("◌", "plain"),
    "LT": ("◉", "plain"),
    "SHADOW": ("◎", "dull"),
    "LIVE": ("●", "good"),
    "TEST": ("⚗", "dull"),
    "PAUSED": ("❚❚", "warn"),
    "HALTED": ("■", "bad"),
    "INACTIVE": ("□", "dull"),
    "BREAKER": ("⚡", "bad"),
    "PROBLEM": ("!", "bad"),
    "PROVISIONAL": ("◔", "warn"),
    "CRITICAL": ("■", "bad"),
    "WARNING": ("▲", "warn"),
    "ERROR": ("■", "bad"),
    "INFO": ("·", "dull"),
    "DEBUG": ("·", "dull"),
    "PASSED": ("✓", "good"),
    "FAILED": ("✕", "bad"),
    "ASKED": ("…", "dull"),
    "READY": ("✓", "good"),
    "NOT READY": ("✕", "bad"),
}
"""A shape beside each color: nobody has to tell colors apart."""


def dollars(money: Usd | None) -> str:
    """`$1,234.50`."""
    if money is None:
        return NOTHING
    cents = money.amount.quantize(_CENT)
    return f"{'-' if cents < 0 else ''}${abs(cents):,.2f}"


def gain(money: Usd | None) -> Markup:
    """Dollars with their sign and an arrow."""
    if money is None:
        return _NOTHING
    cents = money.amount.quantize(_CENT)
    if not cents:
        return Markup('<span class="gain">$0.00</span>')
    way, arrow, sign = ("up", "▲", "+") if cents > 0 else ("down", "▼", "−")
    return Markup('<span class="gain {}"><span aria-hidden="true">{}</span> {}${}</span>').format(
        way, arrow, sign, f"{abs(cents):,.2f}"
    )


def percent(ratio: Decimal | None) -> str:
    """A ratio in per cent, two decimals."""
    return NOTHING if ratio is None else f"{ratio:.2%}"


def number(value: Decimal | None) -> str:
    return NOTHING if value is None else f"{value:,.2f}"


def count(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,}"


def price(value: Decimal | None) -> str:
    """Dollars a share, at most four decimals."""
    return NOTHING if value is None else f"{value.quantize(Decimal('0.0001')).normalize():f}"


def shares(value: Shares | None) -> str:
    return NOTHING if value is None else f"{value.count:,.2f}"


def milliseconds(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,} ms"


def seconds_between(first: datetime | None, then: datetime | None) -> str:
    """Time from one moment to the next; a dash where either is missing."""
    if first is None or then is None:
        return NOTHING
    return f"{(then - first).total_seconds():,.3f} s"


def when(moment: datetime | None) -> Markup:
    """UTC as it stands; the page's script turns it into the viewer's zone, UTC on hover."""
    if moment is None:
        return _NOTHING
    utc = moment.astimezone(UTC)
    text = f"{utc:%Y-%m-%d %H:%M:%S}"
    return Markup('<time datetime="{}" title="{} UTC">{} UTC</time>').format(
        utc.isoformat(timespec="milliseconds"), text, text
    )


def limit(value: Usd | Decimal | int | None) -> str:
    """None is said, never hidden (LESSONS L31)."""
    match value:
        case None:
            return "none"
        case Usd():
            return dollars(value)
        case Decimal():
            return percent(value)
        case _:
            return f"{value:,}"


def badge(word: str, hint: str = "") -> Markup:
    """A word with its shape."""
    shape, look = _SHAPES.get(word.upper(), ("·", "dull"))
    return Markup(
        '<span class="badge {}" title="{}"><span aria-hidden="true">{}</span> {}</span>'
    ).format(look, hint, shape, word.upper())


def status_badge(status: OrderStatus) -> Markup:
    """The readers' word; our own finer one on hover."""
    return badge(readers_word(status), f"status: {status.value}")


class _OutcomeOfMarket(NamedMarket, Protocol):
    @property
    def token_label(self) -> str: ...


def market(row: _OutcomeOfMarket) -> Markup:
    """An outcome of a market, with a way to the market itself."""
    place = market_url(row)
    if place is None:
        return Markup("{}").format(row.token_label)
    hint = "Look for it on polymarket.com" if is_search(row) else "Open it on polymarket.com"
    return Markup(
        '<span class="market"><b>{}</b> {} <a class="out" href="{}" target="_blank" '
        'rel="noopener noreferrer" title="{}">'
        '<span aria-hidden="true">↗</span><span class="unseen">{} on Polymarket</span></a></span>'
    ).format(row.token_label, row.title, place, hint, row.title)


def filters() -> Mapping[str, object]:
    """By the names that the templates use."""
    return {
        "dollars": dollars,
        "gain": gain,
        "percent": percent,
        "number": number,
        "count": count,
        "price": price,
        "shares": shares,
        "ms": milliseconds,
        "when": when,
        "limit": limit,
        "badge": badge,
        "status_badge": status_badge,
    }
