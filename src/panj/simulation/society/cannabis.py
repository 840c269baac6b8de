"""Cannabis: how large a lot smugglers dare (L60, B8). What stands give is in `appetite`."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.cannabis import lot
from panj.simulation.crossing import REFERENCE_LOT_KG, Parameters
from panj.simulation.kinds import CANNABIS
from panj.simulation.society.felt import Causes, Turn
from panj.simulation.world import Months, World


class Cannabis(eqx.Module):
    """Those who carry it.

    Attributes:
        lots: Size of a lot over the file's, M.
    """

    lots: Float[Array, " M"]


def begin(world: World, p: Parameters, now: Months) -> Cannabis:
    """Lots as the file says."""
    return Cannabis(jnp.ones_like(p["integrity"]))


def step(turn: Turn) -> tuple[Cannabis, Causes]:
    """Lots by what was taken last month."""
    flows = turn.world.region.flows
    price = next((flow.value_usd for flow in flows.values() if flow.id in CANNABIS), 1.0)

    def best(risk: Array) -> Array:
        found: Array = turn.filled(
            lot,
            price=jnp.asarray(price),
            risk=risk,
            trip_cost=turn.p["hiding_cost"],
            reference_lot=jnp.asarray(REFERENCE_LOT_KG),
        )
        return found

    return Cannabis(best(turn.felt("B8", "cannabis_taken")) / best(turn.felt.usual("cannabis_taken"))), {}


def reported(cannabis: Cannabis, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {"cannabis_lot": cannabis.lots}
