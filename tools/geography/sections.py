"""Borders cut into sections: lengths that sum to the border's, one line each, relief from a grid."""

from __future__ import annotations

import json
import math
import statistics
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geography.lines import KM_PER_DEGREE, Line, circle
from geography.plan import BorderPlan, Point, Row, SectionPlan, read_rows

ASSUMED_RELIEF = {
    "plain": 15.0, "desert": 20.0, "river": 20.0, "valley": 80.0, "hill": 120.0, "mountain": 500.0,
    "water": 0.0, "air": 0.0,
}  # fmt: skip
FACTBOOK = "factbook_1992_2007_km"


@dataclass(frozen=True)
class Section:
    """A section with its length as used [km], its line and its relief [m]."""

    plan: SectionPlan
    length_km: float
    line: Line
    relief_m: float
    relief_known: bool
    owner: str


@dataclass(frozen=True)
class Border:
    """A border with its length as used [km] and its sections."""

    plan: BorderPlan
    length_km: float
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Grid:
    """Relief [m] within a cell of one arc-minute."""

    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    relief: NDArray[np.int16]

    def along(self, line: Line) -> float | None:
        """Median relief [m] at 50 points of a line; None where the grid covers less than half of them."""
        values = [v for i in range(50) if (v := self._at(*line.at(line.length * (i + 0.5) / 50))) is not None]
        return float(statistics.median(values)) if len(values) >= 25 else None

    def _at(self, lat: float, lon: float) -> float | None:
        half = 1 / 120
        inside = self.lat[0] - half <= lat <= self.lat[-1] + half and self.lon[0] - half <= lon <= self.lon[-1] + half
        if not inside:
            return None
        return float(self.relief[np.abs(self.lat - lat).argmin(), np.abs(self.lon - lon).argmin()])


@dataclass(frozen=True)
class Surveys:
    """What the shared data know of lines: shapes by border, lengths by border, enclaves, relief."""

    shapes: dict[str, tuple[Line, ...]]
    lengths: dict[str, Row]
    enclaves: tuple[Row, ...]
    grid: Grid

    def rows_of(self, enclave: str) -> list[Row]:
        """The rows on an enclave, by the short id of its section."""
        return [row for row in self.enclaves if row["enclave"].split(" (")[0].lower() == enclave]

    def area(self, enclave: str) -> float:
        """Area of an enclave [km2]: the median of what the sources say."""
        return statistics.median(float(row["area_km2"]) for row in self.rows_of(enclave))

    def shape_factor(self) -> float:
        """How much longer the drawn enclaves' outlines are than circles of their areas: the median."""
        rings = [ring for lines in self.shapes.values() for ring in lines[1:]]
        return statistics.median(ring.length / (2 * math.sqrt(math.pi * _area(ring))) for ring in rings)


def read_surveys(data: Path) -> Surveys:
    """Read the shared geometry, lengths, enclaves and relief."""
    shapes = {}
    for feature in json.loads((data / "geo" / "ne10m_dyads.geojson").read_text(encoding="utf-8"))["features"]:
        geometry = feature["geometry"]
        parts = [geometry["coordinates"]] if geometry["type"] == "LineString" else geometry["coordinates"]
        code = "-".join(sorted(feature["properties"]["dyad"].split("-")))
        shapes[code] = tuple(Line(tuple((lon, lat) for lon, lat, *_ in part)) for part in parts)
    with np.load(data / "geo" / "gebco2023_1min.npz") as relief:
        grid = Grid(relief["lat"], relief["lon"], relief["relief_m"])
    return Surveys(
        shapes=shapes,
        lengths={"-".join(sorted(row["dyad"].split("-"))): row for row in read_rows(data / "dyad_lengths.csv")},
        enclaves=tuple(read_rows(data / "enclaves.csv")),
        grid=grid,
    )


