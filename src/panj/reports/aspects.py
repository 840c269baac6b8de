"""The before / after table of a region, answered: the numbers of a run that speak to each aspect.

What sources say of each aspect is read in `region`; the form of the file stands in `docs/region-format.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from panj.basics.faults import Fault, nearest
from panj.calibration import unit_of
from panj.region import SETTLED, is_settled, strangers
from panj.reports.summary import Comparison, Interval, Period, compare, interval, pick
from panj.simulation.quantities import quantities

if TYPE_CHECKING:
    from panj.region import BeforeAfter, Measure, Region


@dataclass(frozen=True)
class Measured:
    """A measure with its two periods and its unit."""

    measure: Measure
    comparison: Comparison
    unit: str


def faults_of(table: BeforeAfter, dataset: xr.Dataset) -> list[Fault]:
    """What the table asks of a run that none of this version holds, or that this run lacks.

    An older run may lack a quantity, which is no fault of the table: its measure has no figure then.
    """
    held = {quantity.name: quantity.axes for quantity in quantities()}
    faults: list[Fault] = []
    for aspect in table.aspects:
        for number, measure in enumerate(aspect.measure, start=1):
            part = f"measure[{number}]"
            faults += strangers(aspect, part, measure, held)
            faults += [aspect.fault(f"{part}: {what}", remedy) for what, remedy in _not_run(measure, dataset)]
    return faults


def _not_run(measure: Measure, dataset: xr.Dataset) -> Iterator[tuple[str, str]]:
    """Labels of a measure that the run does not have, each with the nearest that it has."""
    if measure.quantity == SETTLED:
        return
    for axis, labels in measure.at.items():
        known = set(dataset[axis].to_numpy().tolist()) if axis in dataset.coords else set(labels)
        for label in labels:
            if label not in known:
                yield f"the run has no {axis} {label!r}", f"{nearest(label, known)} Or run it again.".strip()


def measured(measure: Measure, region: Region, dataset: xr.Dataset, before: Period, after: Period) -> Measured:
    """The measure in both periods; without a figure where the run is older than the quantity.

    Raises:
        KeyError: The run has no such label; `faults_of` says which.
    """
    if measure.quantity == SETTLED:
        borders = measure.at.get("border", tuple(region.borders))
        if region.reacts_from is not None and SETTLED in dataset:
            return Measured(measure, _talked(borders, region, dataset, before, after), "1")
        ends = [settled_share(region, borders, period[1].last) for period in (before, after)]
        return Measured(measure, _plain(*ends), "1")
    if any(name and name not in dataset for name in (measure.quantity, measure.of)):
        return Measured(measure, Comparison(None, None, None), "1")
    values = pick(dataset, measure.quantity, measure.at, measure.over)
    unit = unit_of(dataset, measure.quantity, measure.at.get("flow", ()), region)
    if measure.of:
        values, unit = values / pick(dataset, measure.of, measure.at, measure.over), "1"
    if measure.rest:
        values = 1 - values
    if measure.per == "year" and unit.endswith("/month"):
        values, unit = values * 12, unit.removesuffix("/month") + "/year"
    return Measured(measure, compare(values, before, after), unit)


def _plain(before: float, after: float) -> Comparison:
    def flat(value: float) -> Interval | None:
        return Interval(*[value] * 5) if np.isfinite(value) else None

    return Comparison(flat(before), flat(after), flat(after - before))


def _talked(borders: Iterable[str], region: Region, dataset: xr.Dataset, before: Period, after: Period) -> Comparison:
    """The settled share at the end of both periods where talks go their own way: by length, from the run."""
    known = set(dataset["border"].to_numpy().tolist())
    length = {border: 0.0 for border in borders if border in known}
    for section in region.sections.values():
        if section.border in length:
            length[section.border] += section.length_km
    weights = xr.DataArray(list(length.values()), dims="border", coords={"border": list(length)})
    share = dataset[SETTLED].sel(border=list(length)).weighted(weights).mean("border")
    early, late = (share.sel(month=pd.Timestamp(period[1].first)).to_numpy() for period in (before, after))
    return Comparison(interval(early), interval(late), interval(late - early))


def settled_share(region: Region, borders: Iterable[str], day: Any) -> float:
    """The share of the length of some borders that is delimited or demarcated on a day; NaN if no length is known."""
    chosen = set(borders)
    sections = [section for section in region.sections.values() if section.border in chosen]
    total = sum(section.length_km for section in sections)
    settled = sum(section.length_km for section in sections if is_settled(region, section.id, day))
    return settled / total if total else float("nan")
