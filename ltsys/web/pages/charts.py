"""Charts as SVG: drawn here, so that they need no script, print well, and can be read aloud.

Each series has its own dash and mark besides its color; each point says its numbers on hover; the
same numbers stand in a table below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from markupsafe import Markup

_WIDTH, _HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 14, 28
_LINES = 4
_MOST_LABELS = 6
_ONE = Decimal(1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line of a chart; a value is None where nothing is known."""

    label: str
    values: Sequence[Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Values over time. `unit` is `$` or `%` (of ratios) or nothing."""

    title: str
    steps: Sequence[datetime]
    """When each step begins, UTC."""
    step: timedelta
    series: Sequence[Series]
    unit: str = "$"
    is_bars: bool = False

    def said(self, value: Decimal | None) -> str:
        """The value with its unit."""
        if value is None:
            return "–"
        match self.unit:
            case "$":
                return f"{'−' if value < 0 else ''}${abs(value):,.2f}"
            case "%":
                return f"{value:.1%}"
            case _:
                return f"{value:,.0f}"

    def at(self, place: int) -> str:
        """The step in words."""
        return self.named(self.steps[place], "%Y-%m-%d", "%Y-%m-%d %H:%M UTC")

    def named(self, at: datetime, day: str, moment: str) -> str:
        """As a day where steps are days, else as a moment."""
        utc = at.astimezone(UTC)
        return f"{utc:{day}}" if self.step >= _DAY else f"{utc:{moment}}"

    @property
    def is_empty(self) -> bool:
        return not any(value is not None for line in self.series for value in line.values)

    def svg(self) -> Markup:
        """The picture; its words are in `title` and in the table beside it."""
        scale = _Scale.over(self)
        drawn = [_grid(self, scale)]
        draw = _bars if self.is_bars else _line
        drawn += [draw(self, scale, place) for place in range(len(self.series))]
        return Markup(
            '<svg viewBox="0 0 {} {}" role="img" aria-label="{}" class="chart">{}</svg>'
        ).format(_WIDTH, _HEIGHT, self.title, Markup("").join(drawn))


@dataclass(frozen=True, slots=True)
class _Scale:
    """From days and values to places in the picture."""

    low: Decimal
    high: Decimal
    step: Decimal
    """Between two lines of the grid."""
    count: int

    @classmethod
    def over(cls, chart: Chart) -> "_Scale":
        known = [value for line in chart.series for value in line.values if value is not None]
        low, high = min([*known, Decimal(0)]), max([*known, Decimal(0)])
        step = _round_step((high - low) / _LINES or _ONE)
        low, high = (low / step).to_integral(ROUND_FLOOR), (high / step).to_integral(ROUND_CEILING)
        return cls(low * step, max(high, low + 1) * step, step, max(1, len(chart.steps)))

    def x(self, place: int) -> Decimal:
        width = Decimal(_WIDTH - _LEFT - _RIGHT)
        return _LEFT + width * (Decimal(place) + Decimal("0.5")) / self.count

    def y(self, value: Decimal) -> Decimal:
        height = Decimal(_HEIGHT - _TOP - _BOTTOM)
        return _TOP + height * (self.high - value) / (self.high - self.low)


def _round_step(least: Decimal) -> Decimal:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is no less."""
    power = Decimal(1).scaleb(least.adjusted())
    steps = (power * factor for factor in (1, 2, Decimal("2.5"), 5, 10))
    return next(step for step in steps if step >= least)


def _grid(chart: Chart, scale: _Scale) -> Markup:
    count = int((scale.high - scale.low) / scale.step)
    values = [scale.low + scale.step * place for place in range(count + 1)]
    lines = [
        Markup(
            '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
            '<text class="scale" x="{}" y="{:.1f}" text-anchor="end">{}</text>'
        ).format(
            _LEFT,
            _WIDTH - _RIGHT,
            scale.y(value),
            scale.y(value),
            _LEFT - 6,
            scale.y(value) + 4,
            chart.said(value),
        )
        for value in values
    ]
    zero = Markup('<line class="zero" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(
        _LEFT, _WIDTH - _RIGHT, scale.y(Decimal(0)), scale.y(Decimal(0))
    )
    every = -(-len(chart.steps) // _MOST_LABELS) or 1
    names = [
        Markup('<text class="scale" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
            scale.x(place), _HEIGHT - 8, chart.named(day, "%b %d", "%H:%M")
        )
        for place, day in enumerate(chart.steps)
        if place % every == 0
    ]
    return Markup("").join([*lines, zero, *names])


def _line(chart: Chart, scale: _Scale, place: int) -> Markup:
    points = [
        (scale.x(index), scale.y(value), index, value)
        for index, value in enumerate(chart.series[place].values)
        if value is not None
    ]
    way = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in points)
    drawn = [Markup('<polyline class="line s{}" points="{}"/>').format(place, way)]
    drawn += [
        Markup('<circle class="dot s{}" cx="{:.1f}" cy="{:.1f}" r="3.5">{}</circle>').format(
            place, x, y, _said(chart, place, index, value)
        )
        for x, y, index, value in points
    ]
    return Markup("").join(drawn)


def _bars(chart: Chart, scale: _Scale, place: int) -> Markup:
    slot = Decimal(_WIDTH - _LEFT - _RIGHT) / scale.count
    width = min(Decimal(28), slot * Decimal("0.8") / max(1, len(chart.series)))
    first = -width * len(chart.series) / 2
    drawn = []
    for index, value in enumerate(chart.series[place].values):
        if value is None:
            continue
        top, bottom = sorted([scale.y(value), scale.y(Decimal(0))])
        look = "below" if value < 0 else "above"
        drawn.append(
            Markup(
                '<rect class="bar s{} {}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">'
                "{}</rect>"
            ).format(
                place,
                look,
                scale.x(index) + first + width * place,
                top,
                width,
                max(bottom - top, _ONE),
                _said(chart, place, index, value),
            )
        )
    return Markup("").join(drawn)


def _said(chart: Chart, place: int, index: int, value: Decimal) -> Markup:
    return Markup("<title>{}, {}: {}</title>").format(
        chart.series[place].label, chart.at(index), chart.said(value)
    )
