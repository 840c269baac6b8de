"""Settlement: the talks by which the open part of a border is delimited.

Tension and a strict regime bring states to the table (loop B2); rival maps, land lived in from both sides and the cost
of giving land away keep them there. Links L05, L06, L08, L09, L21, L23.

Huth, P. K. & Allee, T. L. (2002), The Democratic Peace and Territorial Conflict in the Twentieth Century: settling as
a choice whose rate depends on its cost at home and on the cost of the quarrel. Carter, D. B. & Goemans, H. E. (2011),
The making of the territorial order, International Organization 65: an older line that both know is a focal point.
Cox, D. R. (1972), Regression models and life-tables, Journal of the Royal Statistical Society B 34.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def protest(ceded: Real, nationalism: Real, ceding_provokes: Real, nationalism_adds: Real) -> Float[Array, "..."]:
    """Cost at home of ceding land, as protest, 0-1.

    ``1 - exp(-ceding_provokes * ceded * (1 + nationalism_adds * nationalism))``

    Args:
        ceded: Share of the open part that the settlement on the table would give away, 0-1.
        nationalism: How far a government's standing rests on the nation's land, 0-1.
        ceding_provokes: Effect of giving away all, in logarithm [1].
        nationalism_adds: Share that full nationalism adds to it [1].

    Links: L05 (nationalist legitimacy -> cost of ceding land, +), L06 (ceding land -> protest, +).
    """
    return -jnp.expm1(-ceding_provokes * ceded * (1 + nationalism_adds * nationalism))


def settlement_hazard(
    tension: Real,
    opacity: Real,
    rival_maps: Real,
    mixed: Real,
    protest: Real,
    settlement_rate: Real,
    tension_hastens: Real,
    opacity_hastens: Real,
    maps_delay: Real,
    mixed_delays: Real,
    protest_delays: Real,
) -> Float[Array, "..."]:
    """Rate at which an open part of a border is delimited by talks [1/month].

    ``settlement_rate * exp(tension_hastens * tension + opacity_hastens * opacity - maps_delay * rival_maps -
    mixed_delays * mixed - protest_delays * protest)``: proportional hazards (Cox 1972).

    Args:
        tension: Of the border, 0-1.
        opacity: Rigidity of the rules, 0-1: a regime needs a legal line.
        rival_maps: Share of the open part for which each side has another map, 0-1.
        mixed: Share of the open part that runs through land used and lived in from both sides, 0-1.
        protest: Expected against what would be ceded, 0-1, as in `protest`.
        settlement_rate: With none of these [1/month].
        tension_hastens: Rise of the logarithm of the rate with full tension [1].
        opacity_hastens: Likewise with the strictest rules [1].
        maps_delay: Fall where all maps differ [1].
        mixed_delays: Fall where all of it is mixed [1].
        protest_delays: Fall with full protest [1]; it slows ratification, it does not bar it.

    Links: L05, L06 (cost of ceding land -> settlement, -), L09 (rival maps, mixed settlement -> settlement rate, -),
    L21 (rigidity -> need for a legal line, +), L23 (tension -> negotiations, +).
    """
    return settlement_rate * jnp.exp(
        tension_hastens * tension
        + opacity_hastens * opacity
        - maps_delay * rival_maps
        - mixed_delays * mixed
        - protest_delays * protest
    )


def settled_next(settled: Real, settling: Real) -> Float[Array, "..."]:
    """Share of a border that is delimited one month on, in the mean over luck, 0-1.

    ``1 - (1 - settled) * exp(-settling)``. The open share and the claims on it fade by the same factor; what is
    settled stays so.

    Args:
        settled: Now, 0-1.
        settling: Rate at which open parts are settled [1/month], as in `settlement_hazard`.
    """
    return 1 - (1 - settled) * jnp.exp(-settling)
