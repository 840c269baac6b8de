r"""An emulator: what the model predicts of each target as a smooth function of the parameters, learned from members.

A history takes seconds, its emulator microseconds, so that a sampler can ask it a million times (calibrate, emulate,
sample: Cleary and others 2021). Of each target, on the scale on which it errs, with parameters ``x`` as standard normal
numbers:

``y(x) = c + b.x + a (w.x)**2 + sum_ij S_ij x_i x_j``

where ``w`` is the direction of ``b``, along which most models of many parameters bend (Constantine 2015), and ``i, j``
run over the few parameters that move the target most. This is linear in its weights. Terms are of three kinds:
parameters whose part is more than chance, all others, and what is bent. Each kind has a prior variance, the one under
which what was seen is most likely (MacKay 1992), so a few strong parameters are believed, hundreds of weak ones are
not, and a target that does not bend gets no bend.

It learns from the first ensemble alone. Later ones are the same members under the same luck, moved a little and
against their luck: taken for runs of their own they made it err more on members left out, not less (on Central Asia it
told 63 % of the variance with them, 74 % without), and in one direction, as slopes came out too steep.

How far it errs is measured, not assumed, and so is whether a target is better thought of as straight, or as known by
its mean alone: what bends for no reason opens modes that are not there. Members are left out by fifths, everything is
learned again without them, choice of terms included, and they are predicted, in all ensembles, so that errors are known
where the posterior lies as well. (The shortcut by the hat matrix would leave out how terms were chosen, and flatter.)
Errors go along with each other: targets made of the same flow are missed together, so they have a covariance.

Source:
    Cleary, E., A. Garbuno-Inigo, S. Lan, T. Schneider and A. M. Stuart (2021), Calibrate, emulate, sample, Journal of
    Computational Physics 424, 109716.
    Constantine, P. G. (2015), Active Subspaces, SIAM.
    MacKay, D. J. C. (1992), Bayesian interpolation, Neural Computation 4, 415-447.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, lapack

Reals = NDArray[np.float64]

Numbers = Any
"""An array of NumPy or of JAX."""

LEADING = 8
"""Parameters of each target whose squares and products are thought of."""

PARTS = 5
"""Parts that members are left out by."""

FORMS = ("none", "straight", "bent")
"""What a target may be thought of as: its mean alone, a straight function of the parameters, or a bent one."""

FEWEST = 16
"""With fewer rows that have a figure nothing is learned."""

SETTLED = 5
"""Steps in which the variances of a belief are settled."""

ROUNDS = 3
"""How often strong terms are looked for."""

QUIET = 1e-12
"""Share of a target's variance that noise is never thought to be less than."""


class Surface(NamedTuple):
    """Emulators of K targets over P parameters, as arrays only, so that they pass into compiled code.

    Attributes:
        constant: ``c``, K.
        slope: ``b``, K x P.
        direction: ``w``, K x P, each of length 1, or nothing where the target has no slope.
        bend: ``a``, K.
        leading: Numbers of the parameters that ``S`` is of, K x L.
        curvature: ``S``, symmetric, K x L x L.
    """

    constant: Numbers
    slope: Numbers
    direction: Numbers
    bend: Numbers
    leading: Numbers
    curvature: Numbers

    def at(self, levels: Numbers) -> Numbers:
        """Predictions of every target: ``(..., P)`` to ``(..., K)``. Works on arrays of NumPy and of JAX alike."""
        near = levels[..., self.leading]
        curved = ((near[..., None, :] @ self.curvature)[..., 0, :] * near).sum(axis=-1)
        return self.constant + levels @ self.slope.T + self.bend * (levels @ self.direction.T) ** 2 + curved


@dataclass(frozen=True)
class Training:
    """Runs that an emulator learns from, and those that show how far it errs.

    Attributes:
        levels: Parameters as standard normal numbers, a row a run, N x P.
        predicted: What each run predicts of each target, on its scale, N x K; missing where it has no figure.
        member: Whose run it was, N; all runs of a member are left out together.
        step: Of which ensemble of the smoother it was, N; the first, of the priors, is learned from.
    """

    levels: Reals
    predicted: Reals
    member: NDArray[np.int_]
    step: NDArray[np.int_]


