"""The numbers that the model ought to meet, beside what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import xarray as xr

from panj.calibration import Prediction, Seen, predictions
from panj.reports.summary import Interval, interval

if TYPE_CHECKING:
    from panj.region import Region, Target

Outcome = Literal["met", "in reach", "missed", "no figure"]


@dataclass(frozen=True)
class Met:
    """A target beside what the model says of it.

    Attributes:
        target: The published number.
        modelled: The same thing in the model, in the target's unit; None if the model has no such figure.
        outcome: ``met``: the median lies in the published range (5 % around the number where none is given);
            ``in reach``: only the 90 % interval touches it; ``missed``: neither.
        why: Why there is no figure.
        from_record: The figure is of the region's dated files, not of a run; it checks them.
    """

    target: Target
    modelled: Interval | None
    outcome: Outcome
    why: str = ""
    from_record: bool = False


def against_targets(dataset: xr.Dataset, region: Region) -> list[Met]:
    """Every target beside the model, misses first."""
    order = {"missed": 0, "in reach": 1, "met": 2, "no figure": 3}
    rows = [_met(one) for one in predictions(Seen(dataset, region))]
    return sorted(rows, key=lambda row: order[row.outcome])


def _met(one: Prediction) -> Met:
    if one.values is None:
        return Met(one.target, None, "no figure", one.why, one.from_record)
    modelled = interval(one.values)
    return Met(one.target, modelled, *_judge(one.target, modelled), from_record=one.from_record)


def _judge(target: Target, modelled: Interval | None) -> tuple[Outcome, str]:
    if modelled is None:
        return "no figure", "no member has a figure"
    slack = 0.05 * abs(target.value)
    low = target.low if target.low is not None else target.value - slack
    high = target.high if target.high is not None else target.value + slack
    if low <= modelled.median <= high:
        return "met", ""
    if modelled.low90 <= high and modelled.high90 >= low:
        return "in reach", ""
    return "missed", ""
