r"""What the model cannot tell with all parameters right: how much of it there is, and how long it lasts.

What a model lacks is judged target by target before anything is run (`discrepancy` in ``targets.csv``). Three things
are left to the numbers that are fitted, all together:

- *How much.* Judgements of that kind are too sharp more often than not, so there is one factor on all of them. As with
  Birge's ratio of errors that were told too small, it is never below 1.
- *Of what more, of what less.* A harvest may be judged too sharply and a price too widely, and the aid of one state
  too sharply where that of another is not; so the factor of each stratum, numbers of the same variable and flow, lies
  about the common one, and that of each of its places about the stratum's: their logarithms by ``POOLED``, normal
  priors. One number moves its factors a little, ten move them far (partial pooling: Gelman & Hill 2007).
- *How long.* A model that has too little of something in one year has too little of it in the next, by
  ``exp(-years apart / memory)`` (an Ornstein-Uhlenbeck process). What goes along so is (`common`): of seizures, all
  that is recorded of a flow in a state and at its borders, by whatever name and as a share of all, as these are the
  same finds of the same ways; of all else, numbers of one series, the same variable and flow at the same place, and by
  half what has one cause: budgets of one period, as one act gives to all recipients, numbers of the users of a state,
  prices of what is one trade. Seizures have a memory of their own: it is whole ways that a model lacks there. Other
  discrepancies are taken as independent, and so are bounds.

Over members of the priors the fitted numbers ought to lie about the members' mean with the covariance of what members
predict and that of errors and discrepancies. Factors and memories are the likeliest ones (type II maximum likelihood,
as the prior variances of the emulator are; memories and factors of groups under weak priors). None has to pass a test
of significance first: with one, a number more or less would have thrown all intervals from one width to another.

Where discrepancies last, what has been seen tells of what will be: numbers that were fitted foretell another one that
has its discrepancy in common with them by more than what members say (`carried`).

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

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from panj.basics.dates import first_day, last_day
from panj.calibration.scales import error_of, on_scale, spread_of
from panj.calibration.split import series, stratum
from panj.calibration.ways import DRUGS
from panj.ensembles.posterior import read_posterior
from panj.region import Region, Target

Reals = NDArray[np.float64]

MOST = 5.0
"""A model that is farther off than this, over what its files say, is no model of these numbers; none is thought of."""

REMEMBERED = 2.0
"""Years that discrepancies are thought to last before any number is seen (assumed), and by ``UNSURE`` how surely."""

UNSURE = 1.0
"""Standard deviation of the logarithm of a memory before any number is seen (assumed): nine in ten in 0.4 to 10 years.
A history has few numbers that are a decade apart."""

POOLED = 0.3
"""Standard deviation of the logarithm of a stratum's factor over the common one, and of a place's over its stratum's
(assumed: files judge two of three by the same measure to a third)."""

SEIZURES = ("recorded_seizures", "recorded_seizures_at_borders", "recorded_seizures_share", "drugs_seized")
"""Variables that are records of the same finds."""

ACTS = ("recorded_assistance", "aid_promised_by_one")
"""Variables that one act of a period tells of all places: a budget and its supplements, for all security and for
borders."""

USERS = ("registered_users", "estimated_users", "recorded_prevalence")
"""Variables that tell of the same users."""

PRICES = ("heroin_price",)
"""Variables that are prices along the ways of one trade; what opium costs where it grows stands by itself."""

EXACT = 1e-6
"""Standard deviation that every number has besides, so that none is taken for exact."""

YEAR = 365.25
"""Days."""

AT = " at "
"""Between a stratum and a place of it, in a name."""


@dataclass(frozen=True)
class Discrepancy:
    """What the fitted numbers tell of all discrepancies together.

    Attributes:
        factor: On what the files judge, at least 1.
        memory: Years in which they die away within a series, to 1 / e; 0: each year stands for itself.
        memory_of_seizures: The same of what is seized of a flow at a place.
        groups: What a stratum's factor is over the common one, and a place's over its stratum's, by the names that
            `groups_of` gives; 1 where none is told.
    """

    factor: float = 1.0
    memory: float = 0.0
    memory_of_seizures: float = 0.0
    groups: Mapping[str, float] = field(default_factory=dict)

    def of(self, target: Target) -> float:
        """The factor on what the files judge of a target."""
        return self.factor * math.prod(self.groups.get(name, 1.0) for name in groups_of(target))

    def said(self) -> str:
        """In sentences; empty where the files' judgement stands."""
        parts = []
        if self.factor > 1 or self.groups:
            line = f"Discrepancies of the model are taken {self.factor:.2f} times as wide as targets.csv judges them"
            places = {
                f"{whole.rstrip('/')}, {place}": self.factor * self.groups.get(whole, 1.0) * over
                for name, over in self.groups.items()
                for whole, at, place in [name.partition(AT)]
                if at
            }
            if len(places) > 1:
                few, *_, many = sorted(places, key=places.__getitem__)
                line += f", from {places[few]:.2f} ({few}) to {places[many]:.2f} ({many})"
            parts.append(f"{line}, as the numbers for fitting ask.")
        lasting = {"within a series": self.memory, "of seizures at a place": self.memory_of_seizures}
        if any(lasting.values()):
            years = " and ".join(f"{years:.1f} years {where}" for where, years in lasting.items() if years)
            parts.append(
                f"Until a third of them is left it takes {years}. So numbers that were fitted foretell others of the "
                "same along with the model."
            )
        return " ".join(parts)


