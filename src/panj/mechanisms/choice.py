"""Choice at one crossing: at the post, declared or hidden in declared traffic, or round it over the green border.

The ways past one post are more alike than the roads that lead to different posts, so they are a nest of a nested logit
(McFadden 1978).
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

SHUT = 1e30
"""Above every cost: a way that is shut, in numbers that can be subtracted."""

FAR = 80.0
"""Spreads from which on a way is not worth the name; exp(80) is still a float32."""


def nest_cost(cost: Float[Array, "way ..."], spread: Float[Array, "..."]) -> Float[Array, "..."]:
    """Cost of the nest as a whole: never above its cheapest way [unit of cost].

    Args:
        cost: Of each way; infinite where a way is shut.
        spread: Scale of tastes within the nest, positive.
    """
    return _nested(cost, spread)[0]


def nest_shares(cost: Float[Array, "way ..."], spread: Float[Array, "..."]) -> Float[Array, "way ..."]:
    """Share of those at the crossing who go each way; sums to one, or to zero where every way is shut."""
    return jnp.stack(_nested(cost, spread)[1])


def _nested(
    cost: Float[Array, "way ..."], spread: Float[Array, "..."]
) -> tuple[Float[Array, "..."], list[Float[Array, "..."]]]:
    """Cost of the nest and share of each way, one way after the other: each takes its share from those before it."""
    nest, *others = (jnp.minimum(way, SHUT) for way in cost)
    shares = [jnp.ones_like(nest)]
    for way in others:
        odds = jnp.exp(jnp.clip((way - nest) / spread, -FAR, FAR))
        goes = 1 / (1 + odds)
        stays = odds * goes
        shares = [*(share * stays for share in shares), goes]
        nest = jnp.minimum(nest, way) + spread * jnp.log(jnp.maximum(stays, goes))
    is_open = [jnp.isfinite(way) for way in cost]
    return jnp.where(nest < SHUT, nest, jnp.inf), [jnp.where(o, s, 0.0) for o, s in zip(is_open, shares, strict=True)]
