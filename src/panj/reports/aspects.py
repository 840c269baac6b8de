"""The before / after table of a region: what sources say of each aspect, and where the model has a number for it.

Reads the optional file `before_after.toml` of a region; its form stands in `docs/region-format.md`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import Field

from panj.basics.faults import Fault, FaultsError, nearest
from panj.basics.reading import Id, Ids, Row, Text, read_entries, read_toml, unknown_keys
from panj.calibration import unit_of
from panj.region import is_settled
from panj.reports.summary import Comparison, Interval, Period, compare, interval, pick
from panj.simulation.quantities import quantities

if TYPE_CHECKING:
    from panj.region import Region

FILE = "before_after.toml"
SETTLED = "settled"
"""A measure that is no quantity of a run: the share of a border's length that is delimited or demarcated."""


class Measure(Row):
    """A number of the model that speaks to an aspect.

    Attributes:
        label: What it is, for readers.
        quantity: Name in quantities.csv, or ``settled``.
        at: Labels by axis; an axis that is not named is taken whole.
        over: How what remains beside month and member is joined.
        of: The quantity it is divided by, at the same labels, to make a share; empty: none.
        rest: Show what is left of the whole instead: corruption is the rest of integrity.
        per: Flows are shown a month or a year.
    """

    label: Text
    quantity: Text
    at: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    over: Literal["sum", "mean"] = "sum"
    of: str = ""
    rest: bool = False
    per: Literal["month", "year"] = "month"


class Aspect(Row):
    """One row of the table: what sources say of the time before and after, in our own words."""

    id: Id
    title: Text
    before: Text
    after: Text
    reading: Literal["harmful", "honest", "neutral"] = "neutral"
    claims: Ids = ()
    note: str = ""
    measure: tuple[Measure, ...] = ()


@dataclass(frozen=True)
class BeforeAfter:
    """What the file holds.

    Attributes:
        flow: The harmful flow whose arrivals and seizures are charted; empty: the dearest.
        borders: The borders that are charted; empty: the busiest.
        aspects: The rows.
    """

    flow: str = ""
    borders: tuple[str, ...] = ()
    aspects: tuple[Aspect, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Measured:
    """A measure with its two periods and its unit."""

    measure: Measure
    comparison: Comparison
    unit: str


def read_before_after(folder: Path) -> BeforeAfter:
    """The table of a region folder; an empty one where the region has none.

    Raises:
        FaultsError: The file cannot be read as the format asks, with every fault.
    """
    if not (folder / FILE).exists():
        return BeforeAfter()
    document, faults = read_toml(folder, FILE)
    if document is None:
        raise FaultsError(faults)
    faults += unknown_keys(FILE, document, ("flow", "borders", "aspect"))
    table, wrong = read_entries(FILE, document, "aspect", Aspect)
    faults += wrong
    if faults:
        raise FaultsError(faults)
    return BeforeAfter(str(document.get("flow", "")), tuple(document.get("borders", ())), table.rows)


def faults_of(table: BeforeAfter, region: Region, dataset: xr.Dataset) -> list[Fault]:
    """What the table names that the evidence, the region or the run does not have."""
    citable = set(region.evidence.citable)
    faults = [
        *_strangers("flow", [table.flow] if table.flow else [], region.flows),
        *_strangers("borders", table.borders, region.borders),
    ]
    for aspect in table.aspects:
        strangers = [claim for claim in aspect.claims if claim not in citable]
        faults += [aspect.fault(f"{one!r} is not in the evidence", nearest(one, citable)) for one in strangers]
        for measure in aspect.measure:
            faults += [aspect.fault(*words) for words in _unknown(measure, region, dataset)]
    return faults


@cache
def known_quantities() -> frozenset[str]:
    """Quantities that a run of this version holds. An older run may lack some, which is no fault of the table."""
    return frozenset(quantity.name for quantity in quantities())


def _strangers(row: str, names: Iterable[str], known: Iterable[str]) -> list[Fault]:
    words = list(known)
    return [Fault(FILE, row, f"{one!r} is unknown", nearest(one, words)) for one in names if one not in words]


def _unknown(measure: Measure, region: Region, dataset: xr.Dataset) -> Iterable[tuple[str, str]]:
    names = [name for name in (measure.quantity, measure.of) if name and name != SETTLED]
    for name in names:
        if name not in dataset and name not in known_quantities():
            yield f"{name!r} is not a quantity of the run", nearest(name, map(str, dataset.data_vars))
    for axis, labels in measure.at.items():
        if axis not in dataset.coords:
            yield f"{axis!r} is not an axis of the run", nearest(axis, map(str, dataset.coords))
            continue
        known = region.borders if measure.quantity == SETTLED else set(dataset[axis].to_numpy().tolist())
        for label in labels:
            if label not in known:
                yield f"{label!r} is not a {axis} of the run", nearest(label, known)


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
