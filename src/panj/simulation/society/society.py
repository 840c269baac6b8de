"""All groups together: their stocks, the order of their turns, and what they make of what would set out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.households import contraband_supply
from panj.mechanisms.trade import contraband_factor
from panj.simulation.crossing import Parameters
from panj.simulation.kinds import OPIATES, SMUGGLED
from panj.simulation.society import (
    districts,
    donors,
    markets,
    militants,
    opiates,
    politics,
    regime,
    revenue,
    services,
)
from panj.simulation.society.felt import Causes, Felt, Turn, filled
from panj.simulation.society.places import by_state
from panj.simulation.world import Months, World


class Society(eqx.Module):
    """Stocks outside passage, by group. All begin at rest."""

    markets: markets.Markets
    districts: districts.Districts
    militants: militants.Militants
    politics: politics.Politics
    regime: regime.Regime
    services: services.Services
    revenue: revenue.Revenue
    donors: donors.Donors
    opiates: opiates.Opiates


class Group(NamedTuple):
    """One room: its stocks at the first date, one month of them, and what a run keeps."""

    begin: Callable[[World, Parameters, Months], Any]
    step: Callable[[Turn], tuple[Any, Causes]]
    reported: Callable[[Any, Causes], dict[str, Array]]


ORDER = {
    module.__name__.rpartition(".")[2]: Group(module.begin, module.step, module.reported)
    for module in (markets, districts, militants, politics, regime, services, revenue, donors, opiates)
}
"""The order of turns in a month. Each group sees all stocks as the month began, and what those before it told."""


def begin(world: World, p: Parameters, now: Months) -> Society:
    """Stocks at the first date."""
    return Society(**{name: group.begin(world, p, now) for name, group in ORDER.items()})


def respond(turn: Turn) -> tuple[Society, Felt]:
    """Every stock one month on, and all causes of the month."""
    after = {}
    for name, group in ORDER.items():
        after[name], told = group.step(turn)
        turn = turn._replace(felt=turn.felt.also(told))
    return Society(**after), turn.felt


def reported(society: Society, causes: Causes) -> dict[str, Array]:
    """Stocks when the month begins, and what follows from them."""
    found: dict[str, Array] = {}
    for name, group in ORDER.items():
        found |= group.reported(getattr(society, name), causes)
    return found


def appetite(world: World, p: Parameters, society: Society, usual: Society) -> Float[Array, "F G M"]:
    """Factor on what would set out, by flow and state of destination: 1 as it stood when the clock began."""
    states = len(world.region.states)
    gap, usual_gap = (by_state(world, those.markets.price_gap) for those in (society, usual))
    want, usual_want = (by_state(world, those.districts.poverty) for those in (society, usual))
    drawn = filled(contraband_factor, p, price_gap=gap, usual_gap=usual_gap)
    carried = filled(
        contraband_supply, p, hardship=want, poverty=want, usual_hardship=usual_want, usual_poverty=usual_want
    )
    served, strength = society.opiates.served / usual.opiates.served, society.militants.strength
    one = jnp.ones((states, served.shape[0]))
    by_name = {
        **dict.fromkeys(SMUGGLED, drawn * carried),
        **dict.fromkeys(OPIATES, one * served),
        "militants": one * strength / jnp.maximum(usual.militants.strength, 1.0),
    }
    return jnp.stack([by_name.get(flow, one) for flow in world.region.flows])
