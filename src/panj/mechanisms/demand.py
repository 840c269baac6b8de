"""Demand: who still sets out when crossing costs more.

Links L53 (permeability -> contraband, +), L70 (time and cost of passage -> freight, -), L72 (rigidity -> visitors, -),
L74 (rigidity -> activity on a border, -) and L75 (tightening -> smuggling, -), each by the cost of the journey.

Time is part of that cost: what an hour of freight is worth rests on Hummels & Schaur (2013), how many honest journeys
stay at home on what Djankov, Freund & Pham (2010) find for a day of delay. Their gravity is a power of cost; here it is
an exponential, the same near the free cost, which ends at nothing where cost has no bound.

Sources:
    Hummels & Schaur (2013), Time as a trade barrier, American Economic Review 103.
    Djankov, Freund & Pham (2010), Trading on time, Review of Economics and Statistics 92.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def share_that_goes(cost: Real, free_cost: Real, spread: Real, elasticity: Real) -> Float[Array, "..."]:
    """Share of the potential that sets out: 1 at the free cost, falling as cost rises, 0 where no way is open.

    ``exp(-elasticity * max(cost - free_cost, 0) / max(free_cost, spread))``: near the free cost, one per cent of added
    cost loses ``elasticity`` per cent of journeys.

    Args:
        cost: Expected cost of the journey this month; infinite where no way is open.
        free_cost: Expected cost with no rules, queues and guards; infinite where no way ever leads.
        spread: Scale of tastes; no journey is taken to cost less, since near home the expected cost may be nothing.
        elasticity: Fall of journeys, in logarithm, when the cost doubles.
    """
    shut = ~(jnp.isfinite(cost) & jnp.isfinite(free_cost))
    free = jnp.where(shut, spread, free_cost)
    added = jnp.maximum(jnp.where(shut, free, cost) - free, 0.0)
    return jnp.where(shut, 0.0, jnp.exp(-elasticity * added / jnp.maximum(free, spread)))
