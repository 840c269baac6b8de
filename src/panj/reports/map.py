"""The map of the report: its drawing at one month, and the compact data from which the page draws any other month."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from markupsafe import Markup
from numpy.typing import NDArray

from panj.basics.codes import ends
from panj.basics.dates import Month, first_day, last_day
from panj.region import status_of
from panj.reports.projection import Frame, Points, area, clip, deepest, frame_around, path, thin
from panj.reports.summary import quantiles
from panj.reports.words import month_text

if TYPE_CHECKING:
    from panj.region import Event, Region, Rule

LARGEST_RADIUS = 26.0
"""Radius of a full circle of traffic, in units of the map, whose width is 1000."""

FULL = 0.99
"""Share of the months and crossings with traffic that have less than a full circle stands for."""

SMALLEST = 4.0
"""Area of the smallest island or lake that is drawn, in square units of the map."""

STATUSES = (
    ("soviet", "Old administrative line, not yet agreed"),
    ("disputed", "Disputed"),
    ("undefined", "Undefined"),
    ("delimited", "Delimited: agreed in a treaty"),
    ("demarcated", "Demarcated: marked on the ground"),
)


@dataclass(frozen=True)
class Map:
    """What the template needs of the map.

    Attributes:
        drawing: The SVG as it stands at the month ``shown``.
        data: What the page needs to draw the other months, ready for JSON.
        shown: Index of the month that is drawn.
        states: Code, name and box on the map (x, y, width, height) of the states that can be looked at closely.
    """

    drawing: Markup
    data: dict[str, Any]
    shown: int
    states: tuple[tuple[str, str, str], ...]


Shape = tuple[str, str, tuple[float, float] | None, str]
"""Code, path, place of the name and box of a state."""


@dataclass(frozen=True)
class Land:
    """What the map of a region shows whatever the run.

    Attributes:
        frame: Of the map.
        shapes: Of each state that is seen.
        lakes: Their elements.
        lines: Paths of each section that has a line, by its id.
    """

    frame: Frame
    shapes: list[Shape]
    lakes: list[str]
    lines: dict[str, str]


def land_of(region: Region) -> Land | None:
    """The land of a region; None where it has no geometry."""
    lines = {
        name: shape
        for name, shape in region.geometry.borders.items()
        if name in region.sections and region.borders[region.sections[name].border].kind != "air"
    }
    if not lines:
        return None
    frame = _frame(region)
    paths = {name: "".join(path(_seen(frame(line))) for line in lines[name]) for name in lines}
    return Land(frame, _states(region, frame), _lakes(region, frame), paths)


def draw_map(land: Land, region: Region, dataset: xr.Dataset, months: Sequence[Month], shown: int) -> Map:
    """The map of a run on the land of its region."""
    frame, shapes = land.frame, land.shapes
    data = {
        "months": [month_text(month) for month in months],
        "statuses": [name for name, _ in STATUSES],
        "words": [words.partition(":")[0].lower() for _, words in STATUSES],
        "states": {code: state.name for code, state in region.states.items()},
        "borders": _borders(region, dataset),
        "sections": _sections(region, months, list(land.lines)),
        "rules": [_rule(rule, months) for rule in region.rules.values()],
        "crossings": _crossings(region, dataset, frame, months),
        "events": _events(region, months),
        "flows": _flows(region, dataset),
        "delay": _delay(dataset),
        "radius": LARGEST_RADIUS,
    }
    parts = [
        f'<svg id="map" class="map" viewBox="0 0 {frame.width:.0f} {frame.height:.0f}" role="group"'
        ' aria-label="Map of the region: states, borders by legal status, crossings and traffic">',
        '<g class="lands">',
        *(f'<path class="{region.states[code].kind}" d="{d}"/>' for code, d, _, _ in shapes),
        "</g>",
        *land.lakes,
        *_border_groups(region, land.lines, months[shown]),
        '<g id="traffic" aria-hidden="true"></g><g id="posts" aria-hidden="true"></g>',
        '<g class="names" aria-hidden="true">',
        *(_label(region, code, middle) for code, _, middle, _ in shapes),
        "</g></svg>",
    ]
    boxes = tuple((code, region.states[code].name, box) for code, _, _, box in shapes if _member(region, code))
    return Map(Markup("".join(parts)), data, shown, boxes)


def _member(region: Region, state: str) -> bool:
    return state in region.states and region.states[state].kind == "member"


def _frame(region: Region) -> Frame:
    """A frame around the land borders of the members, or around all lines if no member has one."""
    inner = [
        name
        for name, section in region.sections.items()
        if region.borders[section.border].kind == "land"
        and any(_member(region, state) for state in ends(section.border))
    ]
    chosen = [name for name in inner if name in region.geometry.borders] or list(region.geometry.borders)
    points = [point for name in chosen for line in region.geometry.borders[name] for point in line]
    members = [
        point
        for code, polygons in region.geometry.states.items()
        if _member(region, code)
        for rings in polygons
        for point in rings[0]
    ]
    return frame_around(np.array([point[:2] for point in points + members], dtype=float))


def _states(region: Region, frame: Frame) -> list[Shape]:
    shapes = []
    for code, polygons in region.geometry.states.items():
        if code not in region.states:
            continue
        rings = [clip(frame(rings[0]), frame.width, frame.height) for rings in polygons]
        rings = [thin(ring) for ring in rings if len(ring) > 2 and area(ring) > SMALLEST]
        if not rings:
            continue
        largest = max(rings, key=area)
        middle = deepest(largest, frame.width, frame.height) if area(largest) > 4000 else None
        every = np.concatenate(rings)
        low, high = every.min(axis=0) - 15, every.max(axis=0) + 15
        box = f"{low[0]:.0f} {low[1]:.0f} {high[0] - low[0]:.0f} {high[1] - low[1]:.0f}"
        shapes.append((code, "".join(path(ring, closed=True) for ring in rings), middle, box))
    return shapes


def _lakes(region: Region, frame: Frame) -> list[str]:
    """The lakes that are seen, islands left out."""
    paths = []
    for name, polygons in region.geometry.lakes.items():
        rings = [clip(frame(ring), frame.width, frame.height) for polygon in polygons for ring in polygon]
        if d := "".join(path(thin(ring), closed=True) for ring in rings if len(ring) > 2 and area(ring) > SMALLEST):
            paths.append(f'<path d="{d}"><title>{escape(name)}</title></path>')
    return ['<g class="lakes" aria-hidden="true">', *paths, "</g>"] if paths else []


def _label(region: Region, code: str, middle: tuple[float, float] | None) -> str:
    if middle is None:
        return ""
    state = region.states[code]
    return f'<text class="{state.kind}" x="{middle[0]:.0f}" y="{middle[1]:.0f}">{escape(state.name)}</text>'


def _border_groups(region: Region, lines: dict[str, str], month: Month) -> list[str]:
    groups: dict[str, list[str]] = {}
    for name in lines:
        groups.setdefault(region.sections[name].border, []).append(name)
    parts = []
    for border, names in groups.items():
        label, land = escape(region.borders[border].name), region.borders[border].kind == "land"
        parts.append(f'<g class="border" data-border="{border}" tabindex="0" role="button" aria-label="{label}">')
        parts += [f'<path class="hit" d="{lines[name]}"/>' for name in names]
        for name in names:
            held = status_of(region, name, month.last)
            status = held.status if held else "none"
            parts.append(f'<path id="section-{name}" class="line {status if land else "lane"}" d="{lines[name]}"/>')
        parts.append("</g>")
    return parts


def _seen(points: Points) -> Points:
    return thin(points, 0.6)


def span(first: str | None, last: str | None, months: Sequence[Month]) -> tuple[int, int]:
    """Indices of the first and last month of a dated thing on the clock; outside of it they are cut, and may cross."""
    begin = Month(first_day(first)) - months[0] if first else 0
    end = Month(last_day(last)) - months[0] if last else len(months) - 1
    return max(0, begin), min(len(months) - 1, end)


def _sections(region: Region, months: Sequence[Month], names: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for name in names:
        section = region.sections[name]
        statuses = sorted((row for row in region.statuses if row.section == name), key=lambda row: first_day(row.from_))
        words = [status for status, _ in STATUSES]
        rows.append(
            {
                "id": name,
                "border": section.border,
                "name": section.name,
                "km": section.length_km,
                "land": int(region.borders[section.border].kind == "land"),
                "status": [
                    [Month(first_day(row.from_)) - months[0], words.index(row.status), list(row.claims)]
                    for row in statuses
                ],
                "guards": [
                    [*span(row.from_, row.to, months), row.side, region.agencies[row.agency].name, list(row.claims)]
                    for row in region.holdings
                    if row.section in (name, section.border) and row.agency in region.agencies
                ],
            }
        )
    return rows


def _rule(rule: Rule, months: Sequence[Month]) -> list[Any]:
    first, last = span(rule.from_, rule.to, months)
    amount = "" if rule.unit in ("1", "strength") else f"{rule.value:g} {rule.unit}"
    by = "both sides" if rule.imposed_by == "both" else rule.imposed_by
    return [rule.border, rule.title, rule.lever, by, first, last, amount, list(rule.claims)]


def _crossings(region: Region, dataset: xr.Dataset, frame: Frame, months: Sequence[Month]) -> list[Any]:
    """Name, x, y, whether green, border, first and last open month, in the order of the run's labels."""
    rows: list[list[Any] | None] = []
    for name in dataset["crossing"].to_numpy().tolist() if "crossing" in dataset.coords else []:
        crossing = region.crossings.get(name)
        if crossing is None:
            rows.append(None)
            continue
        x, y = frame([(crossing.lon, crossing.lat)])[0]
        opened, closed = span(crossing.opened, crossing.closed, months)
        green = int(crossing.kind == "green")
        rows.append([crossing.name, round(float(x), 1), round(float(y), 1), green, crossing.border, opened, closed])
    return rows


