"""Entry: by which door migrants come, who passes through, and walks of daily life over a line.

Totals only; nobody is told apart. Kinship and fields beyond a line are reasons for local exemptions, which make the
same walk lawful.

Sources:
    Friebel, G. & Guriev, S. (2006), Smuggling humans: a theory of debt-financed migration, Journal of the European
    Economic Association 4.
    Gathmann, C. (2008), Effects of enforcement on illegal markets: evidence from migrant smuggling along the
    southwestern border, Journal of Public Economics 92.
    McFadden, D. (1978), Modelling the choice of residential location, in Karlqvist et al. (eds), Spatial Interaction
    Theory and Planning Models, North-Holland.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def smuggler_fee(enforcement: Real, usual_fee: Real, fee_elasticity: Real) -> Float[Array, "..."]:
    """What a guide takes from a migrant [USD/journey]: ``usual_fee * enforcement**fee_elasticity`` (Gathmann 2008).

    A step of B9.

    Args:
        enforcement: Effort at the green border over its usual level [1], above 0.
        usual_fee: At that level [USD/journey], above 0.
        fee_elasticity: Rise in per cent for one per cent of effort [1], above 0.
    """
    return usual_fee * enforcement**fee_elasticity


class Entry(NamedTuple):
    """By which door migrants come.

    Attributes:
        going: Factor on all who come [1]; 1 without checks at the usual fee.
        clandestine: Share of them that avoids the posts [1], 0-1.
    """

    going: Float[Array, "..."]
    clandestine: Float[Array, "..."]


def entry(
    checks: Real,
    fee: Real,
    usual_fee: Real,
    clandestine_base: Real,
    checks_divert: Real,
    fee_response: Real,
    entry_response: Real,
) -> Entry:
    """Legal or clandestine entry, and who stays at home: a nested logit (McFadden 1978).

    With ``legal = (1 - clandestine_base) * exp(-checks_divert * checks)`` and ``other = clandestine_base * (fee /
    usual_fee)**-fee_response``: ``clandestine = other / (legal + other)``, ``going = (legal + other)**entry_response``.

    Carries B9: checks make fewer come (-), fewer of them legally (-) and more by other ways (+); whether fewer live
    abroad without papers is open, since those who are in stay longer (`migration.return_chance`). Dearer guides
    (`smuggler_fee`) turn some to the posts and some back.

    Args:
        checks: Strictness of passport control, 0-1.
        fee: What a guide takes [USD/journey], above 0.
        usual_fee: As in `smuggler_fee`.
        clandestine_base: Clandestine share without checks, at the usual fee [1], between 0 and 1.
        checks_divert: Fall of the log odds of legal entry at the strictest checks [1], above 0.
        fee_response: Fall of the clandestine odds in per cent for one per cent of the fee [1], above 0.
        entry_response: Of all entries to what both doors are worth [1], 0-1, the scale of the nest.
    """
    legal = (1 - clandestine_base) * jnp.exp(-checks_divert * checks)
    other = clandestine_base * (fee / usual_fee) ** -fee_response
    return Entry(going=(legal + other) ** entry_response, clandestine=other / (legal + other))


def trafficked(clandestine_entries: Real, fee: Real, means: Real, bonded_at_most: Real) -> Float[Array, "..."]:
    """Of those who come by other ways, how many fall into bondage [person/month]; a flow of its own.

    ``clandestine_entries * bonded_at_most * fee / (fee + means)``: a fee beyond one's means is a debt to the carrier,
    so dearer guides make more bondage (Friebel & Guriev 2006).

    Args:
        clandestine_entries: Who came by other ways than the posts [person/month], never negative.
        fee: What a guide takes [USD/journey], above 0.
        means: What a household can pay at once [USD], above 0.
        bonded_at_most: Share where all is owed [1], 0-1.
    """
    return clandestine_entries * bonded_at_most * fee / (fee + means)


def transit_migration(
    visa_free: Real, guarding: Real, visa_free_pull: Real, guard_deterrence: Real
) -> Float[Array, "..."]:
    """Factor on migration that passes a state on its way elsewhere [1]: 1 with visas and without guards.

    To be taken over its value in the month for which a volume is given.

    ``exp(visa_free_pull * visa_free - guard_deterrence * guarding)``. Carries L85 (visa-free movement, weak guarding ->
    transit migration, +).

    Args:
        visa_free: Share of movement on the way that needs no visa [1], 0-1.
        guarding: Chance that one who avoids the posts is found [1], 0-1.
        visa_free_pull: Rise of log volume without visas [1], above 0.
        guard_deterrence: Fall of log volume where all are found [1], above 0.
    """
    return jnp.exp(visa_free_pull * visa_free - guard_deterrence * guarding)


def trespass(
    residents: Real,
    divided: Real,
    kin: Real,
    land_use: Real,
    exemption: Real,
    village_trips: Real,
    kin_trips: Real,
    field_trips: Real,
    exempted: Real,
) -> Float[Array, "..."]:
    """Crossings of daily life outside the posts [1/month].

    ``residents * (village_trips * divided + kin_trips * kin + field_trips * land_use) * (1 - exempted * exemption)``.
    Carries L86 (divided villages, kinship, local land use -> trespass, +). An exemption for residents makes the same
    walk lawful, which is the remedy.

    Args:
        residents: Who live along the line [person], never negative.
        divided: Share of them whose village lies on both sides [1], 0-1.
        kin: Ties of kinship over the line, 0-1.
        land_use: Use of fields, pasture and water beyond it, 0-1.
        exemption: Extent of the local exemption from the rules, 0-1.
        village_trips: Walks over the line of one whose village is divided [1/person/month], above 0.
        kin_trips: Of one whose kin live beyond it [1/person/month], above 0.
        field_trips: Of one who works land beyond it [1/person/month], above 0.
        exempted: Share of those walks that a full exemption makes lawful [1], 0-1.
    """
    walks = village_trips * divided + kin_trips * kin + field_trips * land_use
    return residents * walks * (1 - exempted * exemption)
