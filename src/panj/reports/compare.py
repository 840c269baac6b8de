"""Two runs side by side, member by member: what a scenario changes, and what can be told from no change.

Member 41 has the same draws and meets the same luck in both runs, so what differs within a member comes from the
scenario alone. Everything is told over a period as B less A and as B over A.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from rich.table import Table

from panj.basics.dates import Month
from panj.basics.faults import nearest
from panj.basics.words import counted
from panj.calibration import unit_of
from panj.ensembles import Run, RunError
from panj.ensembles.plan import Plan
from panj.ensembles.store import read_note
from panj.reports.summary import ROUNDING, Interval, Period, interval, over_period
from panj.reports.words import inside, listing, proper_names, scale_of, signed, step_of, verdict
from panj.simulation.quantities import Quantity, quantities

if TYPE_CHECKING:
    from panj.region import Region

LABELS = ("state", "border", "flow")
"""Axes with labels that a comparison tells apart; quantities by crossing or route are left to the runs themselves."""

BY = (*LABELS, "year")
"""What a comparison can be split by."""

HEADLINES: dict[str, tuple[str, ...]] = {
    "suppression": (),
    "communication": (),
    "bribes": (),
    "recorded_seizures": ("flow",),
    "seized": ("flow",),
    "arrived": ("flow",),
    "passed": ("border",),
    "delay": (),
    "staff": (),
    "aid": ("state",),
}
"""What is told first, and what it is split by where nothing else is asked for."""

SUMMED = ("flow", "stock")
"""Kinds of quantities that are added up over labels; others are averaged."""

FEW = 20
"""Members below which the ends of a 90 % interval hang on one or two of them."""


@dataclass(frozen=True)
class Difference:
    """One quantity in both runs over one period; intervals are over members, None where no member has a figure.

    Attributes:
        quantity: Its name in quantities.csv.
        at: Its label on each axis that is told apart; ``purpose`` where flows of one purpose are added up by value.
        year: The year; None: the whole period.
        unit: Of the first three intervals.
        a: In the first run.
        b: In the second.
        difference: B less A, taken member by member.
        ratio: B over A, taken member by member; None as well where A is nought in a member.
        verdict: ``up``, ``down``, ``unclear`` (the 90 % interval holds zero), ``same`` (in every member), ``unknown``.
    """

    quantity: str
    at: dict[str, str]
    year: int | None
    unit: str
    a: Interval | None
    b: Interval | None
    difference: Interval | None
    ratio: Interval | None
    verdict: str

    @property
    def told(self) -> bool:
        """Whether the difference can be told from none: its 90 % interval excludes zero."""
        return self.verdict in ("up", "down")


@dataclass(frozen=True)
class Compared:
    """Two runs compared.

    Attributes:
        title: Of the region.
        a: Scenario of the first run, and the links that are cut in it.
        b: Of the second.
        period: The months over which means are taken where no year is named.
        members: Members that count: those that converged in both runs.
        total: Members of each run.
        rows: The differences, headlines first.
    """

    title: str
    a: str
    b: str
    period: Period
    members: int
    total: int
    rows: tuple[Difference, ...]

    def document(self) -> dict[str, Any]:
        """All of it as plain objects, for JSON."""
        first, last = map(str, self.period)
        rows = [asdict(row) | {"told": row.told} for row in self.rows]
        return asdict(replace(self, rows=())) | {"period": [first, last], "rows": rows}

    def frame(self) -> pd.DataFrame:
        """One line a difference, for CSV: labels, unit, and the five numbers of each interval."""
        lines = []
        for row in self.rows:
            labels = {axis: row.at.get(axis, "") for axis in (*LABELS, "purpose")}
            numbers = {
                f"{name}_{part}": value
                for name in ("a", "b", "difference", "ratio")
                for part, value in _parts(getattr(row, name)).items()
            }
            period = "/".join(map(str, self.period)) if row.year is None else str(row.year)
            told = {"verdict": row.verdict, "told": row.told}
            lines.append({"quantity": row.quantity, **labels, "period": period, "unit": row.unit, **numbers, **told})
        return pd.DataFrame(lines)


def _parts(one: Interval | None) -> dict[str, float]:
    return asdict(one) if one else dict.fromkeys(Interval.__dataclass_fields__, float("nan"))


def mismatches(a: Plan, b: Plan) -> list[str]:
    """Why two runs cannot be compared member by member: all that differs but the scenario; empty where they can.

    Files of scenarios do not count, since each run has its own and reads no other. Links that are cut may differ where
    the scenario is the same: then it is they that are compared.
    """
    words = [
        f"{name}: {one or 'none'} in A, {other or 'none'} in B"
        for name in ("region", "seed", "members", "batch", "draws", *(["cut"] if a.scenario != b.scenario else []))
        if (one := getattr(a, name)) != (other := getattr(b, name))
    ]
    files = (_shared(a), _shared(b)) if a.region == b.region else ({}, {})
    for ours, theirs in ((a.software, b.software), files):
        for name in sorted({*ours, *theirs}):
            one, other = ours.get(name), theirs.get(name)
            if one != other and theirs is b.software:
                words.append(f"{name}: {one} in A, {other} in B")
            elif one != other:
                words.append(f"{name}: {'only in B' if one is None else 'only in A' if other is None else 'changed'}")
    return words


def refuse_unlike(a: Path, b: Path, plan_a: Plan, plan_b: Plan) -> None:
    """Nothing where two runs, made or still to be made, can be compared member by member.

    Raises:
        RunError: They differ in more than the scenario; all that differs is told.
    """
    if wrong := mismatches(plan_a, plan_b):
        listed = "".join(f"\n  * {one}" for one in wrong)
        raise RunError(
            f"{a} (A) and {b} (B) cannot be compared member by member:{listed}\n"
            "Run one of them again with the region, seed, members and batch of the other, into another folder."
        )


def _shared(plan: Plan) -> dict[str, str]:
    return {name: digest for name, digest in plan.inputs.items() if not name.startswith("scenarios/")}


def compare_runs(a: Run, b: Run, region: Region, *, by: Sequence[str] = (), quantity: str | None = None) -> Compared:
    """Compare two runs member by member over the region's period after its pivot, or year by year.

    Args:
        a: The run that is taken away.
        b: The run that it is taken from.
        region: Of both; gives periods, names, units and the worth of flows.
        by: What to tell apart (``state``, ``border``, ``flow``, ``year``); quantities without one of these axes are
            left out. Where flows are not told apart, they are added up by value, harmful and honest ones for
            themselves. Empty: as each quantity reads best.
        quantity: Only this one.

    Raises:
        RunError: The runs differ in more than the scenario, no member converged in both, or a word is unknown.
    """
    plans = [note.plan for note in map(read_note, (a.folder, b.folder)) if note is not None]
    refuse_unlike(a.folder, b.folder, *plans)
    asked = chosen(by, quantity)
    good = a.experiments["converged"].to_numpy() & b.experiments["converged"].to_numpy()
    if not good.any():
        each = [int(run.experiments["converged"].sum()) for run in (a, b)]
        raise RunError(
            f"Of {counted(good.size, 'member')} none converged in both runs ({each[0]} in A, {each[1]} in B), "
            "so no figure could be trusted. Ask for more --members; `worst_residual` in experiments.parquet says how "
            "far each is."
        )
    settled = [run.dataset.isel(member=np.flatnonzero(good)) for run in (a, b)]
    rows = tuple(row for one in asked for row in _rows(one, settled[0], settled[1], region, by))
    names = [name_of_run(plan) for plan in plans]
    return Compared(region.title, names[0], names[1], region.after, int(good.sum()), good.size, rows)


def name_of_run(plan: Plan) -> str:
    """A run in words: its scenario, and the links that are cut in it."""
    return f"{plan.scenario} without {listing(plan.cut.split())}" if plan.cut else plan.scenario


def comparable() -> list[Quantity]:
    """The quantities that are compared, headlines first."""
    fitting = [
        one
        for one in quantities()
        if one.knowledge != "diagnostic" and "month" in one.axes and set(one.axes) <= {"member", "month", *LABELS}
    ]
    order = list(HEADLINES)
    return sorted(fitting, key=lambda one: order.index(one.name) if one.name in HEADLINES else len(order))


def chosen(by: Sequence[str], quantity: str | None) -> list[Quantity]:
    """The quantities that a comparison tells.

    Raises:
        RunError: A word is unknown, or no quantity has all the axes that are to be told apart.
    """
    if strange := [word for word in by if word not in BY]:
        raise RunError(f"Nothing can be told apart by {strange[0]!r}. There are: {', '.join(BY)}.")
    known = {one.name: one for one in comparable()}
    if quantity is not None and quantity not in known:
        raise RunError(f"{quantity!r} is not compared. {nearest(quantity, known)} There are: {', '.join(known)}.")
    asked = list(known.values()) if quantity is None else [known[quantity]]
    axes = set(by) - {"year"}
    fitting = [one for one in asked if axes <= set(one.axes)]
    if not fitting:
        wanted = " and ".join(sorted(axes))
        if quantity is None:
            raise RunError(f"No quantity that is compared has {wanted}. Ask for fewer with --by.")
        has = " and ".join(axis for axis in asked[0].axes if axis in LABELS) or "neither state nor border nor flow"
        raise RunError(f"{quantity} cannot be told apart by {wanted}: it has {has}.")
    return fitting


def _rows(one: Quantity, a: xr.Dataset, b: xr.Dataset, region: Region, by: Sequence[str]) -> Iterator[Difference]:
    """All differences of a quantity."""
    if one.name not in a or one.name not in b:
        return
    apart = [axis for axis in by if axis != "year"]
    if not apart:
        mixed = ("flow",) if "flow" in one.axes and one.unit.startswith("unit") else ()
        apart = list(HEADLINES.get(one.name, mixed))
    years = range(region.start.year, region.end.year + 1) if "year" in by else (None,)
    first, last = (region.start, region.end) if "year" in by else region.after
    span = slice(pd.Timestamp(first.first), pd.Timestamp(last.first))
    values = [dataset[one.name].sel(month=span).load().astype(float) for dataset in (a, b)]
    known = np.isfinite(values[0]) & np.isfinite(values[1])
    whole = [value.where(known) for value in values]
    for at, unit, (early, late) in _split(one, whole, apart, a, region):
        for year in years:
            period = region.after if year is None else (Month(f"{year}-01"), Month(f"{year}-12"))
            yield _difference(one, at, year, unit, over_period(early, period), over_period(late, period))


def _split(
    one: Quantity, pair: list[xr.DataArray], apart: Sequence[str], dataset: xr.Dataset, region: Region
) -> Iterator[tuple[dict[str, str], str, list[xr.DataArray]]]:
    """The parts of a quantity that are told apart: labels, unit, and its values in both runs."""
    rest = [axis for axis in one.axes if axis in LABELS and axis not in apart]
    purposes: list[str] = []
    unit = one.unit
    if "flow" in rest and one.unit.startswith("unit"):
        flows = dataset["flow"].to_numpy().tolist()
        worth = xr.DataArray([region.flows[name].value_usd for name in flows], coords={"flow": flows})
        purpose = np.asarray([region.flows[name].purpose for name in flows])
        purposes = [name for name in ("harmful", "honest") if (purpose == name).any()]
        of = {name: np.flatnonzero(purpose == name) for name in purposes}
        parts = {name: [(worth * value).isel(flow=flows_of) for value in pair] for name, flows_of in of.items()}
        unit = one.unit.replace("unit", "USD", 1)
    else:
        parts = {"": pair}
    for name, values in parts.items():
        joined = [_joined(one, value, rest) for value in values]
        cells = joined[0].stack(cell=apart)["cell"].to_numpy().tolist() if apart else [()]
        for cell in cells:
            at = dict(zip(apart, cell, strict=True))
            label = {axis: str(word) for axis, word in at.items()}
            own = unit_of(dataset, one.name, (label["flow"],), region) if "flow" in label else unit
            yield label | ({"purpose": name} if name else {}), own, [value.sel(at) for value in joined]


def _joined(one: Quantity, values: xr.DataArray, axes: Sequence[str]) -> xr.DataArray:
    """Added up or averaged over axes, as its kind asks; a sum with a missing part is missing, a mean is of the rest."""
    if not axes:
        return values
    return values.sum(axes, skipna=False) if one.kind in SUMMED else values.mean(axes)


def _difference(
    one: Quantity, at: dict[str, str], year: int | None, unit: str, a: xr.DataArray, b: xr.DataArray
) -> Difference:
    first, second = a.to_numpy(), b.to_numpy()
    change = second - first
    change = np.where(abs(change) > ROUNDING * np.maximum(abs(first), abs(second)), change, change * 0)
    known = np.isfinite(first)
    ratio = None
    if known.any() and (first[known] != 0).all():
        with np.errstate(invalid="ignore"):
            ratio = interval(np.where(change == 0, 1.0, second / first))
    told = interval(change)
    return Difference(one.name, at, year, unit, interval(first), interval(second), told, ratio, verdict(told))


def comparison_tables(compared: Compared, region: Region) -> list[Table | str]:
    """What is told from none, what is not, and what is the same in every member, for a terminal."""
    first, last = compared.period
    years = any(row.year is not None for row in compared.rows)
    when = "year by year" if years else f"means over {first} to {last}"
    left = compared.total - compared.members
    count = f"{compared.members} of {counted(compared.total, 'member')} count{'s' if compared.members == 1 else ''}"
    count += f"; {left} did not converge in both runs." if left else "; all converged in both runs."
    if compared.members < FEW:
        count += " With so few, a 90 % interval is little more than their range."
    head = f"{compared.title}: {compared.b} (B) against {compared.a} (A), {when}\n{count}"
    told = [row for row in compared.rows if row.told]
    untold = [row for row in compared.rows if row.verdict == "unclear"]
    parts: list[Table | str] = [head]
    if told:
        parts.append(_table("Told from none: the 90 % interval of B - A excludes zero", told, region))
    if untold:
        parts.append(_table("Not told from none: the sign is not known", untold, region))
    for word, what in (("same", "The same in every member"), ("unknown", "No figure that both runs have")):
        if rows := [row for row in compared.rows if row.verdict == word]:
            parts.append(f"{what}: {'; '.join(dict.fromkeys(name_of(row, region) for row in rows))}.")
    return parts


def _table(title: str, rows: Sequence[Difference], region: Region) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("quantity\nunit")
    for column in ("A", "B", "B - A\n50 %\n90 %", "B / A\n50 %\n90 %"):
        table.add_column(column, justify="right")
    for row in rows:
        form = scale_of((row.a, row.b), row.unit)
        step = step_of(row.difference, form)
        unit = "%; B - A in points" if form.suffix == "%" else form.suffix
        sizes = ["no figure" if one is None else form.bare(one.median) for one in (row.a, row.b)]
        change = _stacked(row.difference, partial(signed, form=step))
        ratio = _stacked(row.ratio, lambda value: f"{value:.4g}")
        table.add_row(f"{name_of(row, region)}\n{unit}", *sizes, change, ratio)
    return table


def _stacked(one: Interval | None, write: Callable[[float], str]) -> str:
    """Median, 50 % and 90 % interval below each other; nothing where there is none."""
    if one is None:
        return ""
    ends = ((one.low50, one.high50), (one.low90, one.high90))
    return "\n".join([write(one.median), *(f"{write(low)} to {write(high)}" for low, high in ends)])


def name_of(row: Difference, region: Region) -> str:
    """What a difference is of, in words: ``Arrived, opiates``; ``Passed, KZ-UZ, honest by value, 2002``."""
    labels = []
    for axis, label in row.at.items():
        match axis:
            case "flow":
                labels.append(inside(region.flows[label].title, proper_names(region)))
            case "state":
                labels.append(region.states[label].name)
            case "purpose":
                labels.append(f"{label} by value")
            case _:
                labels.append(label)
    years = [] if row.year is None else [str(row.year)]
    return ", ".join([row.quantity.replace("_", " ").capitalize(), *labels, *years])
