"""NUTS and tempered Monte Carlo against posteriors that are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy.stats import norm

from panj.calibration.emulator import Surface
from panj.calibration.sampling import Chains, Problem, diagnose, log_likelihood, problem_of, sampler, together
from panj.calibration.smoother import Data
from panj.calibration.tempering import Check, check, influence, tempered, tops

Reals = NDArray[np.float64]

SLOPES = np.asarray([[1.0, 0.5, 0.0], [0.0, 1.0, -1.0], [0.0, 0.0, 0.0]])
ERRORS = np.diag([0.16, 0.0, 0.0])
TOGETHER = np.asarray([[0.5, 0.45, 0.3], [0.45, 0.5, 0.3], [0.3, 0.3, 0.4]])
"""Covariance of an emulator's errors that go along with each other."""


def flat(slopes: Reals) -> Surface:
    """A surface that does not bend, of three targets over three parameters."""
    zeros = np.zeros(len(slopes))
    return Surface(zeros, slopes, np.zeros_like(slopes), zeros, np.zeros((3, 2), int), np.zeros((3, 2, 2)))


def problem(
    observed: list[float], sense: list[int], surface: Surface | None = None, errors: Reals | None = None
) -> Problem:
    data = Data(np.asarray(observed), np.diag(np.square([0.3, 0.6, 0.5])), np.asarray(sense))
    return problem_of(surface or flat(SLOPES), data, ERRORS if errors is None else errors)


def drawn(one: Problem, chains: int = 4) -> Chains:
    return together([sampler(500, 1000)(one, number, 1) for number in range(chains)])


def test_the_posterior_of_a_linear_problem_is_the_exact_one():
    one = problem([1.2, -0.7, 0.0], [0, 0, 0])
    spread = np.asarray([0.5, 0.6, 0.5])
    assert_allclose(one.weight, np.diag(1 / spread))
    covariance = np.linalg.inv(np.eye(3) + SLOPES.T @ np.diag(spread**-2.0) @ SLOPES)
    mean = covariance @ SLOPES.T @ (one.observed / spread**2)
    chains = drawn(one)
    particles, _ = tempered(one, 2)
    for found in (chains.flat, particles):
        assert_allclose(found.mean(axis=0), mean, atol=0.08)
        assert_allclose(np.cov(found.T), covariance, atol=0.08)
    told = diagnose(chains)
    assert told.mixed
    assert told.divergent == 0
    assert told.bulk.min() > 1000


def test_numbers_that_are_missed_together_count_as_often_as_they_tell_something():
    one = problem([1.2, -0.7, 0.3], [0, 0, 0], errors=TOGETHER)
    inverse = np.linalg.inv(np.diag([0.09, 0.36, 0.25]) + TOGETHER)
    assert_allclose(one.weight.T @ one.weight, inverse)
    covariance = np.linalg.inv(np.eye(3) + SLOPES.T @ inverse @ SLOPES)
    chains = drawn(one)
    assert_allclose(chains.flat.mean(axis=0), covariance @ SLOPES.T @ inverse @ one.observed, atol=0.08)
    assert_allclose(np.cov(chains.flat.T), covariance, atol=0.08)


def test_a_number_told_twice_teaches_what_it_tells_once_where_the_emulator_errs_alike():
    alike = np.asarray([[100.0, 100.0, 0.0], [100.0, 100.0, 0.0], [0.0, 0.0, 0.0]])
    one = problem([1.0, 1.0, 0.0], [0, 0, 0], flat(SLOPES[[0, 0, 2]]), alike)
    told = one.weight @ SLOPES[[0, 0, 2]]
    assert_allclose(told.T @ told, np.outer(SLOPES[0], SLOPES[0]) / 100, rtol=0.01)


