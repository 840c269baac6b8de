"""Demand: who still sets out when crossing costs more. Links L54, L55, L72, L74."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def share_that_goes(cost: Real, free_cost: Real, elasticity: Real) -> Float[Array, "..."]:
    """Share of the potential that sets out: 1 at the free cost, falling as cost rises, 0 where no way is open.

    ``exp(-elasticity * max(cost - free_cost, 0) / free_cost)``: near the free cost, one per cent of added cost loses
    ``elasticity`` per cent of journeys.

    Args:
        cost: Expected cost of the journey this month; infinite where no way is open.
        free_cost: Expected cost with no rules, queues and guards, positive.
        elasticity: Fall of journeys, in logarithm, when the cost doubles.
    """
    shut = ~jnp.isfinite(cost)
    added = jnp.maximum(jnp.where(shut, free_cost, cost) - free_cost, 0.0)
    return jnp.where(shut, 0.0, jnp.exp(-elasticity * added / free_cost))
