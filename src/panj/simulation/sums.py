"""Sums over flows, pairs, links, sections and sides: one way of each.

What belongs to each of some numbered things is added up by a matrix of zeros and ones: a scatter costs as little on a
CPU (18 against 25 microseconds for the links of Central Asia), but adds in any order on an accelerator, and a run is
to be the same to the bit. Flows are weighed, and products of arrays added up, flow by flow. Axes as in `world`; ``G``
states, ``B`` borders.
"""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from panj.simulation.world import World

LEFT, ENTERED = 0, 1
"""The side of a border, or the state, that a link leaves and the one that it enters."""


def add_up(of: NDArray[np.int_], number: int, values: Float[Array, "n ..."]) -> Float[Array, "number ..."]:
    """Sum of what belongs to each of some numbered things, over the leading axis.

    Args:
        of: To which of them each value belongs.
        number: How many there are.
        values: To be added up.
    """
    return jnp.tensordot(one_hot(of, number), values, axes=1)


def one_hot(of: Any, number: int) -> Float[Array, "number n"]:
    """Matrix that adds up what belongs to each of some numbered things."""
    return jnp.asarray(np.arange(number)[:, None] == np.asarray(of), jnp.float32)


def over_flows(*factors: Float[Array, "F ..."]) -> Float[Array, "..."]:
    """Sum over flows of a product, flow by flow: twenty times as fast as a sum over the leading axis (measured)."""
    total: Float[Array, "..."] = jnp.zeros(())
    for flow in range(len(factors[0])):
        total += math.prod(factor[flow] for factor in factors)
    return total


def weighed(weight: NDArray[np.float32], by_flow: Float[Array, "F ..."]) -> Float[Array, "..."]:
    """Sum over flows, each with its weight, flow by flow: those that have none are not looked at."""
    total: Float[Array, "..."] = jnp.zeros(by_flow.shape[1:])
    for flow in np.flatnonzero(weight):
        total += float(weight[flow]) * by_flow[flow]
    return total


def pairs_to_flows(world: World, by_pair: Float[Array, "P ..."]) -> Float[Array, "F ..."]:
    """Sum over the pairs of each flow."""
    return add_up(world.pair_flow, len(world.factor), by_pair)


def links_to_borders(world: World, by_link: Float[Array, "L ..."]) -> Float[Array, "B ..."]:
    """Sum over the links of each border."""
    return add_up(world.border, len(world.border_states), by_link)


def links_to_sides(world: World, by_link: Float[Array, "L M"], way: int) -> Float[Array, "B 2 M"]:
    """Sum over the links that leave a side of a border, or over those that enter it."""
    number = len(world.border_states)
    return add_up(2 * world.border + world.side[way], 2 * number, by_link).reshape(number, 2, -1)


def links_to_states(world: World, by_link: Float[Array, "L ..."], way: int) -> Float[Array, "G ..."]:
    """Sum over the links that leave a state, or over those that enter it."""
    return add_up(world.state[way], len(world.member), by_link)


def sections_to_borders(world: World, by_section: Float[Array, "S ..."]) -> Float[Array, "B ..."]:
    """Sum over the sections of each border."""
    return add_up(world.section_border, len(world.border_states), by_section)


def sides_to_states(world: World, by_side: Float[Array, "B 2 M"]) -> Float[Array, "G M"]:
    """Sum over the border sides of each state."""
    return add_up(world.border_states.ravel(), len(world.member), by_side.reshape(-1, by_side.shape[-1]))
