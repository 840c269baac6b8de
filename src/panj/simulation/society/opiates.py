"""Opiates from field to user: sown, gathered, stored, wanted, used (L38-L43, L47)."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.drug_use import users_next
from panj.mechanisms.opiates import harvest, source_price, sown_next, traded
from panj.simulation.crossing import Parameters
from panj.simulation.society.felt import Causes, Turn
from panj.simulation.world import Months, World


class Opiates(eqx.Module):
    """Fields, stores, users.

    Attributes:
        sown: Opium in the fields, M [t].
        stored: By traders, M [t].
        served: Share of wanted opiates that is to be had, M, 0-1.
        users: G x M [person].
    """

    sown: Float[Array, " M"]
    stored: Float[Array, " M"]
    served: Float[Array, " M"]
    users: Float[Array, "G M"]


def begin(world: World, p: Parameters, now: Months) -> Opiates:
    """Fields as the war has them, the usual store, users as the region says."""
    one = jnp.ones_like(p["integrity"])
    sown = p["poppy_tonnes"] * (1 + p["war_sows"] * now.conditions["war"])
    users = jnp.zeros((len(world.region.states), one.shape[0])) + now.conditions["users_start"][:, None]
    return Opiates(sown=sown, stored=p["usual_cover"] * sown / 12, served=one, users=users)


def step(turn: Turn) -> tuple[Opiates, Causes]:
    """Fields, stores and users one month on; tells harvest and price."""
    felt, opiates, p, given = turn.felt, turn.society.opiates, turn.p, turn.now.conditions
    sown = turn.filled(
        sown_next,
        sown=opiates.sown,
        sowing=given["sowing"],
        war=felt("L38", "war"),
        regime=felt("L41", "regime"),
        ban=felt("L40", "ban"),
        measures=felt("L42", "measures"),
    )
    output = turn.filled(harvest, sown=opiates.sown, harvesting=given["harvesting"], drought=felt("L39", "drought"))
    usually = p["poppy_tonnes"] * (1 + p["war_sows"] * felt.usual("war")) / 12
    price = turn.filled(source_price, traders_stock=opiates.stored, wanted=usually)
    wanted = usually * (price / p["farm_price"]) ** -p["opiate_elasticity"]
    trade = turn.filled(traded, traders_stock=opiates.stored, output=output, wanted=wanted)
    users = turn.filled(
        users_next, users=opiates.users, transit=felt("L47", "transit"), adults=given["adults"][:, None]
    )
    return Opiates(sown, trade.stock, trade.served, users), {"opium": output, "opium_price": price}


def reported(opiates: Opiates, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {
        "opium": causes["opium"],
        "opium_stock": opiates.stored,
        "opium_price": causes["opium_price"],
        "users": opiates.users,
        "drug_money": causes["drug_money"],
    }
