"""How much farther off the model is than its targets say: the likeliest factor, and where it holds."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from tests.calibration.conftest import invented

from panj.calibration import Seen, predictions, scores
from panj.calibration.discrepancy import factor_of, likeliest_factor
from panj.calibration.fitting import data_of, taken_in
from panj.calibration.scales import error_of, off_scale, on_scale, spread_of
from panj.ensembles.members import draw
from panj.ensembles.posterior import save_posterior
from panj.region import Region, Target, open_region

Reals = NDArray[np.float64]


def target(number: int, level: float = 0.0, **more: object) -> Target:
    row = {"id": f"t{number}", "variable": "recorded_seizures", "place": "NO", "flow": "opiates", "from": "2001"}
    value = float(np.exp(level))
    row |= {"to": "2001", "value": value, "low": value / 1.2, "high": value * 1.2, "unit": "kg/year", "use": "fit"}
    return Target.model_validate(row | {"discrepancy": 0.4} | more)


def world(times: float, count: int = 60, seed: int = 1) -> tuple[list[Target], Reals]:
    """Numbers from a member of the priors, that are off by so many times their discrepancy, and all predictions."""
    chance = np.random.default_rng(seed)
    slopes = chance.standard_normal((count, 5))
    predicted = slopes @ chance.standard_normal((5, 300))
    off = np.hypot(error_of(target(0)), 0.4 * times) * chance.standard_normal(count)
    return [target(n, one) for n, one in enumerate(slopes @ chance.standard_normal(5) + off)], predicted


@pytest.mark.parametrize("times", [1.5, 2.0, 3.0])
def test_the_factor_that_made_the_numbers_is_found(times: float):
    found = [likeliest_factor(*world(times, seed=seed)) for seed in range(8)]
    assert np.mean(found) == pytest.approx(times, rel=0.12)


def test_a_factor_is_seldom_asked_for_where_discrepancies_are_right_or_too_wide():
    assert sum(likeliest_factor(*world(1.0, seed=seed)) > 1 for seed in range(40)) <= 4
    assert all(likeliest_factor(*world(0.3, seed=seed)) == 1 for seed in range(10))


def test_bounds_and_targets_without_a_figure_tell_nothing_of_it():
    targets, predicted = world(2.0)
    before = likeliest_factor(targets, predicted)
    far = [target(100, 50.0, sense="at most"), target(101, 50.0), target(102, 50.0, discrepancy=0)]
    holed = np.zeros((3, predicted.shape[1]))
    holed[1, 3] = np.nan
    assert likeliest_factor([*targets, *far], np.concatenate([predicted, holed])) == pytest.approx(before)
    assert likeliest_factor(far, holed) == 1


def test_the_factor_is_on_what_the_model_cannot_tell_not_on_the_error_of_the_number():
    one = target(1)
    assert spread_of(one, 2.0) ** 2 - spread_of(one) ** 2 == pytest.approx(3 * 0.4**2)
    assert spread_of(one.model_copy(update={"discrepancy": 0.0}), 2.0) == error_of(one)
    assert data_of([one], 2.0).spread[0] == spread_of(one, 2.0)


def test_what_is_in_reach_is_told_by_the_same_spread():
    one = target(1, 2.5 * spread_of(target(0)))
    assert len(taken_in((one,), np.zeros((1, 20)))[0]) == 0
    assert len(taken_in((one,), np.zeros((1, 20)), 2.0)[0]) == 1


def test_the_score_foretells_recorded_numbers_with_the_factor_that_the_fit_left(tmp_path: Path, tiny: Region):
    """The 90 % interval of one member is that of its error and of the discrepancy times the factor."""
    folder = tmp_path / "crowns"
    shutil.copytree(tiny.folder, folder)
    region = open_region(folder)
    assert factor_of(region) == 1
    draws = draw(list(region.parameters.values()), range(4), 1)
    run = invented(region, members=1)
    before = {row.target.id: row for row in scores(Seen(run, region))}
    save_posterior(folder, draws, {"method": "ES-MDA", "inputs": {}, "targets": [], "discrepancy": 2.0})
    assert factor_of(region) == 2
    told = 0
    for row in scores(Seen(run, region)):
        if row.predicted is None or row.from_record:
            continue
        told += 1
        levels = on_scale(row.target, np.asarray(row.predicted))
        assert levels[4] - levels[0] == pytest.approx(3.29 * spread_of(row.target, 2.0), rel=0.02)
        assert row.predicted[2] == pytest.approx(before[row.target.id].predicted[2])  # type: ignore[index]
    assert told


def test_an_interval_of_nine_in_ten_holds_nine_in_ten_of_the_numbers_that_its_spread_made(tiny: Region):
    """Recorded numbers made from members with error and discrepancy: coverage is what it says it is."""
    run = invented(tiny, members=60)
    chance = np.random.default_rng(4)
    inside = []
    for _ in range(60):
        made = {}
        for one in predictions(Seen(run, tiny)):
            if one.values is None or one.target.sense != "about" or one.target.use == "input":
                continue
            level = on_scale(one.target, chance.choice(one.values))
            value = float(off_scale(one.target, level + spread_of(one.target) * chance.standard_normal()))
            ends = off_scale(
                one.target, on_scale(one.target, value) + np.asarray([-1.645, 1.645]) * error_of(one.target)
            )
            made[one.target.id] = one.target.model_copy(update={"value": value, "low": ends[0], "high": ends[1]})
        inside += [row.passed for row in scores(Seen(run, replace(tiny, targets=made)))]
    assert len(inside) >= 120
    assert_allclose(np.mean(inside), 0.9, atol=0.07)
