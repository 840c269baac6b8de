"""Attention of donors, and what follows: the ranking of threats, aid and its purposes.

An attack of size 1 draws about 1 of attention over what is usual. Foreign guards and what money keeps on a line are in
`guardians`.

Sources:
    Downs (1972), Up and down with ecology: the issue-attention cycle, The Public Interest 28.
    Wixted & Ebbesen (1991), On the form of forgetting, Psychological Science 2.
    Eisensee & Strömberg (2007), News droughts, news floods, and US disaster relief, Quarterly Journal of Economics 122.
    Fleck & Kilby (2010), Changing aid regimes?, Journal of Development Economics 91.
    Bulíř & Hamann (2003), Aid volatility: an empirical assessment, IMF Staff Papers 50.
    Carey (2007), European aid: human rights versus bureaucratic inertia?, Journal of Peace Research 44.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax.nn import softmax
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def attention_next(
    attention: Real,
    attack: Real,
    threat: Real,
    attack_draws: Real,
    threat_draws: Real,
    attention_usual: Real,
    fading_months: Real,
) -> Float[Array, "..."]:
    """Donors' attention one month on: it jumps with an attack and fades fast at first, then ever more slowly.

    ``usual + y / (1 + |y| / fading_months) + attack_draws * attack + threat_draws * threat`` with
    ``y = attention - usual``. The fading is exact over any number of months, ``y(t) = y / (1 + y t / fading_months)``:
    a power law, as in forgetting (Wixted & Ebbesen 1991). That attention to an issue fades of itself is Downs (1972),
    who gives no form.

    Args:
        attention: Now, never negative.
        attack: Size of attacks abroad this month, 0-1.
        threat: Raids and unrest in the region itself this month, 0-1.
        attack_draws: Attention that an attack of size 1 draws.
        threat_draws: That a month of threat of size 1 draws.
        attention_usual: With neither.
        fading_months: In which attention of 1 over the usual falls by half [month].

    Links: L28 (attack and campaign -> attention, + step). Threat begins B4.
    """
    over = attention - attention_usual
    faded = over / (1 + jnp.abs(over) / fading_months)
    return attention_usual + faded + attack_draws * attack + threat_draws * threat


def terror_first(attention: Real, terror_usual: Real, terror_rises: Real) -> Float[Array, "..."]:
    """How far terror stands above other threats in the official ranking, 0-1.

    ``1 - (1 - terror_usual) * exp(-terror_rises * attention)``

    Args:
        attention: As in `attention_next`.
        terror_usual: Without attention, 0-1.
        terror_rises: Rate at which attention lifts it.

    It carries L28 on to what L31 and L32 start from.
    """
    return 1 - (1 - terror_usual) * jnp.exp(-terror_rises * attention)


class Weights(NamedTuple):
    """Shares of what donors care for; they sum to one."""

    terror: Float[Array, "..."]
    weapons: Float[Array, "..."]
    drugs: Float[Array, "..."]


def aid_weights(terror_first: Real, drug_mandate: Real, terror_pull: Real, weapons_pull: Real) -> Weights:
    """What aid is for: terror, weapons of mass destruction or drugs.

    ``(1 - drug_mandate) * softmax(terror_pull * terror_first, weapons_pull * terror_first, 0)``, and ``drug_mandate``
    besides for drugs: a logit among purposes, even while no threat is singled out.

    Args:
        terror_first: As returned by `terror_first`, 0-1.
        drug_mandate: Share of aid in programmes whose purpose is drugs by their own statutes, 0-1.
        terror_pull: Score of terror over drugs where terror stands first.
        weapons_pull: Score of weapons over drugs there.

    Links: L32 (priority of terror and weapons -> weight of drugs, -; aid follows the ranking, Fleck & Kilby 2010); the
    mandate is its opposite.
    """
    scores = jnp.broadcast_arrays(terror_pull * terror_first, weapons_pull * terror_first, jnp.asarray(0.0))
    terror, weapons, drugs = softmax(jnp.stack(scores), axis=0) * (1 - drug_mandate)
    return Weights(terror, weapons, drugs + drug_mandate)


def pledges(
    attention: Real,
    given: Real,
    given_on_average: Real,
    aid_per_attention: Real,
    attention_usual: Real,
    aid_kept: Real,
) -> Float[Array, "..."]:
    """Aid that attention promises to a state in a month: donors go on giving to those they gave to [USD/month].

    ``aid_per_attention * attention * (given + usual) / (given_on_average + usual)`` with
    ``usual = aid_kept * aid_per_attention * attention_usual``, what the usual attention brings to a state with no past.
    Past aid is what best foretells who is given new aid (Carey 2007); states to which nothing came yet have the claim
    of any other to what is usual. Over states whose mean is ``given_on_average`` the shares add up.

    Args:
        attention: As in `attention_next`.
        given: Aid that reached the state of late [USD/month].
        given_on_average: The same of the mean recipient [USD/month].
        aid_per_attention: Promised to the mean recipient in a month of attention 1 [USD/month].
        attention_usual: With neither attack nor threat.
        aid_kept: Share of what comes due that arrives, 0-1.

    Links: L29 (attention -> aid, +; Eisensee & Strömberg 2007).
    """
    usual = aid_kept * aid_per_attention * attention_usual
    return aid_per_attention * attention * (given + usual) / (given_on_average + usual)


def part_of_one_donor(
    given: Real,
    given_by_one: Real,
    given_on_average: Real,
    given_by_one_on_average: Real,
    aid_per_attention: Real,
    attention_usual: Real,
    aid_kept: Real,
) -> Float[Array, "..."]:
    """Of what a state is promised, the part that one donor promises, 0-1.

    ``(given_by_one + usual * share) / (given + usual)`` with ``usual`` as in `pledges` and ``share =
    given_by_one_on_average / given_on_average``, the donor's part of all that was given. It is `pledges` told apart by
    donor: each goes on giving to those whom it gave to itself (Carey 2007), and where nothing came from it yet it has
    its share of what is usual. Parts of all donors add up to one. Before anything was given at all nobody has a part.

    Args:
        given: Aid that reached the state of late [USD/month].
        given_by_one: The part of it that came from this donor [USD/month].
        given_on_average: Aid that reached the mean recipient [USD/month].
        given_by_one_on_average: The part of that which came from this donor [USD/month].
        aid_per_attention: Promised to the mean recipient in a month of attention 1 [USD/month].
        attention_usual: With neither attack nor threat.
        aid_kept: Share of what comes due that arrives, 0-1.

    It tells L29 by donor and is an argument of no link.
    """
    usual = aid_kept * aid_per_attention * attention_usual
    some = given_on_average > 0
    share = jnp.where(some, given_by_one_on_average / jnp.where(some, given_on_average, 1.0), 0.0)
    return (given_by_one + usual * share) / (given + usual)


class Aid(NamedTuple):
    """A month of aid to one state.

    Attributes:
        promised: Promised and still to come when the month ends [USD].
        arrives: This month [USD/month].
    """

    promised: Float[Array, "..."]
    arrives: Float[Array, "..."]


def aid_month(promised: Real, pledged: Real, aid_months: Real, aid_kept: Real) -> Aid:
    """Promises come due with delay, and not all of them arrive.

    ``due = (promised + pledged) * (1 - exp(-1 / aid_months))``; ``aid_kept`` of it arrives.

    Args:
        promised: And still to come when the month begins [USD].
        pledged: New promises of the month, as returned by `pledges` [USD/month].
        aid_months: Mean time from promise to delivery [month].
        aid_kept: Share of what comes due that arrives, 0-1 (Bulíř & Hamann 2003).

    It carries L29 on to what L33 and L35 start from.
    """
    owed = promised + pledged
    due = owed * -jnp.expm1(-1 / aid_months)
    return Aid(promised=owed - due, arrives=aid_kept * due)


def acuteness(trouble: Real, attention: Real, attention_calms: Real) -> Float[Array, "..."]:
    """How acute border problems are, 0-1: ``trouble * exp(-attention_calms * attention)``.

    Args:
        trouble: Disputes, raids and tension as they are, 0-1.
        attention: As in `attention_next`; those who are watched by many hold back.
        attention_calms: Fall, in logarithm, at attention 1.

    Links: L30 (attention -> acuteness, -), which closes B4 where acuteness is what `attention_next` takes for threat.
    """
    return trouble * jnp.exp(-attention_calms * attention)
