"""Whether the sum over routes of any length has a limit: the spectral radius of the recursion on links."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from panj.passage.network import Network


def radius(network: Network, cost: Float[Array, "link pair member"], horizon: int = 64) -> Float[Array, "pair member"]:
    """Return the spectral radius of the recursion on links, by `horizon` power iterations over the whole network.

    From 1 upwards the sum over routes of any length has no limit, and only a finite horizon is well posed.
    """
    sums, local = network.sums, network.in_spreads(jnp.swapaxes(cost, 0, 1), network.pair_spread)
    barred = np.repeat(~network.may_use, list(network.topology.size.values()), axis=1)[:, :, None]
    weight = sums.hold(-jnp.where(barred, jnp.inf, local))
    onward = _onward(network)
    half = horizon // 2

    def grow(_: int, carry: tuple[Array, Array]) -> tuple[Array, Array]:
        value, grown = carry
        value = sums.times(weight, onward(value))
        size = sums.logarithm(sums.total(value))
        return sums.over(value, sums.hold(size)[:, None]), grown + size

    one = sums.hold(jnp.zeros_like(local))
    settled, _ = lax.fori_loop(0, half, grow, (one, jnp.zeros_like(one[:, 0])))
    _, grown = lax.fori_loop(0, half, grow, (settled, jnp.zeros_like(one[:, 0])))
    return jnp.exp(grown / half)


def _onward(network: Network) -> Callable[[Array], Array]:
    """One step back: values of all departing links to values of going on after each of them."""
    sums, classes = network.sums, np.asarray(network.class_of_pair, int)
    blocks = [sums.hold(-step[classes]) for step in network.step]
    ends = np.cumsum([0, *(block.shape[2] for block in blocks)])

    def onward(value: Array) -> Array:
        parts = [sums.through(block, value[:, a:b]) for block, (a, b) in zip(blocks, pairwise(ends), strict=True)]
        return jnp.concatenate(parts, axis=1)[:, network.arrived]

    return onward
