"""The smoother against what is known exactly, and where it is known to fail."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy import stats

from panj.calibration.smoother import Data, assimilate, inflations, innovation, localised, misfit, update

Reals = NDArray[np.float64]


def data(observed: list[float], spread: float | list[float] = 0.5, sense: list[int] | None = None) -> Data:
    numbers = np.asarray(observed)
    return Data(
        numbers, np.diag(np.broadcast_to(spread, numbers.shape) ** 2.0), np.asarray(sense or [0] * len(numbers))
    )


def fit(
    model: Callable[[Reals], Reals], numbers: Data, count: int, members: int, steps: int, seed: int, localise: bool
) -> Reals:
    """Prior to posterior, parameter by member."""
    first = np.random.default_rng([seed, 99]).standard_normal((count, members))
    seen: list[Reals] = []
    now = first
    for _ in range(steps):
        seen.append(model(now))
        now = assimilate(first, seen, numbers, inflations(steps), seed, localise=localise)
    return now


@pytest.mark.parametrize("steps", [1, 4])
def test_a_linear_problem_has_its_exact_posterior(steps: int):
    slopes = np.asarray([[1.0, 0.5, 0.0], [0.0, 1.0, -1.0]])
    numbers = data([1.2, -0.7], [0.5, 0.8])
    precision = np.eye(3) + slopes.T @ np.diag(numbers.spread**-2) @ slopes
    covariance = np.linalg.inv(precision)
    mean = covariance @ slopes.T @ (numbers.observed / numbers.spread**2)
    found = fit(lambda x: slopes @ x, numbers, 3, 20_000, steps, seed=1, localise=False)
    assert_allclose(found.mean(axis=1), mean, atol=0.03)
    assert_allclose(np.cov(found), covariance, atol=0.03)


@pytest.mark.parametrize("steps", [1, 4])
def test_numbers_that_err_together_teach_what_their_covariance_allows(steps: int):
    slopes = np.asarray([[1.0, 0.5, 0.0], [0.0, 1.0, -1.0], [1.0, 0.0, 1.0]])
    together = np.asarray([[0.5, 0.4, 0.1], [0.4, 0.6, 0.2], [0.1, 0.2, 0.3]])
    numbers = Data(np.asarray([1.2, -0.7, 0.5]), together, np.zeros(3, int))
    covariance = np.linalg.inv(np.eye(3) + slopes.T @ np.linalg.inv(together) @ slopes)
    mean = covariance @ slopes.T @ np.linalg.solve(together, numbers.observed)
    found = fit(lambda x: slopes @ x, numbers, 3, 20_000, steps, seed=1, localise=False)
    assert_allclose(found.mean(axis=1), mean, atol=0.03)
    assert_allclose(np.cov(found), covariance, atol=0.03)


def test_inverse_inflations_add_up_to_one():
    for steps in range(1, 9):
        assert np.sum(1 / inflations(steps)) == pytest.approx(1)


def test_a_curved_problem_comes_nearer_in_more_steps():
    def model(x: Reals) -> Reals:
        return np.asarray([np.exp(0.8 * x[0]) + x[1], x[0] * x[1] + x[1]])

    true = np.asarray([[1.1], [-0.6]])
    numbers = data(model(true).ravel().tolist(), 0.05)
    errors = []
    for steps in (1, 4, 16):
        found = fit(model, numbers, 2, 400, steps, seed=2, localise=False)
        errors.append(float(np.abs(found.mean(axis=1) - true.ravel()).max()))
    assert errors[-1] < 0.1
    assert errors[-1] < errors[0]


def test_nothing_observed_nothing_learned():
    chance = np.random.default_rng(3)
    before = chance.standard_normal((5, 60))
    numbers = data([100.0], 1e9)
    after = update(before, before[:1], numbers, 1.0, chance.standard_normal((1, 60)))
    assert_allclose(after, before, atol=1e-6)


def test_what_predicts_nothing_is_not_moved():
    chance = np.random.default_rng(4)
    before = chance.standard_normal((40, 100))
    predicted = before[:1] + 0.1 * chance.standard_normal((1, 100))
    after = update(before, predicted, data([1.0], 0.1), 1.0, chance.standard_normal((1, 100)))
    spread = after.std(axis=1) / before.std(axis=1)
    assert spread[0] < 0.4
    assert np.mean(spread[1:] > 0.999) > 0.95


def test_without_localisation_chance_sharpens_what_was_not_seen():
    chance = np.random.default_rng(5)
    left = {}
    for localise in (True, False):
        before = chance.standard_normal((200, 60))
        numbers = data([0.0] * 20, 0.3)
        predicted = before[:20]
        after = update(before, predicted, numbers, 1.0, chance.standard_normal((20, 60)), localise=localise)
        left[localise] = float(np.median(after[20:].std(axis=1)))
    assert left[True] > 0.97
    assert left[False] < 0.9


def test_localisation_keeps_what_is_certain_and_drops_what_is_chance():
    chance = np.random.default_rng(6)
    parameters = chance.standard_normal((100, 80))
    kept = localised(parameters, parameters[:3])
    assert_allclose(np.diag(kept[:3]), 1 - 2 * np.log(100) / 79)
    assert np.mean(kept[3:] > 0) < 0.01


def test_members_without_a_prediction_stay_and_move_no_other():
    chance = np.random.default_rng(7)
    before = chance.standard_normal((3, 50))
    predicted = before[:2].copy()
    noise = chance.standard_normal((2, 50))
    whole = update(before[:, 1:], predicted[:, 1:], data([1.0, 0.0]), 1.0, noise[:, 1:])
    predicted[0, 0] = np.nan
    after = update(before, predicted, data([1.0, 0.0]), 1.0, noise)
    assert_allclose(after[:, 0], before[:, 0])
    assert_allclose(after[:, 1:], whole)


def test_too_few_members_cannot_learn():
    with pytest.raises(ValueError, match="needed"):
        update(np.zeros((2, 5)), np.zeros((1, 5)), data([1.0]), 1.0, np.zeros((1, 5)))


def test_a_bound_that_is_kept_teaches_nothing_and_one_that_is_broken_pulls():
    numbers = data([0.0, 0.0], 0.2, [-1, 1])
    gap = innovation(np.asarray([[-1.0, 1.0], [-1.0, 1.0]]), numbers, np.ones((2, 2)))
    assert_allclose(gap, [[0.0, -1.0], [1.0, 0.0]])
    first = np.random.default_rng(8).standard_normal((1, 500))
    above = update(first, first, data([1.0], 0.2, [1]), 1.0, np.zeros((1, 500)), localise=False)
    assert np.quantile(above, 0.05) > np.quantile(first, 0.05) + 0.3
    assert_allclose(above[first >= 1.0], first[first >= 1.0])


def test_misfit_is_one_where_errors_are_as_large_as_said():
    chance = np.random.default_rng(9)
    numbers = data([0.0] * 400, 2.0)
    assert misfit(2.0 * chance.standard_normal((400, 50)), numbers).mean() == pytest.approx(1, abs=0.05)


def test_an_ensemble_does_not_depend_on_how_often_the_fit_was_cut_off():
    chance = np.random.default_rng(10)
    first = chance.standard_normal((4, 30))
    seen = [chance.standard_normal((2, 30)) for _ in range(3)]
    numbers = data([1.0, 2.0])
    whole = assimilate(first, seen, numbers, inflations(3), 5)
    halfway = assimilate(first, seen[:2], numbers, inflations(3), 5)
    noise = np.random.default_rng([5, 2]).standard_normal((2, 30))
    assert_allclose(update(halfway, seen[2], numbers, 3.0, noise), whole)


def ranks(model: Callable[[Reals], Reals], spread: float, count: int, studies: int, members: int) -> Reals:
    """Simulation-based calibration: the rank of the true value among posterior draws, study by parameter, 0 to 1.

    Talts, S., M. Betancourt, D. Simpson, A. Vehtari and A. Gelman (2018), Validating Bayesian inference algorithms with
    simulation-based calibration, arXiv 1804.06788.
    """
    found = []
    for study in range(studies):
        chance = np.random.default_rng([11, study])
        true = chance.standard_normal((count, 1))
        exact = model(true)
        numbers = data((exact + spread * chance.standard_normal(exact.shape)).ravel().tolist(), spread)
        posterior = fit(model, numbers, count, members, 4, study, localise=True)
        found.append(np.mean(posterior < true, axis=1))
    return np.asarray(found)


def test_true_values_rank_evenly_among_draws_of_a_mildly_curved_model():
    def model(x: Reals) -> Reals:
        return np.stack([x[0] + 0.1 * x[0] ** 2, x[1] + 0.3 * x[0], x[2] - x[1]])

    found = ranks(model, 0.5, 6, 300, 120)
    for column in found.T:
        assert stats.kstest(column, "uniform").pvalue > 0.001


def test_ranks_tell_a_posterior_that_is_too_sharp():
    """The guard fires: with a spread that is said too small, true values lie outside too often."""

    def model(x: Reals) -> Reals:
        return x[:3]

    found = []
    for study in range(200):
        chance = np.random.default_rng([12, study])
        true = chance.standard_normal((3, 1))
        numbers = data((true + 0.8 * chance.standard_normal((3, 1))).ravel().tolist(), 0.2)
        found.append(np.mean(fit(model, numbers, 3, 120, 4, study, localise=True) < true, axis=1))
    assert stats.kstest(np.asarray(found)[:, 0], "uniform").pvalue < 1e-4
