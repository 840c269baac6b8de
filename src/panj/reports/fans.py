"""Which fan charts a report shows, in which groups, and what each says in words and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import xarray as xr
from markupsafe import Markup
from numpy.typing import NDArray

from panj.basics.codes import ends
from panj.basics.dates import Month, first_day
from panj.calibration import unit_of
from panj.mechanisms.links import links
from panj.region import stocks
from panj.reports.charts import Mark, fan_chart
from panj.reports.map import packed, span
from panj.reports.summary import compare, fan, pick
from panj.reports.table import busiest_borders
from panj.reports.words import Scale, change_suffix, moved, scale, scale_of, signed, step_of, verdict

if TYPE_CHECKING:
    from panj.region import BeforeAfter, Region

Tone = Literal["harmful", "honest", "neutral"]


@dataclass(frozen=True)
class Series:
    """What one chart shows.

    Attributes:
        title: What it is.
        values: Axes ``month`` and perhaps ``member``.
        unit: Unit of the values.
        tone: Gives the colour.
        places: The places whose events are marked; none: all events.
        compared: What the words on before and after are made of; None: the values. A sum over the year behind would
            carry what was before into what is after.
    """

    title: str
    values: xr.DataArray
    unit: str
    tone: Tone
    places: tuple[str, ...] = ()
    compared: xr.DataArray | None = None


@dataclass(frozen=True)
class Fan:
    """One chart, ready for the page.

    Attributes:
        title: What it shows.
        unit: Unit, for the line under the title.
        words: What changed, in words.
        change: ``up``, ``down``, ``unclear``, ``same`` or ``unknown``.
        drawing: The SVG.
        years: Year, and median with its 90 % interval as text.
        data: Quantiles by month and how to write them, for the page's own reading of a month.
    """

    title: str
    unit: str
    words: str
    change: str
    drawing: Markup
    years: tuple[tuple[int, str, str], ...]
    data: dict[str, Any]


@dataclass(frozen=True)
class Group:
    """Charts of one subject; ``claims``: what is said of the stocks among them, the first of each link first."""

    title: str
    note: str
    fans: tuple[Fan, ...]
    claims: tuple[str, ...] = ()


def fan_groups(dataset: xr.Dataset, region: Region, table: BeforeAfter, months: Sequence[Month]) -> tuple[Group, ...]:
    """All groups of charts for which the run holds the quantities."""
    groups, events = [], dated(region, months)
    for title, note, rows in _subjects(dataset, region, table):
        fans = tuple(draw(row, region, months, events) for row in rows if bool(np.isfinite(row.values).any()))
        if fans:
            groups.append(Group(title, note, fans, _behind(region, title)))
    return tuple(groups)


STOCKS = {
    "Opium and use": ("users",),
    "Institutions, militants and attention": ("integrity", "tension", "attention"),
    "Households and prices": ("income", "price_gap"),
    "Guards and customs officers": ("staff",),
}
"""Stocks whose evidence stands under a group of charts."""

CITED = 12
"""Claims named under a group; `panj show` of a place names those that speak of it."""


def _behind(region: Region, title: str) -> tuple[str, ...]:
    """The claims behind the links that move the stocks of a group."""
    functions = {name for stock in stocks() if stock.quantity in STOCKS.get(title, ()) for name in stock.functions}
    named = dict.fromkeys(link.link for link in links() if link.where in functions and link.link in region.links)
    lists = [region.links[name].claims for name in named]
    ordered = [claims[at] for at in range(max(map(len, lists), default=0)) for claims in lists if at < len(claims)]
    return tuple(dict.fromkeys(ordered))[:CITED]


def main_flow(dataset: xr.Dataset, region: Region, table: BeforeAfter) -> str | None:
    """The harmful flow whose story is told: the table's choice, or the one whose potential is worth most."""
    names = [name for name in dataset["flow"].to_numpy().tolist() if region.flows[name].purpose == "harmful"]
    if table.flow in names:
        return table.flow
    worth = {name: float(dataset["potential"].sel(flow=name).mean()) * region.flows[name].value_usd for name in names}
    return max(worth, key=lambda name: worth[name]) if worth else None


Subject = tuple[str, str, list[Series]]
"""A title, a note and the charts of one subject."""


def _subjects(dataset: xr.Dataset, region: Region, table: BeforeAfter) -> list[Subject]:
    borders = table.borders or busiest_borders(dataset, region)
    flow = main_flow(dataset, region, table)
    members = [code for code in dataset["state"].to_numpy().tolist() if region.states[code].kind == "member"]
    others = [name for name in dataset["flow"].to_numpy().tolist() if name != flow]
    return [
        (
            "The two securities",
            "Shares by value of what would flow if no rules, queues or guards stood in the way.",
            _securities(dataset),
        ),
        *([_one_flow(dataset, region, flow, members)] if flow else []),
        _opiates(dataset, members),
        _institutions(dataset, region),
        _households(dataset, region),
        _migration(dataset, members),
        (
            "What arrives, by flow",
            "Axes differ from chart to chart.",
            [_arrived(dataset, region, one) for one in others],
        ),
        ("Delay at the posts", *_by_border(dataset, region, "delay", borders, "honest")),
        ("Bribes", *_by_border(dataset, region, "bribes", borders, "harmful")),
        ("Guards and customs officers", *_by_border(dataset, region, "staff", borders, "neutral")),
        *([_green(dataset, region, flow, borders)] if flow else []),
        ("Trespasses written down", *_by_border(dataset, region, "recorded_trespasses", borders, "harmful")),
        _aid(dataset, region, members),
    ]


