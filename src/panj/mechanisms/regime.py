"""Regime: how a state tightens passage of its own accord, and where it builds works on the line.

Rules that were made are dated data; here is what a state adds to them when it is alarmed. Every cause shuts a share of
what is still open, so causes add up to at most a closed border, and what was shut opens again slowly. Links L12, L13,
L20, L27, L79-L82, and the answers to smuggling (R1) and tension (R4).

Higgs, R. (1987), Crisis and Leviathan: what a state adds in a crisis outlives it. Carter, D. B. & Poast, P. (2017), Why
do states build walls?, Journal of Conflict Resolution 61: fear of what comes across counts beside disputed land.
Asplund, M., Friberg, R. & Wilander, F. (2007), Demand and distance: evidence on cross-border shopping, Journal of
Public Economics 91. Sizes of the answers are assumed.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def currency_outflow(price_advantage: Real, outflow_elasticity: Real) -> Float[Array, "..."]:
    """Share of the border districts' spending that leaves for cheaper goods next door, 0-1.

    ``1 - exp(-outflow_elasticity * max(price_advantage, 0))``

    Args:
        price_advantage: Logarithm of consumer prices here over those next door; where it is negative nothing leaves.
        outflow_elasticity: Of sales here to prices there [1]; about 0.4 at a border (Asplund et al. 2007).

    Link: L80 (cheaper goods next door -> currency outflow, +).
    """
    return -jnp.expm1(-outflow_elasticity * jnp.maximum(price_advantage, 0.0))


def tightening_next(
    tightening: Real,
    raids: Real,
    attack_home: Real,
    attack_near: Real,
    smuggling_found: Real,
    migration_found: Real,
    outflow: Real,
    leverage_motive: Real,
    tension: Real,
    raids_tighten: Real,
    attack_home_tightens: Real,
    attack_near_tightens: Real,
    smuggling_tightens: Real,
    migration_tightens: Real,
    outflow_tightens: Real,
    leverage_tightens: Real,
    tension_tightens: Real,
    return_months: Real,
) -> Float[Array, "..."]:
    """Rigidity that a state adds to its dated rules at one border, one month on, 0-1.

    ``1 - (1 - kept) * exp(-alarm)`` with ``kept = tightening * exp(-1 / return_months)``; ``alarm`` is the sum of each
    cause times its parameter. A service is alarmed by more than the usual, never by less, and by ratios.

    Args:
        tightening: Now, 0-1.
        raids: By militants, into this state over this border [1/month].
        attack_home: Size of terror attacks in this state in the month; 1 is a series that shakes the government.
        attack_near: Likewise in the state across this border.
        smuggling_found: Recorded smuggling over its usual level [1]; 1 is as usual, less counts as usual.
        migration_found: Recorded irregular migration over its usual level, likewise [1].
        outflow: Of currency, 0-1, as in `currency_outflow`.
        leverage_motive: Wish to use passage as a lever, 0-1, as in `leverage.leverage_motive`.
        tension: Of this border, 0-1.
        raids_tighten: Share of what is open that one raid shuts, in logarithm [1].
        attack_home_tightens: Likewise an attack of size 1 in this state [1].
        attack_near_tightens: Likewise one in the neighbouring state [1].
        smuggling_tightens: Likewise a month of recorded smuggling at 2.7 times the usual [1].
        migration_tightens: Likewise of recorded irregular migration [1].
        outflow_tightens: Likewise a month in which all spending leaves [1].
        leverage_tightens: Likewise a month of full motive [1].
        tension_tightens: Likewise a month of full tension [1].
        return_months: Time in which 63 % of it is taken back once its causes are gone [month], positive.

    Links: L20 (raids -> rigidity, +), L27 (terror act at home or next door -> tightening, +), L79 (leverage motive ->
    rigidity, +), L80 (currency outflow -> tightening, +), L82 (irregular migration -> passport control, +), R1
    (smuggling -> rigidity, +; what it is worth is L75), R4 (tension -> unilateral steps, +).
    """
    alarm = (
        raids_tighten * raids
        + attack_home_tightens * attack_home
        + attack_near_tightens * attack_near
        + smuggling_tightens * jnp.log(jnp.maximum(smuggling_found, 1.0))
        + migration_tightens * jnp.log(jnp.maximum(migration_found, 1.0))
        + outflow_tightens * outflow
        + leverage_tightens * leverage_motive
        + tension_tightens * tension
    )
    kept = tightening * jnp.exp(-1 / return_months)
    return 1 - (1 - kept) * jnp.exp(-alarm)


def epidemic_closure(epidemic: Real, epidemic_closes: Real) -> Float[Array, "..."]:
    """Share of passage shut against an epidemic across the border, 0-1; it ends with the epidemic.

    ``1 - exp(-epidemic_closes * epidemic)``

    Args:
        epidemic: Its severity there this month; 1 is one that the world fears.
        epidemic_closes: Share of passage that it shuts, in logarithm [1].

    Link: L81 (epidemic -> closure, +).
    """
    return -jnp.expm1(-epidemic_closes * epidemic)


class Works(NamedTuple):
    """Fences, ditches and posts along one side of a border.

    Attributes:
        agreed: Share of the border that has them along an agreed line, 0-1.
        contested: Share of the border that has them along a line that one side holds without agreement, 0-1.
    """

    agreed: Float[Array, "..."]
    contested: Float[Array, "..."]


def works_next(
    agreed: Real, contested: Real, settled: Real, security_need: Real, works_share: Real, works_months: Real
) -> Works:
    """Works one month on: they follow an agreed line, and fear builds them where there is none.

    Each relaxes over ``works_months``: ``agreed`` to ``works_share * settled``, ``contested`` to ``works_share * (1 -
    settled) * security_need``. At most ``works_share`` of a border is built up; the rest is left to terrain.

    Args:
        agreed: Now, 0-1.
        contested: Now, 0-1.
        settled: Share of the border that is delimited, 0-1.
        security_need: Fear of what comes across, 0-1.
        works_share: Share of a border that is built up in the long run, 0-1.
        works_months: Time in which 63 % of what is wanted is built, or removed [month], positive.

    Links: L12 (delimitation -> fortification, +), L13 (no agreed line x security need -> works on the de facto line,
    +).
    """
    pace = -jnp.expm1(-1 / works_months)
    return Works(
        agreed=agreed + (works_share * settled - agreed) * pace,
        contested=contested + (works_share * (1 - settled) * security_need - contested) * pace,
    )
