"""Summaries against numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from panj.basics.dates import Month
from panj.reports.summary import Interval, Members, compare, fan, interval, pick, settled_members


def table(values: list[list[float]]) -> xr.DataArray:
    clock = pd.date_range("2001-01-01", periods=len(values[0]), freq="MS")
    coords = {"member": range(len(values)), "month": clock}
    return xr.DataArray(np.array(values), dims=("member", "month"), coords=coords)


def test_quantiles_of_the_numbers_one_to_twenty_one():
    assert interval([float(number) for number in range(1, 22)]) == Interval(2.0, 6.0, 11.0, 16.0, 20.0)


def test_members_without_a_figure_are_left_out_and_none_at_all_is_no_interval():
    assert interval([1.0, float("nan"), 3.0]) == interval([1.0, 3.0])
    assert interval([float("nan")]) is None


def test_the_change_is_taken_member_by_member():
    values = table([[1, 1, 2, 2], [10, 10, 11, 11], [5, 5, 6, 6]])
    result = compare(values, (Month("2001-01"), Month("2001-02")), (Month("2001-03"), Month("2001-04")))
    assert result.change == Interval(1.0, 1.0, 1.0, 1.0, 1.0)
    assert result.before is not None
    assert result.before.median == 5.0


def test_a_period_outside_the_run_has_no_figure():
    result = compare(table([[1, 2]]), (Month("1990-01"), Month("1990-02")), (Month("2001-01"), Month("2001-02")))
    assert result.before is None
    assert result.change is None
    assert result.after is not None
    assert result.after.median == 1.5


def test_a_sum_with_a_missing_part_is_missing_and_a_mean_is_not():
    cube = xr.Dataset(
        {"aid": (("month", "state"), [[1.0, float("nan")]])},
        coords={"month": [np.datetime64("2001-01-01", "ns")], "state": ["AA", "BB"]},
    )
    assert np.isnan(pick(cube, "aid").item())
    assert pick(cube, "aid", over="mean").item() == 1.0
    assert pick(cube, "aid", {"state": "AA"}).item() == 1.0
    with pytest.raises(KeyError):
        pick(cube, "aid", {"state": "CC"})


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_a_fan_is_in_order_and_within_its_members(values: list[float]):
    bands = fan(table([[value] for value in values]))[:, 0]
    assert (np.diff(bands) >= -1e-6).all()
    assert min(values) - 1e-6 <= bands[0]
    assert bands[-1] <= max(values) + 1e-6


def test_a_gap_stays_a_gap():
    bands = fan(table([[1.0, float("nan")], [2.0, float("nan")]]))
    assert np.isfinite(bands[:, 0]).all()
    assert np.isnan(bands[:, 1]).all()


def test_members_that_did_not_converge_are_left_out_unless_they_are_most():
    def members(residuals: list[list[float]]) -> Members:
        return settled_members(xr.Dataset({"residual": table(residuals)}))

    few = members([[0, 0], [0, 1], [0, 0]])
    assert few.dataset["member"].to_numpy().tolist() == [0, 2]
    assert (few.total, few.failed, few.left_out) == (3, 1, True)
    assert few.months == pytest.approx(1 / 6)
    most = members([[1, 0], [0, float("nan")], [0, 0]])
    assert most.dataset.sizes["member"] == 3
    assert (most.failed, most.left_out) == (2, False)
