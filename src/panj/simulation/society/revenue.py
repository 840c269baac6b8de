"""Revenue: what customs pays into the budgets of states, and what services have of it (L37, L58, L62, L63, R2)."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.customs import budget_next, customs_revenue
from panj.simulation.crossing import Parameters
from panj.simulation.society.felt import Causes, Turn
from panj.simulation.society.places import by_state
from panj.simulation.world import Months, World


class Revenue(eqx.Module):
    """Means of the services.

    Attributes:
        budget: Pay and own equipment over their usual, G x M.
    """

    budget: Float[Array, "G M"]


def begin(world: World, p: Parameters, now: Months) -> Revenue:
    """As usual."""
    return Revenue(jnp.ones((len(world.region.states), p["integrity"].shape[0])))


def step(turn: Turn) -> tuple[Revenue, Causes]:
    """Means one month on; tells what customs pays in."""
    felt, world = turn.felt, turn.world
    given = {name: felt.causes[name] for name in ("imports", "duty", "evaded")}
    revenue = turn.filled(
        customs_revenue,
        **given,
        contraband=felt("L58", "contraband_imports"),
        integrity=by_state(world, felt("L63", "integrity")),
    )
    start = turn.filled(
        customs_revenue,
        **given,
        contraband=felt.usual("contraband_imports"),
        integrity=by_state(world, felt.usual("integrity")),
    )
    rest = turn.now.conditions["other_revenue"][:, None]
    budget = turn.filled(
        budget_next, budget=turn.society.revenue.budget, revenue=revenue + rest + 1.0, usual_revenue=start + rest + 1.0
    )
    return Revenue(budget), {"revenue": revenue}


def reported(revenue: Revenue, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {"revenue": causes["revenue"], "budget": revenue.budget}