def _events(region: Region, months: Sequence[Month]) -> list[Any]:
    rows = []
    for event in region.events.values():
        begin = Month(first_day(event.from_)) - months[0]
        first, last = span(event.from_, event.to or event.from_, months)
        if first <= last and begin < len(months):
            rows.append([first, last, event.title, list(event.claims), begin, _when(event)])
    return sorted(rows, key=lambda row: (row[4], row[2]))


def _when(event: Event) -> str:
    return event.from_ if event.to in (None, event.from_) else f"{event.from_} to {event.to}"


def _borders(region: Region, dataset: xr.Dataset) -> list[Any]:
    """Code, name and length [km], in the order of the run's labels."""
    codes = dataset["border"].to_numpy().tolist()
    rows = [region.borders.get(code) for code in codes]
    return [
        [code, row.name if row else code, row.length_km if row else None] for code, row in zip(codes, rows, strict=True)
    ]


def _flows(region: Region, dataset: xr.Dataset) -> list[dict[str, Any]]:
    rows = []
    for name in dataset["flow"].to_numpy().tolist():
        flow = region.flows[name]
        entry: dict[str, Any] = {"id": name, "title": flow.title, "unit": flow.unit, "purpose": flow.purpose}
        if "crossing_traffic" in dataset:
            traffic = dataset["crossing_traffic"].sel(flow=name).transpose("crossing", "month").to_numpy()
            entry["crossing"] = packed(traffic)
            busy = traffic[np.isfinite(traffic) & (traffic > 0)]
            entry["full"] = float(f"{np.quantile(busy, FULL):.2g}") if busy.size else 0.0
        for quantity in ("passed", "passed_green", "seized_at"):
            if quantity in dataset:
                entry[quantity] = packed(_medians(dataset[quantity].sel(flow=name)))
        rows.append(entry)
    return rows


