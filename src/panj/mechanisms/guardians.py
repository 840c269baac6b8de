"""Guardians: who stays to guard another state's line, and how many guards money keeps.

Sources:
    Walt (1987), The Origins of Alliances.
    Olson & Zeckhauser (1966), An economic theory of alliances, Review of Economics and Statistics 48.
    Feyzioglu, Swaroop & Zhu (1998), A panel data analysis of the fungibility of foreign aid, World Bank Economic
        Review 12.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def foreign_guards_next(
    foreign_guards: Real,
    threat: Real,
    terror_first: Real,
    aid: Real,
    guards_usual: Real,
    threat_calls: Real,
    rank_calls: Real,
    aid_replaces: Real,
    aid_half: Real,
    guard_months: Real,
) -> Float[Array, "..."]:
    """Presence of a foreign guard one month on, 0-1.

    Relaxes to ``(1 - (1 - guards_usual) * exp(-threat_calls * threat - rank_calls * terror_first))
    * (1 - aid_replaces * aid / (aid + aid_half))``.

    Args:
        foreign_guards: Now, 0-1.
        threat: As in `attention.attention_next`, 0-1; allies are sought against threats (Walt 1987).
        terror_first: As returned by `attention.terror_first`, 0-1; it makes a foreign presence legitimate.
        aid: From others than the guard's own state [USD/month], never negative.
        guards_usual: Presence kept without threat, 0-1.
        threat_calls: Rate at which threat fills the rest.
        rank_calls: Rate at which the ranking does.
        aid_replaces: Share of the presence that aid without stint replaces, below 1: a cause among others.
        aid_half: Aid at which half of that is reached [USD/month], positive.
        guard_months: How fast guards come and go [month].

    Links: L18 (threat -> cooperation and presence, +), L31 (ranking -> foreign presence, +), L33 (aid of others ->
    presence, -: who is served by another's help spends less himself, Olson & Zeckhauser 1966).
    """
    called = 1 - (1 - guards_usual) * jnp.exp(-threat_calls * threat - rank_calls * terror_first)
    target = called * (1 - aid_replaces * aid / (aid + aid_half))
    return foreign_guards + (target - foreign_guards) * -jnp.expm1(-1 / guard_months)


def guards_kept(
    own_funds: Real,
    line_aid: Real,
    foreign_guards: Real,
    foreign_most: Real,
    aid_reaches: Real,
    guard_upkeep: Real,
) -> Float[Array, "..."]:
    """Guards that the money of a line can keep [person].

    ``(own_funds + aid_reaches * line_aid) / guard_upkeep + foreign_guards * foreign_most``

    Args:
        own_funds: Of the state for this line [USD/month].
        line_aid: For this line [USD/month].
        foreign_guards: Presence of a foreign guard, 0-1.
        foreign_most: Guards that its state keeps on the line at full presence [person].
        aid_reaches: Share of aid that adds to what is spent on guarding, 0-1 (Feyzioglu, Swaroop & Zhu 1998).
        guard_upkeep: Of one guard, pay and all [USD/month/person], positive.

    What they find is `detection`: more guards a kilometre find more (L36, capacity -> opiates and militants that enter,
    -). Equipment and skill are `capability`. Links: L37 (own funds -> control, +), L35 (funding -> capacity, +), L34
    (withdrawal of the foreign guard -> capacity, -). With `foreign_guards_next` it closes B5.
    """
    return (own_funds + aid_reaches * line_aid) / guard_upkeep + foreign_guards * foreign_most
