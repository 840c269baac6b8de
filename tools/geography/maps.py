"""Maps: the states, the sections and the great lakes as small GeoJSON files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from shapely.geometry import Polygon, box, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from geography.sections import Border

WINDOW = box(40, 22, 100, 58)
STATE_TOLERANCE = 0.02
LAKE_TOLERANCE = 0.03
SMALLEST_LAKE = 0.4  # square degrees; the Aral Sea, Balkhash and Issyk-Kul are larger


def states_map(data: Path, codes: set[str]) -> dict[str, Any]:
    """Outlines of the states, simplified and clipped; property ``state``. Holes hold another state or are filled."""
    features = _read(data / "geo" / "ne10m_countries.geojson.gz")
    outlines: dict[str, BaseGeometry] = {f["properties"]["iso_a2"]: shape(f["geometry"]).buffer(0) for f in features}
    filled = {code: _filled(code, outlines) for code in codes if code in outlines}
    return _collection({"state": code} | _shape(filled[code], STATE_TOLERANCE) for code in sorted(filled))


def _filled(code: str, outlines: dict[str, BaseGeometry]) -> BaseGeometry:
    """A state with the holes that belong to no other state (leased ground, lakes) as its own."""
    own = outlines[code]
    holes = [Polygon(ring) for part in getattr(own, "geoms", [own]) for ring in part.interiors]
    others = [outline for other, outline in outlines.items() if other != code]
    empty = [hole for hole in holes if not any(o.intersects(hole.representative_point()) for o in others)]
    return unary_union([own, *empty])


def lakes_map(data: Path) -> dict[str, Any]:
    """Lakes and inland seas that help the eye; property ``name``."""
    features = _read(data / "geo" / "ne10m_water.geojson.gz")
    lakes = [f for f in features if f["properties"]["kind"] == "lake" and shape(f["geometry"]).area > SMALLEST_LAKE]
    return _collection(
        {"name": f["properties"]["name"] or ""} | _shape(shape(f["geometry"]), LAKE_TOLERANCE) for f in lakes
    )


def sections_map(borders: dict[str, Border]) -> dict[str, Any]:
    """One line a section; neighbours on a border share their end point; properties ``section`` and ``border``."""
    return _collection(
        {
            "section": section.plan.id,
            "border": border.plan.id,
            "geometry": {
                "type": "LineString",
                "coordinates": [[round(x, 4), round(y, 4)] for x, y in section.line.points],
            },
        }
        for border in borders.values()
        for section in border.sections
    )


def write_map(path: Path, collection: dict[str, Any]) -> None:
    """Write a map without spaces, one feature a line."""
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in collection["features"])
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")


def _read(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        features: list[dict[str, Any]] = json.load(file)["features"]
    return features


def _shape(ground: BaseGeometry, tolerance: float) -> dict[str, Any]:
    outline: BaseGeometry = ground.buffer(0).intersection(WINDOW).simplify(tolerance)
    geometry = mapping(outline)
    return {"geometry": {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])}}


def _rounded(values: Any) -> Any:
    return round(values, 3) if isinstance(values, float | int) else [_rounded(value) for value in values]


def _collection(items: Any) -> dict[str, Any]:
    features = []
    for item in items:
        properties = {key: value for key, value in item.items() if key != "geometry"}
        features.append({"type": "Feature", "properties": properties, "geometry": item["geometry"]})
    return {"type": "FeatureCollection", "features": features}
