r"""Sampling: the posterior of the parameters under an emulator, by NUTS, and how well it was sampled.

Every parameter is a standard normal number before the fit, so the prior is exactly ``N(0, I)``. A published number errs
about what the emulator predicts with the variance ``error**2 + discrepancy**2 + emulator**2`` on its scale: of the
number itself, of what the model cannot tell with all parameters right (Kennedy & O'Hagan 2001), and of the emulator.
What the model lacks in one year it lacks in the next (`discrepancy`), and where the emulator errs for one number it
errs for those that are made of the same flow (`emulator`), so both have a covariance; taken as independent they would
count one lucky year as often as it was published. A bound is as likely as
it is that such a number keeps it, given where the numbers that are no bounds lie.

What is sampled is the posterior of the emulator, not of the model: where the emulator errs more than it says, so do the
draws.

Source:
    Hoffman, M. D., and A. Gelman (2014), The No-U-Turn sampler, Journal of Machine Learning Research 15, 1593-1623.
    Kennedy, M. C., and A. O'Hagan (2001), Bayesian calibration of computer models, Journal of the Royal Statistical
    Society B 63, 425-464.
    Phan, D., N. Pradhan and M. Jankowiak (2019), Composable effects for flexible and accelerated probabilistic
    programming in NumPyro, arXiv 1912.11554.
    Vehtari, A., A. Gelman, D. Simpson, B. Carpenter and P.-C. Bürkner (2021), Rank-normalization, folding, and
    localization: an improved R-hat, Bayesian Analysis 16, 667-718.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import log_ndtr
from numpy.typing import NDArray
from numpyro.diagnostics import effective_sample_size, split_gelman_rubin
from numpyro.infer.hmc import hmc
from scipy.linalg import solve_triangular
from scipy.special import ndtri
from scipy.stats import rankdata

from panj.calibration.emulator import Numbers, Surface
from panj.calibration.smoother import Data

Reals = NDArray[np.float64]

MIXED = 1.01
"""Chains whose R-hat is larger have not met (Vehtari and others 2021)."""

CAREFUL = 0.9
"""Share of NUTS's steps that should be accepted: steps small enough for what is bent."""


class Problem(NamedTuple):
    """A posterior, as arrays only, so that it passes into compiled code.

    Attributes:
        surface: The emulators of K targets.
        observed: The numbers on their scales, K.
        weight: Makes gaps between numbers and predictions independent, each with standard deviation 1 if the parameters
            are right, K x K (`weights`).
        sense: 0: about; -1: at most; 1: at least, K.
        base: Where parameters lie that are held fast, P.
        free: Numbers of those that are not, F.
    """

    surface: Surface
    observed: Numbers
    weight: Numbers
    sense: Numbers
    base: Numbers
    free: Numbers

    def holding(self, base: Reals, free: NDArray[np.int_]) -> Problem:
        """The same of a few parameters, the others held fast."""
        return self._replace(base=np.asarray(base), free=np.asarray(free))


def problem_of(surface: Surface, data: Data, covariance: Reals) -> Problem:
    """The posterior of all parameters, given an emulator, the numbers, and the covariance of the emulator's errors."""
    count = surface.slope.shape[1]
    weight = weights(data.covariance + covariance, data.sense)
    return Problem(surface, data.observed, weight, data.sense, np.zeros(count), np.arange(count))


def weights(covariance: Reals, sense: NDArray[np.int_]) -> Reals:
    """The matrix that makes gaps of a covariance independent, each with standard deviation 1, K x K.

    Numbers that are no bounds are made so by the root of their own covariance. A bound is seen from where they lie: its
    row takes its mean given them away, and divides by what spread is left. Bounds are taken as independent of each
    other given the numbers, as no closed form tells how likely it is that several are kept.
    """
    met, bounds = np.flatnonzero(sense == 0), np.flatnonzero(sense != 0)
    root = np.linalg.cholesky(covariance[np.ix_(met, met)])
    weight = np.zeros_like(covariance)
    weight[np.ix_(met, met)] = solve_triangular(root, np.eye(len(met)), lower=True)
    shared = solve_triangular(root, covariance[np.ix_(met, bounds)], lower=True)
    left = np.sqrt(np.diag(covariance)[bounds] - np.sum(shared**2, axis=0))
    weight[np.ix_(bounds, met)] = -(shared.T @ weight[np.ix_(met, met)]) / left[:, None]
    weight[bounds, bounds] = 1 / left
    return weight


def log_likelihood(problem: Problem, levels: jax.Array) -> jax.Array:
    """Logarithm of how likely the numbers are, up to what does not depend on the parameters that are free, F."""
    gap = problem.weight @ (problem.observed - problem.surface.at(_whole(problem, levels)))
    kept = log_ndtr(jnp.where(problem.sense > 0, -gap, gap))
    return jnp.sum(jnp.where(problem.sense == 0, -0.5 * gap**2, kept))


def log_prior(levels: jax.Array) -> jax.Array:
    """Logarithm of the standard normal density, up to a constant."""
    return -0.5 * jnp.sum(levels**2)


@dataclass(frozen=True)
class Chains:
    """What NUTS drew.

    Attributes:
        draws: Chain by draw by free parameter.
        divergent: How many steps of each chain left the path that they ought to follow.
        leaps: Steps of the integrator a draw, mean of each chain.
    """

    draws: Reals
    divergent: NDArray[np.int_]
    leaps: Reals

    @property
    def flat(self) -> Reals:
        """Draw by parameter, chain after chain."""
        return self.draws.reshape(-1, self.draws.shape[-1])


