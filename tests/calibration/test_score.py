"""The scoreboard: laws of scales, of what is foretold, of baselines and of what is said of a miss."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from invented import InventedRun
from numpy.testing import assert_allclose
from rich.cells import cell_len
from rich.console import Console
from tests.calibration.conftest import invented
from typer.testing import CliRunner

from panj.calibration import Seen, scores, screen, total
from panj.calibration.baselines import in_proportion, no_change, openness, swing, unit_elasticity
from panj.calibration.diagnosis import drivers
from panj.calibration.scales import RANGE, chance_of, error_of, kept, off_scale, on_scale, spread_of, width_itself
from panj.calibration.score import PARTS, foretold, judge, parts_of
from panj.calibration.split import series
from panj.cli import main
from panj.region import Region, Target, open_region
from panj.reports.score import (
    by_series,
    name_of,
    observed,
    score_table,
    total_lines,
    when,
    wide_lines,
)
from panj.reports.words import scale


def target(id: str = "t", **more: Any) -> Target:
    row: dict[str, Any] = {"id": id, "variable": "recorded_seizures", "place": "NO", "flow": "opiates", "from": "2001"}
    row |= {"to": "2001", "value": 2.0, "unit": "kg/year", "use": "fit"}
    return Target.model_validate(row | more)


@given(st.sampled_from(["lognormal", "logit-normal", "normal"]), st.floats(0.001, 0.999))
def test_scales_lead_back(error: str, value: float):
    one = target(error=error, value=0.5)
    assert off_scale(one, on_scale(one, value)) == pytest.approx(value)


def test_nothing_at_all_has_a_place_on_the_scale():
    assert np.isfinite(on_scale(target(), 0.0))


def test_the_error_is_that_of_the_range():
    one = target(low=1.0, high=4.0)
    assert error_of(one) == pytest.approx(np.log(4) / RANGE)
    assert spread_of(one.model_copy(update={"discrepancy": 0.0})) == pytest.approx(error_of(one))
    assert spread_of(one) > error_of(one)


def test_what_is_less_sure_errs_more():
    errors = [error_of(target(quality=quality)) for quality in ("high", "medium", "low")]
    assert errors == sorted(errors)
    assert errors[0] < errors[-1]


@pytest.mark.parametrize("finds", [0.5, 3.0, 40.0])
def test_the_chance_of_few_finds_is_that_of_finds_that_come_by_chance_with_lots_that_vary(finds: float):
    """A compound Poisson sum of exponential lots has the relative variance that the lognormal number has."""
    chance = np.random.default_rng(1)
    weights = np.asarray([chance.exponential(20.0, count).sum() for count in chance.poisson(finds, 100_000)])
    assert np.expm1(chance_of(finds) ** 2) == pytest.approx(weights.var() / weights.mean() ** 2, rel=0.05)
    few = target(low=1.0, high=4.0, finds=finds)
    assert error_of(few) ** 2 == pytest.approx(error_of(target(low=1.0, high=4.0)) ** 2 + chance_of(finds) ** 2)


def test_finds_are_the_weights_of_seizures_over_the_lots_of_their_flow():
    region = open_region("central-asia")
    for one in region.targets.values():
        if one.variable in ("recorded_seizures", "recorded_seizures_at_borders"):
            lots = one.value / one.factor / region.flows[str(one.flow)].lot
            assert one.finds == pytest.approx(lots, rel=0.05), one.id
        else:
            assert one.finds is None, one.id


def test_a_number_of_one_find_is_wide_by_itself_and_one_of_many_is_not(tiny: Region):
    assert width_itself(target(low=1.0, high=4.0)) == pytest.approx(4.0)
    assert width_itself(target(error="logit-normal", value=0.5, low=0.2, high=0.8, unit="share")) == pytest.approx(4.0)
    region, run = truth(tiny, 1.0)
    row = next(row for row in scores(Seen(run, region)) if row.target.use == "fit" and row.predicted)
    wide = replace(row, predicted=(1.0, 1.5, 2.0, 3.0, 20.0))
    few = replace(wide, target=wide.target.model_copy(update={"finds": 1.0}))
    found = total([wide, replace(few, target=few.target.model_copy(update={"id": "few"}))], "fit")
    assert (found.wide, found.wide_itself, found.wide_series) == (2, 1, 0)
    found = total([replace(row, swing=30.0) for row in (wide, few)], "fit")
    assert (found.wide, found.wide_itself, found.wide_series) == (2, 1, 1), "each counts once"


def test_what_is_foretold_of_one_member_is_its_error_alone():
    low, _, median, _, high = foretold(np.asarray([3.0]), 0.5)
    assert median == pytest.approx(3.0)
    assert high - low == pytest.approx(RANGE * 0.5, rel=0.02)


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=20), st.floats(0, 2))
def test_what_is_foretold_is_never_narrower_than_its_error(levels: list[float], spread: float):
    """No interval holds more of a mixture of equal bells than it would of one of them."""
    blurred = foretold(np.asarray(levels), spread)
    assert np.all(np.diff(blurred) >= -1e-9)
    assert blurred[4] - blurred[0] >= 0.95 * 2 * 1.645 * spread - 1e-6


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=9), st.floats(0.01, 3))
def test_the_parts_of_an_interval_add_up_and_each_is_what_it_says(levels: list[float], lacks: float):
    one = target()
    spread = float(np.hypot(error_of(one), lacks))
    parts = parts_of(one, np.asarray(levels), spread)
    assert list(parts) == list(PARTS)
    assert sum(parts.values()) == pytest.approx(1)
    variances = np.asarray([error_of(one) ** 2, lacks**2, np.var(levels)])
    assert_allclose(list(parts.values()), variances / variances.sum(), atol=1e-9)


@pytest.mark.parametrize(
    ("value", "outcome"), [(3.0, "within 50 %"), (1.5, "within 90 %"), (0.9, "missed"), (6.0, "missed")]
)
def test_where_the_number_lies_decides(value: float, outcome: str):
    assert judge(target(value=value), (1.0, 2.0, 3.0, 4.0, 5.0)) == outcome


@pytest.mark.parametrize(
    ("sense", "bound", "said"), [("at most", 4, "kept"), ("at most", 2, "missed"), ("at least", 2, "kept")]
)
def test_a_bound_is_judged_by_the_median(sense: str, bound: float, said: str):
    assert judge(target(sense=sense, value=bound), (1.0, 2.0, 3.0, 4.0, 5.0)) == said


def test_a_bound_is_lenient_by_its_range():
    assert kept(target(sense="at least", low=1.0, high=3.0), 1.5)
    assert not kept(target(sense="at least", low=1.0, high=3.0), 0.5)


def series_of(*values: float, apart: int = 1, begins: int = 1995, **more: object) -> list[Target]:
    """A number a year, or every so many, of one series."""
    years = [str(begins + apart * number) for number in range(len(values))]
    return [
        target(id=f"y{year}", value=value, to=year, **{"from": year} | more)
        for year, value in zip(years, values, strict=True)
    ]


@given(st.floats(0.1, 10), st.floats(1, 20), st.floats(0.01, 100))
def test_a_series_that_goes_up_and_down_by_a_factor_swings_by_it(step: float, times: float, own: float):
    *others, last = series_of(1, step, 1, step, 1, own)
    assert swing(last, others) == pytest.approx(math.exp(RANGE * abs(math.log(step)) / 0.6745), rel=1e-6)
    scaled = [one.model_copy(update={"value": one.value * times}) for one in others]
    assert swing(last, scaled) == pytest.approx(swing(last, others), rel=1e-6), "in any unit"
    assert swing(last, [*others, last]) == swing(last, others), "its own value is not looked at"


def test_a_swing_is_told_by_three_steps_between_neighbours_of_numbers():
    *others, last = series_of(1, 2, 4, 8, 16)
    assert swing(last, others) == pytest.approx(2 ** (RANGE / 0.6745))
    assert swing(last, others[1:]) is None, "two steps"
    *others, last = series_of(1, 2, 4, 8, 16, apart=3)
    assert swing(last, others) is None, "too far apart"
    for begins in (1993, 1994, 1995, 1996):
        *others, last = series_of(1, 2, 4, 8, 16, apart=2, begins=begins)
        assert swing(last, others) is not None, "every other year, leap years or not"
    *others, last = series_of(1, 2, 4, 1000, 2000, 4000, 8000)
    assert swing(last, others) == pytest.approx(2 ** (RANGE / 0.6745)), "one strange step is none of the middle"
    counted = [one.model_copy(update={"value": 1.4 * one.value, "factor": 1.4}) for one in others[::2]]
    assert swing(last, [*others[1::2], *counted]) == pytest.approx(swing(last, others)), "as the model counts"
    *others, last = series_of(1, 2, 4, 8, 16, sense="at most")
    assert swing(last, others) is None, "bounds"


def test_no_change_is_the_last_rate_before():
    others = [
        target("a", value=10.0, to="2000", **{"from": "2000"}),
        target("b", value=3.0, unit="kg", to="2001-03", **{"from": "2001-01"}),
        target("c", value=99.0, to="2003", **{"from": "2003"}),
        target("d", value=77.0, to="2000", place="SO", **{"from": "2000"}),
    ]
    assert no_change(target(to="2002", **{"from": "2002"}), others) == pytest.approx(12.0)
    assert no_change(others[0], others) is None


@pytest.mark.parametrize("driver", [openness, unit_elasticity])
def test_a_baseline_does_not_see_the_number_it_predicts(dataset: xr.Dataset, tiny: Region, driver: Any):
    seen = Seen(dataset, tiny)
    others = [target("a", value=10.0), target("b", value=20.0, to="2002", **{"from": "2002"})]
    driven = {one.id: driver(seen, one) for one in others}
    said = in_proportion(others[0], others, driven)
    assert said is not None
    changed = others[0].model_copy(update={"value": 1e6})
    assert said == in_proportion(changed, [changed, others[1]], driven)
    assert in_proportion(others[0], others[:1], driven) is None


def test_a_baseline_sees_no_number_that_is_kept_for_validation(dataset: xr.Dataset, tiny: Region):
    others = [target("a"), target("b", value=9.0, use="validation", to="2002", **{"from": "2002"})]
    assert in_proportion(others[0], others, {one.id: openness(Seen(dataset, tiny), one) for one in others}) is None


def test_open_borders_have_no_rigidity(tiny: Region):
    run = invented(tiny)
    run["rigidity"] = xr.zeros_like(run["rigidity"])
    assert openness(Seen(run, tiny), target()) == 1
    run["rigidity"] = xr.ones_like(run["rigidity"])
    assert openness(Seen(run, tiny), target()) == 0


def test_the_parameter_that_moves_a_prediction_is_found(tiny: Region):
    chance = np.random.default_rng(3)
    names = list(tiny.parameters)[:40]
    draws = {name: chance.normal(size=200) for name in names}
    values = np.exp(2 * draws[names[7]] - draws[names[9]]) + 0.01 * chance.normal(size=200)
    found = drivers(tiny, draws, values)
    assert found is not None
    assert [one.name for one in found] == [names[7], names[9]]
    assert found[0].correlation > 0 > found[1].correlation


def test_chance_is_no_driver_and_few_members_cannot_tell(tiny: Region):
    chance = np.random.default_rng(4)
    told = 0
    for _ in range(20):
        draws = {name: chance.normal(size=100) for name in list(tiny.parameters)[:100]}
        told += bool(drivers(tiny, draws, chance.normal(size=100)))
        few = {name: values[:10] for name, values in draws.items()}
        assert drivers(tiny, few, chance.normal(size=10)) is None
    assert told <= 12


def truth(region: Region, factor: float) -> tuple[Region, xr.Dataset]:
    """A region whose targets are what a run says of them, times a factor, and that run."""
    from panj.calibration import predictions

    run = invented(region, members=40)
    found = {one.target.id: one for one in predictions(Seen(run, region))}
    asked = {
        id: row.model_copy(update={"value": factor * float(np.median(one.values)), "low": None, "high": None})
        for id, row in region.targets.items()
        if (one := found[id]).values is not None
    }
    return replace(region, targets=asked), run


def test_a_run_passes_its_own_numbers_and_fails_those_far_away(tiny: Region):
    for factor, passed in ((1.0, True), (1000.0, False), (0.001, False)):
        region, run = truth(tiny, factor)
        rows = scores(Seen(run, region))
        assert rows
        assert all(row.passed == passed for row in rows)
        assert total(rows, "fit").within90 == float(passed)
        assert total(rows, "fit").error == pytest.approx(abs(np.log(factor)), abs=0.05)


def test_the_screen_says_how_far(tiny: Region):
    region, run = truth(tiny, 1.0)
    assert all(row.reached for row in screen(Seen(run, region)))
    far, _ = truth(tiny, 1000.0)
    for row in screen(Seen(run, far)):
        assert not row.reached
        assert 1e-3 < row.factor < 1e-2  # the luckiest member is somewhat nearer than the median


def test_the_screen_takes_the_end_that_is_nearer(tiny: Region):
    region, run = truth(tiny, 1.0)
    one = next(iter(region.targets.values()))
    value = one.value
    wide = one.model_copy(update={"value": value * 50, "low": value * 20, "high": value * 100})
    region.targets[one.id] = wide
    row = next(row for row in screen(Seen(run, region)) if row.target.id == one.id)
    assert row.factor == pytest.approx(row.nearest / (value * 20))


def test_inputs_count_in_no_total(tiny: Region):
    region, run = truth(tiny, 1.0)
    for id, row in region.targets.items():
        region.targets[id] = row.model_copy(update={"use": "input"})
    rows = scores(Seen(run, region))
    assert total(rows, "fit").count == total(rows, "validation").count == 0
    assert screen(Seen(run, region)) == []


def test_numbers_and_bounds_count_apart(tiny: Region):
    region, run = truth(tiny, 1.0)
    rows = [row for row in scores(Seen(run, region)) if row.target.use == "fit"]
    bound = replace(rows[0], target=rows[0].target.model_copy(update={"sense": "at most"}))
    untold = [replace(row, predicted=None, outcome="no figure") for row in (rows[0], bound)]
    one = total([*rows, bound, *untold], "fit")
    assert (one.count, one.without, one.bounds) == (len(rows), 1, 1)
    assert dict(total_lines([one]))["numbers with a figure"] == [f"{len(rows)} of {len(rows) + 1}"]


def test_wide_intervals_are_told_by_series_widest_first_with_what_makes_them_so(tiny: Region):
    region, run = truth(tiny, 1.0)
    rows = [row for row in scores(Seen(run, region)) if row.target.sense == "about" and row.predicted]
    one, *_, other = [row for row in rows if row.target.use == "fit"]
    assert series(one.target) != series(other.target)
    ends = [(1.0, 1.5, 2.0, 3.0, 9.0), (1.0, 1.5, 2.0, 3.0, 20.0), (1.0, 1.5, 2.0, 3.0, 40.0)]
    parts = dict(zip(PARTS, (0.1, 0.7, 0.2), strict=True))
    made = [replace(one, predicted=quantiles, parts=parts) for quantiles in ends[:2]]
    later = one.target.model_copy(update={"from_": "2009", "to": "2009", "use": "validation"})
    made += [replace(made[1], target=later), replace(other, predicted=ends[2], parts=parts)]
    lines = wide_lines(made, region)
    assert len(lines) == 2
    assert "40 times" in lines[0]
    assert "(fitted) 20 times and 2009 (kept) 20 times" in lines[1]
    assert "what the model lacks 70 %, parameters and luck 20 % and the number itself 10 %" in lines[0]


@pytest.mark.parametrize("width", [80, 120])
def test_the_scoreboard_fits_the_terminal_and_loses_no_number(tiny: Region, width: int):
    region, run = truth(tiny, 1.0)
    rows = scores(Seen(run, region))
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(score_table(rows, region, width))
    lines = console.export_text().splitlines()
    assert max(map(cell_len, lines)) <= width
    assert not any("…" in line for line in lines)
    marks = [line[0] for line in lines[4:] if line[:1] in {"●", "○", "✗", "–"}]
    assert len(marks) == len(rows)
    assert sum(mark == "✗" for mark in marks) == sum(row.outcome == "missed" for row in rows)
    assert all(any(line.startswith(name_of(row.target, region)) for line in lines) for row in rows)


def test_a_total_and_a_rate_of_one_series_stand_under_their_own_units(tiny: Region):
    region, run = truth(tiny, 1.0)
    row = next(row for row in scores(Seen(run, region)) if row.target.unit == "kg/year")
    half = row.target.model_copy(update={"unit": "kg", "from_": "2001-01", "to": "2001-06"})
    rows = [row, replace(row, target=half)]
    assert len(by_series(rows)) == 2
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(score_table(rows, region, 120))
    heads = [line for line in console.export_text().splitlines() if line.startswith(name_of(half, region))]
    assert sorted(head.rsplit("[", 1)[1].rstrip() for head in heads) == ["kg a year]", "kg]"]


@pytest.mark.parametrize(
    ("begin", "end", "told"),
    [
        ("2001", "2001", "2001"),
        ("2001-01", "2001-12", "2001"),
        ("2001-01", "2003-12", "2001 to 2003"),
        ("2001-05", "2001-12", "2001-05 to 2001-12"),
        ("2001-05-01", "2001-05-12", "2001-05-01 to 2001-05-12"),
    ],
)
def test_periods_of_whole_years_are_told_by_years(begin: str, end: str, told: str):
    assert when(target(**{"from": begin, "to": end})) == told


def test_swings_of_a_series_are_told_as_a_range(tiny: Region):
    region, run = truth(tiny, 1.0)
    row = next(row for row in scores(Seen(run, region)) if row.target.sense == "about" and row.target.use == "fit")
    wide = replace(row, predicted=(1.0, 1.5, 2.0, 3.0, 40.0), parts=dict.fromkeys(PARTS, 1 / 3))
    assert "leave 8.4 to 27 times." in wide_lines([replace(wide, swing=27.0), replace(wide, swing=8.4)], region)[0]
    assert "leave 8.4 times." in wide_lines([replace(wide, swing=None), replace(wide, swing=8.4)], region)[0]
    assert "leave" not in wide_lines([wide], region)[0]


def test_small_published_numbers_keep_their_digits(tiny: Region):
    first = next(iter(tiny.targets.values()))
    small = first.model_copy(update={"value": 0.86, "low": 0.64, "high": 1.162, "unit": "kg", "sense": "about"})
    assert observed(small, scale(5000, "kg")) == "0.00086 t (0.00064 to 0.00116)"
    assert observed(small) == "0.86 kg (0.64 to 1.16)"


def test_panj_score_prints_every_target(tiny: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import panj.ensembles

    run = invented(tiny, members=40).assign_attrs(region="tiny", scenario="history")
    monkeypatch.setattr(panj.ensembles, "open_run", lambda folder: InventedRun(run))
    said = CliRunner().invoke(main, ["score", str(tmp_path), "--screen"], env={"COLUMNS": "200"})
    assert said.exit_code == 0, said.output
    for words in ("Altogether", "kept for validation", "inside their 90 % interval", "missed", "Recorded trespasses"):
        assert words in said.output
    told = json.loads(CliRunner().invoke(main, ["score", str(tmp_path), "--json", "--screen"]).output)
    assert [row["id"] for row in told["targets"]] == list(tiny.targets)
    assert {"fit", "validation", "screen"} <= set(told)
    assert_allclose(told["fit"]["count"], sum(row["use"] == "fit" for row in told["targets"]))