@dataclass(frozen=True)
class Emulator:
    """Emulators of all targets, and how far they err.

    Attributes:
        surface: Learned from all members.
        form: Of each target, its number in ``FORMS``: the one that errs least on members left out, K.
        missed: What each run predicted less what the emulator without its member says, N x K, on the scale of each
            target; missing where it has no figure.
        step: Of which ensemble each run was, N.
        varied: Standard deviation of each target over the first ensemble, K.
        without: Emulators learned without the members of each part.
        part: The part that each run was left out with, N.
    """

    surface: Surface
    form: NDArray[np.int_]
    missed: Reals
    step: NDArray[np.int_]
    varied: Reals
    without: tuple[Surface, ...]
    part: NDArray[np.int_]

    @property
    def error(self) -> Reals:
        """Root of the mean square error on members left out, K, on the scale of each target.

        Of the ensemble where it is largest, so that it holds all over the prior and where the posterior lies.
        """
        return np.sqrt(_squares(self.missed, self.step))

    def covariance(self, chosen: NDArray[np.bool_] | None = None) -> Reals:
        """How errors on members left out go along with each other, K x K: of some runs, or of all.

        Numbers that are made of the same flow are missed together. Each is as large as `error` has it; which go
        along is told by all ensembles, as the few hundred members of one tell a correlation badly.
        """
        rows = slice(None) if chosen is None else chosen
        missed, error = self.missed[rows], np.sqrt(_squares(self.missed[rows], self.step[rows]))
        told = np.isfinite(missed)
        size = np.sqrt(np.nanmean(missed**2, axis=0))
        alike = np.divide(missed, size, out=np.zeros_like(missed), where=told & (size > 0))
        both = told.sum(axis=0)
        correlation = alike.T @ alike / np.sqrt(np.outer(both, both))
        return error[:, None] * correlation * error

    @property
    def explained(self) -> Reals:
        """Share of each target's variance among the priors that is told for members left out, K; may be below zero."""
        ratio = np.divide(self.error, self.varied, out=np.zeros_like(self.error), where=self.varied > 1e-9)
        return np.asarray(1 - ratio**2)


def emulate(training: Training, progress: Callable[[int, int], None] = lambda done, total: None) -> Emulator:
    """Learn every target from runs, and measure how far the emulator errs.

    Args:
        training: The runs.
        progress: Called with emulators learned and in all.

    Raises:
        ValueError: A target has too few figures.
    """
    part, first = parts(training), training.step == training.step.min()
    tried, missed = [], np.full((len(FORMS), *training.predicted.shape), np.nan)
    for one in range(PARTS):
        out = part == one
        seen = first & ~out
        tried.append(forms(training.levels[seen], training.predicted[seen]))
        for form, surface in enumerate(tried[-1]):
            missed[form, out] = training.predicted[out] - surface.at(training.levels[out])
        progress(one + 1, PARTS + 1)
    whole = forms(training.levels[first], training.predicted[first])
    progress(PARTS + 1, PARTS + 1)
    form = np.argmin([_squares(one, training.step) for one in missed], axis=0)
    return Emulator(
        _of_form(whole, form),
        form,
        missed[form, :, np.arange(len(form))].T,
        training.step,
        np.nanstd(training.predicted[first], axis=0),
        tuple(_of_form(one, form) for one in tried),
        part,
    )


def _squares(missed: Reals, step: NDArray[np.int_]) -> Reals:
    """Mean square of what is missed in each ensemble, the largest of them, K."""
    every = [np.nanmean(missed[step == one] ** 2, axis=0) for one in np.unique(step)]
    return np.asarray(np.nanmax(every, axis=0))


def _of_form(surfaces: tuple[Surface, ...], form: NDArray[np.int_]) -> Surface:
    """One surface of several, each target in a form of its own."""
    return Surface(*(np.stack(every)[form, np.arange(len(form))] for every in zip(*surfaces, strict=True)))


def parts(training: Training) -> NDArray[np.int_]:
    """The part that each run is left out with: members in the order of their first parameters, dealt out in turn."""
    rows = np.argsort(training.step, kind="stable")
    names, first = np.unique(training.member[rows], return_index=True)
    order = np.lexsort(training.levels[rows][first].T[::-1])
    turn = np.empty(len(names), int)
    turn[order] = np.arange(len(names)) % PARTS
    return np.asarray(turn[np.searchsorted(names, training.member)])


def forms(levels: Reals, predicted: Reals) -> tuple[Surface, ...]:
    """Emulators of every target from runs, in each of ``FORMS``.

    Args:
        levels: N x P.
        predicted: N x K, missing where a run has no figure.

    Raises:
        ValueError: A target has too few figures.
    """
    every = [np.isfinite(column) for column in predicted.T]
    rows = [_one(levels[known], predicted[known, k]) for k, known in enumerate(every)]
    return tuple(Surface(*(np.stack(part) for part in zip(*form, strict=True))) for form in zip(*rows, strict=True))


def learned(levels: Reals, predicted: Reals) -> Surface:
    """Emulators of every target from runs, all bent."""
    return forms(levels, predicted)[FORMS.index("bent")]


def _one(levels: Reals, predicted: Reals) -> list[tuple[Any, ...]]:
    """The emulator of one target in each of ``FORMS``, in the order of `Surface`."""
    count, parameters = levels.shape
    if count < FEWEST:
        raise ValueError(f"Only {count} runs have a figure; {FEWEST} are needed.")
    values = _centred(predicted)
    first, strong = strongest(_centred(levels), values)
    length = float(np.linalg.norm(first))
    direction = first / length if length > 0 else first
    leading = np.argsort(-np.abs(first), kind="stable")[: min(LEADING, parameters)]
    upper, lower = np.triu_indices(len(leading))
    terms = np.column_stack([levels, (levels @ direction) ** 2, levels[:, leading[upper]] * levels[:, leading[lower]]])
    kinds = np.concatenate([strong, np.full(1 + len(upper), 2)])
    found = Belief.of(_centred(terms), values, kinds).settled(SETTLED).mean
    slope, bend, products = found[:parameters], found[parameters], found[parameters + 1 :]
    half = np.zeros((len(leading), len(leading)))
    half[upper, lower] = products / 2
    none, flat = np.zeros(parameters), np.zeros_like(half)
    return [
        (float(predicted.mean()), none, none, 0.0, leading, flat),
        (float(np.mean(predicted - levels @ first)), first, none, 0.0, leading, flat),
        (float(np.mean(predicted - terms @ found)), slope, direction, bend, leading, half + half.T),
    ]


