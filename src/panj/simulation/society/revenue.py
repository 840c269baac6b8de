"""Revenue: what customs pays into the budgets of states, and what services have of it (L37, L58, L62, L63, R2)."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.customs import border_profit, budget_next, customs_revenue, revenue_share
from panj.mechanisms.recording import declared_trade, mirror_gap
from panj.simulation.crossing import Parameters
from panj.simulation.society.felt import Causes, Turn
from panj.simulation.society.places import by_state
from panj.simulation.sums import sides_to_states
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
    """Means one month on; tells what customs pays in.

    The usual revenue is what the month's wanted trade would bring if as much of it came in, as much were smuggled and
    services were as honest as when the clock began: growth alone makes nobody richer than pay already is.

    Imports that no flow carries (by rail, by air, through lines; from states that are no part of the region) pay as
    the others do, whatever happens at the borders. The files give what was written down of them.
    """
    felt, world = turn.felt, turn.world
    given = {"duty": felt.causes["duty"]}
    given["evaded"] = felt("L62 L89", "evaded")
    elsewhere = turn.now.conditions["other_imports"][:, None] / (1 - felt.usual("evaded"))
    revenue = turn.filled(
        customs_revenue,
        **given,
        imports=felt("L72", "imports"),
        elsewhere=elsewhere,
        contraband=felt("L58", "contraband_imports"),
        integrity=by_state(world, felt("L63", "integrity")),
    )
    kept = felt.usual("imports") / jnp.maximum(felt.usual("imports_wanted"), 1.0)
    start = turn.filled(
        customs_revenue,
        **given,
        imports=felt.causes["imports_wanted"] * kept,
        elsewhere=elsewhere,
        contraband=felt.usual("contraband_imports"),
        integrity=by_state(world, felt.usual("integrity")),
    )
    rest = turn.now.conditions["other_revenue"][:, None]
    budget = turn.filled(
        budget_next, budget=turn.society.revenue.budget, revenue=revenue + rest + 1.0, usual_revenue=start + rest + 1.0
    )
    told = {
        "revenue": revenue,
        "customs_share": revenue_share(revenue, rest),
        "declared_imports": declared_trade(felt.causes["imports"] + elsewhere, felt("L62 L89", "evaded")),
        "mirror_gap": turn.filled(mirror_gap, evaded=felt("L62 L89", "evaded")),
        "border_profit": turn.filled(
            border_profit,
            customs_revenue=revenue,
            opacity=felt("L72", "opacity_of_state"),
            officers=sides_to_states(world, felt.causes["officers"]),
            pay=turn.now.conditions["pay"][:, None] * turn.society.revenue.budget,
        ),
    }
    return Revenue(budget), told


def reported(revenue: Revenue, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    names = ("revenue", "customs_share", "declared_imports", "mirror_gap", "border_profit")
    return {name: causes[name] for name in names} | {"budget": revenue.budget}
