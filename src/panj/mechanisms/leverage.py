"""Leverage: gas, water, power and transit as means of pressure between two states.

Who is needed can press; who is pressed answers in kind where he can, or turns to the passage of people and goods. Links
L77-L79, loop R4.

Hirschman, A. O. (1945), National Power and the Structure of Foreign Trade: the dependence of others is power.
Goldstein, J. S. & Freeman, J. R. (1990), Three-Way Street: states answer in kind. Richardson, L. F. (1960), Arms and
Insecurity: two who answer each other settle where the product of their answers is small enough.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def pressure_next(
    pressure: Real,
    pressure_other: Real,
    dependence: Real,
    tension: Real,
    pressure_use: Real,
    pressure_reply: Real,
    pressure_in_tension: Real,
    pressure_months: Real,
) -> Float[Array, "..."]:
    """Pressure of one side's state on the other by what the other needs, one month on, 0-1.

    ``pressure + (target - pressure) * (1 - exp(-1 / pressure_months))`` with ``target = 1 - exp(-dependence *
    (pressure_use + pressure_reply * pressure_other + pressure_in_tension * tension))``. With ``pressure_reply`` below
    one, two states that answer each other always settle, and at rest where neither presses of its own accord.

    Args:
        pressure: Now, 0-1.
        pressure_other: Of the other side's state on this one, 0-1.
        dependence: Of the other state on what this one can withhold, 0-1; without it there is nothing to press with.
        tension: Of the border, 0-1.
        pressure_use: Pressure of a state on one that depends on it wholly, provoked by nothing (debts, bargains) [1].
        pressure_reply: Added for full pressure by the other, 0-1: tit for tat.
        pressure_in_tension: Added for full tension [1].
        pressure_months: Length of an episode [month], positive.

    Links: L77 (dependence -> use of pressure, +), L78 (pressure -> counter-pressure, +), R4 (tension ->
    counter-pressure, +).
    """
    cause = pressure_use + pressure_reply * pressure_other + pressure_in_tension * tension
    target = -jnp.expm1(-dependence * cause)
    return pressure + (target - pressure) * -jnp.expm1(-1 / pressure_months)


def leverage_motive(
    own_dependence: Real, pressure_other: Real, dependence_moves: Real, pressure_moves: Real
) -> Float[Array, "..."]:
    """Wish of a state to make passage itself a lever, 0-1: it has something to ask for, or to pay back.

    ``1 - exp(-dependence_moves * own_dependence - pressure_moves * pressure_other)``. What it does to the rules is in
    `regime.tightening_next`.

    Args:
        own_dependence: Of this state on what the other can withhold (water, power, gas, transit), 0-1.
        pressure_other: Of the other side's state on this one, 0-1.
        dependence_moves: Wish of one that depends wholly, in logarithm [1].
        pressure_moves: Wish of one under full pressure, likewise [1].

    Links: L77 (dependence -> use of entry and transit pressure, +), L78 (pressure -> counter-pressure, +), L79
    (leverage motive -> rigidity, +; first half).
    """
    return -jnp.expm1(-dependence_moves * own_dependence - pressure_moves * pressure_other)
