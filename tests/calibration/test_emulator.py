"""The emulator: what it must get right exactly, and that it does not claim more than it can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from panj.calibration.emulator import FORMS, PARTS, Training, emulate, forms, learned, parts

Reals = NDArray[np.float64]


def training(model: Callable[[Reals], Reals], runs: int, count: int, noise: float, seed: int = 1) -> Training:
    """Runs of members with one run each."""
    chance = np.random.default_rng(seed)
    levels = chance.standard_normal((runs, count))
    exact = model(levels)
    return Training(levels, exact + noise * chance.standard_normal(exact.shape), np.arange(runs), np.zeros(runs, int))


def straight(levels: Reals) -> Reals:
    return np.stack([1 + levels[:, 0] - 0.5 * levels[:, 1], 0.3 * levels.sum(axis=1)], axis=-1)


def bent(levels: Reals) -> Reals:
    along = levels[:, 0] + 0.5 * levels[:, 1]
    return np.stack([along + 0.3 * along**2, levels[:, 2] + 0.5 * levels[:, 2] * levels[:, 3] + levels[:, 3]], axis=-1)


def test_a_linear_model_is_learned_exactly():
    seen = training(straight, 60, 20, 0.0)
    surface = learned(seen.levels, seen.predicted)
    new = np.random.default_rng(2).standard_normal((50, 20))
    assert_allclose(surface.at(new), straight(new), atol=1e-5)


def test_what_bends_along_its_slope_or_in_few_parameters_is_learned():
    emulator = emulate(training(bent, 300, 30, 0.02))
    assert np.all(emulator.form == FORMS.index("bent"))
    assert np.all(emulator.explained > 0.995)


def test_the_error_on_members_left_out_is_that_on_members_never_seen():
    noisy = training(bent, 150, 40, 0.3)
    emulator = emulate(noisy)
    new = np.random.default_rng(99).standard_normal((4000, 40))
    true = np.sqrt(np.mean((emulator.surface.at(new) - bent(new)) ** 2, axis=0) + 0.3**2)
    assert_allclose(emulator.error, true, rtol=0.2)


def test_the_emulator_without_a_part_is_learned_without_it_altogether():
    seen = training(bent, 60, 10, 0.2)
    emulator = emulate(seen)
    assert np.all(emulator.form == FORMS.index("bent"))
    squares = np.empty_like(seen.predicted)
    for one in range(PARTS):
        inside = emulator.part != one
        by_hand = learned(seen.levels[inside], seen.predicted[inside])
        for mine, theirs in zip(emulator.without[one], by_hand, strict=True):
            assert_allclose(mine, theirs)
        squares[~inside] = (by_hand.at(seen.levels[~inside]) - seen.predicted[~inside]) ** 2
    assert_allclose(emulator.error, np.sqrt(squares.mean(axis=0)))


def test_more_members_err_less():
    errors = [emulate(training(bent, runs, 40, 0.1)).error.mean() for runs in (40, 120, 400)]
    assert errors[0] > errors[1] > errors[2]


def test_neither_the_order_of_runs_nor_the_names_of_members_change_anything():
    seen = training(bent, 90, 12, 0.2)
    seen = Training(seen.levels, seen.predicted, np.arange(90) % 30, np.arange(90) // 30)
    order = np.random.default_rng(3).permutation(90)
    renamed = Training(seen.levels[order], seen.predicted[order], 1000 - 7 * seen.member[order], seen.step[order])
    before, after = emulate(seen), emulate(renamed)
    assert_allclose(after.error, before.error, rtol=1e-6)
    new = np.random.default_rng(4).standard_normal((20, 12))
    assert_allclose(after.surface.at(new), before.surface.at(new), rtol=1e-6)


def test_the_order_of_parameters_changes_nothing():
    seen = training(bent, 90, 12, 0.2)
    order = np.random.default_rng(5).permutation(12)
    new = np.random.default_rng(6).standard_normal((20, 12))
    one = learned(seen.levels, seen.predicted).at(new)
    other = learned(seen.levels[:, order], seen.predicted).at(new[:, order])
    assert_allclose(other, one, rtol=1e-6)


def test_chance_alone_teaches_nothing():
    emulator = emulate(training(lambda levels: np.zeros((len(levels), 3)), 200, 100, 1.0))
    new = np.random.default_rng(7).standard_normal((500, 100))
    assert np.all(emulator.surface.at(new).std(axis=0) < 0.35)
    assert np.all(emulator.explained < 0.1)
    assert np.all(emulator.explained > -0.03)  # no worse than the mean alone


def test_all_runs_of_a_member_are_left_out_together():
    seen = training(bent, 90, 5, 0.1)
    part = parts(Training(seen.levels, seen.predicted, np.arange(90) % 18, seen.step))
    assert all(len(set(part[np.arange(90) % 18 == member])) == 1 for member in range(18))
    assert np.ptp(np.bincount(part)) <= 90 // 18


def test_runs_without_a_figure_are_left_out_of_that_target_only():
    seen = training(straight, 80, 6, 0.1)
    holed = seen.predicted.copy()
    holed[:10, 0] = np.nan
    surface = learned(seen.levels, holed)
    whole = learned(seen.levels, seen.predicted)
    alone = learned(seen.levels[10:], seen.predicted[10:])
    assert_allclose(surface.slope[1], whole.slope[1])
    assert_allclose(surface.slope[0], alone.slope[0])
    assert np.isfinite(emulate(Training(seen.levels, holed, seen.member, seen.step)).error).all()


def test_a_target_that_never_varies_is_known():
    seen = training(lambda levels: np.full((len(levels), 1), 3.7), 50, 10, 0.0)
    emulator = emulate(seen)
    assert_allclose(emulator.surface.at(np.ones((3, 10))), 3.7)
    assert_allclose([emulator.error, emulator.explained - 1], 0, atol=1e-9)


def test_too_few_runs_are_refused():
    with pytest.raises(ValueError, match="16 are needed"):
        learned(np.zeros((10, 2)), np.zeros((10, 1)))


def moved_against_luck(shift: float) -> Training:
    """Members with luck of their own, and three ensembles: where luck is high the smoother lowers the parameter."""
    chance = np.random.default_rng(8)
    members, count = 80, 30
    luck = chance.standard_normal(members)
    first = chance.standard_normal((members, count))
    then = 0.3 * first
    then[:, 0] -= shift * luck
    levels = np.concatenate([first, then, then + 0.02])
    owner, step = np.tile(np.arange(members), 3), np.repeat(np.arange(3), members)
    predicted = (levels[:, 0] + luck[owner] + 0.05 * chance.standard_normal(len(levels)))[:, None]
    return Training(levels, predicted, owner, step)


def test_runs_that_a_smoother_moved_against_their_luck_do_not_mislead():
    """They show how far the emulator errs, but it learns from members that nothing has moved yet."""
    seen = moved_against_luck(0.8)
    first = seen.step == 0
    emulator = emulate(seen)
    alone = forms(seen.levels[first], seen.predicted[first])[emulator.form[0]]
    assert_allclose(emulator.surface.at(seen.levels), alone.at(seen.levels))
    assert emulator.error[0] == pytest.approx(
        max(np.sqrt(np.mean(emulator.missed[seen.step == n] ** 2)) for n in range(3))
    )
    assert learned(seen.levels, seen.predicted).slope[0, 0] < 0.8 < alone.slope[0, 0]


def shared_luck(runs: int, seed: int) -> Training:
    """Three targets: two that share the same luck, one against it, and one with luck of its own."""
    chance = np.random.default_rng(seed)
    levels, luck = chance.standard_normal((runs, 6)), chance.standard_normal((runs, 2))
    off = np.stack([luck[:, 0], 0.5 * luck[:, 0], -luck[:, 0], luck[:, 1]], axis=-1)
    return Training(levels, levels[:, :4] + off, np.arange(runs), np.zeros(runs, int))


def test_errors_that_go_along_with_each_other_have_a_covariance():
    emulator = emulate(shared_luck(600, 1))
    found = emulator.covariance()
    assert_allclose(np.diag(found), emulator.error**2)
    assert_allclose(found[:3, :3], np.outer([1, 0.5, -1], [1, 0.5, -1]), atol=0.15)
    assert_allclose(found[3, :3], 0, atol=0.15)
    assert np.linalg.eigvalsh(found).min() > -1e-9


def test_a_covariance_of_some_runs_knows_nothing_of_the_others():
    seen = shared_luck(100, 2)
    chosen = np.arange(100) < 60
    before = emulate(seen)
    spoilt = before.missed.copy()
    spoilt[~chosen] *= 1000
    after = replace(before, missed=spoilt)
    assert_allclose(after.covariance(chosen), before.covariance(chosen))
    assert after.covariance()[0, 0] > 1e4 * before.covariance()[0, 0]


def test_a_covariance_with_missing_figures_is_still_one():
    seen = shared_luck(100, 3)
    holed = seen.predicted.copy()
    holed[:40, 0] = np.nan
    holed[70:, 1] = np.nan
    found = emulate(replace(seen, predicted=holed)).covariance()
    assert np.linalg.eigvalsh(found).min() > -1e-9
    assert 0.3 < found[0, 1] / np.sqrt(found[0, 0] * found[1, 1]) < 1
