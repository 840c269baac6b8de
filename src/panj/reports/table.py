"""Tables of a report: the end of a run, and the flows before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from rich.table import Table

from panj.basics.codes import ends
from panj.basics.words import counted
from panj.calibration import unit_of
from panj.reports.summary import Comparison, Interval, compare, pick, settled_members
from panj.reports.words import change_suffix, lower_the, scale_of, signed, step_of

if TYPE_CHECKING:
    from panj.region import Region


@dataclass(frozen=True)
class Line:
    """One quantity before and after.

    Attributes:
        title: What it is.
        comparison: The two periods.
        unit: Its unit.
        tone: ``harmful``, ``honest`` or ``neutral``.
        note: What it means.
    """

    title: str
    comparison: Comparison
    unit: str
    tone: str = "neutral"
    note: str = ""


SECURITIES = (
    ("suppression", "Suppression", "harmful", "Harmful flows, by value, that do not arrive"),
    ("communication", "Communication", "honest", "Honest travel and trade, by value, that takes place"),
)
"""Quantity, title, tone and meaning of the two kinds of security."""


def securities(dataset: xr.Dataset, region: Region) -> list[Line]:
    """Suppression and communication, before and after."""
    return [
        Line(title, compare(dataset[name], region.before, region.after), "1", tone, note)
        for name, title, tone, note in SECURITIES
        if name in dataset
    ]


def arrivals(dataset: xr.Dataset, region: Region) -> list[Line]:
    """What arrives of each flow, before and after."""
    lines = []
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
    members = settled_members(dataset)
    dataset = members.dataset
    before, after = (f"{first} to {last}" for first, last in (region.before, region.after))
    table = Table(title=f"{region.title}: before and after {lower_the(region.pivot.name)}", title_justify="left")
    if members.failed:
        rest = "left out" if members.left_out else "shown all the same: trust no figure"
        table.caption = f"{members.failed} of {counted(members.total, 'member')} did not converge; {rest}."
    table.add_column("outcome")
    table.add_column(f"before\n{before}", justify="right")
    table.add_column(f"after\n{after}", justify="right")
    table.add_column("change\nmedian, 50 %, 90 %", justify="right")
    for line in [*securities(dataset, region), *arrivals(dataset, region)]:
        early, late, change = line.comparison.before, line.comparison.after, line.comparison.change
        form = scale_of((early, late), line.unit)
        step = step_of(change, form)
        cells = [_cell(one, form.bare, form.suffix) for one in (early, late)]
        cells.append(_cell(change, partial(signed, form=step), change_suffix(step)))
        table.add_row(f"{line.title}\n{line.note or 'arriving'}", *cells)
    return table


def _cell(one: Interval | None, write: Callable[[float], str], suffix: str) -> str:
    if one is None:
        return "no figure"
    inner = f"{write(one.low50)} to {write(one.high50)}"
    outer = f"{write(one.low90)} to {write(one.high90)}"
    return f"{write(one.median)} {suffix}".strip() + f"\n{inner}\n{outer}"


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
