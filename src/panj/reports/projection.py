"""A map's geometry: an equal-area projection, a frame, and lines cut and thinned to what can be seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""Points [point, 2]: longitude and latitude in degrees, or x and y in the units of the map."""


@dataclass(frozen=True)
class Albers:
    """Albers' equal-area conic projection (Snyder 1987, Map Projections, pp. 98-103) on a sphere of radius 1.

    Attributes:
        middle: Longitude of the middle [degrees].
        south: Southern standard parallel [degrees].
        north: Northern standard parallel [degrees].
    """

    middle: float
    south: float
    north: float

    def __call__(self, points: Points) -> Points:
        """Project points; y grows southwards, as on a screen."""
        first, second = np.radians([self.south, self.north])
        cone = (np.sin(first) + np.sin(second)) / 2 or 1e-9
        constant = np.cos(first) ** 2 + 2 * cone * np.sin(first)
        radius = np.sqrt(np.maximum(0.0, constant - 2 * cone * np.sin(np.radians(points[:, 1])))) / cone
        angle = cone * np.radians(points[:, 0] - self.middle)
        flat: Points = np.stack([radius * np.sin(angle), np.sign(cone) * radius * np.cos(angle)], axis=1)
        return flat


@dataclass(frozen=True)
class Frame:
    """A projection, and where it lies on a canvas.

    Attributes:
        projection: From degrees to the plane.
        corner: Top left corner of the canvas in the plane.
        scale: Units of the canvas for one of the plane.
        width: Width of the canvas.
        height: Height of the canvas.
    """

    projection: Albers
    corner: tuple[float, float]
    scale: float
    width: float
    height: float

    def __call__(self, points: Iterable[Sequence[float]]) -> Points:
        """Degrees to the canvas."""
        return (self.projection(np.asarray(list(points), dtype=float)[:, :2]) - self.corner) * self.scale


def frame_around(points: Points, width: float = 1000.0, margin: float = 0.04) -> Frame:
    """The frame in which all these points [degrees] lie, with a margin as a share of the width."""
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    sixth = (north - south) / 6
    projection = Albers((west + east) / 2, south + sixth, north - sixth)
    flat = projection(points)
    low, high = flat.min(axis=0), flat.max(axis=0)
    pad = margin * (high[0] - low[0])
    scale = width / (high[0] - low[0] + 2 * pad)
    height = (high[1] - low[1] + 2 * pad) * scale
    return Frame(projection, (float(low[0] - pad), float(low[1] - pad)), float(scale), width, round(float(height)))


def clip(ring: Points, width: float, height: float, beyond: float = 20.0) -> Points:
    """A polygon cut to the canvas and a little beyond (Sutherland and Hodgman 1974); may be empty."""
    for axis, bound, sign in ((0, -beyond, 1), (0, width + beyond, -1), (1, -beyond, 1), (1, height + beyond, -1)):
        if len(ring) == 0:
            return ring
        ring = _clip_edge(ring, axis, bound, sign)
    return ring


def _clip_edge(ring: Points, axis: int, bound: float, sign: int) -> Points:
    kept = []
    inside = sign * (ring[:, axis] - bound) >= 0
    for here, there, stays, enters in zip(ring, np.roll(ring, -1, axis=0), inside, np.roll(inside, -1), strict=True):
        if stays:
            kept.append(here)
        if stays != enters:
            share = (bound - here[axis]) / (there[axis] - here[axis])
            kept.append(here + share * (there - here))
    return np.array(kept).reshape(-1, 2)


def thin(points: Points, least: float = 0.8) -> Points:
    """The points without those nearer than ``least`` to the one before; both ends stay."""
    if len(points) < 3:
        return points
    kept = [points[0]]
    for point in points[1:-1]:
        if np.abs(point - kept[-1]).max() >= least:
            kept.append(point)
    return np.array([*kept, points[-1]])


def path(points: Points, closed: bool = False) -> str:
    """SVG path data."""
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points) + ("Z" if closed else "")


def area(ring: Points) -> float:
    """Area of a polygon, without a sign."""
    x, y = ring[:, 0], ring[:, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def deepest(ring: Points, width: float, height: float, steps: int = 40) -> tuple[float, float]:
    """A place for a name: the point of a grid inside a polygon and the canvas that is farthest from both edges.

    Names are about five times as wide as high, so a distance up or down counts five times.
    """
    low, high = np.maximum(ring.min(axis=0), 0), np.minimum(ring.max(axis=0), (width, height))
    grid = np.stack(np.meshgrid(*np.linspace(low, high, steps).T), axis=-1).reshape(-1, 2)
    start, end = ring, np.roll(ring, -1, axis=0)
    above = (start[:, 1] > grid[:, 1:]) != (end[:, 1] > grid[:, 1:])
    rise = np.where(end[:, 1] == start[:, 1], 1.0, end[:, 1] - start[:, 1])
    crossed = start[:, 0] + (grid[:, 1:] - start[:, 1]) * (end[:, 0] - start[:, 0]) / rise
    inside = (above & (grid[:, :1] < crossed)).sum(axis=1) % 2 == 1
    if not inside.any():
        return centre(ring)
    grid, shape = grid[inside], np.array([1.0, 5.0])
    edge = _dense(ring, 10.0)
    away = (np.abs(grid[:, None] - edge[None]) * shape).max(axis=2).min(axis=1)
    rim = (np.minimum(grid, np.array([width, height]) - grid) * shape).min(axis=1)
    best = grid[np.argmax(np.minimum(away, rim))]
    return float(best[0]), float(best[1])


def _dense(ring: Points, most: float) -> Points:
    """The ring with points so near that none is farther than ``most`` from the next."""
    parts = []
    for here, there in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        count = max(1, int(np.ceil(np.abs(there - here).max() / most)))
        parts.append(here + (there - here) * (np.arange(count) / count)[:, None])
    return np.concatenate(parts)


def centre(ring: Points) -> tuple[float, float]:
    """Centre of gravity of a polygon."""
    x, y = ring[:, 0], ring[:, 1]
    cross = x * np.roll(y, -1) - y * np.roll(x, -1)
    total = cross.sum()
    if abs(total) < 1e-9:
        return float(x.mean()), float(y.mean())
    return (
        float(((x + np.roll(x, -1)) * cross).sum() / (3 * total)),
        float(((y + np.roll(y, -1)) * cross).sum() / (3 * total)),
    )
