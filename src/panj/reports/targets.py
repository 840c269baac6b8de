"""The numbers that the model ought to meet, beside what it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import xarray as xr

from panj.basics.dates import first_day, last_day
from panj.reports.aspects import settled_share, unit_of
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


def _settled(region: Region, target: Target) -> Interval | None:
    share = settled_share(region, [target.place], last_day(target.to))
    return None if np.isnan(share) else Interval(*[share] * 5)


def _posts_open(region: Region, target: Target) -> Interval | None:
    day = last_day(target.to)
    posts = [one for one in region.crossings.values() if one.border == target.place and one.kind == "post"]
    if not posts:
        return None
    opened = [one for one in posts if one.opened is None or first_day(one.opened) <= day]
    return Interval(*[float(sum(one.closed is None or last_day(one.closed) > day for one in opened))] * 5)


RECORDED: dict[str, Callable[[Region, Target], Interval | None]] = {
    "delimited_share": _settled,
    "posts_open": _posts_open,
}
"""Variables of targets that the region's dated files answer."""


def against_targets(dataset: xr.Dataset, region: Region) -> list[Met]:
    """Every target beside the model, misses first."""
    order = {"missed": 0, "in reach": 1, "met": 2, "no figure": 3}
    rows = [_against(dataset, region, target) for target in region.targets.values()]
    return sorted(rows, key=lambda row: order[row.outcome])


def _against(dataset: xr.Dataset, region: Region, target: Target) -> Met:
    if target.variable in RECORDED:
        value = RECORDED[target.variable](region, target)
        return Met(target, value, *_judge(target, value), from_record=True)
    if target.variable not in dataset:
        return Met(target, None, "no figure", "the model does not hold this variable yet")
    values = dataset[target.variable]
    flows = (target.flow,) if target.flow else ()
    for axis, label in _labels(values, target):
        if label not in dataset[axis].to_numpy().tolist():
            return Met(target, None, "no figure", f"the run has no {axis} {label}")
        values = values.sel({axis: label})
    rest = [axis for axis in values.dims if axis not in ("member", "month")]
    unit = unit_of(dataset, target.variable, flows or _all_flows(values, rest), region)
    values = values.sum(rest, skipna=False) if "/month" in unit else values.mean(rest)
    first, last = pd.Timestamp(first_day(target.from_)), pd.Timestamp(last_day(target.to))
    window = values.sel(month=slice(first.replace(day=1), last))
    if window.sizes["month"] == 0:
        return Met(target, None, "no figure", "its dates lie outside the run")
    joined = _in_unit(window, unit, target.unit)
    if joined is None:
        return Met(target, None, "no figure", f"no way from {unit} to {target.unit}")
    modelled = interval(joined.to_numpy())
    return Met(target, modelled, *_judge(target, modelled))


def _all_flows(values: xr.DataArray, rest: Sequence[object]) -> list[str]:
    return [str(name) for name in values["flow"].to_numpy()] if "flow" in rest else []


def _labels(values: xr.DataArray, target: Target) -> list[tuple[str, str]]:
    pairs = [("flow", target.flow)] if target.flow and "flow" in values.dims else []
    if target.place and target.place != "region":
        pairs += [(axis, target.place) for axis in ("border", "state", "crossing", "route") if axis in values.dims]
    return [(axis, str(label)) for axis, label in pairs]


def _in_unit(window: xr.DataArray, unit: str, wanted: str) -> xr.DataArray | None:
    """A monthly quantity as the target counts it: a mean, a total of the months, or a year's worth."""
    thing, _, per = unit.partition("/")
    want, _, want_per = wanted.partition("/")
    want_per = "year" if want_per in ("a", "yr", "year") else want_per
    weights = {("kg", "t"): 1e-3, ("t", "kg"): 1e3, ("1", "%"): 100.0, ("1", "share"): 1.0, ("1", "percent"): 100.0}
    factor = 1.0 if thing == want else weights.get((thing, want))
    if factor is None:
        return None
    if per == want_per:
        return window.mean("month") * factor
    if per == "month" and want_per == "year":
        return window.mean("month") * 12 * factor
    if per == "month" and want_per == "":
        return window.sum("month", skipna=False) * factor
    return None


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
