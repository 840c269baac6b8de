"""Tables of a report: the end of a run, the flows, and the numbers that the model ought to meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import xarray as xr
from rich.table import Table

from panj.basics.codes import ends
from panj.basics.dates import first_day, last_day
from panj.reports.aspects import unit_of
from panj.reports.summary import Comparison, Interval, compare, interval, pick
from panj.reports.words import change_suffix, scale_of, signed, step_of

if TYPE_CHECKING:
    from panj.region import Region, Target

Outcome = Literal["met", "in reach", "missed", "no figure"]


@dataclass(frozen=True)
class Line:
    """One quantity before and after.

    Attributes:
        title: What it is.
        comparison: The two periods.
        unit: Its unit.
        tone: ``harmful``, ``honest`` or ``neutral``.
    """

    title: str
    comparison: Comparison
    unit: str
    tone: str = "neutral"


@dataclass(frozen=True)
class Met:
    """A target beside what the model says of it.

    Attributes:
        target: The published number.
        modelled: The same thing in the model, in the target's unit; None if the model has no such figure.
        outcome: ``met``: the median lies in the published range (5 % around the number where none is given);
            ``in reach``: only the 90 % interval touches it; ``missed``: neither.
        why: Why there is no figure.
    """

    target: Target
    modelled: Interval | None
    outcome: Outcome
    why: str = ""


def main_lines(dataset: xr.Dataset, region: Region) -> list[Line]:
    """The two securities, then each flow's arrivals, before and after."""
    lines = [
        Line(title, compare(dataset[name], region.before, region.after), "1", tone)
        for name, title, tone in (
            ("suppression", "Suppression: harmful flows by value that do not arrive", "harmful"),
            ("communication", "Communication: honest travel and trade by value that takes place", "honest"),
        )
        if name in dataset
    ]
    for name in dataset["flow"].to_numpy().tolist() if "arrived" in dataset else []:
        flow = region.flows[name]
        values = pick(dataset, "arrived", {"flow": name})
        unit = unit_of(dataset, "arrived", (name,), region)
        lines.append(Line(flow.title, compare(values, region.before, region.after), unit, flow.purpose))
    return lines


def success_by_flow(dataset: xr.Dataset, region: Region) -> list[Line]:
    """For each harmful flow the share that does not arrive, for each honest flow the share that does."""
    lines = []
    for name in dataset["flow"].to_numpy().tolist():
        flow = region.flows[name]
        potential = pick(dataset, "potential", {"flow": name})
        share = pick(dataset, "arrived", {"flow": name}) / potential.where(potential > 0)
        share = 1 - share if flow.purpose == "harmful" else share
        lines.append(Line(flow.title, compare(share, region.before, region.after), "1", flow.purpose))
    return lines


def summary_table(dataset: xr.Dataset, region: Region) -> Table:
    """Before, after and change of the main outcomes with 50 and 90 % intervals, for the end of ``panj run``."""
    before, after = (f"{first} to {last}" for first, last in (region.before, region.after))
    table = Table(title=f"{region.title}: before and after {region.pivot.name}", title_justify="left")
    table.add_column("outcome")
    table.add_column(f"before\n{before}", justify="right")
    table.add_column(f"after\n{after}", justify="right")
    table.add_column("change\nmedian, 50 %, 90 %", justify="right")
    for line in main_lines(dataset, region):
        early, late, change = line.comparison.before, line.comparison.after, line.comparison.change
        form = scale_of((early, late), line.unit)
        step = step_of(change, form)
        cells = [_cell(one, form.bare, form.suffix) for one in (early, late)]
        cells.append(_cell(change, partial(signed, form=step), change_suffix(step)))
        table.add_row(line.title if line.unit == "1" else f"{line.title}: arrives", *cells)
    return table


def _cell(one: Interval | None, write: Callable[[float], str], suffix: str) -> str:
    if one is None:
        return "no figure"
    inner = f"{write(one.low50)} to {write(one.high50)}"
    outer = f"{write(one.low90)} to {write(one.high90)}"
    return f"{write(one.median)} {suffix}".strip() + f"\n{inner}\n{outer}"


def against_targets(dataset: xr.Dataset, region: Region) -> list[Met]:
    """Every target beside the model, misses first."""
    order = {"missed": 0, "in reach": 1, "met": 2, "no figure": 3}
    rows = [_against(dataset, region, target) for target in region.targets.values()]
    return sorted(rows, key=lambda row: order[row.outcome])


def _against(dataset: xr.Dataset, region: Region, target: Target) -> Met:
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


def busiest_borders(dataset: xr.Dataset, region: Region, count: int = 6) -> tuple[str, ...]:
    """The members' land borders over which the dearest traffic goes, by value over the whole clock."""
    if "passed" not in dataset:
        return tuple(dataset["border"].to_numpy().tolist()[:count])
    values = xr.DataArray(
        [region.flows[name].value_usd for name in dataset["flow"].to_numpy().tolist()], dims="flow"
    ).assign_coords(flow=dataset["flow"])
    worth = (dataset["passed"].mean(("member", "month")) * values).sum("flow")
    order = [str(name) for name in dataset["border"].to_numpy()[np.argsort(-worth.to_numpy(), kind="stable")]]
    members = {code for code, state in region.states.items() if state.kind == "member"}
    near = [name for name in order if region.borders[name].kind == "land" and members & set(ends(name))]
    return tuple((near or order)[:count])
