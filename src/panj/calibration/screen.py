"""The screen before any fit: which targets no parameter set in the priors reaches, and by how much they are missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panj.calibration.diagnosis import Driver, drivers
from panj.calibration.observe import predictions
from panj.calibration.scales import bound, kept, off_scale, on_scale, published
from panj.calibration.seen import Seen
from panj.region import Target


@dataclass(frozen=True)
class Screened:
    """A target beside the nearest of many parameter sets.

    Attributes:
        target: The published number.
        nearest: What the nearest member says, in the target's unit.
        factor: Nearest member over the nearest end of the published range: below 1 all members are too low, above
            1 too high, 1 where one of them reaches it; missing where the number is not positive.
        drivers: Parameters that move the prediction most: a prior that is too narrow is to be sought there; where there
            is none, the model lacks something.
    """

    target: Target
    nearest: float
    factor: float
    drivers: tuple[Driver, ...] | None

    @property
    def reached(self) -> bool:
        """Whether a member lies in the published range, or keeps the bound."""
        return self.factor == 1.0


def screen(seen: Seen) -> list[Screened]:
    """All targets that a run has figures for, farthest first; inputs are left out."""
    rows = []
    for one in predictions(seen):
        if one.values is None or one.target.use == "input":
            continue
        nearest, end = _nearest(one.target, one.values[np.isfinite(one.values)])
        factor = 1.0 if nearest == end else nearest / end if end > 0 else float("nan")
        by = drivers(seen.region, seen.draws, one.values)
        rows.append(Screened(one.target, nearest, factor, by))
    return sorted(rows, key=lambda row: -abs(np.log(max(row.factor, 1e-300))))


def _nearest(target: Target, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float]:
    """The nearest member and the point of the published range that is nearest to it; the same if one reaches it."""
    if (end := bound(target)) is not None:
        best = float(values.min() if target.sense == "at most" else values.max())
        return (best, best) if kept(target, best) else (best, end)
    levels = on_scale(target, values)
    ends = published(target)
    inside = np.clip(levels, ends[0], ends[1])
    member = int(np.argmin(np.abs(levels - inside)))
    if levels[member] == inside[member]:
        return float(values[member]), float(values[member])
    return float(values[member]), float(off_scale(target, inside[member]))
