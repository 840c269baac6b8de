r"""How much farther off the model is than its targets say: one factor on all discrepancies, told by the fitted numbers.

What a model lacks is judged target by target before anything is run (`discrepancy` in ``targets.csv``), and judgements
of that kind are too sharp more often than not. The numbers that are fitted tell by how much, all together. Over members
of the priors they ought to lie about the members' mean with the covariance of what members predict and, each for
itself, ``error**2 + (factor * discrepancy)**2``. The factor is the likeliest one (type II maximum likelihood, as the
prior variances of the emulator are). As with Birge's ratio of errors that were told too small, it never makes a
discrepancy smaller, and it is 1 unless chance would seldom ask for another one.

Numbers kept for validation have no part in it. The same factor holds wherever the model is held against a number: in
the smoother, in the posterior that NUTS samples, in the intervals of the score.

Source:
    Birge, R. T. (1932), The calculation of errors by the method of least squares, Physical Review 40, 207-227.
    Kennedy, M. C., and A. O'Hagan (2001), Bayesian calibration of computer models, Journal of the Royal Statistical
    Society B 63, 425-464.
    MacKay, D. J. C. (1992), Bayesian interpolation, Neural Computation 4, 415-447.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from panj.calibration.scales import error_of, on_scale
from panj.ensembles.posterior import read_posterior
from panj.region import Region, Target

Reals = NDArray[np.float64]

MOST = 5.0
"""A model that is farther off than this, over what its files say, is no model of these numbers; none is thought of."""

SELDOM = 1.92
"""Gain in the logarithm of the likelihood that chance brings one time in twenty where the factor is 1."""


def likeliest_factor(targets: Sequence[Target], predicted: Reals) -> float:
    """The factor on the discrepancies of targets under which numbers are likeliest, given members of the priors.

    Args:
        targets: That are fitted; bounds tell nothing of it, nor do targets without a figure in every member.
        predicted: What members of the priors predict, on the scale of each target, target by member.

    Returns:
        1 to `MOST`.
    """
    used = [
        number
        for number, target in enumerate(targets)
        if target.sense == "about" and target.discrepancy > 0 and np.isfinite(predicted[number]).all()
    ]
    if not used:
        return 1.0
    gap = np.asarray([float(on_scale(targets[one], targets[one].value)) for one in used]) - predicted[used].mean(axis=1)
    members = np.atleast_2d(np.cov(predicted[used]))
    error = np.asarray([error_of(targets[one]) for one in used])
    judged = np.asarray([targets[one].discrepancy for one in used])

    def unlikely(factor: float) -> float:
        covariance = members + np.diag(error**2 + (factor * judged) ** 2)
        return float(0.5 * np.linalg.slogdet(covariance)[1] + 0.5 * gap @ np.linalg.solve(covariance, gap))

    best = float(minimize_scalar(unlikely, bounds=(1.0, MOST), method="bounded").x)
    return best if unlikely(1.0) - unlikely(best) > SELDOM else 1.0


def widened(factor: float) -> str:
    """What a factor does, in a sentence."""
    return (
        f"Discrepancies of the model are taken {factor:.2f} times as wide as targets.csv judges them, as the numbers "
        "for fitting ask."
    )


def factor_of(region: Region) -> float:
    """The factor that the fit of a region found, as it lies with its draws; 1 where it has none."""
    found = read_posterior(region)
    return 1.0 if found is None else float(found.note.get("discrepancy", 1.0))
