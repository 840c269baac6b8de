"""Members: draws of every uncertain parameter, and luck; the same for every scenario.

Member 41 has the same draws and meets the same luck whatever is laid over the history, so two scenarios differ by the
scenario alone. Nothing here depends on how many members are asked for: a run of 400 begins with the run of 200.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from panj.region import Factor
from panj.region.flows import Parameter

BLOCK = 16
"""Members of one Latin hypercube."""

TAIL = 0.05
"""The range of a parameter runs from this quantile to one minus it."""

EDGE = 1e-4
"""Draws stay this far inside the unit cube, so that no long-tailed prior sends one member to infinity."""


def draw(parameters: Sequence[Parameter], members: Sequence[int], seed: int) -> dict[str, NDArray[np.float64]]:
    """Draw parameters for the members, by Latin hypercubes of `BLOCK` members each (McKay, Beckman and Conover 1979).

    Args:
        parameters: With their distributions.
        members: Numbers of the members, from 0.
        seed: Of the study.

    Returns:
        For each parameter's name, one value a member, inside its plausible range. No other parameter, and no other
        member, has a part in it.
    """
    chance = chances([parameter.id for parameter in parameters], members, seed)
    return {parameter.id: quantile(parameter, chance[:, number]) for number, parameter in enumerate(parameters)}


def chances(names: Sequence[str], members: Sequence[int], seed: int) -> NDArray[np.float64]:
    """Cumulative chances, one row a member and one column a parameter.

    Each parameter has a stream of its own, told by its name. Within a block every member has another part of the range,
    in random order. (A scrambled Sobol sequence spreads single parameters as well, but of 240 it gives some pairs a
    correlation of 0.9 over 200 members; here none exceeds 0.3.)
    """
    numbers = np.asarray(list(members), int)
    found = np.empty((len(numbers), len(names)))
    for block in np.unique(numbers // BLOCK):
        here = numbers // BLOCK == block
        for column, name in enumerate(names):
            own = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
            stream = np.random.default_rng([seed, int(block), own])
            cube = (stream.permutation(BLOCK) + stream.random(BLOCK)) / BLOCK
            found[here, column] = cube[numbers[here] % BLOCK]
    return np.clip(found, EDGE, 1 - EDGE)


def quantile(parameter: Parameter, chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """The value of a parameter at a cumulative chance, kept inside its plausible range.

    Low and high are its 5 % and 95 % (uniform and loguniform: its ends); normal and lognormal have their median at
    the centre as well.
    """
    low, central, high = parameter.low, parameter.central, parameter.high
    if parameter.distribution == "fixed" or low is None or high is None or low == high:
        return np.full(chance.shape, central)
    match parameter.distribution:
        case "uniform":
            value = low + (high - low) * chance
        case "loguniform":
            value = np.exp(np.log(low) + np.log(high / low) * chance)
        case "normal":
            value = _two_pieces(low, central, high, chance)
        case "lognormal":
            value = np.exp(_two_pieces(math.log(low), math.log(central), math.log(high), chance))
        case _:
            from scipy.special import betaincinv

            value = betaincinv(*beta_shape(low, high), chance)
    return np.clip(value, *parameter.plausible)


def _two_pieces(low: float, central: float, high: float, chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Two halves of normal distributions that meet in the median, so that all three quantiles are as given."""
    from scipy.special import ndtri

    z = ndtri(chance) / ndtri(1 - TAIL)
    return np.asarray(central + z * np.where(z < 0, central - low, high - central))


def beta_shape(low: float, high: float) -> tuple[float, float]:
    """Shape of the beta distribution whose 5 % and 95 % are these."""
    from scipy.optimize import least_squares
    from scipy.special import betaincinv

    def gap(logs: NDArray[np.float64]) -> NDArray[np.float64]:
        first, second = np.exp(logs)
        return np.asarray(betaincinv(first, second, [TAIL, 1 - TAIL])) - [low, high]

    middle = (low + high) / 2
    spread = (high - low) / 3.3
    weight = max(middle * (1 - middle) / spread**2 - 1, 0.5)
    fit = least_squares(gap, np.log([middle * weight, (1 - middle) * weight]))
    first, second = np.exp(fit.x)
    return float(first), float(second)


def luck(members: Sequence[int], seed: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Standard normal luck of each member, one stream a member: ``(*shape, member)``."""
    streams = [np.random.Generator(np.random.Philox(key=[seed, member])) for member in members]
    return np.stack([stream.standard_normal(shape) for stream in streams], axis=-1).astype(np.float32)


def apply(draws: Mapping[str, NDArray[np.float64]], factors: Iterable[Factor]) -> dict[str, NDArray[np.float64]]:
    """Draws with a scenario's factors that hold for the whole clock."""
    scaled = dict(draws)
    for factor in factors:
        if factor.since is None:
            scaled[factor.parameter] = scaled[factor.parameter] * factor.factor
    return scaled
