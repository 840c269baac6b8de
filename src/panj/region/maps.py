"""Reading the shapes of sections, states and lakes from GeoJSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from panj.basics.faults import Fault
from panj.basics.reading import read_json
from panj.region.geography import Geometry, Ring

S = TypeVar("S")

LAKES = "geometry/lakes.geojson"

KM_PER_DEGREE = 111.2
"""Length of a degree of latitude [km]."""


def read_geometry(folder: Path) -> tuple[Geometry, list[Fault]]:
    """``geometry/borders.geojson`` and ``geometry/states.geojson``; ``geometry/lakes.geojson`` where there is one."""
    borders, border_faults = _read_shapes(folder, "geometry/borders.geojson", "section", _lines)
    states, state_faults = _read_shapes(folder, "geometry/states.geojson", "state", _polygons)
    there = (folder / LAKES).exists()
    lakes, lake_faults = _read_shapes(folder, LAKES, "name", _polygons) if there else ({}, [])
    return Geometry(borders, states, lakes), border_faults + state_faults + lake_faults


def _read_shapes(
    folder: Path, file: str, name: str, parse: Callable[[str, Any], S]
) -> tuple[dict[str, S], list[Fault]]:
    """The shapes of a feature collection by the property ``name``."""
    document, faults = read_json(folder, file)
    if faults:
        return {}, faults
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        return {}, [Fault(file, "top", "is not a feature collection", "Write a GeoJSON FeatureCollection.")]
    shapes: dict[str, S] = {}
    for number, feature in enumerate(features, start=1):
        try:
            id = feature["properties"][name]
            row = f"feature {number}, {id}"
        except (KeyError, TypeError):
            row = f"feature {number}"
            faults.append(Fault(file, row, f"has no property {name!r}", f"Write {name!r} among its properties."))
            continue
        if not isinstance(id, str):
            faults.append(Fault(file, row, f"{name} {id!r} is not text", f"Write {name!r} as text, in quotes."))
            continue
        if id in shapes:
            faults.append(Fault(file, row, "stands in the file already", "Join its parts into one Multi- geometry."))
            continue
        try:
            shapes[id] = parse(feature["geometry"]["type"], feature["geometry"]["coordinates"])
        except (KeyError, TypeError, ValueError) as error:
            faults.append(Fault(file, row, f"has a bad geometry: {error}", "Write [longitude, latitude] in degrees."))
    return shapes, faults


def _lines(kind: str, coordinates: Any) -> tuple[Ring, ...]:
    match kind:
        case "LineString":
            return (_ring(coordinates, 2),)
        case "MultiLineString":
            return tuple(_ring(line, 2) for line in coordinates)
    raise ValueError(f"{kind} is not LineString or MultiLineString")


def _polygons(kind: str, coordinates: Any) -> tuple[tuple[Ring, ...], ...]:
    match kind:
        case "Polygon":
            return (tuple(_ring(ring, 4) for ring in coordinates),)
        case "MultiPolygon":
            return tuple(tuple(_ring(ring, 4) for ring in polygon) for polygon in coordinates)
    raise ValueError(f"{kind} is not Polygon or MultiPolygon")


def _ring(points: Any, least: int) -> Ring:
    ring = tuple((_degrees(lon), _degrees(lat)) for lon, lat, *_ in points)
    if len(ring) < least:
        raise ValueError(f"{len(ring)} points where at least {least} are needed")
    for lon, lat in ring:
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise ValueError(f"[{lon:g}, {lat:g}] is no longitude and latitude")
    return ring


def _degrees(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ValueError(f"{json.dumps(given)} is not a number")
    return float(given)


def apart_km(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Length of the great circle between two points [km]."""
    north, other_north = math.radians(lat), math.radians(other_lat)
    across = math.sin(math.radians(other_lon - lon) / 2) ** 2 * math.cos(north) * math.cos(other_north)
    half = math.sqrt(min(1.0, math.sin((other_north - north) / 2) ** 2 + across))
    return 2 * math.degrees(math.asin(half)) * KM_PER_DEGREE


def distance_km(lon: float, lat: float, line: Ring) -> float:
    """Distance of a point from a line, on a plane that touches the globe at the point [km]."""
    east, north = KM_PER_DEGREE * math.cos(math.radians(lat)), KM_PER_DEGREE
    points = [((x - lon) * east, (y - lat) * north) for x, y in line]
    return min(_from_origin(*start, *end) for start, end in pairwise(points))


def _from_origin(ax: float, ay: float, bx: float, by: float) -> float:
    """Distance of the origin from the stretch between two points of a plane."""
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    along = min(max(-(ax * dx + ay * dy) / length, 0.0), 1.0) if length else 0.0
    return math.hypot(ax + along * dx, ay + along * dy)
