"""Choice at one crossing: declared, hidden in declared traffic, or over the green border.

The ways past one post are more alike than the roads that lead to different posts, so they are a nest of a nested logit
(McFadden 1978).
"""

from __future__ import annotations

import jax.numpy as jnp
from jax.nn import logsumexp, softmax
from jaxtyping import Array, Float


def nest_cost(cost: Float[Array, "way ..."], spread: Float[Array, "..."]) -> Float[Array, "..."]:
    """Cost of the nest as a whole: never above its cheapest way [unit of cost].

    Args:
        cost: Of each way; infinite where a way is shut.
        spread: Scale of tastes within the nest, positive.
    """
    open_ = jnp.isfinite(cost)
    any_open = jnp.any(open_, axis=0)
    score = jnp.where(open_, -jnp.where(open_, cost, 0.0) / spread, -jnp.inf)
    safe = jnp.where(any_open, score, 0.0)
    return jnp.where(any_open, -spread * logsumexp(safe, axis=0), jnp.inf)


def nest_shares(cost: Float[Array, "way ..."], spread: Float[Array, "..."]) -> Float[Array, "way ..."]:
    """Share of those at the crossing who go each way; sums to one, or to zero where every way is shut."""
    open_ = jnp.isfinite(cost)
    any_open = jnp.any(open_, axis=0)
    score = jnp.where(open_, -jnp.where(open_, cost, 0.0) / spread, -jnp.inf)
    return jnp.where(any_open, softmax(jnp.where(any_open, score, 0.0), axis=0), 0.0)
