"""Compile the geography of a region, once, from shared data and the plan in ``tools/geography/<region>``.

    python tools/compile_geography.py PATH_TO_DATA REGION_FOLDER

PATH_TO_DATA holds ``crossing_points.csv``, ``roads.csv``, ``dyad_lengths.csv``, ``enclaves.csv``,
``border_status.csv`` and ``geo/``. REGION_FOLDER, for instance ``src/panj/regions/central-asia``, holds
``region.toml``; its places, borders, sections, statuses, crossings, roads, maps, and their claims and sources are
written anew.
"""

from __future__ import annotations

import csv
import json
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from geography import evidence
from geography.crossings import Crossing, green_crossings, listed_posts, planned_posts, with_other_traffic
from geography.maps import lakes_map, sections_map, states_map, write_map
from geography.plan import Plan, Point, Row, read_plan, read_rows
from geography.roads import Edge, Node, build_roads
from geography.sections import Border, Surveys, read_surveys, survey_border

Cells = Iterable[object]
HEADERS = {
    "places.csv": "id,name,state,kind,lat,lon,population,claims,source,note",
    "borders.csv": "id,name,kind,length_km,claims,note",
    "sections.csv": "id,border,name,length_km,terrain,relief_m,kin,claims,assumed,note",
    "statuses.csv": "section,from,status,claims,assumed,note",
    "crossings.csv": "id,border,section,kind,name_a,name_b,mode,category,lat,lon,opened,closed,lanes,"
    "other_vehicles,other_travellers,source,confidence,claims,assumed,note",
    "roads.csv": "from,to,state,mode,km,hours,terrain,method,source,note",
}


def main(data: Path, region: Path) -> None:
    """Read the shared data and the plan of this region, and write its geography."""
    settings = tomllib.loads((region / "region.toml").read_text(encoding="utf-8"))
    states = [state["code"] for state in settings["states"]]
    plan = read_plan(Path(__file__).parent / "geography" / settings["code"])
    surveys = read_surveys(data)
    sources = evidence.Sources()
    lengths = evidence.length_claims(read_rows(data / "dyad_lengths.csv"), sources)
    posts = read_rows(data / "crossing_points.csv")

    places = place_rows(plan, read_rows(data / "geo" / "cities.csv"))
    ports: dict[str, Point] = {str(row[0]): (float(str(row[4])), float(str(row[5]))) for row in places}
    borders = {border.id: survey_border(border, surveys, ports) for border in plan.borders}
    gateways = {str(row[0]) for row in places if row[3] == "gateway"}
    crossings = (
        listed_posts(posts, borders, set(ports), plan.openings)
        + planned_posts(borders, ports, gateways)
        + green_crossings(borders)
    )
    crossings = with_other_traffic(crossings, plan.other_traffic)
    towns = [Node(str(row[0]), *ports[str(row[0])], (str(row[2]),)) for row in places]
    roads = build_roads(read_rows(data / "roads.csv"), plan.trunk_roads, towns, crossings, states)

    write_table(region / "places.csv", places)
    write_table(region / "borders.csv", border_rows(borders, lengths))
    write_table(region / "sections.csv", section_rows(borders, surveys))
    write_table(region / "statuses.csv", status_rows(borders))
    write_table(region / "crossings.csv", map(crossing_row, crossings))
    write_table(region / "roads.csv", map(road_row, roads))

    (region / "geometry").mkdir(exist_ok=True)
    write_map(region / "geometry" / "states.geojson", states_map(data, set(states)))
    write_map(region / "geometry" / "borders.geojson", sections_map(borders))
    write_map(region / "geometry" / "lakes.geojson", lakes_map(data))

    folder = region / "evidence" / "claims"
    folder.mkdir(parents=True, exist_ok=True)
    write_claims(folder / "lengths.jsonl", lengths)
    write_claims(folder / "enclaves.jsonl", evidence.enclave_claims(read_rows(data / "enclaves.csv"), sources))
    write_claims(folder / "border-status.jsonl", evidence.status_claims(read_rows(data / "border_status.csv"), sources))
    write_claims(folder / "crossing-points.jsonl", evidence.crossing_claims(posts, sources))
    write_sources(region / "evidence" / "sources-geography.toml", sources)