def _centred(values: Reals) -> Reals:
    """Columns without their means."""
    return np.asarray(values - values.mean(axis=0))


def strongest(terms: Reals, values: Reals) -> tuple[Reals, NDArray[np.int_]]:
    """What each term adds, and which of them are no chance: 1 if strong, else 0.

    Terms begin as equals. Those that stand out more than the largest of as many chance ones would are called strong,
    and the two kinds are trusted as far as each deserves, until none is added.

    Args:
        terms: N x M, each with mean nothing.
        values: N, with mean nothing.
    """
    kinds = np.zeros(terms.shape[1], int)
    belief = Belief.of(terms, values, kinds).settled(SETTLED)
    for _ in range(ROUNDS):
        new = (belief.worth > 2 * np.log(max(len(kinds), 2))) & (kinds == 0)
        if not new.any():
            break
        kinds = np.where(new, 1, kinds)
        belief = belief.sorted_as(kinds).settled(SETTLED)
    return belief.mean, kinds


@dataclass(frozen=True)
class Belief:
    """What is thought of the weights of terms: Bayesian linear regression with one prior variance a kind of terms.

    The variances, and that of the noise, are those under which what was seen is most likely; each step of `settled` is
    a fixed-point step towards them (MacKay 1992).

    Attributes:
        gram: Products of the terms, M x M; ``shared``: of terms and values, M.
        whole: Sum of the squared values.
        count: Rows.
        kinds: Of each term.
        prior: Variance of each kind.
        noise: Variance of what is not told.
    """

    gram: Reals
    shared: Reals
    whole: float
    count: int
    kinds: NDArray[np.int_]
    prior: Reals
    noise: float

    @classmethod
    def of(cls, terms: Reals, values: Reals, kinds: NDArray[np.int_]) -> Belief:
        """Before anything is settled: half of what varies is noise, the other half is shared by all terms."""
        variance = float(np.mean(values**2))
        varied = max(float(np.mean(terms**2, axis=0).sum()), 1e-300)
        prior = np.full(int(kinds.max(initial=0)) + 1, max(0.5 * variance / varied, 1e-300))
        return cls(terms.T @ terms, terms.T @ values, float(values @ values), len(values), kinds, prior, 0.5 * variance)

    def sorted_as(self, kinds: NDArray[np.int_]) -> Belief:
        """The same with terms of other kinds; a new kind begins with the variance that its terms show."""
        moments = self._moments()
        prior = np.full(int(kinds.max()) + 1, self.prior[0])
        for kind in range(1, len(prior)):
            prior[kind] = max(float(np.mean(moments[0][kinds == kind] ** 2)), self.prior[0])
        return replace(self, kinds=kinds, prior=prior)

    def settled(self, steps: int) -> Belief:
        """The same with variances that are likelier."""
        belief = self
        for _ in range(steps):
            belief = belief._likelier()
        return belief

    def _likelier(self) -> Belief:
        variance = self.whole / self.count
        if variance <= 0:
            return self
        mean, spread = self._moments()
        known = 1 - spread / self.prior[self.kinds]
        left = self.whole - 2 * mean @ self.shared + mean @ self.gram @ mean
        noise = max(left / max(self.count - 1 - known.sum(), 1.0), QUIET * variance)
        prior = np.asarray(
            [
                np.sum(mean[self.kinds == kind] ** 2) / max(np.sum(known[self.kinds == kind]), 1e-6)
                for kind in range(len(self.prior))
            ]
        )
        return replace(self, prior=np.maximum(prior, 1e-9 * self.prior.max()), noise=float(noise))

    def _moments(self) -> tuple[Reals, Reals]:
        """Mean and variance of each weight."""
        if self.whole <= 0:
            return np.zeros(len(self.kinds)), self.prior[self.kinds]
        factor = cho_factor(self.gram / self.noise + np.diag(1 / self.prior[self.kinds]), lower=True)
        inverse, _ = lapack.dpotri(factor[0], lower=True)
        return cho_solve(factor, self.shared) / self.noise, np.diag(inverse).copy()

    @property
    def mean(self) -> Reals:
        """Mean of each weight."""
        return self._moments()[0]

    @property
    def worth(self) -> Reals:
        """Square of each weight over the variance that it would have by chance alone: what t**2 is to a regression."""
        mean, spread = self._moments()
        told = np.maximum(1 / spread - 1 / self.prior[self.kinds], 1e-300)
        return np.asarray((mean / spread) ** 2 / told)