@functools.cache
def sampler(warmup: int, draws: int) -> Callable[[Problem, int, int], Chains]:
    """A function that draws one chain of a problem, by its number and a seed; compiled once for problems of one shape.

    NUTS by NumPyro. Step size and scales are adapted in the warm-up, whose draws are thrown away. A chain starts from
    the prior.
    """

    def drawn(problem: Problem, key: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        centre, root = stretch(problem)

        def potential(even: jax.Array) -> jax.Array:
            levels = centre + root @ even
            return -log_prior(levels) - log_likelihood(problem, levels)

        first, then = jax.random.split(key)
        start = jax.scipy.linalg.solve_triangular(
            root, jax.random.normal(first, problem.free.shape) - centre, lower=True
        )
        begin, step = hmc(potential, algo="NUTS")
        state = begin(start, num_warmup=warmup, target_accept_prob=CAREFUL, rng_key=then)

        def on(now: Any, _: None) -> tuple[Any, tuple[jax.Array, jax.Array, jax.Array]]:
            now = step(now)
            return now, (centre + root @ now.z, now.diverging, now.num_steps)

        every = jax.lax.scan(on, state, None, length=warmup + draws)[1]
        levels, divergent, leaps = (one[warmup:] for one in every)
        return levels, divergent, leaps

    compiled = jax.jit(drawn)

    def chain(problem: Problem, number: int, seed: int) -> Chains:
        arrays = jax.tree.map(jnp.asarray, problem)
        levels, divergent, leaps = compiled(arrays, jax.random.fold_in(jax.random.key(seed), number))
        return Chains(
            np.asarray(levels, float)[None], np.asarray([int(divergent.sum())]), np.asarray([float(leaps.mean())])
        )

    return chain


def stretch(problem: Problem) -> tuple[jax.Array, jax.Array]:
    """Where the posterior would lie, and a root of its covariance, if nothing bent and there were no bounds.

    Sampling in these coordinates takes half of the steps where 58 numbers tell of 256 parameters. It changes nothing
    else: what is sampled is exact.
    """
    slope = jax.jacobian(lambda levels: problem.surface.at(_whole(problem, levels)))(jnp.zeros(problem.free.shape))
    weight = jnp.where(problem.sense == 0, problem.weight.T, 0.0).T
    gap = weight @ (problem.observed - problem.surface.at(_whole(problem, jnp.zeros(problem.free.shape))))
    seen = weight @ slope
    inverse = jnp.linalg.inv(jnp.eye(len(problem.free)) + seen.T @ seen)
    return inverse @ (seen.T @ gap), jnp.linalg.cholesky(0.5 * (inverse + inverse.T))


def _whole(problem: Problem, levels: jax.Array) -> jax.Array:
    """All parameters from those that are free."""
    return jnp.asarray(problem.base).at[problem.free].set(levels)


def together(chains: list[Chains]) -> Chains:
    """Chains that were drawn one after the other."""
    return Chains(
        np.concatenate([one.draws for one in chains]),
        np.concatenate([one.divergent for one in chains]),
        np.concatenate([one.leaps for one in chains]),
    )


@dataclass(frozen=True)
class Diagnosis:
    """How well each parameter was sampled, by the measures of Vehtari and others (2021).

    Attributes:
        rhat: Of ranks and of folded ranks, the larger: 1 where chains agree with each other and with themselves.
        bulk: How many independent draws the middle is worth; ``tail``: the 5 and 95 % quantiles, the lesser.
        divergent: Steps that left their path, all chains together.
    """

    rhat: Reals
    bulk: Reals
    tail: Reals
    divergent: int

    @property
    def mixed(self) -> bool:
        """Whether every parameter's R-hat is below `MIXED`."""
        return bool(np.max(self.rhat) < MIXED)

    def said(self) -> str:
        """In a line."""
        return (
            f"R-hat at most {np.max(self.rhat):.3f}, effective draws at least {np.min(self.bulk):.0f} in the middle "
            f"and {np.min(self.tail):.0f} in the tails, {self.divergent} divergences"
        )


def diagnose(chains: Chains) -> Diagnosis:
    """How well chains were sampled, parameter by parameter."""
    draws = chains.draws[:, : chains.draws.shape[1] // 2 * 2]
    low, high = np.quantile(draws, [0.05, 0.95], axis=(0, 1))
    folded = np.abs(draws - np.median(draws, axis=(0, 1)))
    bulk = _ranked(draws)
    return Diagnosis(
        np.maximum(split_gelman_rubin(bulk), split_gelman_rubin(_ranked(folded))),
        _effective(bulk),
        np.minimum(_effective(draws <= low), _effective(draws <= high)),
        int(chains.divergent.sum()),
    )


def _ranked(draws: Reals) -> Reals:
    """Draws as the normal numbers of their ranks among those of all chains."""
    ranks = rankdata(draws.reshape(-1, draws.shape[-1]), axis=0).reshape(draws.shape)
    return np.asarray(ndtri((ranks - 0.375) / (draws.shape[0] * draws.shape[1] + 0.25)))


def _effective(draws: NDArray[Any]) -> Reals:
    """Effective number of draws of chains that are cut in halves."""
    halves = draws.reshape(draws.shape[0] * 2, -1, draws.shape[-1]).astype(float)
    return np.asarray(effective_sample_size(halves))
