"""Charts as SVG text: fans of members over time, and dots with intervals before and after."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from panj.basics.dates import Month
from panj.reports.summary import Comparison, Interval
from panj.reports.words import Scale, interval_text, scale

WIDTH, HEIGHT = 340, 200
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 24, 30


@dataclass(frozen=True)
class Mark:
    """An event on the time axis: the index of its month, and what it was."""

    index: int
    title: str


@dataclass(frozen=True)
class Axis:
    """A vertical axis: round ticks from ``bottom`` to ``top`` and how to write them."""

    bottom: float
    top: float
    ticks: tuple[float, ...]
    form: Scale


def nice_step(span: float, parts: int = 4) -> float:
    """The round number (1, 2, 2.5 or 5 times a power of ten) that cuts a span into about so many parts."""
    rough = span / parts
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in (1.0, 2.0, 2.5, 5.0, 10.0) if step * power >= rough * 0.999)


def axis(lowest: float, highest: float, unit: str) -> Axis:
    """An axis that holds zero and both ends; a share that comes near the whole goes to the whole."""
    bottom, top = min(0.0, lowest), max(0.0, highest)
    if unit == "1" and bottom == 0.0 and 0.5 < top <= 1.0:
        top = 1.0
    if top - bottom <= 0:
        top = bottom + 1.0
    step = nice_step(top - bottom)
    first, last = math.floor(bottom / step + 1e-9), math.ceil(top / step - 1e-9)
    ticks = tuple(step * index for index in range(first, last + 1))
    form = scale(max(abs(ticks[0]), abs(ticks[-1])), unit)
    if max(-ticks[0], ticks[-1]) * form.factor >= 10_000:
        form = Scale(form.factor / 1000, f"thousand {form.suffix}", 0)
    shown = max(0, -math.floor(math.log10(step * form.factor) + 1e-9))
    if step * form.factor * 10**shown % 1 > 1e-6:
        shown += 1
    return Axis(ticks[0], ticks[-1], ticks, Scale(form.factor, form.suffix, shown))


def fan_chart(
    label: str,
    bands: NDArray[np.float64],
    months: Sequence[Month],
    unit: str,
    tone: str,
    pivot: float,
    marks: Sequence[Mark],
) -> Markup:
    """A fan: 90 % and 50 % bands and the median over time, the pivot as a line, events as ticks under the axis.

    Args:
        label: What a screen reader says.
        bands: Quantiles by month [5, month], NaN where there is no figure.
        months: The clock.
        unit: Unit of the figures.
        tone: Class that gives the colour: ``harmful``, ``honest`` or ``neutral``.
        pivot: Where the pivot stands on the clock [months from the first].
        marks: Events.
    """
    known = bands[np.isfinite(bands)]
    scale_y = axis(float(known.min()), float(known.max()), unit) if known.size else axis(0.0, 1.0, unit)
    last, rows = max(1, len(months) - 1), bands.tolist()

    def x(index: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * index / last

    def y(value: float) -> float:
        share = (value - scale_y.bottom) / (scale_y.top - scale_y.bottom)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    floor = HEIGHT - BOTTOM
    parts = [f'<svg class="fan {tone}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">']
    parts.append(f'<text class="tick" x="4" y="11">{escape(scale_y.form.suffix)}</text>')
    for tick in scale_y.ticks:
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 5}" y="{y(tick) + 4:.1f}" text-anchor="end">')
        parts.append(f"{escape(scale_y.form.bare(tick))}</text>")
    runs = _runs(bands[2])
    parts += [_year(x(index), floor, year) for index, year in year_ticks(months)]
    for low, high, name in ((0, 4, "band90"), (1, 3, "band50")):
        parts += [f'<path class="{name}" d="{_ribbon(run, rows[low], rows[high], x, y)}"/>' for run in runs]
    parts += [f'<path class="median" d="{_line([(x(i), y(rows[2][i])) for i in run])}"/>' for run in runs]
    parts.append(f'<line class="pivot" x1="{x(pivot):.1f}" x2="{x(pivot):.1f}" y1="{TOP - 4}" y2="{floor}"/>')
    for mark in marks:
        parts.append(
            f'<line class="mark" x1="{x(mark.index):.1f}" x2="{x(mark.index):.1f}" y1="{floor}" y2="{floor + 5}">'
        )
        parts.append(f"<title>{escape(mark.title)}</title></line>")
    parts.append(f'<line class="cursor" x1="0" x2="0" y1="{TOP}" y2="{floor}" visibility="hidden"/></svg>')
    if not known.size:
        parts[-1] = f'<text class="tick" x="{WIDTH / 2}" y="{HEIGHT / 2}" text-anchor="middle">no figure</text></svg>'
    return Markup("".join(parts))


def year_ticks(months: Sequence[Month]) -> list[tuple[int, int]]:
    """Index and year of the Januaries that are written on the axis: five at most."""
    januaries = [(index, month.year) for index, month in enumerate(months) if month.month == 1]
    every = max(1, math.ceil(len(januaries) / 5))
    return januaries[::every]


def _year(x: float, floor: float, year: int) -> str:
    return (
        f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{floor}" y2="{floor + 4}"/>'
        f'<text class="tick" x="{x:.1f}" y="{floor + 18}" text-anchor="middle">{year}</text>'
    )


def _runs(values: NDArray[np.float64]) -> list[list[int]]:
    """Stretches of months that have a figure; a gap stays a gap."""
    runs: list[list[int]] = []
    for index in np.flatnonzero(np.isfinite(values)).tolist():
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{px:.1f},{py:.1f}" for px, py in points)


def _ribbon(
    run: list[int], low: list[float], high: list[float], x: Callable[[float], float], y: Callable[[float], float]
) -> str:
    there = [(x(index), y(high[index])) for index in run]
    back = [(x(index), y(low[index])) for index in reversed(run)]
    return _line(there + back) + "Z"


def dot_plot(label: str, comparison: Comparison, form: Scale, top: float, tone: str) -> Markup:
    """Before (hollow) over after (filled): a dot at the median, a thick line for 50 %, a thin one for 90 %.

    Args:
        label: What a screen reader says.
        comparison: The two periods.
        form: How numbers are written.
        top: Right end of the axis, which begins at zero.
        tone: Class that gives the colour.
    """
    words = f"{label}: before {interval_text(comparison.before, form)}, after {interval_text(comparison.after, form)}"
    parts = [f'<svg class="dots {tone}" viewBox="0 0 240 34" role="img" aria-label="{escape(words)}">']
    parts += [f'<line class="grid" x1="{x}" x2="{x}" y1="2" y2="32"/>' for x in (8, 64, 120, 176, 232)]
    for value, height, name in ((comparison.before, 10, "early"), (comparison.after, 24, "late")):
        if value is not None:
            parts.append(_whisker(value, height, name, max(top, 1e-12)))
    return Markup("".join(parts) + "</svg>")


def _whisker(value: Interval, height: int, name: str, top: float) -> str:
    def x(end: float) -> str:
        return f"{8 + 224 * min(1.0, max(0.0, end / top)):.1f}"

    return (
        f'<g class="{name}">'
        f'<line class="thin" x1="{x(value.low90)}" x2="{x(value.high90)}" y1="{height}" y2="{height}"/>'
        f'<line class="thick" x1="{x(value.low50)}" x2="{x(value.high50)}" y1="{height}" y2="{height}"/>'
        f'<circle cx="{x(value.median)}" cy="{height}" r="4.5"/></g>'
    )
