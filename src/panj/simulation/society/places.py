"""Means over states, and what borders and sides share. Axes: ``G`` states, ``B`` borders, 2 sides, ``M`` members."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from panj.simulation.sums import sides_to_states
from panj.simulation.world import World


def by_state(world: World, by_side: Float[Array, "B 2 M"]) -> Float[Array, "G M"]:
    """Mean over the border sides of each state; of all sides where a state has none."""
    number = np.bincount(world.border_states.ravel(), minlength=len(world.member))[:, None]
    mean = sides_to_states(world, by_side) / np.maximum(number, 1).astype(np.float32)
    return jnp.where(number > 0, mean, by_side.mean(axis=(0, 1)))


def inner_sides(world: World) -> NDArray[np.float32]:
    """Weight of each side, B x 2, alike for all sides of member states; they sum to one."""
    members = np.asarray([state.kind == "member" for state in world.region.states.values()], np.float32)
    sides = members[world.border_states]
    return np.asarray(sides / np.maximum(sides.sum(), 1), np.float32)


def per_side(by_border: Float[Array, "B M"]) -> Float[Array, "B 1 M"]:
    """Of a border, for each side."""
    return by_border[:, None]


def both(by_border: Float[Array, "B M"]) -> Float[Array, "B 2 M"]:
    """The same on both sides."""
    return jnp.stack([by_border, by_border], axis=1)


def other(by_side: Float[Array, "B 2 M"]) -> Float[Array, "B 2 M"]:
    """Of the other side."""
    return by_side[:, ::-1]
