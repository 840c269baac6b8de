"""Choice at one crossing: declared, hidden in declared traffic, or over the green border.

The ways past one post are more alike than the roads that lead to different posts, so they are a nest of a nested logit
(McFadden 1978).
"""

from __future__ import annotations

from functools import reduce

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float


def nest_cost(cost: Float[Array, "way ..."], spread: Float[Array, "..."]) -> Float[Array, "..."]:
    """Cost of the nest as a whole: never above its cheapest way [unit of cost].

    Args:
        cost: Of each way; infinite where a way is shut.
        spread: Scale of tastes within the nest, positive.
    """
    is_open, least, weights = _weighed(cost, spread)
    return jnp.where(is_open, least - spread * jnp.log(jnp.where(is_open, sum(weights), 1.0)), jnp.inf)


def nest_shares(cost: Float[Array, "way ..."], spread: Float[Array, "..."]) -> Float[Array, "way ..."]:
    """Share of those at the crossing who go each way; sums to one, or to zero where every way is shut."""
    is_open, _, weights = _weighed(cost, spread)
    total = jnp.where(is_open, sum(weights), 1.0)
    return jnp.stack([weight / total for weight in weights])


def _weighed(
    cost: Float[Array, "way ..."], spread: Float[Array, "..."]
) -> tuple[Bool[Array, "..."], Float[Array, "..."], list[Float[Array, "..."]]]:
    """Whether any way is open, the cost of the cheapest, and the weight of each way over that one's.

    Way by way: sums over a leading axis are slow.
    """
    cheapest = lax.stop_gradient(reduce(jnp.minimum, cost))
    is_open = jnp.isfinite(cheapest)
    least = jnp.where(is_open, cheapest, 0.0)
    known = [jnp.isfinite(way) for way in cost]
    above = [jnp.where(open_, way, least) - least for open_, way in zip(known, cost, strict=True)]
    return is_open, least, [jnp.where(o, jnp.exp(-more / spread), 0.0) for o, more in zip(known, above, strict=True)]
