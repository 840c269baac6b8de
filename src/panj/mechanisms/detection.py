"""Detection: what guards and customs find of what passes by them.

``p = 1 - exp(-rate * effort)``: each bit of effort has the same chance to find, so effort has a falling return (Koopman
1946, the law of random search). Links L35, L36, L37, L44, L60, L75.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def quality(skill: Real, equipment: Real, boost: Real, half: Real) -> Float[Array, "..."]:
    """What one person in the line is worth, against one of full skill without equipment [1].

    ``skill * (1 + boost * equipment / (equipment + half))``

    Args:
        skill: 0-1.
        equipment: Value of equipment in working order a person [USD/person].
        boost: Added share of detection with equipment without stint [1].
        half: Equipment a person at which half of it is reached [USD/person].
    """
    return skill * (1 + boost * equipment / (equipment + half))


def found(rate: Real, effort: Real) -> Float[Array, "..."]:
    """Chance that one passage is found [1]: between 0 and 1, growing in rate and effort (Koopman 1946)."""
    return -jnp.expm1(-rate * effort)


def time_on_search(search_share: Real, checks: Real, check_searches: Real) -> Float[Array, "..."]:
    """Share of an officer's working time at a post that goes into search, 0-1.

    ``search_share + (1 - search_share) * check_searches * checks``: where checks are strict, a part of the rest of the
    time goes into looking closer.

    Args:
        search_share: Where nothing is checked beyond what is usual, 0-1.
        checks: How strict they are, 0-1.
        check_searches: Part of the rest of the time that the strictest checks add, 0-1.

    Links: L75 (tightening -> smuggling, -).
    """
    return search_share + (1 - search_share) * check_searches * checks


def sight_in_search(search_finds: Real, longest: Real) -> Float[Array, "..."]:
    """Rate at which an officer-minute of search of full skill finds a hidden lot [1/min].

    ``-log(1 - search_finds) / longest``: that at which `found` gives ``search_finds`` for a full search.

    Args:
        search_finds: Chance that a full search of one vehicle finds a lot of the reference size in it, below 1.
        longest: A full search of one vehicle, in officer-minutes [min].
    """
    return -jnp.log1p(-search_finds) / longest


def search_minutes(
    officers: Real, share: Real, hours: Real, vehicles: Real, longest: Real, share_inspected: Real
) -> Float[Array, "..."]:
    """Officer-minutes of search that a vehicle meets on average at a side of a post [min].

    ``most * (1 - exp(-available / most))`` with ``most = share_inspected * longest``: where many pass, each gets its
    share of the officers' time; where few pass, some are not opened all the same, and nobody is searched for longer
    than a full search takes.

    Args:
        officers: At this side of this post [person].
        share: Of their working time that goes into search [1].
        hours: Hours that one officer works in a month [h].
        vehicles: That pass in the month; one is added, so that an empty post searches its first.
        longest: A full search of one vehicle, in officer-minutes [min].
        share_inspected: Share of vehicles that are opened where there is time for all, above 0 and at most 1.

    Links: L37 (own funds -> control, +), L44 (traffic to hide in -> search of each, -).
    """
    available = officers * share * hours * 60 / (1 + vehicles)
    most = share_inspected * longest
    return -most * jnp.expm1(-available / most)


def bulk(lot: Real, reference: Real, elasticity: Real) -> Float[Array, "..."]:
    """Factor on detection of a lot's size: bulky lots are found more often (L60) [1].

    ``(lot / reference) ** elasticity`` with lots in the same unit.
    """
    return (lot / reference) ** elasticity