STORED = {"discrepancy": 1.0, "memory": 0.0, "memory_of_seizures": 0.0}
"""Names under which factor and memories lie with draws, and what they are where none do."""

AS_JUDGED = Discrepancy()
"""Nothing but what the files judge."""


def groups_of(target: Target) -> tuple[str, str]:
    """Names of what a target has factors in common with: its stratum, and of that its place."""
    return stratum(target), f"{stratum(target)}{AT}{target.place}"


def common(targets: Sequence[Target]) -> Reals:
    """What discrepancies of one time have in common, K x K: 1 of numbers of one series, 0 of what is independent.

    Seizures of a flow hold on the states that they are of, a border on both of its own, all drugs on each of them, and
    have in common the cosine of what they hold on: Panj and Tajikistan 0.7, Panj and another border of it 0.5. Budgets,
    users and prices hold on their series and on what they share with others: the act of a period, the users of a state,
    the trade in a flow. Budgets of two states in one year have 0.5 in common.
    """
    held = [_held(one) for one in targets]
    names = sorted({name for one in held for name in one})
    on = np.asarray([[float(name in one) for name in names] for one in held]).reshape(len(targets), len(names))
    on /= np.linalg.norm(on, axis=1, keepdims=True)
    return np.asarray(on @ on.T)


def _held(target: Target) -> set[tuple[str, ...]]:
    """What the discrepancy of a target hangs on, each in equal part; what it shares with none hangs on itself."""
    if target.sense != "about":
        return {(target.id,)}
    if target.variable in SEIZURES:
        flows = [target.flow] if target.flow else list(DRUGS)
        return {(flow, state) for flow in flows for state in target.place.split("-")}
    held: set[tuple[str, ...]] = {series(target)}
    if target.variable in ACTS:
        held.add(("act", target.from_, target.to))
    if target.variable in USERS:
        held.add(("users", target.flow or "", target.place))
    if target.variable in PRICES:
        held.add(("trade", target.flow or ""))
    return held


def kin(target: Target, others: Iterable[Target]) -> list[Target]:
    """Of others, those whose discrepancies have something in common with a target's, be it by way of each other."""
    held, near, far = _held(target), list[Target](), list(others)
    while found := [one for one in far if not held.isdisjoint(_held(one))]:
        near += found
        far = [one for one in far if held.isdisjoint(_held(one))]
        held = held.union(*map(_held, found))
    return near


def middle(target: Target) -> float:
    """The middle of a target's period [years]."""
    return (first_day(target.from_).toordinal() + last_day(target.to).toordinal()) / 2 / YEAR


def apart(targets: Sequence[Target]) -> Reals:
    """Years between the periods of targets, K x K."""
    middles = np.asarray([middle(one) for one in targets])
    return np.asarray(np.abs(middles[:, None] - middles))


def of_seizures(targets: Sequence[Target]) -> NDArray[np.bool_]:
    """Which discrepancies are of seizures, K."""
    return np.asarray([one.variable in SEIZURES for one in targets], bool)


def fading(years: Reals, memory: Reals) -> Reals:
    """What of discrepancies lasts over so many years, K x K, under the memory of each, K."""
    lasts = memory > 0
    return np.where(lasts, np.exp(-years / np.where(lasts, memory, 1.0)), years == 0)


def alike(targets: Sequence[Target], discrepancy: Discrepancy) -> Reals:
    """How discrepancies correlate, K x K."""
    memory = np.where(of_seizures(targets), discrepancy.memory_of_seizures, discrepancy.memory)
    return np.asarray(common(targets) * fading(apart(targets), memory))


