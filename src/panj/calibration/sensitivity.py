"""Which parameters move the answers, and which facts would narrow them most.

PAWN on the members of a run, whatever made them; Morris on members of its own, which step through the ranges of the
priors one parameter at a time; the share of an answer's variance that knowing a parameter would take away. With many
parameters and few members some always look important, so each is held against parameters that do nothing.

Source:
    Pianosi, F., and T. Wagener (2018), Distribution-based sensitivity analysis from a generic input-output sample,
    Environmental Modelling and Software 108, 197-207.
    Morris, M. D. (1991), Factorial sampling plans for preliminary computational experiments, Technometrics 33, 161-174.
    Strong, M., and J. E. Oakley (2013), An efficient method for computing single-parameter partial expected value of
    perfect information, Medical Decision Making 33, 755-766.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panj.calibration.forward import Forward
from panj.calibration.seen import Seen
from panj.ensembles import RunError, cores
from panj.ensembles.members import quantile
from panj.ensembles.plan import batch_for
from panj.ensembles.posterior import Draws
from panj.ensembles.workers import run_batches
from panj.region import Region

Reals = NDArray[np.float64]

HEADLINES = ("suppression", "communication")
"""The two kinds of security: quantities of a run by member and month."""

SLICES = 10
"""Parts of equal number into which PAWN cuts the range of a parameter."""

BINS = 6
"""Parts into which it is cut to tell what knowing it would take away."""

IDLE = 300
"""Parameters that do nothing, to tell what chance brings."""

LEVELS = 4
"""Levels of a Morris design."""

INNER = (0.05, 0.95)
"""Cumulative chances between which a Morris design steps."""

FEWEST = 60
"""Members below which nothing is told: a slice has to hold some."""


@dataclass(frozen=True)
class Influence:
    """What a parameter does to an outcome.

    Attributes:
        parameter: Its name.
        pawn: Median distance between the distribution of the outcome and that with the parameter in one slice of its
            range, 0 to 1.
        known: Share of the outcome's variance that would go if the parameter were known, at least 0.
        beyond_chance: Whether ``known`` is more than the largest of as many idle parameters would reach.
    """

    parameter: str
    pawn: float
    known: float
    beyond_chance: bool


@dataclass(frozen=True)
class Effect:
    """What a parameter does in a Morris design, as it goes from the low to the high end of its range.

    Attributes:
        parameter: Its name.
        size: Mean absolute change of the outcome; ``spread``: standard deviation of the change, large where it answers
            in bends or together with others.
        doubt: Half of the 95 % interval of ``size``.
    """

    parameter: str
    size: float
    spread: float
    doubt: float


@dataclass(frozen=True)
class Fact:
    """Something that somebody could go and find out.

    Attributes:
        parameter: Its name.
        known: Share of the variance of the outcomes that would go if it were known, the mean over them.
        narrower: Share by which their intervals would narrow.
    """

    parameter: str
    known: float

    @property
    def narrower(self) -> float:
        """Share by which intervals would narrow: standard deviations go with the root of variances."""
        return float(1 - np.sqrt(1 - min(self.known, 1.0)))


def outcomes(experiments: pd.DataFrame, names: Sequence[str] = HEADLINES) -> dict[str, Reals]:
    """Outcomes of members: each quantity after the pivot, and its change from before.

    Raises:
        RunError: The run has no such quantity.
    """
    found: dict[str, Reals] = {}
    for name in names:
        if f"{name}.after" not in experiments:
            known = [str(column).removesuffix(".after") for column in experiments if str(column).endswith(".after")]
            raise RunError(f"The run has no outcome {name!r}. There are: {', '.join(known)}.")
        after, before = (experiments[f"{name}.{when}"].to_numpy(float) for when in ("after", "before"))
        found |= {f"{name} after": after, f"{name}, change": after - before}
    return found


def influences(draws: Mapping[str, Reals], outcome: Reals, seed: int = 1) -> list[Influence]:
    """What every parameter does to an outcome by the members of a run, most first.

    Raises:
        RunError: Members are too few, or SALib is not installed.
    """
    moving = {name: values for name, values in draws.items() if np.ptp(values) > 0}
    good = np.isfinite(outcome)
    if good.sum() < FEWEST:
        raise RunError(f"{int(good.sum())} members with a figure are too few to tell. Run at least {FEWEST}.")
    values, y = np.stack([one[good] for one in moving.values()], axis=1), outcome[good]
    if np.ptp(y) == 0:
        return []
    distances = pawn(list(moving), values, y, seed)
    shares = np.asarray([explained(column, y) for column in values.T])
    level = chance_level(y, len(moving), seed)
    rows = [
        Influence(name, float(distance), max(0.0, float(share)), bool(share > level))
        for name, distance, share in zip(moving, distances, shares, strict=True)
    ]
    return sorted(rows, key=lambda row: -row.known)


def pawn(names: Sequence[str], values: Reals, outcome: Reals, seed: int) -> Reals:
    """Median PAWN index of each parameter.

    Args:
        names: Of the parameters.
        values: Member by parameter.
        outcome: Of each member.
        seed: Of what SALib draws.

    Raises:
        RunError: SALib is not installed.
    """
    analyze = _salib("SALib.analyze.pawn").analyze
    bounds = [[float(column.min()), float(column.max())] for column in values.T]
    problem = {"num_vars": len(names), "names": list(names), "bounds": bounds}
    return np.asarray(analyze(problem, values, outcome, S=SLICES, seed=seed)["median"], float)


def explained(values: Reals, outcome: Reals, bins: int = BINS) -> float:
    """Share of an outcome's variance between parts of the range of a parameter, less what chance brings.

    ``1 - (1 - between / all) (n - 1) / (n - b)`` for n members in b parts of equal number; it may fall below 0.
    """
    part = np.argsort(np.argsort(values, kind="stable"), kind="stable") * bins // len(values)
    count = np.bincount(part, minlength=bins)
    means = np.bincount(part, outcome, minlength=bins) / count
    between = float(count @ (means - outcome.mean()) ** 2) / float(((outcome - outcome.mean()) ** 2).sum())
    return 1 - (1 - between) * (len(values) - 1) / (len(values) - bins)


def chance_level(outcome: Reals, parameters: int, seed: int) -> float:
    """What the largest share of as many idle parameters would reach: no more than one study in two exceeds it."""
    chance = np.random.default_rng(seed)
    idle = np.asarray([explained(chance.random(len(outcome)), outcome) for _ in range(IDLE)])
    return float(np.quantile(idle, 0.5 ** (1 / parameters)))


def facts(found: Mapping[str, Sequence[Influence]], most: int = 5) -> list[Fact]:
    """The facts that would narrow the outcomes most: the mean over outcomes, chance counted as nothing."""
    shares: dict[str, float] = {}
    for rows in found.values():
        for row in rows:
            shares[row.parameter] = shares.get(row.parameter, 0.0) + row.known * row.beyond_chance / len(found)
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    return [Fact(name, share) for name, share in ordered[:most] if share > 0]


@dataclass(frozen=True)
class Outcomes:
    """Keeps the outcomes of members."""

    names: tuple[str, ...]

    def __call__(self, seen: Seen) -> Reals:
        """Outcome by member, in the order of `outcomes`."""
        rows = []
        for name in self.names:
            before, after = (
                seen.dataset[name].sel(month=slice(str(first.first), str(last.last))).mean("month").to_numpy()
                for first, last in (seen.region.before, seen.region.after)
            )
            rows += [after, after - before]
        return np.asarray(rows, float)


def effects(
    region: Region,
    *,
    names: Sequence[str] = HEADLINES,
    trajectories: int = 4,
    seed: int = 1,
    workers: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, list[Effect]]:
    """Elementary effects of all parameters on outcomes (Morris 1991), by members computed for it.

    Every trajectory steps once in each parameter and meets one luck throughout, so ``trajectories`` times one more than
    there are parameters are computed.

    Args:
        region: Under its scenario.
        names: Quantities by member and month.
        trajectories: How many, at least 2.
        seed: Of design and luck.
        workers: Processes; one a core if not given.
        progress: Called with members done and in all.

    Raises:
        RunError: Trajectories are too few, a batch failed, or SALib is not installed.
    """
    if trajectories < 2:
        raise RunError("One trajectory tells no spread. Ask for at least 2.")
    rows = [row for row in region.parameters.values() if row.distribution != "fixed"]
    bounds = [list(INNER)] * len(rows)
    problem = {"num_vars": len(rows), "names": [row.id for row in rows], "bounds": bounds}
    sample = _salib("SALib.sample.morris").sample
    chance = np.asarray(sample(problem, trajectories, num_levels=LEVELS, seed=seed), float)
    count = len(chance)
    values: Draws = {row.id: np.full(count, row.central) for row in region.parameters.values()}
    values |= {row.id: quantile(row, chance[:, number]) for number, row in enumerate(rows)}
    crew = workers or cores()
    size = batch_for(count, crew)
    start = Forward(region, values, Outcomes(tuple(names)), seed, size, np.arange(count) // (len(rows) + 1))
    spans = [range(first, min(first + size, count)) for first in range(0, count, size)]
    parts: dict[int, Reals] = {}
    progress(0, count)
    for span, result in run_batches(start, spans, crew):
        parts[span.start] = result["measured"]
        progress(sum(part.shape[1] for part in parts.values()), count)
    measured = np.concatenate([parts[span.start] for span in spans], axis=1)
    labels = [label for name in names for label in (f"{name} after", f"{name}, change")]
    analyze = _salib("SALib.analyze.morris").analyze
    found: dict[str, list[Effect]] = {}
    for label, outcome in zip(labels, measured, strict=True):
        told = analyze(problem, chance, outcome, num_levels=LEVELS, seed=seed)
        effects = [
            Effect(row.id, *(float(told[key][number]) for key in ("mu_star", "sigma", "mu_star_conf")))
            for number, row in enumerate(rows)
        ]
        found[label] = sorted(effects, key=lambda one: -one.size)
    return found


def _salib(module: str) -> Any:
    """A module of SALib.

    Raises:
        RunError: It is not installed.
    """
    from importlib import import_module

    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise RunError(f"{error.name} is not installed. Type: pip install SALib") from None
