"""How far a history in which states react on their own strays from what happened: the test of the reaction functions.

From the date that the scenario names, dated rules stand as they stood and what states add to them comes from the model;
so do treaties, aid and foreign guards. What happened is the dated record; what is to be beaten is the guess that
nothing changes. Aid comes in lumps: it is compared year by year, and nothing changes if the last year's goes on.
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
    """One border or state, or all of them: means over the months in which states react.

    Attributes:
        place: Code of the border, for aid of the state that gets it; empty: the mean over all.
        what: ``rigidity``, ``settled`` or ``foreign_guards``, of 0 to 1, or ``aid`` [USD/year].
        happened: By the record; the median over members where the record leaves a range.
        reacted: In the run, over members.
        still: Had nothing changed since the month before, for aid since the year before.
        gap: Mean distance of the run from the record, month by month, of aid year by year, over members.
        gap_still: The same distance, had nothing changed.
    """

    place: str
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
        whole: Each measure over all land borders of the member states (foreign guards: over those that have had some;
            aid: over the member states).
        places: Each border or state, those that stray most first.
        outcomes: By name, the change of suppression and communication against the history over these months.
    """

    scenario: str
    period: tuple[Month, Month]
    members: int
    whole: tuple[Strayed, ...]
    places: tuple[Strayed, ...]
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
    lines, states = _land(past, region), [code for code, state in region.states.items() if state.kind == "member"]
    guarded = [code for code in lines if (past["foreign_guards"].sel(border=code) > 0).any()]
    rows = []
    for what, record, model, places in (
        ("rigidity", past["rigidity"], _rigidity(own), lines),
        ("settled", past["settled"], own["settled"], lines),
        ("foreign_guards", past["foreign_guards"], own["foreign_guards"], guarded),
    ):
        rows += _strayed(what, places, *(_cut(_table(one, places), past, period) for one in (record, model)))
    given = (_table(12 * run["aid_delivered"], states, "state") for run in (past, own))
    rows += _strayed("aid", states, *(_yearly(_cut(one, past, period, YEAR), period) for one in given))
    outcomes = {name: interval(_mean(own, name, period) - _mean(past, name, period)) for name in OUTCOMES}
    whole = tuple(row for row in rows if not row.place)
    apart = sorted((row for row in rows if row.place), key=lambda row: (list(WHAT).index(row.what), -row.gap.median))
    told = {name: one for name, one in outcomes.items() if one}
    return Straying(scenario, period, int(good.size), whole, tuple(apart), told)


OUTCOMES = ("suppression", "communication")

YEAR = 12
"""Months over which aid is compared."""


def _land(dataset: xr.Dataset, region: Region) -> list[str]:
    members = {code for code, state in region.states.items() if state.kind == "member"}
    known = dataset["border"].to_numpy().tolist()
    return [code for code in known if region.borders[code].kind == "land" and members & set(ends(code))]


def _rigidity(own: xr.Dataset) -> xr.DataArray:
    """Rigidity of both kinds: the share that the rules leave open, of what states leave open of their own accord."""
    return 1 - (1 - own["rigidity"]) * (1 - own["rigidity_added"])


def _table(values: xr.DataArray, places: list[str], axis: str = "border") -> NDArray[np.float64]:
    """Member (one where there is none) x month x place."""
    picked = values.sel({axis: places})
    picked = picked.expand_dims("member") if "member" not in picked.dims else picked
    return picked.transpose("member", "month", axis).to_numpy().astype(float)


def _cut(
    values: NDArray[np.float64], dataset: xr.Dataset, period: tuple[Month, Month], before: int = 1
) -> NDArray[np.float64]:
    """The months of a period and some before it."""
    first = Month(pd.Timestamp(dataset["month"].to_numpy()[0]).date())
    return values[:, max(period[0] - first - before, 0) : period[1] - first + 1]


def _yearly(values: NDArray[np.float64], period: tuple[Month, Month]) -> NDArray[np.float64]:
    """What comes before the period as one month, and every month of the period as the mean of its year."""
    before, since = np.split(values, [values.shape[1] - (period[1] - period[0] + 1)], axis=1)
    years = np.split(since, range(YEAR, since.shape[1], YEAR), axis=1)
    level = [np.repeat(year.mean(axis=1, keepdims=True), year.shape[1], axis=1) for year in years]
    return np.concatenate([before.mean(axis=1, keepdims=True), *level], axis=1)


