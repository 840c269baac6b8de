"""What a prediction hangs on: which parameters move it most, and how well those are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panj.region import Region

ENOUGH = 32
"""Fewer members cannot tell a parameter that matters from one that does not."""


@dataclass(frozen=True)
class Driver:
    """A parameter that moves a prediction.

    Attributes:
        name: Of the parameter.
        group: The mechanism it belongs to.
        correlation: Rank correlation over members between it and the prediction, -1 to 1.
        sourced: Whether it rests on a claim; else on an assumption of the files.
        meaning: In words.
    """

    name: str
    group: str
    correlation: float
    sourced: bool
    meaning: str


def drivers(
    region: Region, draws: Mapping[str, NDArray[np.float64]], values: NDArray[np.float64], most: int = 3
) -> tuple[Driver, ...] | None:
    """The parameters whose draws go along with a prediction, strongest first; None where members are too few to tell.

    Of many parameters some correlate by chance, so none is told below the level that the largest of as many
    independent ones would be expected to reach.

    Args:
        region: Whose parameters they are.
        draws: One value a member, by name.
        values: The prediction, one a member; members without one are left out.
        most: How many at the most.
    """
    good = np.isfinite(values)
    count = int(good.sum())
    if count < ENOUGH:
        return None
    from scipy.stats import rankdata

    if np.ptp(values[good]) == 0:
        return ()
    rows = region.uncertain
    moving = {name: draw[good] for name, draw in draws.items() if name in rows and np.ptp(draw[good]) > 0}
    if not moving:
        return ()
    wanted = _standard(rankdata(values[good]))
    level = np.sqrt(2 * np.log(max(len(moving), 2))) / np.sqrt(count)
    found = []
    for name, draw in moving.items():
        correlation = float(_standard(rankdata(draw)) @ wanted) / count
        if abs(correlation) >= level:
            row = rows[name]
            found.append(Driver(name, row.group, correlation, bool(row.claims), row.meaning))
    return tuple(sorted(found, key=lambda one: -abs(one.correlation))[:most])


def _standard(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((ranks - ranks.mean()) / ranks.std())