def _securities(dataset: xr.Dataset) -> list[Series]:
    rows: list[Series] = []
    if "suppression" in dataset:
        rows.append(Series("Suppression", dataset["suppression"], "1", "harmful"))
    if "communication" in dataset:
        rows.append(Series("Communication", dataset["communication"], "1", "honest"))
    return rows


def _opiates(dataset: xr.Dataset, members: Sequence[str]) -> Subject:
    rows: list[Series] = []
    if "opium" in dataset:
        gathered = pick(dataset, "opium")
        year = gathered.rolling(month=12).sum()
        rows.append(Series("Opium gathered in a year", year, "t/year", "harmful", compared=12 * gathered))
    if "opium_price" in dataset:
        rows.append(_whole(dataset, "opium_price", "Price of opium where it grows", "neutral"))
    if "users" in dataset:
        users = pick(dataset, "users", {"state": members})
        rows.append(Series("Users of opiates", users, "person", "harmful"))
    note = (
        "What was gathered in the twelve months before, what it costs where it grows, and how many use opiates in the "
        "member states."
    )
    return "Opium and use", note, rows


def _institutions(dataset: xr.Dataset, region: Region) -> Subject:
    rows: list[Series] = []
    if "integrity" in dataset:
        sold = 1 - _at_borders(dataset, region, "integrity")
        rows.append(Series("Corruption", sold, "1", "harmful"))
    if "tension" in dataset:
        rows.append(Series("Tension between neighbours", _at_borders(dataset, region, "tension"), "1", "neutral"))
    if "militants" in dataset:
        rows.append(_whole(dataset, "militants", "Strength of militants", "harmful"))
    if "attention" in dataset:
        rows.append(_whole(dataset, "attention", "Attention of donors", "neutral"))
    note = (
        "Corruption is the share of the power of those who hold a border that is for sale, tension runs from none to "
        "100 %; both are means over the land borders of the member states. "
        "For attention 100 % is what the largest attack draws."
    )
    return "Institutions, militants and attention", note, rows


def _households(dataset: xr.Dataset, region: Region) -> Subject:
    rows: list[Series] = []
    if "income" in dataset:
        income = _at_borders(dataset, region, "income")
        rows.append(Series("Income of a household", income, str(dataset["income"].attrs["units"]), "honest"))
    if "price_gap" in dataset:
        dearer = xr.apply_ufunc(np.expm1, _at_borders(dataset, region, "price_gap"))
        rows.append(Series("Goods dearer across the line", dearer, "1", "neutral"))
    return "Households and prices", "Means over the land borders of the member states.", rows


def _migration(dataset: xr.Dataset, members: Sequence[str]) -> Subject:
    titles: tuple[tuple[str, str, Tone], ...] = (
        ("migrants", "Work abroad", "honest"),
        ("irregular_migrants", "Live in the region without papers", "neutral"),
        ("trafficked", "Fall into bondage in a month", "harmful"),
    )
    rows = [
        Series(title, pick(dataset, name, {"state": members}), str(dataset[name].attrs["units"]), tone)
        for name, title, tone in titles
        if name in dataset
    ]
    return "Migration", "Sums over the member states; who works abroad may do so in any state.", rows


def _whole(dataset: xr.Dataset, name: str, title: str, tone: Tone) -> Series:
    return Series(title, pick(dataset, name), str(dataset[name].attrs["units"]), tone)


def _at_borders(dataset: xr.Dataset, region: Region, name: str) -> xr.DataArray:
    """Mean over the land borders of the members."""
    members = {code for code, state in region.states.items() if state.kind == "member"}
    known = dataset["border"].to_numpy().tolist()
    land = [one for one in known if region.borders[one].kind == "land" and members & set(ends(one))]
    return pick(dataset, name, {"border": land or known}, "mean")


def _arrived(dataset: xr.Dataset, region: Region, flow: str) -> Series:
    unit = unit_of(dataset, "arrived", (flow,), region)
    return Series(region.flows[flow].title, pick(dataset, "arrived", {"flow": flow}), unit, region.flows[flow].purpose)


