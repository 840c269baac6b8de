"""What each feedback loop does: the same members with the loop closed and with it cut."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from panj.reports.summary import quantiles

LAST = 36
"""Months at the end over which a loop's work is measured."""


class Gain(NamedTuple):
    """What a loop adds to a quantity.

    Attributes:
        median: Of closed less cut over cut, at the end, over members.
        low: 5 %; ``high``: 95 %.
        same: Share of members in which it has the sign of the median.
        months: After which half of its largest effect is reached, by the median; missing where it has none.
    """

    median: float
    low: float
    high: float
    same: float
    months: float


def gain(closed: NDArray[Any], cut: NDArray[Any]) -> Gain:
    """Compare a quantity with its loop closed and cut.

    Args:
        closed: Member first, then month, then whatever; the mean over the rest is taken.
        cut: The same members with the loop cut.
    """
    with_loop, without = (np.nanmean(run.reshape(*run.shape[:2], -1), axis=2) for run in (closed, cut))
    effect = with_loop - without
    size = np.maximum(np.abs(without[:, -LAST:]).mean(axis=1), 1e-12)
    share = effect[:, -LAST:].mean(axis=1) / size
    low, median, high = map(float, quantiles(share, (0.05, 0.5, 0.95)))
    middle = np.abs(np.median(effect, axis=0))
    reached = np.flatnonzero(middle >= middle.max() / 2) if middle.max() > 0 else np.asarray([])
    return Gain(
        median,
        low,
        high,
        float((np.sign(share) == np.sign(median)).mean()),
        float(reached[0]) if len(reached) else float("nan"),
    )
