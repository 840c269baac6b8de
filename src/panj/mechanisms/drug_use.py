"""Use of opiates: who begins, who leaves, how much they want. Counts of people, never persons.

Sources:
    Behrens, Caulkins, Tragler, Haunschmied & Feichtinger (1999), A dynamic model of drug initiation,
        Mathematical Biosciences 159.
    van Ours (1995), The price elasticity of hard drugs, Journal of Political Economy 103.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real

LEAST = 1e-3
"""Least price [USD/kg], so that demand stays finite."""


def users_next(
    users: Real,
    transit: Real,
    adults: Real,
    use_per_kg: Real,
    contagion: Real,
    use_exit: Real,
    use_reach: Real,
) -> Float[Array, "..."]:
    """Users of opiates one month on [person]: some begin where it passes, some by those who use, some leave.

    ``users + (reach - users) * (1 - exp(-begin / reach)) - users * (1 - exp(-use_exit / 12))`` with
    ``begin = use_per_kg * transit + contagion / 12 * users`` and ``reach = use_reach * adults``.

    An epidemic of use that burns itself out (Behrens et al. 1999, with one kind of users). Carriers paid in kind,
    and the low price beside a route, are what passes on to the people along it.

    Args:
        users: Now [person].
        transit: Pure heroin that passes through the state [kg/month].
        adults: People of 15 and over [person], positive.
        use_per_kg: People who begin with each kilogram that passes, while few use [person/kg].
        contagion: New users that one user brings in a year, while few use [1/year].
        use_exit: Share of users who stop or die in a year [1/year].
        use_reach: Share of adults who would ever use, 0-1.

    Links: L47 (transit -> local use, +), which with `heroin_wanted` closes R9.
    """
    reach = use_reach * adults
    room = jnp.maximum(reach - users, 0.0)
    begin = use_per_kg * transit + contagion / 12 * users
    return users + room * -jnp.expm1(-begin / reach) - users * -jnp.expm1(-use_exit / 12)


def heroin_wanted(
    users: Real, price: Real, usual_price: Real, grams_a_year: Real, opiate_elasticity: Real
) -> Float[Array, "..."]:
    """Pure heroin that a state's users would buy this month [kg].

    ``users * grams_a_year / 12000 * (price / usual_price) ** -opiate_elasticity`` (van Ours 1995).

    Args:
        users: As in `users_next`.
        price: Now [USD/kg]; below 0.001 it counts as that.
        usual_price: At which a user takes ``grams_a_year`` [USD/kg], positive.
        grams_a_year: Pure heroin a user [g/year].
        opiate_elasticity: Fall of what is bought, in per cent, when the price rises by one per cent.

    Links: R9 (local use -> local demand, +), the way back from use to flow.
    """
    return users * grams_a_year / 12_000 * (jnp.maximum(price, LEAST) / usual_price) ** -opiate_elasticity
