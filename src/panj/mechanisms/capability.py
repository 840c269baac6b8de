"""Capability of those who hold a border: equipment that comes and wears, skill that is taught and leaves.

Links L01, L29, L33-L37. Equipment is a stock of value in working order; skill is a mean over staff.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def equipment_next(stock: Real, anchor: Real, delivered: Real, in_use: Real, life: Real) -> Float[Array, "..."]:
    """Equipment in working order one month on [USD].

    What was there wears out over its life; the service's own upkeep keeps it from falling below its anchor, the
    level that the evidence gives for its own means; what donors deliver adds the share that is put to use.

    Args:
        stock: Now [USD].
        anchor: What the service keeps up by itself [USD].
        delivered: In the month [USD].
        in_use: Share of deliveries that is put to use [1].
        life: Of equipment [month].
    """
    above = jnp.maximum(stock - anchor, 0.0) * (1 - 1 / life)
    return anchor + above + delivered * in_use


def skill_next(skill: Real, anchor: Real, turnover: Real, training: Real, effect: Real) -> Float[Array, "..."]:
    """Mean skill one month on, 0-1.

    Those who leave are replaced by those whom the service trains by its own means, to the anchor; donors' training
    moves skill towards 1.

    Args:
        skill: Now, 0-1.
        anchor: What the service's own training gives, 0-1.
        turnover: Share of staff replaced in a month.
        training: In the month [kUSD/person].
        effect: Rise per unit of training [1/kUSD].
    """
    kept = skill + (anchor - skill) * turnover
    return kept + (1 - kept) * -jnp.expm1(-effect * training)