def place_rows(plan: Plan, cities: list[Row]) -> list[list[object]]:
    """Rows of ``places.csv``: position and population from GeoNames where the plan names a city of it."""
    known = {city["geonameid"]: city for city in cities}
    rows: list[list[object]] = []
    for place in plan.places:
        head = [place["id"], place["name"], place["state"], place["kind"]]
        if place["geonameid"]:
            city = known[place["geonameid"]]
            population = city["population"] if city["population"] != "0" else ""
            note = "; ".join(part for part in (place["note"], "population of recent years") if part)
            rows.append([*head, city["lat"], city["lon"], population, place["claims"], "geo-geonames", note])
        else:
            rows.append(
                [*head, place["lat"], place["lon"], "", place["claims"], "geo-compiler-knowledge", place["note"]]
            )
    return rows


def border_rows(borders: dict[str, Border], lengths: list[evidence.Claim]) -> Iterable[Cells]:
    """Rows of ``borders.csv``."""
    used = evidence.factbook_claims(lengths)
    for border in borders.values():
        plan = border.plan
        claims = [used[plan.id]] if plan.id in used else []
        notes = [plan.note, plan.length_note]
        if plan.id not in used and not plan.length_note:
            notes.append("Length: great circle between its two ports.")
        at_sea = [s for s in border.sections if s.plan.terrain == "water"] if plan.kind == "land" else []
        notes += [
            f"Land {border.length_km - s.length_km:g} km and {s.length_km:g} km of sea (assumed)." for s in at_sea
        ]
        yield plan.id, plan.name, plan.kind, f"{border.length_km:g}", ";".join([*claims, *plan.claims]), _text(notes)


def section_rows(borders: dict[str, Border], surveys: Surveys) -> Iterable[Cells]:
    """Rows of ``sections.csv``."""
    factor = surveys.shape_factor()
    for border in borders.values():
        for section in border.sections:
            plan = section.plan
            rows = surveys.rows_of(plan.short) if plan.enclave else []
            numbers = [surveys.enclaves.index(row) + 1 for row in rows]
            claims = [*plan.claims, *(f"EN{number:02d}" for number in numbers)]
            notes = [plan.note]
            if plan.enclave:
                notes.append(
                    f"Ground of {section.owner} inside {rows[0]['inside']}. Length: {factor:.2f} times the perimeter "
                    f"of a circle of {surveys.area(plan.short):g} km2, the median of the claims; {factor:.2f} is the "
                    "median of the outlines drawn in Natural Earth."
                )
            relief = "Relief from GEBCO 2023." if section.relief_known else ""
            assumed = [plan.assumed, "" if section.relief_known else "Relief by terrain."]
            yield (
                *(plan.id, plan.border, plan.name, f"{section.length_km:g}"),
                *(plan.terrain, f"{section.relief_m:g}", plan.kin),
                *(";".join(claims), _text(assumed), _text([*notes, relief])),
            )


def status_rows(borders: dict[str, Border]) -> Iterable[Cells]:
    """Rows of ``statuses.csv``."""
    for border in borders.values():
        for section in border.sections:
            for row in section.plan.status:
                claims = ";".join(row.get("claims", ()))
                yield section.plan.id, row["from"], row["is"], claims, row.get("assumed", ""), row.get("note", "")


def crossing_row(c: Crossing) -> Cells:
    """One row of ``crossings.csv``."""
    return (
        *(c.id, c.border, c.section.plan.id, c.kind, c.name_a, c.name_b, c.mode, c.category),
        *(f"{c.lat:.4f}", f"{c.lon:.4f}", c.opened, c.closed, c.lanes, c.other_vehicles, c.other_travellers),
        *(c.source, c.confidence, c.claims, c.assumed, c.note),
    )


def road_row(e: Edge) -> Cells:
    """One row of ``roads.csv``."""
    return e.begin, e.end, e.state, e.mode, f"{e.km:g}", f"{e.hours:g}", e.terrain, e.method, e.source, e.note


def write_table(path: Path, rows: Iterable[Cells]) -> None:
    """Write a CSV file under the header of its name."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADERS[path.name].split(","))
        writer.writerows(rows)


def write_claims(path: Path, claims: list[evidence.Claim]) -> None:
    """Write claims, one a line."""
    path.write_text("".join(json.dumps(claim, ensure_ascii=False) + "\n" for claim in claims), encoding="utf-8")


def write_sources(path: Path, sources: evidence.Sources) -> None:
    """Write the sources that the geography cites."""
    rows = sorted([*sources.rows.values(), *evidence.OWN_SOURCES], key=lambda row: row["id"])
    blocks = [
        "[[source]]\n" + "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in row.items())
        for row in rows
    ]
    head = "# Sources of the geography. Written by tools/compile_geography.py.\n\n"
    path.write_text(head + "\n".join(blocks), encoding="utf-8")


def _text(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
