"""Networks of those who smuggle: how organised they are by what gets through (R12)."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.networks import networks_next
from panj.simulation.crossing import Parameters
from panj.simulation.society.felt import Causes, Turn
from panj.simulation.world import Months, World


class Networks(eqx.Module):
    """Those who smuggle.

    Attributes:
        organised: How organised those are who smuggle, M, 0-1; one half when the clock begins.
    """

    organised: Float[Array, " M"]


def begin(world: World, p: Parameters, now: Months) -> Networks:
    """In balance with what they earn."""
    return Networks(jnp.full_like(p["integrity"], 0.5))


def step(turn: Turn) -> tuple[Networks, Causes]:
    """Organisation one month on."""
    felt, networks = turn.felt, turn.society.networks
    earned, usual = felt("R12", "smuggled_worth"), felt.usual("smuggled_worth")
    return Networks(turn.filled(networks_next, networks=networks.organised, earned=earned, usual_earned=usual)), {}


def reported(networks: Networks, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {"networks": networks.organised}
