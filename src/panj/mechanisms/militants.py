"""Militants: who joins and leaves, how often they cross a border, and what follows from them.

Numbers are totals over a whole movement; no person and no group of the population is described.

Sources:
    Collier, Hoeffler & Rohner (2009), Beyond greed and grievance, Oxford Economic Papers 61.
    Fearon & Laitin (2003), Ethnicity, insurgency, and civil war, American Political Science Review 97.
    Piazza (2012), The opium trade and patterns of terrorism, Terrorism and Political Violence 24.
    Salehyan (2007), Transnational rebels, World Politics 59.
    LaFree, Dugan & Korte (2009), The impact of British counterterrorist strategies, Criminology 47.
    Becker (1968), Crime and punishment, Journal of Political Economy 76.
    Davenport (2007), State repression and political order, Annual Review of Political Science 10.
    Buhaug & Gleditsch (2008), Contagion or confusion?, International Studies Quarterly 52.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def militants_next(
    militants: Real,
    room: Real,
    unrest: Real,
    loyalty: Real,
    drug_money: Real,
    sanctuary: Real,
    campaign: Real,
    restriction: Real,
    recruits: Real,
    room_draws: Real,
    unrest_draws: Real,
    disloyalty_draws: Real,
    militant_share: Real,
    money_half: Real,
    money_adds: Real,
    militant_months: Real,
    exposure: Real,
    campaign_toll: Real,
    restriction_toll: Real,
) -> Float[Array, "..."]:
    """Strength one month on [person]: the exact month of ``d militants / dt = joining - leaving * militants``.

    ``joining = recruits * (1 + room_draws * room + unrest_draws * unrest + disloyalty_draws * (1 - loyalty))
    * (1 + money_adds * m)``, where ``m = M / (M + money_half)`` and ``M = militant_share * drug_money``: weak rule and
    grievance give willing men (Fearon & Laitin 2003), money makes them a force (Collier, Hoeffler & Rohner 2009).
    ``leaving = (1 + exposure * (1 - sanctuary)) / militant_months + campaign_toll * campaign
    + restriction_toll * restriction``.

    Args:
        militants: Now [person].
        room: Share of the borders where nobody rules for certain, 0-1 (`politics.room_for_extremists`).
        unrest: Instability of the border districts, 0-1 (`politics.unrest`).
        loyalty: Of the people of border districts to their state, 0-1.
        drug_money: Earned by the trade in opiates where they operate [USD/month]; below zero it counts as none.
        sanctuary: A base abroad under a regime that hosts it, 0-1 (Salehyan 2007).
        campaign: Operations against the bases, 0-1.
        restriction: Restrictive security at home and at borders, 0-1.
        recruits: Who join in a month where all is quiet and nobody pays [person/month].
        room_draws: Added share where nobody rules anywhere [1].
        unrest_draws: Added share where all districts are in unrest [1].
        disloyalty_draws: Added share where all loyalty is gone [1].
        militant_share: Of drug money that reaches militants, 0-1.
        money_half: Money at which half of its effect is reached [USD/month], positive.
        money_adds: Added share of recruits with money without stint [1].
        militant_months: How long a militant stays in a safe base [month].
        exposure: Added share of leaving where there is no base [1].
        campaign_toll: Losses in a campaign at its height [1/month].
        restriction_toll: Losses under restrictive security at its height [1/month]; small, for of six British
            operations one was followed by less violence, several by more (LaFree, Dugan & Korte 2009).

    Links: L10 (room in undefined sections -> extremists, +), L16 (instability and extremists feed each other, +), L48
    (drug money -> extremism, +; Piazza 2012), L25 (restrictive security, campaign -> activity, - in part; LaFree, Dugan
    & Korte 2009), L41 (base abroad -> activity, +). Lost loyalty closes R5, money R6.
    """
    money = militant_share * jnp.maximum(drug_money, 0.0)
    willing = 1 + room_draws * room + unrest_draws * unrest + disloyalty_draws * (1 - loyalty)
    joining = recruits * willing * (1 + money_adds * money / (money + money_half))
    leaving = (
        (1 + exposure * (1 - sanctuary)) / militant_months + campaign_toll * campaign + restriction_toll * restriction
    )
    return militants * jnp.exp(-leaving) + joining * -jnp.expm1(-leaving) / leaving


def raids(
    militants: Real,
    gap: Real,
    foreign_guards: Real,
    mines: Real,
    strengthening: Real,
    control_loss: Real,
    raid_men: Real,
    raid_share: Real,
    guards_deter: Real,
    mines_stop: Real,
    strengthening_deters: Real,
    loss_frees: Real,
) -> Float[Array, "..."]:
    """Raids over a border in a month [1/month].

    ``militants / raid_men * raid_share * gap * (1 - guards_deter * foreign_guards) * (1 - mines_stop * mines)
    * (1 - strengthening_deters * strengthening) * (1 + loss_frees * control_loss)``

    Bands that set out, times the chance to get through, times what deterrence leaves (Becker 1968).

    Args:
        militants: Who could come over this border [person].
        gap: Chance that a band gets through unseen, 0-1: one less what guards find.
        foreign_guards: Presence of a foreign guard, 0-1; deters beyond what it finds, for a greater power stands
            behind it.
        mines: Share of the border that is mined, 0-1.
        strengthening: Of the border since the last raids, 0-1: what is known to have been added deters beforehand.
        control_loss: Share of the former control of the border that is lost, 0-1.
        raid_men: Of one band [person].
        raid_share: Share of the bands that set out in a month where nothing deters [1/month].
        guards_deter: Share of raids that a full foreign guard deters, 0-1.
        mines_stop: Share that mines along the whole border stop, near 0.
        strengthening_deters: Share that a strengthened border deters, 0-1.
        loss_frees: Added share where all control is lost [1].

    Links: L17 (gaps -> militant crossings, +), L19 (foreign guard -> attacks, -), L24 (mines -> crossings, about 0),
    L26 (strengthening -> repeat of raids, -), L15 (loss of control -> militants over borders, +).
    """
    bands = militants / raid_men * raid_share * gap
    deterred = (1 - guards_deter * foreign_guards) * (1 - strengthening_deters * strengthening)
    return bands * deterred * (1 - mines_stop * mines) * (1 + loss_frees * control_loss)


def repression_next(
    repression: Real, terror_first: Real, repression_own: Real, terror_licence: Real, repression_months: Real
) -> Float[Array, "..."]:
    """Repression at home one month on, 0-1; relaxes to ``own + (1 - own) * terror_licence * terror_first``.

    Args:
        repression: Now, 0-1.
        terror_first: How far terror stands above other threats in the ranking, 0-1 (`attention.terror_first`).
        repression_own: What the state does without that licence, 0-1.
        terror_licence: Share of the rest that the ranking licenses, 0-1.
        repression_months: How fast practice follows [month].

    Links: L31 (ranking of threats -> repression, +; states answer to named threats with coercion, Davenport 2007).
    """
    target = repression_own + (1 - repression_own) * terror_licence * terror_first
    return repression + (target - repression) * -jnp.expm1(-1 / repression_months)


def spill_over(unrest: Float[Array, "states ..."], spill_reach: Real) -> Float[Array, "..."]:
    """Insecurity that a region passes on to others, 0-1: ``1 - prod over states (1 - spill_reach * unrest)``.

    Args:
        unrest: Of each state, 0-1; first axis: states.
        spill_reach: Chance that a state in full turmoil unsettles another region, 0-1.

    Links: L91 (insecurity of a region -> other regions, +; Buhaug & Gleditsch 2008).
    """
    return 1 - jnp.prod(1 - spill_reach * unrest, axis=0)
