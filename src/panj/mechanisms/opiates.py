"""Opiates from field to traders: what is sown and harvested, what traders hold, what opium costs where it grows.

Tonnes of opium. What a kilogram of heroin costs and earns on its way is in `drug_trade`, who uses it in `drug_use`.
Turmoil by militants counts as war where poppy grows (R6).

Sources:
    Lind, Moene & Willumsen (2014), Opium for the masses?, Review of Economics and Statistics 96.
    Farrell & Thorne (2005), Where have all the flowers gone?, International Journal of Drug Policy 16.
    Clemens (2008), Journal of Law and Economics 51: prospects of drug control in source countries.
    Deaton & Laroque (1992), On the behaviour of commodity prices, Review of Economic Studies 59.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real

LEAST = 1e-3
"""Least amount wanted in a month [t], so that ratios stay finite."""


def sown_next(
    sown: Real,
    sowing: Real,
    war: Real,
    regime: Real,
    ban: Real,
    measures: Real,
    poppy_tonnes: Real,
    war_sows: Real,
    ban_works: Real,
    measures_work: Real,
) -> Float[Array, "..."]:
    """What stands in the fields one month on, as the harvest that it gives in good weather [t of opium].

    ``sown + sowing * (target - sown)`` with
    ``target = poppy_tonnes * (1 + war_sows * war) * (1 - ban_works * ban * regime) * (1 - measures_work * measures)``

    Fields are sown anew each year, so a ban that ends before the season of sowing is forgotten at the next harvest.

    Args:
        sown: Now [t], never negative.
        sowing: Share of the fields not yet sown anew that is sown this month, 0-1; 1 in the last month of the season.
        war: War and ruin of the producing state, 0-1.
        regime: Hold of the regime that issued the ban, 0-1; 0 once it has fallen.
        ban: A ban is decreed, 0-1; it works as far as the regime holds.
        measures: Aid to other crops, eradication, interdiction at the farm, 0-1.
        poppy_tonnes: A year's harvest in peace and good weather [t].
        war_sows: Added share of it in war and ruin [1].
        ban_works: Share of the fields that a ban in full force leaves empty, 0-1.
        measures_work: Share that such measures at their fullest leave empty, near 0.

    Holds while land and labour for poppy are not short. Links: L38 (war and ruin -> opium, +; Lind, Moene & Willumsen
    2014), L40 (ban -> opium, -; Farrell & Thorne 2005), L41 (fall of the regime -> opium, +), L42 (measures -> opium,
    about 0; Clemens 2008).
    """
    target = poppy_tonnes * (1 + war_sows * war) * (1 - ban_works * ban * regime) * (1 - measures_work * measures)
    return sown + sowing * (target - sown)


def harvest(sown: Real, harvesting: Real, drought: Real, drought_takes: Real) -> Float[Array, "..."]:
    """Opium gathered this month [t]: ``sown * harvesting * (1 - drought_takes * drought)``.

    Args:
        sown: As in `sown_next`; it does not change between sowing and harvest.
        harvesting: Share of a year's harvest that is gathered this month, 0-1; twelve months sum to one.
        drought: Severity, 0-1.
        drought_takes: Share of the harvest that the worst drought takes, 0-1.

    Links: L39 (drought -> opium, -).
    """
    return sown * harvesting * (1 - drought_takes * drought)


class Trade(NamedTuple):
    """A month of the traders. ``stock + sold + lost`` is what they held before and what came in.

    Attributes:
        stock: Held when the month ends [t].
        sold: To those who carry it on [t].
        lost: Spoiled or burnt [t].
        served: Share of what was wanted that was sold, 0-1.
    """

    stock: Float[Array, "..."]
    sold: Float[Array, "..."]
    lost: Float[Array, "..."]
    served: Float[Array, "..."]


def traded(traders_stock: Real, output: Real, wanted: Real, scarcity_months: Real, opium_spoils: Real) -> Trade:
    """Traders buy the harvest, sell what is wanted as far as they have it, and hold the rest.

    ``served = 1 - exp(-at_hand / (scarcity_months * wanted))``: nearly 1 while months of sales are in store.

    Args:
        traders_stock: Held when the month begins [t], never negative.
        output: Gathered this month [t].
        wanted: For export and home use [t of opium].
        scarcity_months: Sales in store at which supply begins to fail [month], at least 1, so that no more is sold
            than there is.
        opium_spoils: Share of what is held that is lost in a year [1/year].

    Links: L43 (output -> transit, +): a bad year is felt late and softened, a run of bad years in full.
    """
    at_hand = traders_stock + output
    served = -jnp.expm1(-at_hand / (scarcity_months * jnp.maximum(wanted, LEAST)))
    sold = wanted * served
    lost = (at_hand - sold) * -jnp.expm1(-opium_spoils / 12)
    return Trade(stock=at_hand - sold - lost, sold=sold, lost=lost, served=served)


def source_price(
    traders_stock: Real, wanted: Real, farm_price: Real, usual_cover: Real, scarcity_power: Real
) -> Float[Array, "..."]:
    """Price of opium where it grows [USD/kg]: the shorter the stock against sales, the higher.

    ``farm_price * ((1 + usual_cover) / (1 + cover)) ** scarcity_power`` with ``cover = traders_stock / wanted``
    (theory of storage, Deaton & Laroque 1992: prices rise steeply as stocks run out, and remain finite without any).

    Args:
        traders_stock: As in `traded`.
        wanted: Likewise.
        farm_price: With the usual stock [USD/kg].
        usual_cover: Months of sales in store in a usual year [month].
        scarcity_power: Fall of the price, in per cent, when the cover grows by one per cent.
    """
    cover = traders_stock / jnp.maximum(wanted, LEAST)
    return farm_price * ((1 + usual_cover) / (1 + cover)) ** scarcity_power
