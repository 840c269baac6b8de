"""Rows of states, places, borders, sections, crossings and roads, and the shapes of a map."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from panj.basics.reading import (
    BorderCode,
    Date,
    Id,
    Ids,
    Latitude,
    Longitude,
    NotNegative,
    OpenDate,
    Positive,
    Row,
    Share,
    StateCode,
    Text,
)

Mode = Literal["road", "rail", "bridge", "ferry", "pedestrian", "air", "sea", "track"]
StatusWord = Literal["soviet", "disputed", "undefined", "delimited", "demarcated"]


class State(Row):
    """A country. A *member* is simulated in full; a *neighbour* is where flows begin, pass and end."""

    code: StateCode
    name: Text
    kind: Literal["member", "neighbour"]
    note: str = ""


class Place(Row):
    """A town, producing district, market, port, or gateway to what lies beyond. ``population``: persons."""

    id: Id
    name: Text
    state: StateCode
    kind: Literal["town", "district", "market", "port", "gateway"]
    lat: Latitude
    lon: Longitude
    population: NotNegative | None = None
    claims: Ids = ()
    source: str = ""
    note: str = ""


class Border(Row):
    """The line between two states; ``length_km`` in km (empty for air)."""

    id: BorderCode
    name: Text
    kind: Literal["land", "sea", "air"]
    length_km: NotNegative | None = None
    claims: Ids = ()
    note: str = ""


class Section(Row):
    """A stretch of a border with one terrain, one legal status at a time and one guarding agency a side.

    ``length_km`` in km, ``relief_m`` in m, ``kin`` 0-1: how much settlement and kinship span the line.
    """

    id: Id
    border: BorderCode
    name: Text
    length_km: NotNegative
    terrain: Literal["plain", "desert", "hill", "mountain", "river", "valley", "water", "air"]
    relief_m: NotNegative | None = None
    kin: Share | None = None
    claims: Ids = ()
    assumed: str = ""
    note: str = ""


class Status(Row):
    """The legal status of a section from a date until the section's next row."""

    section: Id
    from_: Date = Field(alias="from")
    status: StatusWord
    claims: Ids = ()
    assumed: str = ""
    note: str = ""


class Crossing(Row):
    """A place where a border can be passed: a post, or the green border of a section. ``lanes``: booths one way.

    ``other_vehicles`` and ``other_travellers`` pass a post for reasons outside the study [1/month], both ways together;
    none where they are not given. They take up the time of those who search, and stand in no queue.
    """

    id: Id
    border: BorderCode
    section: Id
    kind: Literal["post", "green"]
    name_a: str
    name_b: str
    mode: Mode
    category: Literal["international", "bilateral", "local", "freight", "none"]
    lat: Latitude
    lon: Longitude
    opened: OpenDate = None
    closed: OpenDate = None
    lanes: Positive | None = None
    other_vehicles: NotNegative | None = None
    other_travellers: NotNegative | None = None
    source: str = ""
    confidence: Literal["", "high", "medium", "low"] = ""
    claims: Ids = ()
    assumed: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """Its names on both sides, or the one that is known."""
        return " / ".join(dict.fromkeys(name for name in (self.name_a, self.name_b) if name)) or self.id


class Road(Row):
    """An edge inside one state between two places or crossings; ``km`` in km, ``hours`` in h."""

    from_: Id = Field(alias="from")
    to: Id
    state: StateCode
    mode: Mode
    km: NotNegative
    hours: NotNegative
    terrain: str = ""
    method: str = ""
    source: str = ""
    note: str = ""


Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Geometry:
    """Shapes for maps, in degrees (longitude, latitude).

    Attributes:
        borders: The lines of each section, by its id.
        states: The rings of each state's polygons, by its code; the first ring of each polygon is its outer one.
        lakes: Likewise by name; only to be drawn.
    """

    borders: dict[str, tuple[Ring, ...]] = field(default_factory=dict)
    states: dict[str, tuple[tuple[Ring, ...], ...]] = field(default_factory=dict)
    lakes: dict[str, tuple[tuple[Ring, ...], ...]] = field(default_factory=dict)