def _strayed(what: str, places: list[str], record: NDArray[np.float64], model: NDArray[np.float64]) -> list[Strayed]:
    """Each place and all of them; the first month of both is the last before states react."""
    past, still, own = record[:, 1:], np.repeat(record[:, :1], record.shape[1] - 1, axis=1), model[:, 1:]

    def typical(values: NDArray[np.float64]) -> float:
        return float(np.median(values.mean(axis=(1, 2))))

    rows = []
    for place, of in [("", slice(None)), *((code, slice(i, i + 1)) for i, code in enumerate(places))] if places else []:
        reacted = interval(own[:, :, of].mean(axis=(1, 2)))
        gap = interval(abs(own[:, :, of] - past[:, :, of]).mean(axis=(1, 2)))
        if reacted and gap:
            means = (typical(past[:, :, of]), reacted, typical(still[:, :, of]))
            rows.append(Strayed(place, what, *means, gap, typical(abs(still[:, :, of] - past[:, :, of]))))
    return rows


def _mean(dataset: xr.Dataset, name: str, period: tuple[Month, Month]) -> NDArray[np.float64]:
    first, last = (pd.Timestamp(month.first) for month in period)
    return np.asarray(dataset[name].sel(month=slice(first, last)).mean("month").to_numpy(), dtype=float)


# Words

WHAT = {
    "rigidity": "Rigidity of the regimes",
    "settled": "Settled share of the lines",
    "foreign_guards": "Presence of foreign guards where they have stood",
    "aid": "Aid that arrives in a state",
}
MILLION = 1e6


def sentences(one: Straying, region: Region) -> list[str]:
    """How far it strays, in sentences."""
    told = [_measured(row, [place for place in one.places if place.what == row.what]) for row in one.whole]
    for name, change in one.outcomes.items():
        told.append(
            f"{name.capitalize()} is {_bare(change.median, signed=True)} points of that of the history "
            f"(90 %: {_bare(change.low90, signed=True)} to {_bare(change.high90, signed=True)})."
        )
    for what, word, names in (("rigidity", "rigidity", region.borders), ("aid", "aid", region.states)):
        far = [row for row in one.places if row.what == what][:3]
        each = "; ".join(
            f"{names[row.place].name}: {_number(row, row.happened)} against {_with_unit(row, row.reacted.median)}"
            for row in far
        )
        told += [f"Farthest off in {word}: {each}."] if far else []
    return told


def _measured(row: Strayed, apart: list[Strayed]) -> str:
    """One measure over all places, and on how many of them the run does better than standing still."""
    nearer = sum(place.nearer for place in apart)
    pace, unit, kind = ("Year by year", "", "state") if row.what == "aid" else ("Month by month", " points", "border")
    spread, off = _range(row, row.reacted), _range(row, row.gap)
    return (
        f"{WHAT[row.what]}: {_with_unit(row, row.happened)} by the record, {_with_unit(row, row.reacted.median)} "
        f"(90 %: {spread}) where states react. {pace} the run is {_number(row, row.gap.median)}{unit} off "
        f"(90 %: {off}), standing still {_number(row, row.gap_still)}; it is the nearer of the two "
        f"{'for' if row.what == 'aid' else 'on'} {nearer} of {counted(len(apart), kind)}."
    )


def heading(one: Straying) -> str:
    """What is compared, and when."""
    first, last = map(month_text, one.period)
    return f"States that answer on their own ({one.scenario}), {first} to {last}, {counted(one.members, 'member')}"


def straying_table(one: Straying) -> Table:
    """Each border and state with what happened, what the run has, and both distances, for a terminal."""
    table = Table(title="Means over the months: per cent; aid in million USD a year", title_justify="left")
    table.add_column("place")
    for column in ("", "record", "run (90 %)", "run off by", "standing still"):
        table.add_column(column, justify="right")
    for row in (*one.whole, *one.places):
        spread = f"{_number(row, row.reacted.median)} ({_range(row, row.reacted)})"
        gaps = (_number(row, row.gap.median), _number(row, row.gap_still))
        table.add_row(row.place or "all", row.what.replace("_", " "), _number(row, row.happened), spread, *gaps)
    return table


def _with_unit(row: Strayed, value: float) -> str:
    return f"{_number(row, value)} {'million USD a year' if row.what == 'aid' else '%'}"


def _range(row: Strayed, spread: Interval) -> str:
    return f"{_number(row, spread.low90)} to {_number(row, spread.high90)}"


def _number(row: Strayed, value: float) -> str:
    return f"{value / MILLION:.2f}".replace("-", "−") if row.what == "aid" else _bare(value)


def _bare(share: float, signed: bool = False) -> str:
    text = f"{100 * share:+.1f}" if signed else f"{100 * share:.1f}"
    return text.replace("-", "−")
