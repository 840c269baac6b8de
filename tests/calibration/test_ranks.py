"""True values rank evenly among the draws of a right posterior, and unevenly among those of a wrong one."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.testing import assert_allclose

from panj.calibration.emulator import Emulator, Training, emulate
from panj.calibration.ranks import BINS, DRAWS, Ranks, calibrated, counted, ranked, unevenness
from panj.calibration.smoother import Data
from panj.reports.ranks import rank_charts

DATA = Data(np.asarray([0.0, 0.0, 0.4]), np.diag(np.square([0.3, 0.5, 0.5])), np.asarray([0, 0, 1]))


@pytest.fixture(scope="module")
def world() -> tuple[Training, Emulator]:
    """Members whose predictions are bent and hang on luck as well, and what was learned from them."""
    chance = np.random.default_rng(1)
    levels = chance.standard_normal((160, 3))
    along = levels[:, 0] + 0.5 * levels[:, 1]
    exact = np.stack([along + 0.15 * along**2, levels[:, 1] - levels[:, 0], levels[:, 2] + levels[:, 0]], axis=-1)
    predicted = exact + 0.3 * chance.standard_normal(exact.shape)
    seen = Training(levels, predicted, np.arange(160), np.zeros(160, int))
    return seen, emulate(seen)


def test_true_values_rank_evenly_where_errors_are_as_large_as_said(world: tuple[Training, Emulator]):
    seen, emulator = world
    ranks = calibrated(emulator, seen, DATA, 1)
    assert ranks.parameters.shape == (160, 3)
    assert ranks.even, ranks.said()
    assert np.all(ranks.left < 0.95)
    again = calibrated(emulator, seen, DATA, 1, studies=5)
    assert_allclose(again.parameters, ranks.parameters[:5])
    holed = seen.predicted.copy()
    holed[:5, 0] = np.nan
    untold = calibrated(emulator, replace(seen, predicted=holed), DATA, 1, studies=5)
    assert untold.left[1] > again.left[1]


def test_an_emulator_that_claims_to_err_less_is_found_out(world: tuple[Training, Emulator]):
    seen, emulator = world
    sharp = replace(emulator, missed=np.zeros_like(emulator.missed))
    one = calibrated(sharp, seen, replace(DATA, covariance=DATA.covariance / 25), 1)
    assert not one.even
    assert "unevenly" in one.said()


def test_errors_that_go_along_with_each_other_are_found_out_if_they_are_taken_as_independent():
    """Five numbers of one flow that luck moves together tell little more than one of them."""
    chance = np.random.default_rng(6)
    levels, luck = chance.standard_normal((160, 2)), chance.standard_normal((160, 1))
    seen = Training(levels, levels[:, :1] + luck + np.zeros(5), np.arange(160), np.zeros(160, int))
    data = Data(np.zeros(5), np.diag(np.full(5, 0.3**2)), np.zeros(5, int))
    emulator = emulate(seen)
    assert calibrated(emulator, seen, data, 1).even
    alone = replace(emulator, missed=np.stack([chance.permutation(one) for one in emulator.missed.T], axis=-1))
    assert_allclose(alone.error, emulator.error)
    ranks = calibrated(alone, seen, data, 1)
    assert not ranks.even
    assert np.abs(counted(ranks.targets)[[0, -1]].sum(axis=0) / 160).min() > 0.3  # heaped at both ends: too sharp


def test_even_ranks_have_any_chance_and_heaped_ones_none():
    chance = np.random.default_rng(2)
    ranks = chance.integers(0, DRAWS + 1, (400, 200))
    found = unevenness(ranks)
    assert 0.02 < np.mean(found < 0.05) < 0.1
    assert unevenness(np.zeros((400, 1), int))[0] < 1e-100
    assert counted(ranks).sum(axis=0).tolist() == [400] * 200
    assert len(counted(ranks)) == BINS


def test_one_uneven_target_is_not_hidden_by_hundreds_of_even_parameters():
    chance = np.random.default_rng(4)
    even, heaped = chance.integers(0, DRAWS + 1, (200, 250)), chance.integers(0, DRAWS + 1, (200, 3))
    assert Ranks(even, heaped.copy(), np.ones(250)).even
    heaped[:30, 0] = 3
    ranks = Ranks(even, heaped, np.ones(250))
    assert unevenness(ranks.targets)[0] > 1e-9
    assert not ranks.even


def test_the_plot_shows_what_was_learned_most_of_and_is_well_formed():
    chance = np.random.default_rng(3)
    left = np.ones(40)
    left[7] = 0.4
    ranks = Ranks(chance.integers(0, DRAWS + 1, (50, 40)), chance.integers(0, DRAWS + 1, (50, 5)), left)
    drawn = rank_charts(ranks, [f"p{n}" for n in range(40)], [f"a<b{n}" for n in range(5)])
    words = [node.text for node in ElementTree.fromstring(drawn).iter() if node.tag.endswith("text")]
    assert words.index("p7") == 1
    assert sum(str(word).startswith("p") for word in words) == 12
    assert "a<b0" in words


def test_what_is_equal_in_all_draws_ranks_by_lot():
    luck = np.random.default_rng(1)
    draws = np.column_stack([np.zeros(99), np.arange(99.0)])
    ranks = np.stack([ranked(draws, np.asarray([0.0, 49.5]), luck) for _ in range(2000)])
    assert unevenness(ranks[:, :1]).min() > 1e-3
    assert (ranks[:, 1] == 50).all()