def _delay(dataset: xr.Dataset) -> dict[str, Any] | None:
    if "delay" not in dataset:
        return None
    values = dataset["delay"].transpose("member", "border", "month").to_numpy()
    return packed(quantiles(values, (0.05, 0.5, 0.95)))


def _medians(values: xr.DataArray) -> NDArray[np.float64]:
    medians: NDArray[np.float64] = quantiles(values.transpose("member", "border", "month").to_numpy(), (0.5,))[0]
    return medians


def packed(values: NDArray[Any]) -> dict[str, Any]:
    """Numbers that are not negative as base64 of whole numbers that grow with their square root.

    ``value = top * (code / (limit - 1)) ** 2`` with ``limit`` the largest code, which stands for no figure. Bytes of a
    code: little end first.
    """
    limit = int(np.iinfo(np.uint16).max)
    known = np.isfinite(values)
    top = float(values[known].max()) if known.any() else 0.0
    shares = np.where(known, np.maximum(values, 0.0), 0.0) / (top or 1.0)
    codes = np.where(known, np.rint(np.sqrt(shares) * (limit - 1)), limit)
    bytes_ = codes.astype(np.dtype("<u2")).tobytes()
    return {"top": float(f"{top:.6g}"), "code": base64.b64encode(bytes_).decode("ascii")}