def _one_flow(dataset: xr.Dataset, region: Region, flow: str, members: Sequence[str]) -> Subject:
    rows = []
    for name, title in (("arrived", "Arrives"), ("seized", "Found on the way")):
        if name in dataset:
            unit = unit_of(dataset, name, (flow,), region)
            rows.append(Series(title, pick(dataset, name, {"flow": flow}), unit, "harmful"))
    if "recorded_seizures" in dataset:
        unit = unit_of(dataset, "recorded_seizures", (flow,), region)
        for state in members:
            values = pick(dataset, "recorded_seizures", {"flow": flow, "state": state})
            rows.append(Series(f"Written down in {region.states[state].name}", values, unit, "neutral", (state,)))
    note = "Found is what happened; written down is what the agencies of a state recorded."
    return f"{region.flows[flow].title}: what arrives and what is found", note, rows


def _by_border(
    dataset: xr.Dataset, region: Region, name: str, borders: Sequence[str], tone: Tone
) -> tuple[str, list[Series]]:
    """The quantity's meaning, and a chart for each border."""
    if name not in dataset:
        return "", []
    unit = str(dataset[name].attrs["units"])
    rows = [
        Series(region.borders[border].name, pick(dataset, name, {"border": border}), unit, tone, (border,))
        for border in borders
    ]
    return f"{dataset[name].attrs['long_name']}.", rows


def _aid(dataset: xr.Dataset, region: Region, states: Sequence[str]) -> Subject:
    rows = []
    if "aid" in dataset:
        unit = str(dataset["aid"].attrs["units"])
        for state in states:
            values = pick(dataset, "aid", {"state": state})
            rows.append(Series(region.states[state].name, values, unit, "neutral", (state,)))
    note = "Dated deliveries by the central figures of the files; members draw what arrives within their ranges."
    return "Aid for the borders", note, rows


def _green(dataset: xr.Dataset, region: Region, flow: str, borders: Sequence[str]) -> Subject:
    rows = []
    if "passed_green" in dataset and "passed" in dataset:
        for border in borders:
            at = {"flow": flow, "border": border}
            passed = pick(dataset, "passed", at)
            share = pick(dataset, "passed_green", at) / passed.where(passed > 0)
            rows.append(Series(region.borders[border].name, share, "1", "harmful", (border,)))
    note = "Of what crosses a border, the share that crosses the green border or goes round a post."
    return f"{region.flows[flow].title}: round the posts", note, rows


def draw(series: Series, region: Region, months: Sequence[Month], events: Dated) -> Fan:
    """A chart with its words, its table by year and its data."""
    bands = fan(series.values)
    comparison = compare(series.values if series.compared is None else series.compared, region.before, region.after)
    known = bands[np.isfinite(bands)]
    form = scale(float(np.abs(known).max()) if known.size else 0.0, series.unit)
    short = scale_of((comparison.before, comparison.after), series.unit)
    words = f"{series.title} {moved(comparison, short)}."
    pivot_day = first_day(region.pivot.date)
    pivot = Month(pivot_day) - months[0] + (pivot_day.day - 1) / 31
    drawing = fan_chart(words, bands, months, series.unit, series.tone, pivot, marks(events, series.places))
    change = comparison.change
    step = step_of(change, form)
    said = verdict(change, step)
    brief = "" if change is None else f"{signed(change.median, step)} {change_suffix(step)}".strip()
    return Fan(
        series.title,
        form.suffix or "index",
        {"unclear": f"{brief}; could be either way", "unknown": "not known", "same": "no change"}.get(said, brief),
        said,
        drawing,
        _by_year(bands, months, form),
        {"bands": packed(np.where(bands < 0, 0.0, bands)), "form": [form.factor, form.suffix, form.decimals]},
    )


Dated = Sequence[tuple[tuple[str, ...], Mark]]
"""Places of each event, and how it is marked."""


def dated(region: Region, months: Sequence[Month]) -> Dated:
    """The events that begin on the clock."""
    return [
        (event.places, Mark(span(event.from_, event.to, months)[0], f"{event.from_}: {event.title}"))
        for event in region.events.values()
        if 0 <= Month(first_day(event.from_)) - months[0] < len(months)
    ]


def marks(events: Dated, places: Sequence[str]) -> list[Mark]:
    """Events that touch any of these places, or the whole region; all of them if no place is asked for."""
    return [
        mark
        for touched, mark in events
        if not places or "region" in touched or any(_touches(place, wanted) for place in touched for wanted in places)
    ]


def _touches(place: str, wanted: str) -> bool:
    return place == wanted or place in wanted.split("-") or wanted in place.split("-")


def _by_year(bands: NDArray[np.float64], months: Sequence[Month], form: Scale) -> tuple[tuple[int, str, str], ...]:
    """Mean of the monthly quantiles of each year, as text."""
    rows = []
    years = np.array([month.year for month in months])
    for year in dict.fromkeys(years.tolist()):
        columns = bands[:, years == year]
        columns = columns[:, np.isfinite(columns).all(axis=0)]
        if columns.size == 0:
            rows.append((year, "no figure", ""))
            continue
        low, middle, high = columns.mean(axis=1)[[0, 2, 4]]
        rows.append((year, form.bare(middle), "" if low == high else f"{form.bare(low)} to {form.bare(high)}"))
    return tuple(rows)
