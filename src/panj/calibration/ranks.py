r"""Simulation-based calibration: whether a posterior is as wide as it ought to be, on real prior and model.

Members of the prior ensemble are taken for the truth, one after the other. What the model itself predicted for one,
with errors drawn as the targets say, is what was published; an emulator that never saw this member, and that knows how
far it errs from others alone, says what its parameters were. If all is well the truth ranks evenly among the draws
(Talts and others 2018). Posteriors that are too sharp, an emulator that errs more than it says or in one direction, and
faults of the sampler all show.

Ranked are every parameter, and what the emulator predicts of every target: that is where the numbers tell something,
while most single parameters are left as wide as their priors.

Source:
    Talts, S., M. Betancourt, D. Simpson, A. Vehtari and A. Gelman (2018), Validating Bayesian inference algorithms with
    simulation-based calibration, arXiv 1804.06788.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from panj.calibration.emulator import Emulator, Reals, Training
from panj.calibration.sampling import problem_of, sampler
from panj.calibration.smoother import Data

DRAWS, THINNED, WARMUP = 99, 4, 300
"""Draws that a truth ranks among, one of so many that were drawn, after so many."""

STUDIES = 200
"""Members taken for the truth unless asked otherwise: twenty for each bin, so that one with twice its share shows."""

BINS = 10
"""Of ranks. A number of equal parts of ``DRAWS + 1``."""

UNTOLD = 1e6
"""Error of a number that is not told."""

DOUBT = 0.01
"""Chance at which ranks of a right posterior are called uneven, all of them together."""


@dataclass(frozen=True)
class Ranks:
    """Where the truth ranked among the draws.

    Attributes:
        parameters: Rank of each parameter in each study, R x P, from 0 to ``DRAWS``.
        targets: Rank of what is predicted of each target, R x K.
        left: Standard deviation of each parameter's draws, mean over studies, P: 1 where nothing was learned.
    """

    parameters: NDArray[np.int_]
    targets: NDArray[np.int_]
    left: Reals

    @property
    def even(self) -> bool:
        """Whether the most uneven ranks are no more so than chance brings among so many.

        Parameters and targets are judged apart (Bonferroni), else hundreds of parameters that nothing was learned of
        would hide a target.
        """
        kinds = [unevenness(self.parameters), unevenness(self.targets)]
        return all(bool(chances.min() * len(chances) * len(kinds) > DOUBT) for chances in kinds)

    def said(self) -> str:
        """In a line."""
        parts = [
            f"of {len(chances)} {name} the least even has a chance of {chances.min():.2g}"
            for name, chances in (
                ("parameters", unevenness(self.parameters)),
                ("targets", unevenness(self.targets)),
            )
        ]
        verdict = "evenly" if self.even else "unevenly"
        return f"true values of {len(self.parameters)} members rank {verdict} among draws: {', '.join(parts)}"


def unevenness(ranks: NDArray[np.int_]) -> Reals:
    """The chance of ranks as uneven as these if they were even, by a chi-square test, one a column."""
    counts = counted(ranks)
    expected = len(ranks) / BINS
    return np.asarray(chi2.sf(np.sum((counts - expected) ** 2, axis=0) / expected, BINS - 1))


def ranked(draws: Reals, true: Reals, luck: np.random.Generator) -> NDArray[np.int_]:
    """How many of the draws (rows) lie below the true values; those that are equal by lot.

    What the emulator says nothing of is equal in all draws, and its rank is luck alone.
    """
    below, beyond = np.sum(draws < true, axis=0), np.sum(draws > true, axis=0)
    equal = len(draws) - below - beyond
    return np.asarray(below + luck.integers(0, equal + 1))


def counted(ranks: NDArray[np.int_]) -> NDArray[np.int_]:
    """How many ranks lie in each of the bins, bin by column."""
    bins = ranks * BINS // (DRAWS + 1)
    return np.stack([np.sum(bins == one, axis=0) for one in range(BINS)])


def calibrated(
    emulator: Emulator,
    training: Training,
    data: Data,
    seed: int,
    studies: int = STUDIES,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Ranks:
    """Rank the true parameters of members of the prior ensemble among the draws of posteriors that never saw them.

    Args:
        emulator: With its parts.
        training: That it learned from.
        data: The numbers; their values are replaced, a bound is turned round where the synthetic number lies beyond it.
        seed: Of errors and draws.
        studies: How many members of the prior ensemble, the first ones. Where one has no figure it tells nothing.
        progress: Called with studies done and in all.
    """
    whole = np.flatnonzero(training.step == 0)[:studies]
    chain = sampler(WARMUP, DRAWS * THINNED)
    root = np.linalg.cholesky(data.covariance)
    parameters, targets, spreads = [], [], []
    for number, row in enumerate(whole):
        noise = np.random.default_rng([seed, int(training.member[row])])
        known = np.isfinite(training.predicted[row])
        told = np.where(known, training.predicted[row] + root @ noise.standard_normal(len(root)), 0.0)
        sense = np.where(data.sense == 0, 0, np.where(told > data.observed, 1, -1))
        errors = np.where(np.outer(known, known), data.covariance, UNTOLD**2 * np.eye(len(known)))
        synthetic = Data(np.where(sense == 0, told, data.observed), errors, sense)
        surface = emulator.without[emulator.part[row]]
        never_saw = emulator.covariance(emulator.part != emulator.part[row])
        draws = chain(problem_of(surface, synthetic, never_saw), int(row), seed).flat[::THINNED]
        true = training.levels[row]
        parameters.append(np.sum(draws < true, axis=0))
        targets.append(ranked(surface.at(draws), surface.at(true), noise))
        spreads.append(draws.std(axis=0))
        progress(number + 1, len(whole))
    return Ranks(np.asarray(parameters), np.asarray(targets), np.mean(spreads, axis=0))
