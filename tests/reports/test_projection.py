"""The map's geometry: areas are kept, cutting keeps what is inside."""

from __future__ import annotations

import base64
import itertools

import numpy as np
import pytest

from panj.reports.map import packed
from panj.reports.projection import Albers, area, centre, clip, frame_around


def test_the_projection_keeps_areas():
    projection = Albers(65.0, 38.0, 52.0)

    def cell(west: float, south: float) -> float:
        edge = np.linspace(0, 1, 50)
        corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
        ring = [
            (west + (1 - t) * a[0] + t * b[0], south + (1 - t) * a[1] + t * b[1])
            for a, b in itertools.pairwise(corners)
            for t in edge
        ]
        return area(projection(np.array(ring)))

    def truth(south: float) -> float:
        return float(np.radians(1) * (np.sin(np.radians(south + 1)) - np.sin(np.radians(south))))

    for west, south in ((50, 36), (65, 45), (85, 54)):
        assert cell(west, south) == pytest.approx(truth(south), rel=1e-4)


def test_a_square_half_outside_is_cut_in_half():
    square = np.array([[-100.0, 10], [60, 10], [60, 90], [-100, 90]])
    cut = clip(square, 100, 100, beyond=0)
    assert area(cut) == pytest.approx(60 * 80)
    assert centre(cut) == pytest.approx((30, 50))
    assert len(clip(square - 500, 100, 100)) == 0


def test_all_points_lie_in_their_frame():
    points = np.array([[46.0, 36.0], [88.0, 36.0], [46.0, 56.0], [88.0, 56.0]])
    frame = frame_around(points)
    flat = frame(points)
    assert (flat >= 0).all()
    assert (flat <= (frame.width, frame.height)).all()


def test_packed_numbers_come_back():
    values = np.array([0.0, 1.0, 40.0, np.nan, 123.0])
    made = packed(values)
    codes = np.frombuffer(base64.b64decode(made["code"]), dtype=np.dtype("<u2"))
    limit = 65535
    back = made["top"] * (codes / (limit - 1)) ** 2
    assert codes[3] == limit
    known = np.isfinite(values)
    assert np.abs(back - values)[known].max() <= 1e-4 * 123
