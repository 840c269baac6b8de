"""Capability of those who hold a border: equipment that comes and wears, skill that is taught and leaves.

Links L35 and aid's half of L37. What a service has by its own means is evidence; what donors add to it is a stock that
grows with deliveries and is lost with time. Where the aid comes from is in `attention`, whom money keeps on a line in
`guardians`, what they find in `detection`.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def in_range(low: Real, central: Real, high: Real, place: Real) -> Float[Array, "..."]:
    """What is delivered within its range [USD]; never negative.

    ``(1 - place) * central + place * high`` above the central figure, ``(1 + place) * central - place * low`` below it.

    Args:
        low: Its lowest figure (5 %) [USD].
        central: As told [USD].
        high: Its highest figure (95 %) [USD].
        place: Where in the range it lies: -1 the low, 0 the central, 1 the high figure.
    """
    inside = jnp.where(place < 0, (1 + place) * central - place * low, (1 - place) * central + place * high)
    return jnp.maximum(inside, 0.0)


def donated_next(stock: Real, delivered: Real, in_use: Real, life: Real) -> Float[Array, "..."]:
    """Donated equipment in working order one month on [USD].

    Args:
        stock: Now [USD].
        delivered: In the month [USD].
        in_use: Share of deliveries that is put to use [1].
        life: Of equipment [month], above 1.
    """
    return stock * (1 - 1 / life) + delivered * in_use


def taught_next(taught: Real, own: Real, turnover: Real, training: Real, effect: Real) -> Float[Array, "..."]:
    """Skill that training by others has added to a service's own, one month on; own and added stay below 1.

    Args:
        taught: Added so far, 0 to 1 - own.
        own: Skill by the service's own training, 0-1.
        turnover: Share of staff replaced in a month; what they were taught goes with them.
        training: In the month [kUSD/person].
        effect: Rise per unit of training, as a share of what is still to be learned [1/kUSD].
    """
    kept = jnp.minimum(taught, 1 - own) * (1 - turnover)
    return kept + (1 - own - kept) * -jnp.expm1(-effect * training)
