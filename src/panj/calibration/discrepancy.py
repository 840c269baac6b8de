r"""What the model cannot tell with all parameters right: how much of it there is, and how long it lasts.

What a model lacks is judged target by target before anything is run (`discrepancy` in ``targets.csv``). Two things are
left to the numbers that are fitted, all together:

- *How much.* Judgements of that kind are too sharp more often than not, so there is one factor on all of them. As with
  Birge's ratio of errors that were told too small, it never makes a discrepancy smaller.
- *How long.* A model that has too little of a flow in one year has too little of it in the next. Discrepancies of one
  series, the same variable and flow at the same place, go along with each other by ``exp(-years apart / memory)`` (an
  Ornstein-Uhlenbeck process); those of different series are taken as independent, and so are bounds.

Over members of the priors the fitted numbers ought to lie about the members' mean with the covariance of what members
predict and that of errors and discrepancies. Factor and memory are the likeliest ones (type II maximum likelihood, as
the prior variances of the emulator are). Neither has to pass a test of significance first: with one, a number more or
less would have thrown all intervals from one width to another.

Where discrepancies last, what a series has shown tells of what it will: the numbers of a series that were fitted
foretell another one of it by more than what members say (`carried`).

Numbers kept for validation have no part in any of it. The same covariance holds wherever the model is held against
numbers: in the smoother, in the posterior that NUTS samples, in the intervals of the score.

Source:
    Birge, R. T. (1932), The calculation of errors by the method of least squares, Physical Review 40, 207-227.
    Kennedy, M. C., and A. O'Hagan (2001), Bayesian calibration of computer models, Journal of the Royal Statistical
    Society B 63, 425-464.
    MacKay, D. J. C. (1992), Bayesian interpolation, Neural Computation 4, 415-447.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from panj.basics.dates import first_day, last_day
from panj.calibration.scales import on_scale, spread_of
from panj.calibration.split import series
from panj.ensembles.posterior import read_posterior
from panj.region import Region, Target

Reals = NDArray[np.float64]

MOST = 5.0
"""A model that is farther off than this, over what its files say, is no model of these numbers; none is thought of."""

LONGEST = 20.0
"""A memory of more years than a history has is for ever."""

EXACT = 1e-6
"""Standard deviation that every number has besides, so that none is taken for exact."""

YEAR = 365.25
"""Days."""


@dataclass(frozen=True)
class Discrepancy:
    """What the fitted numbers tell of all discrepancies together.

    Attributes:
        factor: On what the files judge, at least 1.
        memory: Years in which they die away within a series, to 1 / e; 0: each year stands for itself.
    """

    factor: float = 1.0
    memory: float = 0.0

    def said(self) -> str:
        """In sentences; empty where the files' judgement stands."""
        parts = []
        if self.factor > 1:
            parts.append(
                f"Discrepancies of the model are taken {self.factor:.2f} times as wide as targets.csv judges them, as "
                "the numbers for fitting ask."
            )
        if self.memory > 0:
            parts.append(
                f"Within a series they last: {self.memory:.1f} years until a third is left. So the numbers of a series "
                "that were fitted foretell the others of it along with the model."
            )
        return " ".join(parts)


AS_JUDGED = Discrepancy()
"""Nothing but what the files judge."""


def alike(targets: Sequence[Target], memory: float) -> Reals:
    """How discrepancies of targets correlate, K x K: within a series, the less the farther apart its periods are."""
    middle = np.asarray([(first_day(one.from_).toordinal() + last_day(one.to).toordinal()) / 2 for one in targets])
    names = [series(one) if one.sense == "about" else (one.id,) for one in targets]
    found = np.eye(len(targets))
    if memory > 0:
        same = np.asarray([[one == other for other in names] for one in names]).reshape(found.shape)
        found = np.where(same, np.exp(-np.abs(middle[:, None] - middle) / YEAR / memory), found)
    return found


def covariance(targets: Sequence[Target], discrepancy: Discrepancy) -> Reals:
    """Covariance of published numbers about a model with all parameters right, K x K, each on its scale."""
    judged = discrepancy.factor * np.asarray([one.discrepancy for one in targets])
    found = np.asarray(judged[:, None] * alike(targets, discrepancy.memory) * judged)
    np.fill_diagonal(found, [spread_of(one, discrepancy.factor) ** 2 + EXACT**2 for one in targets])
    return found


def likeliest(targets: Sequence[Target], predicted: Reals) -> Discrepancy:
    """The factor and the memory under which numbers are likeliest, given members of the priors.

    Args:
        targets: That are fitted; bounds tell nothing of it, nor do targets without a figure in every member.
        predicted: What members of the priors predict, on the scale of each target, target by member.
    """
    rows = [
        number
        for number, target in enumerate(targets)
        if target.sense == "about" and target.discrepancy > 0 and np.isfinite(predicted[number]).all()
    ]
    if not rows:
        return AS_JUDGED
    used = [targets[row] for row in rows]
    gap = np.asarray([float(on_scale(one, one.value)) for one in used]) - predicted[rows].mean(axis=1)
    members = np.atleast_2d(np.cov(predicted[rows]))

    def unlikely(factor: float, memory: float) -> float:
        whole = members + covariance(used, Discrepancy(factor, memory))
        return float(0.5 * np.linalg.slogdet(whole)[1] + 0.5 * gap @ np.linalg.solve(whole, gap))

    def best_factor(memory: float, least: float) -> float:
        return float(minimize_scalar(unlikely, bounds=(least, MOST), args=(memory,), method="bounded").x)

    def lasting(memory: float) -> float:  # under any factor: a memory is no remedy for discrepancies that are too wide
        return unlikely(best_factor(memory, 0.0), memory)

    memory = min(0.0, float(minimize_scalar(lasting, bounds=(0.0, LONGEST), method="bounded").x), key=lasting)
    return Discrepancy(min(1.0, best_factor(memory, 1.0), key=lambda factor: unlikely(factor, memory)), memory)


def discrepancy_of(region: Region) -> Discrepancy:
    """What the fit of a region found, as it lies with its draws; nothing but the files' judgement where it has none."""
    found = read_posterior(region)
    if found is None:
        return AS_JUDGED
    return Discrepancy(float(found.note.get("discrepancy", 1.0)), float(found.note.get("memory", 0.0)))


class Carried(NamedTuple):
    """What the numbers of a series that were fitted tell of another one of it.

    Attributes:
        weight: On how far each of them is off, on its scale.
        spread: Standard deviation that is left between a member so corrected and the published number.
    """

    weight: Reals
    spread: float


def carried(target: Target, others: Sequence[Target], discrepancy: Discrepancy) -> Carried:
    """Foretell a number from how far the model is off on others of its series: the mean of a normal one given others.

    Args:
        target: The number; its own value is not looked at.
        others: Numbers of its series that were fitted, without itself.
        discrepancy: Of the model.
    """
    whole = covariance([*others, target], discrepancy)
    known, shared = whole[:-1, :-1], whole[:-1, -1]
    weight = np.linalg.solve(known, shared)
    return Carried(np.asarray(weight), float(np.sqrt(whole[-1, -1] - weight @ shared)))