def survey_border(plan: BorderPlan, surveys: Surveys, ports: dict[str, Point]) -> Border:
    """Cut one border into its sections.

    Short stretches keep the length that the plan gives them, enclaves get a perimeter from their area; the rest of
    the border's length is spread over the other sections in proportion to their drawn length.
    """
    main = _main_line(plan, surveys, ports)
    land = _land_length(plan, surveys, main)
    at_sea = sum(s.km or 0.0 for s in plan.sections if s.km and s.line and len(plan.sections) > 1)
    ratio = main.length / land
    drawn = _cut(plan, main, ratio)
    fixed = {
        s.id: round(surveys.shape_factor() * 2 * math.sqrt(math.pi * surveys.area(s.short)), 1) if s.enclave else s.km
        for s in plan.sections
    }
    free = [s for s in plan.sections if fixed[s.id] is None]
    rest = land + at_sea - sum(length or 0.0 for length in fixed.values())
    total = sum(drawn[s.id].length for s in free)
    lengths = {s.id: round(rest * drawn[s.id].length / total, 1) for s in free}
    if free:
        lengths[free[-1].id] = round(lengths[free[-1].id] + rest - sum(lengths.values()), 2)
    sections = []
    for s in plan.sections:
        line = _ring(s, plan, surveys) if s.enclave else drawn[s.id]
        relief = surveys.grid.along(line) if s.terrain not in ("water", "air") else None
        owner = surveys.rows_of(s.short)[0]["owner"] if s.enclave else ""
        length = fixed[s.id] if fixed[s.id] is not None else lengths[s.id]
        known = relief is not None
        sections.append(
            Section(s, length or 0.0, line, relief if relief is not None else ASSUMED_RELIEF[s.terrain], known, owner)
        )
    return Border(plan, land + at_sea, tuple(sections))


def _main_line(plan: BorderPlan, surveys: Surveys, ports: dict[str, Point]) -> Line:
    if plan.id in surveys.shapes:
        return surveys.shapes[plan.id][0]
    points = plan.sections[0].line or tuple(ports[name] for name in plan.posts[0]["ports"])
    return Line(tuple((lon, lat) for lat, lon in points))


def _land_length(plan: BorderPlan, surveys: Surveys, main: Line) -> float:
    if plan.id in surveys.lengths:
        return float(surveys.lengths[plan.id][FACTBOOK])
    return plan.length_km if plan.length_km is not None else float(round(main.length))


def _cut(plan: BorderPlan, main: Line, ratio: float) -> dict[str, Line]:
    """Lines of all sections but enclaves; ``ratio``: drawn km for each km of the border's length."""
    if len(plan.sections) == 1:
        return {plan.sections[0].id: main}
    on_line = [s for s in plan.sections if not s.enclave and not s.line]
    ends: list[float] = []
    begin = 0.0
    for i, s in enumerate(on_line):
        following = on_line[i + 1] if i + 1 < len(on_line) else None
        if s.km is not None:
            end = begin + s.km * ratio
        elif s.to is not None:
            end = main.nearest(*s.to)[0]
        elif following is not None and following.km is not None and following.at is not None:
            end = main.nearest(*following.at)[0] - following.km * ratio / 2
        else:
            end = main.length
        if end <= begin:
            raise ValueError(f"{s.id}: ends at {end:.0f} km, before it begins at {begin:.0f} km. Move its end.")
        ends.append(end)
        begin = end
    lines = {s.id: main.cut(a, b) for s, a, b in zip(on_line, [0.0, *ends[:-1]], ends, strict=True)}
    return lines | {s.id: Line(tuple((lon, lat) for lat, lon in s.line)) for s in plan.sections if s.line}


def _ring(section: SectionPlan, plan: BorderPlan, surveys: Surveys) -> Line:
    """The outline that the shared geometry draws, where it knows the enclave; else a circle of its area."""
    assert section.at is not None
    lat, lon = section.at
    if any(row["source"] == "ne10m" for row in surveys.rows_of(section.short)):
        return min(surveys.shapes[plan.id][1:], key=lambda ring: ring.nearest(lat, lon)[1])
    return circle(lat, lon, surveys.area(section.short))


def _area(ring: Line) -> float:
    """Area of a small ring [km2]."""
    middle = math.radians(statistics.mean(lat for _, lat in ring.points))
    x = np.array([lon for lon, _ in ring.points]) * KM_PER_DEGREE * math.cos(middle)
    y = np.array([lat for _, lat in ring.points]) * KM_PER_DEGREE
    return float(abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2)
