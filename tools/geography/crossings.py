"""Crossings: the posts of the shared list, the posts of the plan, one green crossing for each section on land."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from geography.plan import Point, Row
from geography.sections import Border, Section

MODES = {"pedestrian/trade zone": "pedestrian", "trade zone": "pedestrian", "river barge": "ferry", "none": "track",
         "road bridge": "bridge", "road bridge (ferry before 2007)": "ferry", "road+rail bridge": "bridge"}  # fmt: skip
CATEGORIES = (  # the first word that the list's category holds decides
    ("closed, no BCP", "none"), ("local", "local"), ("pedestrian", "local"), ("special zone", "local"),
    ("light vehicles", "local"), ("multilateral, freight", "international"), ("bilateral", "bilateral"),
    ("multilateral", "international"), ("international", "international"), ("freight", "freight"),
)  # fmt: skip
LANES = {"rail": 2, "pedestrian": 4, "ferry": 1, "sea": 2, "air": 4, "track": 1}
ROAD_LANES = {"international": 4, "bilateral": 2, "local": 1, "freight": 2, "none": 1}
SHUT = "1991-08-31"


@dataclass(frozen=True)
class Crossing:
    """One row of ``crossings.csv``; ``ports`` names the places that an air or sea post joins."""

    id: str
    border: str
    section: Section
    kind: str
    name_a: str
    name_b: str
    mode: str
    category: str
    lat: float
    lon: float
    opened: str
    closed: str
    source: str
    confidence: str
    claims: str
    assumed: str
    note: str
    ports: tuple[str, ...] = ()
    lanes: int = 1
    other_vehicles: str = ""
    other_travellers: str = ""


def slug(text: str) -> str:
    """Lower-case words joined by hyphens, letters and digits only."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def lanes(mode: str, category: str) -> int:
    """Booths side by side in one direction, by mode and category; all assumed."""
    return LANES.get(mode, ROAD_LANES[category])


def listed_posts(
    rows: list[Row], borders: dict[str, Border], places: set[str], openings: tuple[Row, ...] = ()
) -> list[Crossing]:
    """All posts of the shared list, in its order; no post takes the id of a place. Other claims may date an opening."""
    names = set(places)
    posts = [_listed(row, borders["-".join(sorted(row["dyad"].split("-")))], names) for row in rows]
    better = {row["post"]: row for row in openings}
    return [_opened(post, better[post.id]) if post.id in better else post for post in posts]


def with_other_traffic(crossings: list[Crossing], rows: tuple[Row, ...]) -> list[Crossing]:
    """The same crossings; traffic outside the study where the plan has a row for a post."""
    of = {row["post"]: row for row in rows}
    return [_busier(post, of[post.id]) if post.id in of else post for post in crossings]


def _busier(post: Crossing, row: Row) -> Crossing:
    return replace(
        post,
        other_vehicles=row["other_vehicles"],
        other_travellers=row["other_travellers"],
        claims=";".join(part for part in (post.claims, row["claims"]) if part),
        assumed=" ".join(part for part in (post.assumed, row["assumed"]) if part),
    )


def _opened(post: Crossing, row: Row) -> Crossing:
    claims, note = f"{post.claims};{row['claims']}", f"{row['note']} (the list: {post.opened or 'no date'})"
    return replace(post, opened=row["opened"], claims=claims, note="; ".join(p for p in (post.note, note) if p))


def _listed(row: Row, border: Border, names: set[str]) -> Crossing:
    mode, category = MODES.get(row["mode"], row["mode"]), _category(row)
    if row["category"] == "pedestrian":
        mode = "pedestrian"
    section, lat, lon, where = _place(row, border)
    opened, closed, dates = _dates(row)
    first = row["dyad"].split("-")[0]
    a, b = row["name_side_a"], row["name_side_b"]
    if first != border.plan.id.split("-")[0]:
        a, b = b, a
    said = [f"listed as {row['mode']}, {row['category']}"] if row["category"] != category else []
    booths = lanes(mode, category)
    return Crossing(
        id=_identity(row, mode, names), border=border.plan.id, section=section, kind="post", name_a=a, name_b=b,
        mode=mode, category=category, lat=lat, lon=lon, opened=opened, closed=closed, source="geo-crossing-list",
        confidence=row["confidence"].split(" ")[0].replace("none", "low"), claims=row["id"],
        assumed=" ".join(part for part in (f"{booths} lanes: by mode and category.", where) if part),
        note="; ".join(said + dates), lanes=booths,
    )  # fmt: skip


