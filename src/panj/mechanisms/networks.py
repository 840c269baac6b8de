"""Networks of those who smuggle: they grow organised on what gets through, and are found less for it.

Links L15 (weak control -> crime over borders, +) and R12 (weak control -> richer, better organised networks -> weaker
control). What organisation does to detection is in `simulation.crossing`.

Source:
    Reuter, P. (1983), Disorganized Crime, MIT Press: enforcement keeps illegal firms small.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real

LEAST = 1.0
"""Earnings below which networks have nothing [USD/month]."""


def networks_next(networks: Real, earned: Real, usual_earned: Real, network_months: Real) -> Float[Array, "..."]:
    """Organisation of smuggling networks one month on, 0-1.

    Relaxes over ``network_months`` to ``earned / (earned + usual_earned)``: half where they earn what they used to.

    Args:
        networks: Now, 0-1; begin with 0.5.
        earned: What smuggling brings in on the goods that get through [USD/month], never negative.
        usual_earned: When the clock began [USD/month]; below one dollar it counts as one.
        network_months: Time in which earnings become ties, bribes and means [month], positive.

    Links: L15, R12 (what gets through -> organisation, +).
    """
    target = earned / (earned + jnp.maximum(usual_earned, LEAST))
    return networks + (target - networks) * -jnp.expm1(-1 / network_months)
