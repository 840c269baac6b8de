"""All groups together: their stocks, and the order of their turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
from jaxtyping import Array

from panj.simulation.crossing import Parameters
from panj.simulation.society import (
    cannabis,
    dangerous,
    districts,
    donors,
    guardians,
    markets,
    migration,
    militants,
    networks,
    opiates,
    politics,
    regime,
    revenue,
    services,
)
from panj.simulation.society.felt import Causes, Felt, Turn
from panj.simulation.world import Months, World


class Society(eqx.Module):
    """Stocks outside passage, by group. All begin at rest."""

    markets: markets.Markets
    districts: districts.Districts
    opiates: opiates.Opiates
    networks: networks.Networks
    militants: militants.Militants
    migration: migration.Migration
    politics: politics.Politics
    regime: regime.Regime
    services: services.Services
    revenue: revenue.Revenue
    donors: donors.Donors
    guardians: guardians.Guardians
    cannabis: cannabis.Cannabis
    dangerous: dangerous.Dangerous


class Group(NamedTuple):
    """One room: its stocks at the first date, one month of them, and what a run keeps."""

    begin: Callable[[World, Parameters, Months], Any]
    step: Callable[[Turn], tuple[Any, Causes]]
    reported: Callable[[Any, Causes], dict[str, Array]]


ORDER = {
    module.__name__.rpartition(".")[2]: Group(module.begin, module.step, module.reported)
    for module in (
        markets,
        districts,
        opiates,
        networks,
        militants,
        migration,
        politics,
        regime,
        services,
        revenue,
        donors,
        guardians,
        cannabis,
        dangerous,
    )
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
