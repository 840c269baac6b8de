"""Trade in opiates along a route: what carrying costs, what the next price must be, what a state's traders earn.

Kilograms of heroin; prices and volumes have to count the same ones, pure or as sold. How much takes which way is not
here: concealment (L44) and permeable borders (L45) act through the cost of a crossing.

Sources:
    Reuter & Kleiman (1986), Risks and prices, Crime and Justice 7.
    Rauch (2001), Business and social networks in international trade, Journal of Economic Literature 39.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real

MOST_TAKEN = 0.95
"""Largest share taken on the way that prices are computed for."""


def carriage(transport: Real, poverty: Real, courier_fee: Real, poverty_cheapens: Real) -> Float[Array, "..."]:
    """What it costs to carry a kilogram over one border, losses apart [USD/kg].

    ``transport + courier_fee * (1 - poverty_cheapens * poverty)``

    Args:
        transport: Road, hiding and bribes [USD/kg].
        poverty: Of those who might carry, 0-1. Carriers are paid for their time and their risk (Reuter & Kleiman 1986);
            that those who could earn little otherwise ask less is assumed.
        courier_fee: For a kilogram where nobody is poor [USD/kg].
        poverty_cheapens: Share by which the fee falls where all are poor, 0-1.

    Links: L51 (poverty -> carriers, + through a lower fee).
    """
    return transport + courier_fee * (1 - poverty_cheapens * poverty)


def spent_on_opium(spent: Real, price: Real, heroin_months: Real) -> Float[Array, "..."]:
    """What the opium in heroin that is held cost when it was bought, one month on [USD/kg of opium].

    ``spent + (price - spent) * (1 - exp(-1 / heroin_months))``

    Heroin is made of the opium of the month and sold out of a mixed store of `heroin_months` of sales, so a dearer
    harvest is felt as that store is turned over. Who carries on what was made before earns what he spent
    (`price_beyond`), not what it would cost to make it again.

    Args:
        spent: Now [USD/kg], never negative.
        price: Of opium this month, where it grows [USD/kg], never negative.
        heroin_months: Sales that are held as heroin [month], above 0.

    Holds while stores of heroin are near their usual size: one that runs out turns over faster.
    """
    return spent + (price - spent) * -jnp.expm1(-1 / heroin_months)


def among_kin(fee: Real, kin: Real, kin_saves: Real) -> Float[Array, "..."]:
    """What carriers and guides ask at a border: ``fee * (1 - kin_saves * kin)``.

    Args:
        fee: Where nobody knows anybody beyond it [USD, or over the start].
        kin: Families on both sides, 0-1; trust saves guarantees and advances (Rauch 2001).
        kin_saves: Share of the fee saved where families span the whole border, 0-1.

    Links: L46 (kin -> this route, + through a lower cost).
    """
    return fee * (1 - kin_saves * kin)


def price_beyond(price: Real, carriage: Real, seized_share: Real, danger_pay: Real) -> Float[Array, "..."]:
    """Wholesale price in the next state [USD/kg]: what those who carry it must earn to go on (Reuter & Kleiman 1986).

    ``(price + carriage) * (1 + (1 + danger_pay) * seized_share / (1 - seized_share))``

    Without pay for danger the trade breaks even: what arrives is worth what was spent on all that was sent. Prices as
    pay for risk are theirs; pay for danger in proportion to the goods is ours. They take that for prison and violence
    to add to a kilogram whatever it cost, so a dearer source raises prices far away by less than here.

    Args:
        price: In this state [USD/kg].
        carriage: To the next one [USD/kg].
        seized_share: Of what is sent that is taken on the way, 0 to 0.95.
        danger_pay: Reward for the risk of prison and violence, over the reward for goods lost [1].
    """
    taken = jnp.clip(seized_share, 0.0, MOST_TAKEN)
    return (price + carriage) * (1 + (1 + danger_pay) * taken / (1 - taken))


def drug_money(entered: Real, price_before: Real, passed_on: Real, price: Real) -> Float[Array, "..."]:
    """What the trade earns in a state: its sales less what it bought [USD/month].

    ``passed_on * price - entered * price_before``; below zero in a month in which more is seized than prices allow for.

    Args:
        entered: Bought beyond the border it came over [kg/month].
        price_before: There [USD/kg].
        passed_on: Sold to users and to those who carry it on [kg/month]; what was seized is missing.
        price: In this state [USD/kg].

    What officials have of it (L49) is counted where it is paid, at crossings; what militants have (L48), in
    `militants.militants_next`.
    """
    return passed_on * price - entered * price_before
