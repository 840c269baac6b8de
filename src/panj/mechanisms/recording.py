"""Recording: what an agency writes down of what happened. True and recorded are different variables."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def recorded(true: Real, share: Real, luck: Real, spread: Real) -> Float[Array, "..."]:
    """What enters the record: a share of what is true, lumpy from month to month, unbiased in the mean.

    ``true * share * exp(spread * luck - spread**2 / 2)``

    Args:
        true: What happened.
        share: Of it that is written down on average [1].
        luck: Standard normal, one a month and record.
        spread: Standard deviation of the logarithm of a month's record.
    """
    return true * share * jnp.exp(spread * luck - spread**2 / 2)
