"""Customs: what a state draws from its borders, and what its services have of it.

Contraband takes the place of goods that pay; what is declared is short of what is there (`trade.misdeclared`); and of
what is due a part is sold by those who collect it, which is corruption with theft (Shleifer & Vishny 1993). Less
revenue is less pay and equipment (R2), with the delay of budgets.

Sources:
    Gavin, M. & Perotti, R. (1997), Fiscal policy in Latin America, NBER Macroeconomics Annual 12.
    Shleifer, A. & Vishny, R. (1993), Corruption, Quarterly Journal of Economics 108.
    Yang, D. (2008), Integrity for hire: an analysis of a widespread customs reform, Journal of Law and Economics 51.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real

NOTHING = 1.0
"""USD a month below which trade and revenue are taken for nothing, so that quotients stay finite."""


def customs_revenue(
    imports: Real,
    elsewhere: Real,
    contraband: Real,
    duty: Real,
    evaded: Real,
    integrity: Real,
    displacement: Real,
    duty_sold: Real,
) -> Float[Array, "..."]:
    """What customs of a state pays into its budget [USD/month].

    ``legal * (1 - evaded) * duty * (1 - duty_sold * (1 - integrity))`` with
    ``legal = whole**2 / (whole + displacement * contraband)``, ``whole = imports + elsewhere``: of the first dollars of
    contraband each takes ``displacement`` dollars of imports, of later ones less, so that trade is never negative.
    Carries L58 (contraband -> state revenue, -), L63 (corruption -> revenue, -) and the last step of L69
    (anti-corruption measures -> revenue, +), both by ``integrity``; L62 (poor coordination -> misdeclaration ->
    revenue, -) by ``evaded``.

    Args:
        imports: Value of legal imports by the ways of the study, were nothing smuggled [USD/month], never negative.
        elsewhere: The same of all others: by rail, by air, through lines [USD/month], never negative.
        contraband: Value of goods that come in and do not pay [USD/month], never negative.
        duty: Duties and taxes at the border as a share of value [1], 0-2.
        evaded: Share of the value of legal imports that is not declared [1], 0-1.
        integrity: Share of the power of customs that is not for sale [1], 0-1.
        displacement: Legal imports that a dollar of contraband replaces [1], 0-1.
        duty_sold: Share of duties due that is lost where all power is for sale [1], 0-1.

    Sources: Shleifer & Vishny (1993); Yang (2008) for the size of what honest inspection brings in.
    """
    whole = imports + elsewhere
    legal = whole**2 / jnp.maximum(whole + displacement * contraband, NOTHING)
    return legal * (1 - evaded) * duty * (1 - duty_sold * (1 - integrity))


def revenue_share(customs_revenue: Real, other_revenue: Real) -> Float[Array, "..."]:
    """Share of customs in what a state takes in [1], 0-1.

    Args:
        customs_revenue: Of customs [USD/month], never negative.
        other_revenue: Of all else [USD/month], never negative.
    """
    return customs_revenue / jnp.maximum(customs_revenue + other_revenue, NOTHING)


def budget_next(
    budget: Real, revenue: Real, usual_revenue: Real, budget_elasticity: Real, budget_months: Real
) -> Float[Array, "..."]:
    """Pay and own equipment of border services over their usual level, one month on [1].

    Moves towards ``(revenue / usual_revenue) ** budget_elasticity``. Carries L37 (own funds -> control, +) and the half
    of R2 that leads from revenue to pay (L67).

    Args:
        budget: Now [1]; begin with 1.
        revenue: Of the state, customs and all else [USD/month], never negative.
        usual_revenue: At which pay and equipment are as the files give them [USD/month], above 0.
        budget_elasticity: Rise of the services' means in per cent for one per cent of revenue [1], above 0.
        budget_months: In which two thirds of a change arrive: budgets are yearly [month], above 0.

    Source: Gavin & Perotti (1997): where states cannot borrow, spending follows revenue.
    """
    target = (jnp.maximum(revenue, NOTHING) / usual_revenue) ** budget_elasticity
    return budget + (target - budget) * -jnp.expm1(-1 / budget_months)


def border_profit(
    customs_revenue: Real, opacity: Real, officers: Real, pay: Real, strictness_cost: Real
) -> Float[Array, "..."]:
    """What a border leaves to the state once those who hold it are paid [USD/month]; may be negative.

    ``customs_revenue - officers * pay * (1 + strictness_cost * opacity)``. Carries L72 (excess rigidity -> state
    profit, -) by the cost of checks; what rigidity costs in trade comes by ``customs_revenue``.

    Args:
        customs_revenue: From this border [USD/month], never negative.
        opacity: Rigidity that honest travellers meet, 0-1.
        officers: Who serve there [person], never negative.
        pay: Of one [USD/month], never negative.
        strictness_cost: Added cost at the strictest checks, over pay [1], above 0.
    """
    return customs_revenue - officers * pay * (1 + strictness_cost * opacity)
