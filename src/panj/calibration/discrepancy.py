r"""What the model cannot tell with all parameters right: how much of it there is, and how long it lasts.

What a model lacks is judged target by target before anything is run (`discrepancy` in ``targets.csv``). Three things
are left to the numbers that are fitted, all together:

- *How much.* Judgements of that kind are too sharp more often than not, so there is one factor on all of them. As with
  Birge's ratio of errors that were told too small, it is never below 1.
- *Of what more, of what less.* A harvest may be judged too sharply and a price too widely, so the factor of each
  stratum, numbers of the same variable and flow, lies about the common one: its logarithm by ``POOLED``, a normal
  prior. One number of a stratum moves its factor a little, ten move it far (partial pooling: Gelman & Hill 2007).
- *How long.* A model that has too little of a flow in one year has too little of it in the next. Discrepancies of one
  series, the same variable and flow at the same place, go along with each other by ``exp(-years apart / memory)`` (an
  Ornstein-Uhlenbeck process); those of different series are taken as independent, and so are bounds.

Over members of the priors the fitted numbers ought to lie about the members' mean with the covariance of what members
predict and that of errors and discrepancies. Factors and memory are the likeliest ones (type II maximum likelihood, as
the prior variances of the emulator are; those of strata under their prior). None has to pass a test of significance
first: with one, a number more or less would have thrown all intervals from one width to another.

Where discrepancies last, what a series has shown tells of what it will: the numbers of a series that were fitted
foretell another one of it by more than what members say (`carried`).

Numbers kept for validation have no part in any of it. The same covariance holds wherever the model is held against
numbers: in the smoother, in the posterior that NUTS samples, in the intervals of the score.

Source:
    Birge, R. T. (1932), The calculation of errors by the method of least squares, Physical Review 40, 207-227.
    Gelman, A., and J. Hill (2007), Data Analysis Using Regression and Multilevel/Hierarchical Models, Cambridge.
    Kennedy, M. C., and A. O'Hagan (2001), Bayesian calibration of computer models, Journal of the Royal Statistical
    Society B 63, 425-464.
    MacKay, D. J. C. (1992), Bayesian interpolation, Neural Computation 4, 415-447.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from panj.basics.dates import first_day, last_day
from panj.calibration.scales import error_of, on_scale, spread_of
from panj.calibration.split import series, stratum
from panj.ensembles.posterior import read_posterior
from panj.region import Region, Target

Reals = NDArray[np.float64]

MOST = 5.0
"""A model that is farther off than this, over what its files say, is no model of these numbers; none is thought of."""

LONGEST = 20.0
"""A memory of more years than a history has is for ever."""

LEAST = 0.05
"""No factor is sought below it. The memory is the one under the best factor, be it below 1: a memory is no remedy for
discrepancies that are judged too wide."""

MEMORIES = (0.0, 1.0, 5.0)
"""Years from which the memory is sought."""

POOLED = 0.3
"""Standard deviation of the logarithm of a stratum's factor over the common one (assumed: files judge two of three
strata by the same measure to a third; of 0, 0.3, 0.5 and 0.8 numbers of Central Asia left out did best so)."""

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
        strata: What a stratum's factor is over the common one, by its name; 1 where none is told.
    """

    factor: float = 1.0
    memory: float = 0.0
    strata: Mapping[str, float] = field(default_factory=dict)

    def of(self, target: Target) -> float:
        """The factor on what the files judge of a target."""
        return self.factor * self.strata.get(stratum(target), 1.0)

    def said(self) -> str:
        """In sentences; empty where the files' judgement stands."""
        parts = []
        if self.factor > 1 or self.strata:
            line = f"Discrepancies of the model are taken {self.factor:.2f} times as wide as targets.csv judges them"
            if len(self.strata) > 1:
                few, *_, many = sorted(self.strata, key=self.strata.__getitem__)
                ends = (f"{self.factor * self.strata[name]:.2f} ({name.rstrip('/')})" for name in (few, many))
                line += f", by variable {' to '.join(ends)}"
            parts.append(f"{line}, as the numbers for fitting ask.")
        if self.memory > 0:
            parts.append(
                f"Within a series they last: {self.memory:.1f} years until a third is left. So the numbers of a series "
                "that were fitted foretell the others of it along with the model."
            )
        return " ".join(parts)


