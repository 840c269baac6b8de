"""Ranks of true values among draws, as small histograms in SVG: even bars are what a right posterior gives."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from panj.calibration.ranks import BINS, Ranks, counted, unevenness

SHOWN = 12
"""Histograms of each kind."""

ACROSS, WIDE, HIGH, GAP = 4, 190, 92, 34

STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#333}.head{font-weight:600;font-size:13px}"
    ".bar{fill:#4a6fa5}.band{fill:#ddd}.even{stroke:#888;stroke-dasharray:3 3}"
)


def rank_charts(ranks: Ranks, parameters: Sequence[str], targets: Sequence[str]) -> str:
    """An SVG file: the parameters that were learned most of, and the targets whose ranks are least even.

    Behind the bars lies the band that 99 of 100 bars of a right posterior stay in.

    Args:
        ranks: Of a simulation-based calibration.
        parameters: Their names.
        targets: Their ids.
    """
    uneven = unevenness(ranks.targets)
    told = [(parameters[one], ranks.parameters[:, one]) for one in np.argsort(ranks.left)[:SHOWN]]
    worst = [(targets[one], ranks.targets[:, one]) for one in np.argsort(uneven)[:SHOWN]]
    rows = [
        ("Parameters of which most was learned", told),
        ("Predictions of targets, the least even first", worst),
    ]
    parts, top = [], 30
    for title, charts in rows:
        parts.append(f'<text class="head" x="10" y="{top}">{title}</text>')
        for number, (name, column) in enumerate(charts):
            x, y = 10 + number % ACROSS * (WIDE + 16), top + 12 + number // ACROSS * (HIGH + GAP)
            parts.append(_histogram(name, column, x, y))
        top += -(-len(charts) // ACROSS) * (HIGH + GAP) + 34
    width, words = 20 + ACROSS * (WIDE + 16), escape(ranks.said())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" role="img" aria-label="{words}">'
        f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _histogram(name: str, ranks: NDArray[np.int_], x: float, y: float) -> str:
    counts, studies = counted(ranks[:, None])[:, 0], len(ranks)
    low, high = (float(binom.ppf(chance, studies, 1 / BINS)) for chance in (0.005, 0.995))
    scale = HIGH / max(float(counts.max()), high, 1.0) * 0.95
    floor, each = y + HIGH, WIDE / BINS
    bars = "".join(
        f'<rect class="bar" x="{x + index * each + 1:.1f}" y="{floor - count * scale:.1f}" '
        f'width="{each - 2:.1f}" height="{count * scale:.1f}"/>'
        for index, count in enumerate(counts.tolist())
    )
    middle = floor - studies / BINS * scale
    return (
        f'<rect class="band" x="{x}" y="{floor - high * scale:.1f}" width="{WIDE}" '
        f'height="{(high - low) * scale:.1f}"/>{bars}'
        f'<line class="even" x1="{x}" x2="{x + WIDE}" y1="{middle:.1f}" y2="{middle:.1f}"/>'
        f'<text x="{x}" y="{floor + 14:.1f}">{escape(name)}</text>'
    )
