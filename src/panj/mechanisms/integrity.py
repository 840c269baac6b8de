"""Integrity: the share of an agency's power that is not for sale, at one side of a border.

An officer weighs what is on offer against the post that he may lose. What passes from hand to hand, and at what price,
is in `bribery`; here is how many hands are open. Links L49, L52, L64, L66, L67, L68, L69, L90 (internal reform, by
oversight and clear rules) and the end of R1; corruption is 1 - integrity.

Becker, G. S. & Stigler, G. J. (1974), Law enforcement, malfeasance, and compensation of enforcers, Journal of Legal
Studies 3: a post worth keeping is what keeps an officer honest. Van Rijckeghem, C. & Weder, B. (2001), Bureaucratic
corruption and the rate of temptation, Journal of Development Economics 65: pay against other work. Wade, R. (1982),
The system of administrative and political corruption, Journal of Development Studies 18: bribes are shared with
superiors. Klitgaard, R. (1988), Controlling Corruption: discretion without account breeds it.
"""

from __future__ import annotations

import jax.numpy as jnp
from jax.nn import sigmoid
from jax.scipy.special import logit
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def honest_rents(
    opacity: Real, unmet: Real, traffic: Real, density: Real, officers: Real, crossing_worth: Real, density_half: Real
) -> Float[Array, "..."]:
    """What honest people kept at home would pay to pass after all [USD/month/officer].

    ``crossing_worth * opacity * unmet * traffic / officers * density / (density + density_half)``: rules that keep
    people from what they live by are what is sold (L64), and the more of it the busier and the more thickly settled
    the place (L66), since everyday errands can neither wait nor go round.

    Args:
        opacity: Rigidity of the rules that honest travellers meet, 0-1.
        unmet: Share of honest demand that stays at home, 0-1.
        traffic: Honest journeys wanted, unmet ones among them [journeys/month], never negative.
        density: People of the border districts [person/km2], never negative.
        officers: At this side of the border [person]; fewer than one count as one.
        crossing_worth: What one such journey is worth to him who makes it [USD/journey].
        density_half: Density at which half of the journeys are everyday errands [person/km2], positive.

    Links: L64 (rigidity -> corruption, +), L66 (traffic x density -> corruption, +).
    """
    errands = traffic * density / (density + density_half)
    return crossing_worth * opacity * unmet * errands / jnp.maximum(officers, 1.0)


def gain_from_selling(
    honest_rents: Real,
    contraband_rents: Real,
    drug_rents: Real,
    bribe_income: Real,
    oversight: Real,
    pay: Real,
    market_wage: Real,
    protection: Real,
) -> Float[Array, "..."]:
    """What an officer gains by being for sale, in the logarithm of his household's income [1]; below zero, a loss.

    ``(1 - risk) * log(1 + rents / (market_wage + pay)) - risk * log(1 + pay / market_wage)`` with
    ``risk = oversight / (1 + protection * bribe_income / pay)``: the wager of Becker & Stigler for a household that
    lives on his pay and on one other earner at the market wage, and feels income by its logarithm. He keeps post and
    rents, or loses both. What is already taken pays for protection from above (Wade 1982).

    Args:
        honest_rents: On offer by honest people [USD/month/officer], as in `honest_rents`.
        contraband_rents: What smugglers of goods would pay if all power were for sale [USD/month/officer].
        drug_rents: What the drug business would pay, likewise [USD/month/officer].
        bribe_income: Taken in the month before [USD/month/officer], never negative.
        oversight: Chance that one who sells is found out and loses his post, 0-1; anti-corruption measures raise it.
        pay: Of an officer [USD/month], positive.
        market_wage: For other work [USD/month], positive.
        protection: How far bribe income of the size of the pay divides that chance, less one [1].

    Holds for one decision a month, by officers who do not save. Links: L49 (drug business -> corruption, +), L67 (low
    pay -> corruption, +), L68 (bribe income -> connivance, +), L69 (anti-corruption measures -> corruption, -).
    """
    risk = oversight / (1 + protection * bribe_income / pay)
    won = jnp.log1p((honest_rents + contraband_rents + drug_rents) / (market_wage + pay))
    lost = jnp.log1p(pay / market_wage)
    return (1 - risk) * won - risk * lost


def integrity_next(
    integrity: Real,
    gain: Real,
    poverty: Real,
    clarity: Real,
    scruples: Real,
    temptation: Real,
    poverty_corrupts: Real,
    obscurity_corrupts: Real,
    integrity_months: Real,
) -> Float[Array, "..."]:
    """Share of power that is not for sale one month on, 0-1.

    ``integrity + (target - integrity) * (1 - exp(-1 / integrity_months))`` with ``logit(target) = logit(scruples) -
    temptation * gain - poverty_corrupts * poverty - obscurity_corrupts * (1 - clarity)``: scruples differ from officer
    to officer (logistic), and the customs of a service change slowly.

    Args:
        integrity: Now, 0-1.
        gain: From selling, in the logarithm of income [1], as in `gain_from_selling`.
        poverty: Share of people around who are poor, 0-1.
        clarity: Share of the rules that are published and leave no discretion, 0-1.
        scruples: Integrity where nothing is gained by selling, nobody is poor and rules are clear, above 0, below 1.
        temptation: Fall of the logarithm of the odds of honesty per unit of gain [1].
        poverty_corrupts: Likewise where all are poor [1].
        obscurity_corrupts: Likewise where no rule is clear [1].
        integrity_months: Time in which a service comes within 37 % of a new balance [month], positive.

    Links: L52 (poverty -> corruption, +), L67 (opaque rules -> corruption, +); through ``gain`` those of
    `gain_from_selling`.
    """
    pull = temptation * gain + poverty_corrupts * poverty + obscurity_corrupts * (1 - clarity)
    target = sigmoid(logit(scruples) - pull)
    return integrity + (target - integrity) * -jnp.expm1(-1 / integrity_months)
