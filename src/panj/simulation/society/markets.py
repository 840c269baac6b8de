"""Markets: how consumer prices on the two sides of a border part, and what that draws over it (L55, L62, L73, R3)."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.trade import misdeclared, price_gap_next
from panj.simulation.crossing import Parameters
from panj.simulation.society.felt import Causes, Turn
from panj.simulation.world import Months, World

LEAST_INFLOW = 1e-3
"""Share of a state's goods below which a border does not move its prices (assumed)."""


class Markets(eqx.Module):
    """Prices of consumer goods.

    Attributes:
        price_gap: Log ratio of consumer prices on a side over the other, B x 2 x M.
    """

    price_gap: Float[Array, "B 2 M"]


def begin(world: World, p: Parameters, now: Months) -> Markets:
    """Prices part by the duties in force."""
    duty = p["duty_full"] * now.conditions["duty_level"][world.border_states][..., None]
    return Markets(price_gap=jnp.log1p(duty))


def step(turn: Turn) -> tuple[Markets, Causes]:
    """Price gaps one month on; tells what supply was lost, the duties, and what was misdeclared."""
    felt, here = turn.felt, turn.world.border_states
    usually_in = felt.usual("inflow")
    lost = jnp.where(
        usually_in > LEAST_INFLOW,
        jnp.clip(1 - felt("L73", "inflow") / jnp.maximum(usually_in, LEAST_INFLOW), 0.0, 1.0),
        0.0,
    )
    duty = turn.p["duty_full"] * turn.now.conditions["duty_level"][:, None]
    price_gap = turn.filled(
        price_gap_next,
        price_gap=turn.society.markets.price_gap,
        lost=lost,
        smuggled=jnp.clip(felt("R3", "smuggled") - felt.usual("smuggled"), 0.0, 1.0),
        duty=duty[here],
    )
    evaded = turn.filled(misdeclared, duty=duty, cooperation=felt("L62 L89", "cooperation").mean(axis=0))
    return Markets(price_gap), {"lost": lost, "duty": duty, "evaded": evaded}


def reported(markets: Markets, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {"price_gap": markets.price_gap.mean(axis=1)}