AS_JUDGED = Discrepancy()
"""Nothing but what the files judge."""


def apart(targets: Sequence[Target]) -> Reals:
    """Years between the periods of targets of one series, K x K; infinite between series, and between bounds."""
    middle = np.asarray([(first_day(one.from_).toordinal() + last_day(one.to).toordinal()) / 2 for one in targets])
    names = [series(one) if one.sense == "about" else (one.id,) for one in targets]
    same = np.asarray([[one == other for other in names] for one in names]).reshape(2 * (len(targets),))
    return np.where(same, np.abs(middle[:, None] - middle) / YEAR, np.inf)


def alike(years: Reals, memory: float) -> Reals:
    """How discrepancies correlate, K x K: within a series, the less the farther apart its periods are."""
    return np.asarray(np.exp(-years / memory)) if memory > 0 else np.eye(len(years))


def covariance(targets: Sequence[Target], discrepancy: Discrepancy) -> Reals:
    """Covariance of published numbers about a model with all parameters right, K x K, each on its scale."""
    factors = [discrepancy.of(one) for one in targets]
    judged = np.asarray([factor * one.discrepancy for factor, one in zip(factors, targets, strict=True)])
    found = judged[:, None] * alike(apart(targets), discrepancy.memory) * judged
    spread = np.asarray([spread_of(one, factor) for factor, one in zip(factors, targets, strict=True)])
    np.fill_diagonal(found, spread**2 + EXACT**2)
    return np.asarray(found)


def likeliest(targets: Sequence[Target], predicted: Reals) -> Discrepancy:
    """The factors and the memory under which numbers are likeliest, given members of the priors.

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
    known = np.atleast_2d(np.cov(predicted[rows])) + np.diag([error_of(one) ** 2 + EXACT**2 for one in used])
    judged, years = np.asarray([one.discrepancy for one in used]), apart(used)
    finite = np.where(np.isfinite(years), years, 0.0)
    names, of = np.unique([stratum(one) for one in used], return_inverse=True)

    def unlikely(place: Reals) -> tuple[float, Reals]:
        """Minus the logarithm of the density, and its slope."""
        factor, memory, strata = place[0], place[1], place[2:]
        lacks = np.exp(factor + strata[of]) * judged
        lasting = lacks[:, None] * alike(years, memory) * lacks
        root = cho_factor(known + lasting, lower=True)
        pull = cho_solve(root, gap)
        told = np.log(np.diag(root[0])).sum() + 0.5 * gap @ pull + 0.5 * np.sum(strata**2) / POOLED**2
        slope = (cho_solve(root, np.eye(len(gap))) - np.outer(pull, pull)) * lasting
        each = slope.sum(axis=1)
        by_memory = 0.5 * np.sum(slope * finite) / memory**2 if memory > 0 else 0.0
        by_strata = np.bincount(of, each, len(names)) + strata / POOLED**2
        return float(told), np.asarray([each.sum(), by_memory, *by_strata])

    def best(start: Reals, least: float, memories: tuple[float, float]) -> tuple[float, Reals]:
        bounds = [(np.log(least), np.log(MOST)), memories, *([(None, None)] * len(names))]
        found = minimize(unlikely, start, jac=True, method="L-BFGS-B", bounds=bounds)
        return float(found.fun), np.asarray(found.x)

    equal = [0.0] * len(names)
    starts = [np.asarray([0.0, start, *equal]) for start in MEMORIES]
    place = min((best(start, LEAST, (0.0, LONGEST)) for start in starts), key=lambda one: one[0])[1]
    if place[0] < 0:
        place = best(np.maximum(place, [0.0, *([-np.inf] * (len(place) - 1))]), 1.0, (place[1], place[1]))[1]
    told = dict(zip(names.tolist(), np.exp(place[2:]).tolist(), strict=True))
    return Discrepancy(float(np.exp(place[0])), float(place[1]), told)


def discrepancy_of(region: Region) -> Discrepancy:
    """What the fit of a region found, as it lies with its draws; nothing but the files' judgement where it has none."""
    found = read_posterior(region)
    if found is None:
        return AS_JUDGED
    note = found.note
    return Discrepancy(
        float(note.get("discrepancy", 1.0)), float(note.get("memory", 0.0)), dict(note.get("strata", {}))
    )


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