def covariance(targets: Sequence[Target], discrepancy: Discrepancy) -> Reals:
    """Covariance of published numbers about a model with all parameters right, K x K, each on its scale."""
    factors = [discrepancy.of(one) for one in targets]
    judged = np.asarray([factor * one.discrepancy for factor, one in zip(factors, targets, strict=True)])
    found = judged[:, None] * alike(targets, discrepancy) * judged
    spread = np.asarray([spread_of(one, factor) for factor, one in zip(factors, targets, strict=True)])
    np.fill_diagonal(found, spread**2 + EXACT**2)
    return np.asarray(found)


def likeliest(targets: Sequence[Target], predicted: Reals) -> Discrepancy:
    """The factors and the memories under which numbers are likeliest, given members of the priors.

    Memories are those under the best factor, be it below 1, which is no factor for use: a memory is no remedy for
    discrepancies that are judged too wide.

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
    judged, years, shared = np.asarray([one.discrepancy for one in used]), apart(used), common(used)
    seized = of_seizures(used)
    held_in = [groups_of(one) for one in used]
    names = sorted({name for groups in held_in for name in groups})
    of = np.asarray([[float(name in groups) for name in names] for groups in held_in])
    usual = np.concatenate([np.log([REMEMBERED, REMEMBERED]), np.zeros(len(names))])
    by = np.concatenate([[UNSURE, UNSURE], np.full(len(names), POOLED)])

    def unlikely(place: Reals) -> tuple[float, Reals]:
        """Minus the logarithm of the density, and its slope: in the factor, two memories and the groups, as logs."""
        factor, memory = place[0], np.exp(np.where(seized, place[2], place[1]))
        lacks = np.exp(factor + of @ place[3:]) * judged
        lasting = lacks[:, None] * shared * fading(years, memory) * lacks
        root = cho_factor(known + lasting, lower=True)
        pull, off = cho_solve(root, gap), (place[1:] - usual) / by
        told = np.log(np.diag(root[0])).sum() + 0.5 * gap @ pull + 0.5 * off @ off
        slope = (cho_solve(root, np.eye(len(gap))) - np.outer(pull, pull)) * lasting
        each, lasts = slope.sum(axis=1), 0.5 * (slope * years / memory).sum(axis=0)
        moved = [lasts[~seized].sum(), lasts[seized].sum(), *(each @ of)]
        return float(told), np.asarray([each.sum(), *(np.asarray(moved) + off / by)])

    def best(start: Reals, bounds: list[tuple[float, float]]) -> Reals:
        free = [*bounds, *([(-np.inf, np.inf)] * (len(start) - len(bounds)))]
        return np.asarray(minimize(unlikely, start, jac=True, method="L-BFGS-B", bounds=free).x)

    most = float(np.log(MOST))
    place = best(np.concatenate([[0.0], usual]), [(-most, most)])
    if place[0] < 0:
        held = [(one, one) for one in place[1:3].tolist()]
        place = best(np.concatenate([[0.0], place[1:]]), [(0.0, most), *held])
    factor, memory, lasting, *groups = np.exp(place).tolist()
    return Discrepancy(factor, memory, lasting, dict(zip(names, groups, strict=True)))


def noted(discrepancy: Discrepancy) -> dict[str, Any]:
    """As it lies with draws; `discrepancy_of` reads it."""
    told = zip(STORED, (discrepancy.factor, discrepancy.memory, discrepancy.memory_of_seizures), strict=True)
    groups = {name: round(factor, 3) for name, factor in discrepancy.groups.items()}
    return {name: round(value, 3) for name, value in told} | {"groups": groups}


def discrepancy_of(region: Region) -> Discrepancy:
    """What the fit of a region found, as it lies with its draws; nothing but the files' judgement where it has none."""
    found = read_posterior(region)
    if found is None:
        return AS_JUDGED
    note = found.note
    factor, memory, lasting = (float(note.get(name, usual)) for name, usual in STORED.items())
    return Discrepancy(factor, memory, lasting, dict(note.get("groups", {})))


class Carried(NamedTuple):
    """What numbers that were fitted tell of another one that has its discrepancy in common with them.

    Attributes:
        weight: On how far each of them is off, on its scale.
        spread: Standard deviation that is left between a member so corrected and the published number.
    """

    weight: Reals
    spread: float


def carried(target: Target, others: Sequence[Target], discrepancy: Discrepancy) -> Carried:
    """Foretell a number from how far the model is off on others like it: the mean of a normal one given others.

    Args:
        target: The number; its own value is not looked at.
        others: Numbers that were fitted and have their discrepancy in common with it, without itself.
        discrepancy: Of the model.
    """
    whole = covariance([*others, target], discrepancy)
    known, shared = whole[:-1, :-1], whole[:-1, -1]
    weight = np.linalg.solve(known, shared)
    return Carried(np.asarray(weight), float(np.sqrt(whole[-1, -1] - weight @ shared)))
