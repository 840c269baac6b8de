"""A run as it is looked at, and the parts of which a recorded variable is read: quantity, place, months, unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from panj.basics.codes import ends
from panj.basics.dates import Month, first_day, last_day
from panj.ensembles import Run
from panj.region import Region, Target
from panj.region.conditions import CONDITIONS, value_in

Values = NDArray[np.float64]

YEAR = 12
"""Months."""


@dataclass(frozen=True)
class Seen:
    """What is looked at.

    Attributes:
        dataset: The quantities of a run.
        region: Under the scenario of the run.
        draws: Parameters by name, one value a member; empty where they are not known.
    """

    dataset: xr.Dataset
    region: Region
    draws: Mapping[str, Values] = field(default_factory=dict)


def draws_of(experiments: pd.DataFrame, members: Sequence[int] | NDArray[np.int_]) -> dict[str, Values]:
    """Parameters of some members, by name, from the table of a run's members."""
    rows = experiments.set_index("member").loc[list(members)]
    return {str(name)[2:]: rows[name].to_numpy(float) for name in rows if str(name).startswith("p:")}


def seen_in(run: Run, region: Region) -> Seen:
    """A finished run as it is judged: members that did not converge are left out, unless most did not."""
    good = run.experiments["converged"].to_numpy(bool)
    chosen = np.flatnonzero(good) if good.sum() * 2 >= good.size else np.arange(good.size)
    dataset = run.dataset.isel(member=chosen)
    return Seen(dataset, region, draws_of(run.experiments, dataset["member"].to_numpy()))


class NoFigure(Exception):
    """There is no figure; the message says why."""


def no_figure(why: str) -> NoReturn:
    """Say why there is no figure.

    Raises:
        NoFigure: Always.
    """
    raise NoFigure(why)


def quantity(seen: Seen, name: str) -> xr.DataArray:
    """A quantity of the run.

    Raises:
        NoFigure: The run is older than the quantity.
    """
    if name not in seen.dataset:
        no_figure(f"the run has no {name}")
    return seen.dataset[name]


def at(values: xr.DataArray, axis: str, label: str) -> xr.DataArray:
    """A quantity at one label.

    Raises:
        NoFigure: The run has no such label.
    """
    if label not in values[axis].to_numpy().tolist():
        no_figure(f"the run has no {axis} {label}")
    return values.sel({axis: label})


def window(values: xr.DataArray, target: Target) -> xr.DataArray:
    """The months of a target.

    Raises:
        NoFigure: They lie outside the run.
    """
    first, last = pd.Timestamp(first_day(target.from_)), pd.Timestamp(last_day(target.to))
    months = values["month"].to_numpy()
    if len(months) == 0 or first.to_datetime64() > months[-1] or last.to_datetime64() < months[0]:
        no_figure("its dates lie outside the run")
    return values.sel(month=slice(first.replace(day=1), last))


def member_states(region: Region) -> list[str]:
    """Codes of the states that are simulated in full."""
    return [code for code, state in region.states.items() if state.kind == "member"]


def inner_borders(region: Region) -> list[str]:
    """Borders between two member states."""
    members = set(member_states(region))
    return [border for border in region.borders if set(ends(border)) <= members]


def way_in(region: Region, state: str) -> tuple[list[str], list[str]]:
    """The borders of a state: those with members, and all."""
    members = set(member_states(region))
    every = [border for border in region.borders if state in ends(border)]
    return [border for border in every if members & (set(ends(border)) - {state})], every


def condition(region: Region, name: str, state: str, when: Target) -> float:
    """A condition of a state in the middle of the months of a target."""
    first, last = first_day(when.from_), last_day(when.to)
    rows = [row for row in region.conditions if row.key == (name, state)]
    return value_in(Month(first + (last - first) / 2), rows, CONDITIONS[name])


def in_unit(months: xr.DataArray, unit: str, wanted: str) -> xr.DataArray:
    """A monthly quantity as a target counts it: a mean, a total of the months, or a year's worth.

    Raises:
        NoFigure: There is no way from the one unit to the other.
    """
    thing, _, per = unit.partition("/")
    want, _, want_per = wanted.partition("/")
    want_per = "year" if want_per in ("a", "yr", "year") else want_per
    weights = {("kg", "t"): 1e-3, ("t", "kg"): 1e3, ("1", "%"): 100.0, ("1", "share"): 1.0, ("1", "percent"): 100.0}
    factor = 1.0 if thing == want else weights.get((thing, want))
    if factor is not None:
        if per == want_per:
            return months.mean("month") * factor
        if per == "month" and want_per == "year":
            return months.mean("month") * YEAR * factor
        if per == "month" and want_per == "":
            return months.sum("month", skipna=False) * factor
    no_figure(f"no way from {unit} to {wanted}")


def unit_of(dataset: xr.Dataset, name: str, flows: Iterable[str], region: Region) -> str:
    """The unit of a quantity; where it is the unit of a flow, that of the flows that are chosen."""
    unit = str(dataset[name].attrs["units"])
    if not unit.startswith("unit"):
        return unit
    units = {region.flows[flow].unit for flow in flows if flow in region.flows}
    return unit.replace("unit", units.pop(), 1) if len(units) == 1 else unit


def of_flow(seen: Seen, name: str, target: Target) -> xr.DataArray:
    """A quantity at the flow of a target, or as it is where either knows no flow."""
    values = quantity(seen, name)
    return at(values, "flow", target.flow) if target.flow and "flow" in values.dims else values


def members_first(values: xr.DataArray) -> Values:
    """One number a member."""
    return np.asarray(values.to_numpy(), float)
