r"""An ensemble smoother with multiple data assimilation (ES-MDA), in NumPy alone.

The same numbers are taken in several times, each time with their error inflated so that together they count once
(Emerick & Reynolds 2013). In the linear-Gaussian case with many members this is the exact posterior; in others each
step moves the ensemble a part of the way, with slopes that the ensemble itself measures. Parameters are unbounded here:
each is a standard normal number before the fit.

With a few hundred members and as many parameters, most correlations between a parameter and a prediction are chance,
and following them makes the posterior falsely sharp. What chance would bring is taken from each (`localised`).

Source:
    Emerick, A. A., and A. C. Reynolds (2013), Ensemble smoother with multiple data assimilation, Computers and
    Geosciences 55, 3-15.
    Luo, X., and T. Bhakta (2020), Automatic and adaptive localization for ensemble-based history matching, Journal of
    Petroleum Science and Engineering 184, 106559.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

FEWEST = 8
"""With fewer members that have predictions there is nothing to learn from."""


@dataclass(frozen=True)
class Data:
    """The numbers that are taken in, each on the scale on which it errs normally.

    Attributes:
        observed: The numbers, K.
        covariance: Of the gaps between them and predictions with the right parameters, K x K.
        sense: 0: to be met; -1: at most; 1: at least. A prediction that keeps a bound learns nothing from it.
    """

    observed: Reals
    covariance: Reals
    sense: NDArray[np.int_]

    @property
    def spread(self) -> Reals:
        """Standard deviation between each number and a prediction with the right parameters, K."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def correlation(self) -> Reals:
        """How these gaps go along with each other, K x K."""
        return np.asarray(self.covariance / np.outer(self.spread, self.spread))


def inflations(steps: int) -> Reals:
    """Factors on the covariance of the numbers, equal in all steps, whose inverses add up to 1."""
    return np.full(steps, float(steps))


def localised(parameters: Reals, predicted: Reals) -> Reals:
    """How much of each correlation between a parameter and a prediction is more than chance, P x K, 0 to 1.

    ``max(0, 1 - t**2 / r**2)`` of a correlation ``r``, where ``t`` is the size that the largest of as many chance
    correlations as there are parameters is expected to have (the universal threshold of Luo and Bhakta 2020).

    Args:
        parameters: P x N members.
        predicted: K x N members.
    """
    count, members = parameters.shape
    threshold = np.sqrt(2 * np.log(max(count, 2)) / (members - 1))
    correlation = _unit(parameters) @ _unit(predicted).T
    return np.asarray(np.maximum(0.0, 1 - threshold**2 / np.maximum(correlation**2, 1e-12)))


def _unit(values: Reals) -> Reals:
    """Rows without their mean and of length 1; rows that do not vary stay nothing."""
    centred = values - values.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(np.divide(centred, length, out=np.zeros_like(centred), where=length > 1e-12))


def update(
    parameters: Reals, predicted: Reals, data: Data, inflation: float, noise: Reals, *, localise: bool = True
) -> Reals:
    """One step: move every member by what it predicted and what was observed.

    ``x + K (d + sqrt(a) R e - y)`` with ``K = C_xy (C_yy + a S)^-1``, covariances of the ensemble, ``S = R R'`` that
    of the numbers, ``a`` its inflation and ``e`` the noise, one draw a member.

    Args:
        parameters: Of each member, P x N.
        predicted: What each member predicts, K x N; members that lack a prediction stay where they are.
        data: The numbers.
        inflation: Of their covariance in this step, at least 1.
        noise: Standard normal, K x N.
        localise: Whether chance correlations are taken out.

    Returns:
        The parameters after the step, P x N.

    Raises:
        ValueError: Fewer than ``FEWEST`` members have predictions.
    """
    good = np.isfinite(predicted).all(axis=0)
    members = int(good.sum())
    if members < FEWEST:
        raise ValueError(f"Only {members} members have a prediction of every number; {FEWEST} are needed.")
    known, seen = parameters[:, good], predicted[:, good] / data.spread[:, None]
    x = (known - known.mean(axis=1, keepdims=True)) / np.sqrt(members - 1)
    y = (seen - seen.mean(axis=1, keepdims=True)) / np.sqrt(members - 1)
    gain = np.linalg.solve(y @ y.T + inflation * data.correlation, y @ x.T).T
    if localise:
        gain = gain * localised(known, seen)
    moved = parameters.copy()
    together = np.linalg.cholesky(data.correlation) @ noise[:, good]
    moved[:, good] += gain @ innovation(seen, data, np.sqrt(inflation) * together)
    return moved


def innovation(seen: Reals, data: Data, noise: Reals) -> Reals:
    """What was observed, with noise, less what was predicted, in standard deviations; nothing where a bound is kept.

    Args:
        seen: Predictions over their spread, K x N.
        data: The numbers.
        noise: In standard deviations, K x N.
    """
    observed, sense = (data.observed / data.spread)[:, None], data.sense[:, None]
    gap = observed - seen
    over_bound = np.where(sense > 0, np.maximum(gap, 0.0), np.minimum(gap, 0.0))
    return np.where(sense == 0, gap + noise, over_bound)


def misfit(predicted: Reals, data: Data) -> Reals:
    """Mean square of what was observed less what is predicted, in standard deviations, for each member."""
    gap = innovation(predicted / data.spread[:, None], data, np.zeros_like(predicted))
    return np.asarray(np.mean(gap**2, axis=0))


def assimilate(
    parameters: Reals,
    predictions: Sequence[Reals],
    data: Data,
    inflation: Reals,
    seed: int,
    *,
    localise: bool = True,
) -> Reals:
    """The parameters after as many steps as there are predictions.

    Step k needs what the ensemble after step k - 1 predicts, so a fit calls this with one more prediction each time;
    the noise of a step follows from the seed and its number, so what was done before comes out the same.

    Args:
        parameters: Of the first ensemble, P x N.
        predictions: Of the ensembles so far, each K x N.
        data: The numbers.
        inflation: One a step.
        seed: Of the noise.
        localise: Whether chance correlations are taken out.
    """
    for step, predicted in enumerate(predictions):
        noise = np.random.default_rng([seed, step]).standard_normal(predicted.shape)
        parameters = update(parameters, predicted, data, inflation[step], noise, localise=localise)
    return parameters