def _identity(row: Row, mode: str, names: set[str]) -> str:
    """A slug of the list's first name; where it is taken, with the mode or the other side's name."""
    name = slug(re.split(r"[(/]", row["name_side_a"])[0])
    name += "-rail" if "rail" in row["name_side_a"] and not name.endswith("rail") else ""
    other = slug(re.split(r"[(/]", row["name_side_b"])[0])
    chosen = next(n for n in (name, f"{name}-{mode}", f"{name}-{other}", f"{name}-{other}-{mode}") if n not in names)
    names.add(chosen)
    return chosen


def _category(row: Row) -> str:
    return next((category for word, category in CATEGORIES if word in row["category"]), "bilateral")


def _place(row: Row, border: Border) -> tuple[Section, float, float, str]:
    """The nearest section and the position; a post without one is put at the middle of the last section."""
    if row["lat"]:
        lat, lon = float(row["lat"]), float(row["lon"])
        return nearest_section(border, lat, lon), lat, lon, ""
    section = next(s for s in border.sections if s.plan.short == "kulunda")
    lat, lon = section.line.at(section.line.length * 0.95)
    return section, lat, lon, "The list has no position and no category: put near the end of the section, bilateral."


def nearest_section(border: Border, lat: float, lon: float) -> Section:
    """The section whose line passes nearest to a point."""
    return min(border.sections, key=lambda section: section.line.nearest(lat, lon)[1])


def _dates(row: Row) -> tuple[str, str, list[str]]:
    """(opened, closed, notes). Only a closing that held all through 1991-2005 closes a post here."""
    notes = []
    found = re.match(r"\d{4}(-\d{2}(-\d{2})?)?", row["opened"])
    opened = found.group() if found else ""
    if "ferry before" in row["mode"]:
        opened = ""
        notes.append("a ferry in this period, the bridge stands since 2007")
    elif row["opened"] and row["opened"] != opened:
        notes.append(f"opening uncertain: {row['opened']}")
    closed = SHUT if row["closed"] in ("closed", "closed/seasonal") else ""
    if closed and "seasonal" in row["closed"]:
        closed = ""
    if row["closed"]:
        notes.append(f"the list says closed: {row['closed']}")
        notes.append(
            "taken as never in use, assumed" if closed else "no closing applied here; dated closures are rules"
        )
    return opened, closed, notes


def planned_posts(borders: dict[str, Border], ports: dict[str, Point], gateways: set[str]) -> list[Crossing]:
    """The posts that the plan adds, with their sections' borders."""
    return [_planned(border, post, ports, gateways) for border in borders.values() for post in border.plan.posts]


def _planned(border: Border, post: dict[str, object], ports: dict[str, Point], gateways: set[str]) -> Crossing:
    names = tuple(str(name) for name in _list(post.get("ports", ())))
    mode = str(post["mode"])
    if names:
        lat, lon = ports[next((name for name in names if name not in gateways), names[0])]
    else:
        lat, lon = (float(str(value)) for value in _list(post["at"]))
    booths = lanes(mode, "international")
    return Crossing(
        id=str(post["id"]), border=border.plan.id, section=border.sections[0], kind="post", name_a=str(post["a"]),
        name_b=str(post["b"]), mode=mode, category="international", lat=lat, lon=lon, opened="", closed="",
        source="geo-compiler-knowledge", confidence="low", claims=";".join(border.plan.claims),
        assumed=f"{booths} lanes: by mode. One post stands for all of this border.", note="", ports=names,
        lanes=booths,
    )  # fmt: skip


def _list(value: object) -> list[object]:
    assert isinstance(value, list | tuple)
    return list(value)


def green_crossings(borders: dict[str, Border]) -> list[Crossing]:
    """One for each section of a land border, at the middle of its line."""
    return [_green(border, s) for border in borders.values() if border.plan.kind == "land" for s in border.sections]


def _green(border: Border, section: Section) -> Crossing:
    lat, lon = section.line.at(0.0 if section.plan.enclave else section.line.length / 2)
    return Crossing(
        id=f"green-{section.plan.id}", border=border.plan.id, section=section, kind="green",
        name_a=section.plan.name, name_b=section.plan.name, mode="track", category="none", lat=lat, lon=lon,
        opened="", closed="", source="geo-compiler-knowledge", confidence="low", claims="",
        assumed="Stands for all ways over this section but its posts.", note="",
    )  # fmt: skip
