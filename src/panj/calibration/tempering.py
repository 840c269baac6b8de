r"""A check against hidden modes: tempered sequential Monte Carlo beside NUTS, on the few parameters that tell most.

A chain may never leave the mode that it began in. Particles that begin all over the prior, and take the numbers in
little by little, end in every mode that holds a share of the posterior (Del Moral, Doucet & Jasra 2006). In hundreds of
dimensions that would need too many, so all parameters but a few are held where NUTS found them on average, and both
methods sample what is left. Modes are counted where the draws of each end up when they climb.

Modes that only open when other parameters move as well are not seen.

Source:
    Cabezas, A., A. Corenflos, J. Lao and R. Louf (2024), BlackJAX: composable Bayesian inference in JAX,
    arXiv 2402.10797.
    Del Moral, P., A. Doucet and A. Jasra (2006), Sequential Monte Carlo samplers, Journal of the Royal Statistical
    Society B 68, 411-436.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import blackjax
import blackjax.smc.resampling
import jax
import jax.numpy as jnp
import numpy as np
from blackjax.smc import adaptive_tempered, extend_params
from numpy.typing import NDArray
from scipy.optimize import minimize

from panj.calibration.sampling import Problem, Reals, log_likelihood, log_prior, sampler, together

FEW = 6
"""Parameters that are let free."""

PARTICLES = 1000

KEEPING = 0.5
"""Share of the particles that each tempering step is worth: how small the steps are."""

MOVES = 20
"""Moves of each particle at each temperature."""

STEP, LEAPS = 0.3, 5
"""Each move: so many steps of a Hamiltonian path, each so long in standard deviations of the particles."""

CLIMBS = 60
"""Draws that climb."""

APART = 0.5
"""Tops nearer to each other than this, in prior standard deviations, are one."""

ALIKE = 0.15
"""Means may differ by this much of a standard deviation, and standard deviations by this share: four chance errors."""


@dataclass(frozen=True)
class Check:
    """NUTS and tempered Monte Carlo on the same few parameters.

    Attributes:
        free: Numbers of the parameters.
        means: Of NUTS and of the particles, 2 x F; ``spreads``: standard deviations.
        tops: How many modes the draws of NUTS climb to, and those of the particles.
        temperatures: Steps in which the particles took the numbers in.
    """

    free: NDArray[np.int_]
    means: Reals
    spreads: Reals
    tops: tuple[int, int]
    temperatures: int

    @property
    def off(self) -> float:
        """Largest difference of means, in standard deviations of the particles."""
        return float(np.max(np.abs(self.means[0] - self.means[1]) / self.spreads[1]))

    @property
    def ratio(self) -> float:
        """Largest factor between standard deviations, less 1."""
        return float(np.max(np.exp(np.abs(np.log(self.spreads[0] / self.spreads[1]))))) - 1

    @property
    def agree(self) -> bool:
        """Whether both found the same: means, spreads, number of modes."""
        return self.off < ALIKE and self.ratio < ALIKE and self.tops[0] == self.tops[1]

    def said(self) -> str:
        """In a line."""
        return (
            f"tempered Monte Carlo on the {len(self.free)} parameters that move the numbers most "
            f"{'agrees' if self.agree else 'does not agree'} with NUTS: means differ by at most {self.off:.2f} "
            f"standard deviations, standard deviations by {self.ratio:.0%}; modes {self.tops[0]} (NUTS) and "
            f"{self.tops[1]}"
        )


def influence(problem: Problem, at: Reals) -> Reals:
    """How much each parameter moves the targets: the sum of squared slopes in standard deviations, P."""
    slopes = np.asarray(problem.weight) @ np.asarray(jax.jacobian(problem.surface.at)(jnp.asarray(at)))
    return np.asarray(np.sum(slopes**2, axis=0), float)


def tempered(problem: Problem, seed: int, particles: int = PARTICLES) -> tuple[Reals, int]:
    """Draws of a problem of few parameters, particle by parameter, and in how many temperatures.

    Tempered sequential Monte Carlo by BlackJAX; the next temperature follows from the particles, and so do the scales
    of their moves.
    """
    problem = jax.tree.map(jnp.asarray, problem)
    first, then = jax.random.split(jax.random.key(seed))
    state = adaptive_tempered.init(jax.random.normal(first, (particles, len(problem.free))))
    steps, whole = 0, False
    while not whole:  # particles are weighted for the temperature that they reached, and moved there in the step after
        whole = bool(state.tempering_param >= 1)
        middle = state.weights @ state.particles
        scale = state.weights @ (state.particles - middle) ** 2
        state = _moved(problem, jax.random.fold_in(then, steps), state, scale)
        steps += 1
    return np.asarray(state.particles, float), steps


@jax.jit
def _moved(problem: Problem, key: jax.Array, state: Any, scale: jax.Array) -> Any:
    """Particles at the next temperature: resampled, moved, and weighted for the one after."""
    kernel = adaptive_tempered.build_kernel(
        log_prior,
        lambda levels: log_likelihood(problem, levels),
        blackjax.hmc.build_kernel(),
        blackjax.hmc.init,
        blackjax.smc.resampling.systematic,
        KEEPING,
    )
    path = {"step_size": jnp.asarray(STEP), "inverse_mass_matrix": scale, "num_integration_steps": jnp.asarray(LEAPS)}
    return kernel(key, state, MOVES, extend_params(path))[0]


def tops(problem: Problem, draws: Reals) -> int:
    """How many tops of the posterior some draws climb to."""
    chosen = draws[np.linspace(0, len(draws) - 1, min(CLIMBS, len(draws))).astype(int)]
    problem = jax.tree.map(jnp.asarray, problem)
    value = jax.jit(jax.value_and_grad(lambda levels: -log_prior(levels) - log_likelihood(problem, levels)))

    def height(levels: Reals) -> tuple[float, Reals]:
        found, slope = value(jnp.asarray(levels, jnp.float32))
        return float(found), np.asarray(slope, float)

    found: list[Reals] = []
    for start in chosen:
        end = minimize(height, start, jac=True, method="L-BFGS-B").x
        if all(np.linalg.norm(end - other) > APART for other in found):
            found.append(end)
    return len(found)


def check(problem: Problem, base: Reals, seed: int, few: int = FEW) -> Check:
    """NUTS and tempered Monte Carlo side by side on the parameters that move the targets most.

    Args:
        problem: Of all parameters.
        base: Where those that are not let free are held: their means.
        seed: Of both.
        few: How many are let free.
    """
    free = np.sort(np.argsort(-influence(problem, base), kind="stable")[:few])
    reduced = problem.holding(base, free)
    one = sampler(500, 1000)
    chains = together([one(reduced, number, seed) for number in range(4)])
    particles, steps = tempered(reduced, seed)
    ways = (chains.flat, particles)
    return Check(
        free,
        np.asarray([way.mean(axis=0) for way in ways]),
        np.asarray([way.std(axis=0) for way in ways]),
        (tops(reduced, chains.flat), tops(reduced, particles)),
        steps,
    )
