"""The plan: what a person decided about a region's borders and places, read from its tables."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, str]
Point = tuple[float, float]


@dataclass(frozen=True)
class SectionPlan:
    """One section as planned: where it ends, or how long it is, and what it is like."""

    id: str
    short: str
    border: str
    name: str
    terrain: str
    kin: float
    to: Point | None
    at: Point | None
    km: float | None
    enclave: bool
    line: tuple[Point, ...]
    status: tuple[dict[str, Any], ...]
    claims: tuple[str, ...]
    assumed: str
    note: str


@dataclass(frozen=True)
class BorderPlan:
    """One border as planned, with its sections in the order of its line."""

    id: str
    name: str
    kind: str
    length_km: float | None
    length_note: str
    note: str
    claims: tuple[str, ...]
    posts: tuple[dict[str, Any], ...]
    sections: tuple[SectionPlan, ...]


@dataclass(frozen=True)
class Plan:
    """All that is decided by hand for one region."""

    borders: tuple[BorderPlan, ...]
    places: tuple[Row, ...]
    trunk_roads: tuple[Row, ...]
    openings: tuple[Row, ...]
    other_traffic: tuple[Row, ...]


NO_STATUS = {
    "land": {
        "from": "1991-09",
        "is": "delimited",
        "assumed": "Outside the region; no dispute of its line is modelled.",
    },
    "sea": {"from": "1991-09", "is": "delimited", "assumed": "A sea lane: no line is crossed under dispute."},
    "air": {"from": "1991-09", "is": "delimited", "assumed": "An air link: no line is crossed under dispute."},
}


def read_rows(path: Path) -> list[Row]:
    """The rows of a CSV file, every cell as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_plan(folder: Path) -> Plan:
    """Read ``*-borders.toml`` of a plan and its tables of places, trunk roads, openings and other traffic."""
    borders = [
        _border(entry)
        for path in sorted(folder.glob("*-borders.toml"))
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["border"]
    ]
    return Plan(
        borders=tuple(sorted(borders, key=lambda border: border.id)),
        places=tuple(read_rows(folder / "places.csv")),
        trunk_roads=tuple(read_rows(folder / "trunk-roads.csv")),
        openings=tuple(read_rows(folder / "openings.csv")),
        other_traffic=tuple(read_rows(folder / "other-traffic.csv")),
    )


def _border(entry: dict[str, Any]) -> BorderPlan:
    usual = entry.get("status", [NO_STATUS[entry["kind"]]])
    still_open = entry.get("open_status", usual)
    return BorderPlan(
        id=entry["id"],
        name=entry["name"],
        kind=entry["kind"],
        length_km=entry.get("length_km"),
        length_note=entry.get("length_note", ""),
        note=entry.get("note", ""),
        claims=tuple(entry.get("extra_claims", ())),
        posts=tuple(entry.get("post", ())),
        sections=tuple(
            _section(entry["id"], one, still_open if one.get("open") else usual) for one in entry["section"]
        ),
    )


def _section(border: str, entry: dict[str, Any], status: list[dict[str, Any]]) -> SectionPlan:
    claims = tuple(entry.get("claims", ()))
    no_claim = "" if claims else "Terrain and kinship across the line: general knowledge of the compiler."
    kin = "" if not claims else "The degree of kinship (0-1) is a guess; the claims give only that it matters."
    return SectionPlan(
        id=f"{border.lower()}-{entry['id']}",
        short=entry["id"],
        border=border,
        name=entry["name"],
        terrain=entry["terrain"],
        kin=entry["kin"],
        to=tuple(entry["to"]) if "to" in entry else None,
        at=tuple(entry["at"]) if "at" in entry else None,
        km=entry.get("km"),
        enclave=entry.get("enclave", False),
        line=tuple((lat, lon) for lat, lon in entry.get("line", ())),
        status=tuple(entry.get("status", status)),
        claims=claims,
        assumed=" ".join(part for part in (entry.get("assumed", ""), no_claim, kin) if part),
        note=entry.get("note", ""),
    )
