"""The scoreboard as a picture: where published numbers lie in what a run foretells of them, a line for each series."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from panj.calibration.scales import on_scale
from panj.calibration.score import Score
from panj.calibration.split import series
from panj.calibration.stored import JUDGED
from panj.region import Region
from panj.reports.score import name_of, observed, predicted, when

WIDTH, ROW, TOP, BOTTOM = 1000, 19, 26, 8
LEFT, RIGHT = 480, 990
"""Where the picture begins and ends beside the names of series."""

HALF = 0.41
"""Ends of the 50 % interval of a normal number where those of its 90 % interval stand at -1 and 1."""

FARTHEST = 2.2
"""A number farther off than this stands at the edge."""


def place(row: Score) -> float | None:
    """Where a published number lies in what is foretold: 0 at the median, -1 and 1 at the ends of the 90 % interval.

    On the scale of the target; above 0 where more was published than foretold. None for bounds, for inputs and
    without a figure.
    """
    if row.predicted is None or row.target.use not in JUDGED or row.target.sense != "about":
        return None
    low, _, median, _, high = on_scale(row.target, row.predicted).tolist()
    off = float(on_scale(row.target, row.target.value)) - median
    reach = high - median if off > 0 else median - low
    return off / reach if reach > 0 else 0.0


def draw_board(rows: Sequence[Score], region: Region) -> Markup:
    """All numbers that are to be met, by series in the order of the file; empty if there are none.

    Numbers kept for validation are filled, fitted ones hollow, those outside their 90 % interval crosses.
    """
    lines: dict[tuple[str, str, str], list[tuple[Score, float]]] = {}
    for row in rows:
        if (where := place(row)) is not None:
            lines.setdefault(series(row.target), []).append((row, where))
    if not lines:
        return Markup("")
    told = [row for line in lines.values() for row, _ in line]
    height = TOP + ROW * len(lines) + BOTTOM
    said = f"{sum(row.passed for row in told)} of {len(told)} published numbers lie inside their 90 % intervals"
    parts = [f'<svg class="board" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(said)}">']
    for name, end in (("most", 1.0), ("half", HALF)):
        parts.append(
            f'<rect class="{name}" x="{_x(-end):.1f}" y="{TOP - 4}" width="{_x(end) - _x(-end):.1f}" '
            f'height="{height - TOP - BOTTOM + 8}"/>'
        )
    parts.append(f'<line class="middle" x1="{_x(0):.1f}" x2="{_x(0):.1f}" y1="{TOP - 4}" y2="{height - BOTTOM + 4}"/>')
    for at, anchor, word in (
        (-FARTHEST, "start", "less was published"),
        (0.0, "middle", "as foretold"),
        (FARTHEST, "end", "more was published"),
    ):
        parts.append(f'<text class="head" x="{_x(at):.1f}" y="14" text-anchor="{anchor}">{word}</text>')
    for number, line in enumerate(lines.values()):
        level = TOP + ROW * (number + 0.5)
        name = escape(name_of(line[0][0].target, region))
        parts.append(f'<text x="{LEFT - 14}" y="{level + 4:.1f}" text-anchor="end">{name}</text>')
        parts += [_mark(row, where, level) for row, where in line]
    return Markup("".join(parts) + "</svg>")


def _x(where: float) -> float:
    middle, reach = (LEFT + RIGHT) / 2, (RIGHT - LEFT) / 2 - 8
    return middle + reach * max(-1.0, min(1.0, where / FARTHEST))


def _mark(row: Score, where: float, level: float) -> str:
    target, x = row.target, _x(where)
    median, _, most = predicted(row)
    title = f"<title>{escape(f'{when(target)}: {observed(target)} published, {median} foretold ({most})')}</title>"
    kind = "kept" if target.use == "validation" else "fitted"
    if not row.passed:
        cross = f"M{x - 4:.1f} {level - 4:.1f}l8 8m0 -8l-8 8"
        return f'<path class="missed {kind}" d="{cross}">{title}</path>'
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{level:.1f}" r="4">{title}</circle>'
