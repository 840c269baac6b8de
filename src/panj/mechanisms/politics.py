"""Politics of a border: tension between its two states, and unrest in its districts.

Tension grows by what either side does alone and by what happens on the line; it fades with time, sooner where the line
is agreed and services work together. The talks that it starts are in `settlement`. Links L03, L07, L08, L10, L11, L14,
L16, L22, L71, L72, L76, L78, L89.

Goldstein, J. S. & Freeman, J. R. (1990), Three-Way Street: tension as a flow of events with a memory. Huth, P. K.
(1996), Standing Your Ground: disputed land as its lasting source. Sizes are assumed where no claim is named.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def incidents(unmet: Real, traffic: Real, incident_chance: Real) -> Float[Array, "..."]:
    """Armed incidents to be expected at a border [1/month].

    ``incident_chance * unmet * traffic``: those whom the rules keep at home try otherwise, and each try may go wrong.

    Args:
        unmet: Share of honest demand that stays at home, 0-1.
        traffic: Honest journeys wanted, unmet ones among them [journeys/month], never negative.
        incident_chance: Incidents per unmet journey [1/journey].

    Link: L76 (unmet crossing demand -> armed incidents, +).
    """
    return incident_chance * unmet * traffic


def room_for_extremists(settled: Real, room_undefined: Real) -> Float[Array, "..."]:
    """Share of a border where neither state rules for certain, so that armed groups can stay, 0-1.

    ``room_undefined * (1 - settled)``

    Args:
        settled: Share of the border that is delimited, 0-1.
        room_undefined: Share of undefined sections where nobody rules [1], 0-1.

    Link: L10 (undefined sections -> room for extremists, +).
    """
    return room_undefined * (1 - settled)


def unrest(
    claims_open: Real,
    extremists: Real,
    undecided: Real,
    opacity: Real,
    disputes_unsettle: Real,
    undecided_unsettles: Real,
    opacity_unsettles: Real,
) -> Float[Array, "..."]:
    """Instability of the border districts, 0-1.

    ``1 - exp(-disputes_unsettle * claims_open * extremists - undecided_unsettles * undecided - opacity_unsettles *
    opacity)``

    Args:
        claims_open: Share of the border under dispute, 0-1.
        extremists: Their strength over the most known, 0-1.
        undecided: Share of the border's people who live in places of which no state is agreed, 0-1.
        opacity: Rigidity of the rules that honest travellers meet, 0-1.
        disputes_unsettle: Effect of full dispute and full strength together, in logarithm [1].
        undecided_unsettles: Effect where all live in such places: they act for themselves, likewise [1].
        opacity_unsettles: Effect of the strictest rules: loyalty is lost, likewise [1].

    Links: L08 (settlement -> instability, -; by ``claims_open``), L11 (settlement without status -> self-assertion, +),
    L16 (disputes x extremist strength -> instability, +), L72 (excess rigidity -> border stability, -).
    """
    return -jnp.expm1(
        -disputes_unsettle * claims_open * extremists - undecided_unsettles * undecided - opacity_unsettles * opacity
    )


def tension_next(
    tension: Real,
    claims_open: Real,
    contested: Real,
    tightening: Real,
    tightening_other: Real,
    opacity: Real,
    pressure: Real,
    pressure_other: Real,
    incidents: Real,
    unrest: Real,
    settled: Real,
    cooperation: Real,
    claims_strain: Real,
    works_strain: Real,
    tightening_strains: Real,
    opacity_strains: Real,
    pressure_strains: Real,
    incident_strains: Real,
    unrest_strains: Real,
    settled_calms: Real,
    cooperation_calms: Real,
    tension_months: Real,
) -> Float[Array, "..."]:
    """Tension between the two states of a border one month on, 0-1.

    ``1 - (1 - kept) * exp(-strain)`` with ``kept = tension * exp(-(1 + settled_calms * settled + cooperation_calms *
    cooperation) / tension_months)``; ``strain`` is the sum of each cause times its parameter.

    Args:
        tension: Now, 0-1.
        claims_open: Share of the border under dispute, 0-1.
        contested: Share of the border with works on ground that is not agreed, 0-1.
        tightening: Rigidity that the first state adds of its own accord, 0-1.
        tightening_other: Likewise the second state.
        opacity: Rigidity of all rules that honest travellers meet, 0-1.
        pressure: Of the first state on the second by gas, water, power or transit, 0-1.
        pressure_other: Of the second on the first.
        incidents: Armed, at this border [1/month], never negative.
        unrest: Instability of the border districts, 0-1.
        settled: Share of the border that is delimited, 0-1.
        cooperation: Of the two services, 0-1.
        claims_strain: Share of what calm there is that a month of full dispute takes, in logarithm [1].
        works_strain: Likewise works along the whole border [1].
        tightening_strains: Likewise one side shut in full [1].
        opacity_strains: Likewise the strictest rules [1].
        pressure_strains: Likewise full pressure by one side [1].
        incident_strains: Likewise one incident [1].
        unrest_strains: Likewise full unrest [1].
        settled_calms: How much sooner tension fades where the whole line is settled, as a share of the pace [1].
        cooperation_calms: Likewise where services work together in full [1].
        tension_months: Time in which 63 % of it fades where nothing is settled [month], positive.

    Links: L03, L07 (misfit lines, open claims -> tension, +), L08 (settlement -> tension, -), L14 (works on contested
    ground -> dispute, +), L22 (unilateral steps -> tension, +), L71 (rigidity -> interstate problems, +), L76
    (incidents -> tension, +), L78 (pressure -> tension, +; R4), L89 (cooperation -> security, +).
    """
    strain = (
        claims_strain * claims_open
        + works_strain * contested
        + tightening_strains * (tightening + tightening_other)
        + opacity_strains * opacity
        + pressure_strains * (pressure + pressure_other)
        + incident_strains * incidents
        + unrest_strains * unrest
    )
    pace = (1 + settled_calms * settled + cooperation_calms * cooperation) / tension_months
    return 1 - (1 - tension * jnp.exp(-pace)) * jnp.exp(-strain)
