"""Migration: who leaves to work, who comes back, and what is seen of it. Which door they take is in `entry`.

Totals over everyone who lives at one end of a corridor; nobody is told apart. People are neither made nor lost: home
and abroad together stay the same.

Sources:
    Angelucci, M. (2012), US border enforcement and the net flow of Mexican illegal migration, Economic Development and
    Cultural Change 60.
    Carrington, W., Detragiache, E. & Vishwanath, T. (1996), Migration with endogenous moving costs, American Economic
    Review 86.
    Harris, J. & Todaro, M. (1970), Migration, unemployment and development, American Economic Review 60.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def departure_hazard(
    wage_gap: Real,
    job_chance: Real,
    poverty: Real,
    repression: Real,
    conflict: Real,
    network: Real,
    base_hazard: Real,
    wage_response: Real,
    poverty_push: Real,
    repression_push: Real,
    conflict_push: Real,
    network_pull: Real,
) -> Float[Array, "..."]:
    """Hazard at which one who lives at home leaves along a corridor to work [1/month].

    ``base_hazard * job_chance**wage_response * (1 + network_pull * network)
    * exp(wage_response * wage_gap + poverty_push * poverty + repression_push * repression + conflict_push * conflict)``

    What draws is the wage times the chance to find work (Harris & Todaro 1970); those who went before make it cheaper
    (Carrington, Detragiache & Vishwanath 1996). Carries L84 (wage gap -> labour migration, +) and L83 (falling living
    standards, ethnic conflict, harmful policy -> migration, +).

    Args:
        wage_gap: Log ratio of wages, abroad over home [1].
        job_chance: Of finding work abroad [1], above 0, at most 1.
        poverty: Share of households below the poverty line at home [1], 0-1.
        repression: Harm that policy does at home, 0-1.
        conflict: Violence at home, 0-1.
        network: Share of a corridor's people who are abroad [1], 0-1.
        base_hazard: Where wages are equal and nothing pushes [1/month], above 0.
        wage_response: Elasticity of departures to the expected wage [1], above 0.
        poverty_push: Rise of the log hazard from no one to all in want [1], above 0.
        repression_push: The same from none to full repression [1], above 0.
        conflict_push: The same from peace to violence all over [1], above 0.
        network_pull: Rise of the hazard for one who knows none at home but all abroad [1], above 0.
    """
    push = poverty_push * poverty + repression_push * repression + conflict_push * conflict
    return base_hazard * jnp.exp(wage_response * (wage_gap + jnp.log(job_chance)) + push) * (1 + network_pull * network)


def return_chance(enforcement: Real, stay_months: Real, stay_response: Real) -> Float[Array, "..."]:
    """Chance that a migrant goes home within the month [1], 0-1: ``1 - exp(-1 / stay)``.

    ``stay = stay_months * enforcement**stay_response``: who may not come again stays (Angelucci 2012). For those with
    papers take enforcement as 1. A step of B9.

    Args:
        enforcement: Effort at the green border over its usual level [1], above 0.
        stay_months: Mean stay at the usual enforcement [month], above 0.
        stay_response: Elasticity of the stay to enforcement [1], above 0.
    """
    return -jnp.expm1(-1 / (stay_months * enforcement**stay_response))


class Migrants(NamedTuple):
    """People by where they are when the month ends, and those who came in it [person].

    Attributes:
        home: At home, ``...``.
        regular: Abroad with papers, by corridor.
        irregular: Abroad without, by corridor.
        legal_entries: Who came by the posts in the month, by corridor.
        clandestine_entries: Who came by other ways, by corridor.
    """

    home: Float[Array, "..."]
    regular: Float[Array, "corridor ..."]
    irregular: Float[Array, "corridor ..."]
    legal_entries: Float[Array, "corridor ..."]
    clandestine_entries: Float[Array, "corridor ..."]


def migrants_next(
    home: Real,
    regular: Float[Array, "corridor ..."],
    irregular: Float[Array, "corridor ..."],
    hazard: Float[Array, "corridor ..."],
    clandestine: Real,
    regular_return: Real,
    irregular_return: Real,
    lapse: Real,
) -> Migrants:
    """One month of a home and the corridors that lead from it; ``home + regular + irregular`` over all stays the same.

    The hazards compete: of ``home * (1 - exp(-sum hazard))`` who leave, each corridor has its share of the sum. Of
    those with papers who stay on, a share falls out of status.

    Args:
        home: Who lives there [person], never negative.
        regular: Abroad with papers [person], never negative; the corridor is the first axis.
        irregular: Abroad without [person], never negative.
        hazard: Of leaving along each corridor [1/month], never negative: `departure_hazard` times ``Entry.going``.
        clandestine: Share of entries that avoids the posts [1], 0-1.
        regular_return: Chance of going home in the month [1], 0-1, `return_chance`.
        irregular_return: The same of those without papers [1], 0-1.
        lapse: Share of those with papers whose papers end in a month [1], 0-1.
    """
    total = hazard.sum(axis=0)
    some = total > 0
    share_a_hazard = jnp.where(some, -jnp.expm1(-total) / jnp.where(some, total, 1.0), 1.0)
    leaving = home * hazard * share_a_hazard
    back, back_without = regular * regular_return, irregular * irregular_return
    lapsed = (regular - back) * lapse
    hidden = leaving * clandestine
    return Migrants(
        home=home - leaving.sum(axis=0) + (back + back_without).sum(axis=0),
        regular=regular - back - lapsed + leaving - hidden,
        irregular=irregular - back_without + lapsed + hidden,
        legal_entries=leaving - hidden,
        clandestine_entries=hidden,
    )


def recorded_irregular(
    clandestine_entries: Real, irregular: Real, checks: Real, entries_recorded: Real, check_reach: Real
) -> Float[Array, "..."]:
    """Irregular migrants who enter the record in a month [case/month]; what a state answers with tighter checks (L82).

    ``clandestine_entries * entries_recorded + irregular * check_reach * checks``. Carries the first step of L82
    (illegal migration -> passport control, +).

    Args:
        clandestine_entries: Who came by other ways than the posts [person/month], never negative.
        irregular: Who live there without papers [person], never negative.
        checks: Strictness of passport control, 0-1: records grow with looking.
        entries_recorded: Share of such entries that is noticed and written down [1], 0-1.
        check_reach: Share of the stock found in a month at the strictest checks [1], 0-1.
    """
    return clandestine_entries * entries_recorded + irregular * check_reach * checks
