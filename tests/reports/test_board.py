"""The scoreboard as a picture: every number stands where its interval puts it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import InventedRun

from panj.calibration import Score, Seen, scores
from panj.calibration.split import series
from panj.calibration.stored import JUDGED
from panj.region import Region, Target, open_region
from panj.reports.board import FARTHEST, draw_board, place

ROW = {"id": "t", "variable": "recorded_seizures", "place": "NO", "flow": "opiates", "from": "2001", "to": "2001"}
SHIPPED = open_region("tiny")


def score(value: float, predicted: tuple[float, ...], **more: object) -> Score:
    target = Target.model_validate(ROW | {"value": value, "unit": "kg/year", "use": "fit"} | more)
    return Score(target, predicted, predicted, "within 90 %", "", {})


@given(st.floats(0.01, 100), st.floats(1.01, 10), st.floats(1.01, 10), st.floats(-3, 3))
def test_the_ends_of_the_interval_stand_at_one(median: float, below: float, above: float, off: float):
    ends = (median / below, median / below**0.4, median, median * above**0.4, median * above)
    assert place(score(ends[0], ends)) == pytest.approx(-1)
    assert place(score(ends[2], ends)) == pytest.approx(0, abs=1e-6)
    assert place(score(ends[4], ends)) == pytest.approx(1)
    assert place(score(median * (above if off > 0 else below) ** off, ends)) == pytest.approx(off, abs=1e-6)


def test_bounds_inputs_and_what_has_no_figure_have_no_place():
    ends = (1.0, 2.0, 3.0, 4.0, 5.0)
    assert place(score(3, ends, sense="at most")) is None
    assert place(score(3, ends, use="input")) is None
    assert place(replace(score(3, ends), predicted=None)) is None
    assert not draw_board([score(3, ends, use="input")], SHIPPED)


def test_every_number_is_drawn_once_and_misses_are_crosses(region: Region, run: InventedRun):
    rows = scores(Seen(run.dataset, region, {}))
    shown = [row for row in rows if row.predicted and row.target.sense == "about" and row.target.use in JUDGED]
    assert shown
    picture = str(draw_board(rows, region))
    assert picture.count("<circle") == sum(row.passed for row in shown)
    assert picture.count("<path") == sum(not row.passed for row in shown)
    assert picture.count('text-anchor="end">') - 1 == len({series(row.target) for row in shown})
    assert f"{sum(row.passed for row in shown)} of {len(shown)} published numbers" in picture
    for row in shown:
        assert f"<title>{row.target.from_}" in picture


def test_what_is_far_off_stands_at_the_edge():
    ends = (1.0, 2.0, 3.0, 4.0, 5.0)
    far = [replace(score(value, ends), outcome="missed") for value in (1e3, 1e4)]
    found = re.findall(r'class="missed fitted" d="M([\d.]+)', str(draw_board(far, SHIPPED)))
    assert len(found) == 2
    assert found[0] == found[1]
    assert FARTHEST > 1
