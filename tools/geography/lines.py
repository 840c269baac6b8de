"""Lines on the globe: lengths, positions along a line, cuts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

EARTH_KM = 6371.0088
KM_PER_DEGREE = math.pi * EARTH_KM / 180


def great_circle(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Distance between two points [km] on a sphere (haversine)."""
    a, b, half = math.radians(lat_a), math.radians(lat_b), math.radians(lon_b - lon_a) / 2
    h = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(half) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(h))


@dataclass(frozen=True)
class Line:
    """A polyline of (longitude, latitude) points that can be measured and cut by kilometre."""

    points: tuple[tuple[float, float], ...]

    @cached_property
    def km(self) -> NDArray[np.float64]:
        """Distance of each point from the first [km]."""
        steps = [great_circle(a[1], a[0], b[1], b[0]) for a, b in zip(self.points[:-1], self.points[1:], strict=True)]
        return np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def length(self) -> float:
        """Length of the whole line [km]."""
        return float(self.km[-1])

    def nearest(self, lat: float, lon: float) -> tuple[float, float]:
        """Where the line passes nearest to a point: (km from the first point, distance [km])."""
        scale = np.array([KM_PER_DEGREE * math.cos(math.radians(lat)), KM_PER_DEGREE])
        flat = (np.array(self.points) - np.array([lon, lat])) * scale
        start, step = flat[:-1], np.diff(flat, axis=0)
        square = np.maximum((step**2).sum(axis=1), 1e-12)
        share = np.clip(-(start * step).sum(axis=1) / square, 0, 1)
        distance = np.hypot(*(start + share[:, None] * step).T)
        i = int(distance.argmin())
        return float(self.km[i] + share[i] * (self.km[i + 1] - self.km[i])), float(distance[i])

    def at(self, km: float) -> tuple[float, float]:
        """The point (latitude, longitude) that lies some km from the first point."""
        xy = np.array(self.points)
        return float(np.interp(km, self.km, xy[:, 1])), float(np.interp(km, self.km, xy[:, 0]))

    def cut(self, begin: float, end: float) -> Line:
        """The stretch between two distances from the first point [km]."""
        inner = [p for p, km in zip(self.points, self.km, strict=True) if begin < km < end]
        (lat_a, lon_a), (lat_b, lon_b) = self.at(begin), self.at(end)
        return Line(((lon_a, lat_a), *inner, (lon_b, lat_b)))


def circle(lat: float, lon: float, area_km2: float) -> Line:
    """A ring of 25 points around a place that encloses an area [km2]."""
    radius = math.sqrt(area_km2 / math.pi) / KM_PER_DEGREE
    turns = [2 * math.pi * i / 24 for i in range(24)]
    ring = [(lon + radius * math.cos(t) / math.cos(math.radians(lat)), lat + radius * math.sin(t)) for t in turns]
    return Line((*ring, ring[0]))