def test_a_bound_is_as_likely_as_it_is_given_where_the_other_numbers_lie():
    one = problem([1.2, -0.7, 0.3], [0, 0, 1], errors=TOGETHER)
    total = np.diag([0.09, 0.36, 0.25]) + TOGETHER
    for levels in np.random.default_rng(5).standard_normal((5, 3)):
        gap = one.observed - SLOPES @ levels
        middle = total[2, :2] @ np.linalg.solve(total[:2, :2], gap[:2])
        left = total[2, 2] - total[2, :2] @ np.linalg.solve(total[:2, :2], total[:2, 2])
        by_hand = -0.5 * gap[:2] @ np.linalg.solve(total[:2, :2], gap[:2]) + norm.logsf(gap[2], middle, np.sqrt(left))
        assert_allclose(log_likelihood(one, levels), by_hand, rtol=1e-5)


def test_a_bound_cuts_as_far_as_its_error_allows_and_teaches_nothing_where_it_is_kept():
    slopes = np.diag([1.0, 1.0, 0.0])
    chains = drawn(problem([0.5, -3.0, 0.0], [1, 1, -1], flat(slopes)))
    grid = np.linspace(-6, 6, 4001)
    weight = norm.pdf(grid) * norm.cdf((grid - 0.5) / 0.5)
    mean = np.sum(grid * weight) / np.sum(weight)
    spread = np.sqrt(np.sum(grid**2 * weight) / np.sum(weight) - mean**2)
    assert chains.flat[:, 0].mean() == pytest.approx(mean, abs=0.06)
    assert chains.flat[:, 0].std() == pytest.approx(spread, abs=0.05)
    assert_allclose(chains.flat[:, 1:].mean(axis=0), 0, atol=0.08)
    assert_allclose(chains.flat[:, 1:].std(axis=0), 1, atol=0.06)


def test_held_parameters_stay_and_the_most_telling_are_let_free():
    one = problem([1.2, -0.7, 0.0], [0, 0, 0])
    assert_allclose(influence(one, np.zeros(3)), np.sum((one.weight @ SLOPES) ** 2, axis=0), rtol=1e-5)
    held = one.holding(np.asarray([0.0, 0.0, 2.0]), np.asarray([0, 1]))
    near = np.random.default_rng(3).standard_normal((3, 2))
    for levels in near:
        whole = np.append(levels, 2.0)
        assert_allclose(log_likelihood(held, levels), log_likelihood(one, whole), rtol=1e-5)
    assert tops(held, near) == 1


def test_two_modes_are_found_and_counted():
    square = np.zeros((3, 2, 2))
    square[0, 0, 0] = 1.0
    bowl = flat(np.zeros((3, 3)))._replace(curvature=square)
    two = problem([4.0, 0.0, 0.0], [0, 0, 0], bowl)
    found = check(two, np.zeros(3), 1, few=3)
    assert found.tops[1] == 2
    alike = replace(found, means=np.zeros((2, 3)), spreads=np.ones((2, 3)), tops=(2, 2))
    assert alike.agree
    assert not replace(alike, tops=(1, 2)).agree
    assert "does not agree" in replace(alike, means=np.asarray([[0.0] * 3, [0.5] * 3])).said()
    assert isinstance(found, Check)


def chains(count: int, length: int, wave: float, shift: float = 0.0, seed: int = 4) -> Chains:
    """Chains whose neighbours go along with each other, the last of them off by a shift."""
    noise = np.random.default_rng(seed).standard_normal((count, length, 2))
    draws = noise.copy()
    for step in range(1, length):
        draws[:, step] = wave * draws[:, step - 1] + np.sqrt(1 - wave**2) * noise[:, step]
    draws[-1] += shift
    return Chains(draws, np.zeros(count, int), np.ones(count))


def test_effective_draws_are_those_of_a_wave_that_is_known():
    told = diagnose(chains(4, 4000, 0.6))
    assert_allclose(told.bulk, 16_000 * 0.4 / 1.6, rtol=0.15)
    assert_allclose(diagnose(chains(4, 2000, 0.0)).bulk, 8000, rtol=0.1)
    assert told.mixed


def test_chains_that_have_not_met_are_told_and_so_are_those_of_other_spread():
    assert not diagnose(chains(4, 1000, 0.3, shift=0.5)).mixed
    one = chains(4, 1000, 0.3)
    one.draws[-1] *= 3.0
    assert diagnose(one).rhat.min() > 1.01
