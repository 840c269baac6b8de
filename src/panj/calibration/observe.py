"""Observation: from the results of a run to the numbers that somebody published.

One pure function, `predictions`. A target names a *recorded* variable; `ways` tells how each of them follows from the
quantities of a run, `on_file` which of them the region's dated files answer without one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from panj.calibration.on_file import RECORD
from panj.calibration.seen import NoFigure, Seen, Values, no_figure
from panj.calibration.ways import ENDINGS, UNSEEN, WAYS, Way, plain
from panj.region import Target


@dataclass(frozen=True)
class Prediction:
    """What a run says of a target.

    Attributes:
        target: The published number.
        values: The same thing in every member, in the target's unit; None if there is no figure.
        why: Why there is none.
        from_record: The figure is of the region's dated files, not of the run, so it is the same in every member.
    """

    target: Target
    values: Values | None
    why: str = ""
    from_record: bool = False


def predictions(seen: Seen, targets: Iterable[Target] | None = None) -> list[Prediction]:
    """What a run says of targets, in their order; of all of the region's, if none are given."""
    wanted = seen.region.targets.values() if targets is None else targets
    return [_prediction(seen, target) for target in wanted]


def _prediction(seen: Seen, target: Target) -> Prediction:
    if target.use == "input" and target.variable in RECORD:
        value = RECORD[target.variable](seen.region, target)
        if value is None:
            return Prediction(target, None, "the files have no such number", from_record=True)
        return Prediction(target, np.full(seen.dataset.sizes["member"], value * target.factor), from_record=True)
    if target.variable in UNSEEN:
        return Prediction(target, None, UNSEEN[target.variable])
    try:
        values = np.asarray(_way(seen, target)(seen, target), float) * target.factor
    except NoFigure as reason:
        return Prediction(target, None, str(reason))
    if not np.isfinite(values).any():
        return Prediction(target, None, "no member has a figure")
    return Prediction(target, values)


def _way(seen: Seen, target: Target) -> Way:
    name = target.variable
    if name in WAYS:
        return WAYS[name]
    for ending, way in ENDINGS.items():
        if name.endswith(ending):
            return way
    if name not in seen.dataset:
        no_figure("the model does not hold this variable yet")
    return plain


def has_way(variable: str, dataset: xr.Dataset) -> bool:
    """Whether a run, or the files of its region, can answer a recorded variable at all."""
    named = variable in WAYS or variable in RECORD or any(variable.endswith(ending) for ending in ENDINGS)
    return variable not in UNSEEN and (named or variable in dataset)
