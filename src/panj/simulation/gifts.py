"""What programmes deliver to each member: within the ranges of the files, all of one programme together.

The draw of a programme says where in its range each of its deliveries lies: -1 at the low, 0 at the central, 1 at the
high figure. A member without such draws is given the central figures.

Axes as in `world`; ``P`` programmes.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.capability import in_range
from panj.simulation.crossing import Parameters
from panj.simulation.world import Months, World


def equipment(world: World, p: Parameters, now: Months) -> Float[Array, "S 2 M"]:
    """Equipment that programmes deliver to the sides of the line [USD/month]."""
    return _to_the_line(world, _delivered(world, p, now.delivered))


def training(world: World, p: Parameters, now: Months) -> Float[Array, "S 2 M"]:
    """Training that programmes give them [USD/month]."""
    return _to_the_line(world, _delivered(world, p, now.training))


def by_one_donor(world: World, p: Parameters, now: Months) -> Float[Array, "S 2 M"]:
    """Equipment and training of the donor whose budgets are published [USD/month]; nothing where none is named."""
    own = jnp.asarray(world.budgeted)[:, None]
    return _to_the_line(world, own * (_delivered(world, p, now.delivered) + _delivered(world, p, now.training)))


def detectors(world: World, p: Parameters, now: Months) -> Float[Array, "G M"]:
    """Of the equipment, what is against weapons of mass destruction, by state [USD/month]."""
    return jnp.asarray(world.watch).T @ _delivered(world, p, now.delivered)


def _delivered(world: World, p: Parameters, ends: Float[Array, "3 P"]) -> Float[Array, "P M"]:
    untold = jnp.zeros_like(p["integrity"])
    place = jnp.asarray([p.get(name, untold) for name in world.places]).reshape(len(world.places), -1)
    low, central, high = ends[..., None]
    return in_range(low, central, high, place)


def _to_the_line(world: World, delivered: Float[Array, "P M"]) -> Float[Array, "S 2 M"]:
    return jnp.tensordot(jnp.asarray(world.reach), delivered, axes=(0, 0))
