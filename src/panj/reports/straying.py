"""How far a history in which states react on their own strays from what happened: the test of the reaction functions.

From the date that the scenario names, dated rules stand as they stood and what states add to them comes from the model.
What happened is the dated record; what is to be beaten is the guess that nothing changes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from rich.table import Table

from panj.basics.codes import ends
from panj.basics.dates import Month, first_day
from panj.basics.words import counted
from panj.reports.summary import Interval, interval
from panj.reports.words import month_text

if TYPE_CHECKING:
    from panj.region import Region


class Opened(Protocol):
    """What is read of an opened run."""

    @property
    def dataset(self) -> xr.Dataset:
        """Its trajectories."""

    @property
    def experiments(self) -> pd.DataFrame:
        """One row a member."""


@dataclass(frozen=True)
class Strayed:
    """One border, or all of them: means over the months in which states react, of 0 to 1.

    Attributes:
        border: Its code; empty: the mean over all.
        what: ``rigidity`` or ``settled``.
        happened: By the record.
        reacted: In the run, over members.
        still: Had nothing changed since the month before.
        gap: Mean distance of the run from the record, month by month, over members.
        gap_still: The same distance, had nothing changed.
    """

    border: str
    what: str
    happened: float
    reacted: Interval
    still: float
    gap: Interval
    gap_still: float

    @property
    def nearer(self) -> bool:
        """Whether the median member is nearer to the record than standing still is."""
        return self.gap.median < self.gap_still


@dataclass(frozen=True)
class Straying:
    """How far a reacting history strays.

    Attributes:
        scenario: That reacts.
        period: The months compared: from the first in which states react to the last that the record reports.
        members: That converged in both runs.
        whole: Both measures over all land borders of the member states.
        borders: Each border, those that stray most first.
        outcomes: By name, the change of suppression and communication against the history over these months.
    """

    scenario: str
    period: tuple[Month, Month]
    members: int
    whole: tuple[Strayed, ...]
    borders: tuple[Strayed, ...]
    outcomes: dict[str, Interval]

    def document(self) -> dict[str, Any]:
        """All of it as plain objects, for JSON."""
        return asdict(self) | {"period": [str(month) for month in self.period]}


def straying(history: Opened, reacting: Opened, region: Region, scenario: str) -> Straying | None:
    """Compare a run of a scenario that reacts with the history; None where no member converged in both.

    Args:
        history: Nothing laid over it.
        reacting: Of the same members under the scenario.
        region: Of both.
        scenario: Its id; it has ``reacts_from``.
    """
    start = region.scenarios[scenario].reacts_from
    good = np.flatnonzero(history.experiments["converged"].to_numpy() & reacting.experiments["converged"].to_numpy())
    if start is None or good.size == 0:
        return None
    period = (Month(first_day(start)), region.history_until)
    past, own = (run.dataset.isel(member=good) for run in (history, reacting))
    lines = _land(past, region)
    rows = []
    for what, record, model in (
        ("rigidity", _table(past["rigidity"], lines), _table(_rigidity(own), lines)),
        ("settled", _table(past["settled"].isel(member=0), lines), _table(own["settled"], lines)),
    ):
        rows += _strayed(what, lines, *(_cut(one, past, period) for one in (record, model)))
    outcomes = {name: interval(_mean(own, name, period) - _mean(past, name, period)) for name in OUTCOMES}
    whole = tuple(row for row in rows if not row.border)
    apart = sorted((row for row in rows if row.border), key=lambda row: (row.what, -row.gap.median))
    told = {name: one for name, one in outcomes.items() if one}
    return Straying(scenario, period, int(good.size), whole, tuple(apart), told)


OUTCOMES = ("suppression", "communication")


def _land(dataset: xr.Dataset, region: Region) -> list[str]:
    members = {code for code, state in region.states.items() if state.kind == "member"}
    known = dataset["border"].to_numpy().tolist()
    return [code for code in known if region.borders[code].kind == "land" and members & set(ends(code))]


def _rigidity(own: xr.Dataset) -> xr.DataArray:
    """Rigidity of both kinds: the share that the rules leave open, of what states leave open of their own accord."""
    return 1 - (1 - own["rigidity"]) * (1 - own["rigidity_added"])


def _table(values: xr.DataArray, lines: list[str]) -> NDArray[np.float64]:
    """Member (one where there is none) x month x border."""
    picked = values.sel(border=lines)
    picked = picked.expand_dims("member") if "member" not in picked.dims else picked
    return picked.transpose("member", "month", "border").to_numpy().astype(float)


def _cut(values: NDArray[np.float64], dataset: xr.Dataset, period: tuple[Month, Month]) -> NDArray[np.float64]:
    """The months of a period and the one before it."""
    first = Month(pd.Timestamp(dataset["month"].to_numpy()[0]).date())
    return values[:, period[0] - first - 1 : period[1] - first + 1]


def _strayed(what: str, lines: list[str], record: NDArray[np.float64], model: NDArray[np.float64]) -> list[Strayed]:
    """Each border and all of them; the first month of both is the last before states react."""
    past, still, own = record[0, 1:], np.repeat(record[0, :1], record.shape[1] - 1, axis=0), model[:, 1:]
    rows = []
    for border, of in [("", slice(None)), *((code, slice(i, i + 1)) for i, code in enumerate(lines))]:
        reacted = interval(own[:, :, of].mean(axis=(1, 2)))
        gap = interval(abs(own[:, :, of] - past[None, :, of]).mean(axis=(1, 2)))
        if reacted and gap:
            means = (float(past[:, of].mean()), reacted, float(still[:, of].mean()))
            rows.append(Strayed(border, what, *means, gap, float(abs(still[:, of] - past[:, of]).mean())))
    return rows


def _mean(dataset: xr.Dataset, name: str, period: tuple[Month, Month]) -> NDArray[np.float64]:
    first, last = (pd.Timestamp(month.first) for month in period)
    return np.asarray(dataset[name].sel(month=slice(first, last)).mean("month").to_numpy(), dtype=float)


# Words

WHAT = {"rigidity": "Rigidity of the regimes", "settled": "Settled share of the lines"}


def sentences(one: Straying, region: Region) -> list[str]:
    """How far it strays, in sentences."""
    told = []
    for row in one.whole:
        apart = [border for border in one.borders if border.what == row.what]
        nearer = sum(border.nearer for border in apart)
        told.append(
            f"{WHAT[row.what]}: {_percent(row.happened)} by the record, {_percent(row.reacted.median)} "
            f"(90 %: {_bare(row.reacted.low90)} to {_bare(row.reacted.high90)}) where states react. Month by month the "
            f"run is {_bare(row.gap.median)} points off (90 %: {_bare(row.gap.low90)} to {_bare(row.gap.high90)}), "
            f"standing still {_bare(row.gap_still)}; it is the nearer of the two on {nearer} of "
            f"{counted(len(apart), 'border')}."
        )
    for name, change in one.outcomes.items():
        told.append(
            f"{name.capitalize()} is {_bare(change.median, signed=True)} points of that of the history "
            f"(90 %: {_bare(change.low90, signed=True)} to {_bare(change.high90, signed=True)})."
        )
    far = [row for row in one.borders if row.what == "rigidity"][:3]
    names = "; ".join(
        f"{region.borders[row.border].name}: {_percent(row.happened)} against {_percent(row.reacted.median)}"
        for row in far
    )
    return [*told, f"Farthest off in rigidity: {names}."] if far else told


def heading(one: Straying) -> str:
    """What is compared, and when."""
    first, last = map(month_text, one.period)
    return f"States that answer on their own ({one.scenario}), {first} to {last}, {counted(one.members, 'member')}"


def straying_table(one: Straying) -> Table:
    """Each border with what happened, what the run has, and both distances, for a terminal."""
    table = Table(title="Per cent, means over the months", title_justify="left")
    table.add_column("border")
    for column in ("", "record", "run (90 %)", "run off by", "standing still"):
        table.add_column(column, justify="right")
    for row in (*one.whole, *one.borders):
        spread = f"{_bare(row.reacted.median)} ({_bare(row.reacted.low90)} to {_bare(row.reacted.high90)})"
        gaps = (_bare(row.gap.median), _bare(row.gap_still))
        table.add_row(row.border or "all", row.what, _bare(row.happened), spread, *gaps)
    return table


def _percent(share: float) -> str:
    return f"{_bare(share)} %"


def _bare(share: float, signed: bool = False) -> str:
    text = f"{100 * share:+.1f}" if signed else f"{100 * share:.1f}"
    return text.replace("-", "−")
