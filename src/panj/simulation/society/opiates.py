"""Opiates from field to user: sown, gathered, stored, carried, used (L38-L43, L46-L48, L51, R6, R9)."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.drug_trade import carriage, drug_money, price_beyond, spent_on_opium
from panj.mechanisms.drug_use import heroin_wanted, users_next
from panj.mechanisms.heroin import HEROIN_PURITY, OPIUM_FOR_HEROIN
from panj.mechanisms.opiates import harvest, source_price, sown_next, traded
from panj.mechanisms.recording import registered_users
from panj.simulation.crossing import Parameters
from panj.simulation.kinds import OPIATES, of_kind
from panj.simulation.society.felt import Causes, Turn
from panj.simulation.society.places import by_state
from panj.simulation.sums import LEFT, links_to_states, weighed
from panj.simulation.world import Months, World


class Opiates(eqx.Module):
    """Fields, stores, users.

    Attributes:
        sown: Opium in the fields, M [t].
        stored: Opium that traders hold, M [t].
        spent: What the opium in the heroin that they hold cost, M [USD/kg of opium].
        served: Share of wanted opiates that is to be had, M, 0-1.
        users: Of opiates, G x M [person]; of states outside the region as given.
        wanted: Pure heroin that users would buy in a month, G x M [kg].
    """

    sown: Float[Array, " M"]
    stored: Float[Array, " M"]
    spent: Float[Array, " M"]
    served: Float[Array, " M"]
    users: Float[Array, "G M"]
    wanted: Float[Array, "G M"]


def begin(world: World, p: Parameters, now: Months) -> Opiates:
    """Fields as the war has them, the usual store, users as the region says."""
    one = jnp.ones_like(p["integrity"])
    sown = p["poppy_tonnes"] * (1 + p["war_sows"] * now.conditions["war"])
    known = jnp.where(jnp.asarray(world.member)[:, None] > 0, p["users_at_start"], one)
    users = known * now.conditions["users_start"][:, None]
    wanted = users * p["grams_a_year"] / 12_000
    return Opiates(
        sown=sown,
        stored=p["usual_cover"] * sown / 12,
        spent=p["farm_price"] * one,
        served=one,
        users=users,
        wanted=wanted,
    )


def step(turn: Turn) -> tuple[Opiates, Causes]:
    """Fields, stores and users one month on; tells harvest, prices and what the trade earns."""
    felt, opiates, p, given, world = turn.felt, turn.society.opiates, turn.p, turn.now.conditions, turn.world
    turmoil = jnp.clip(felt("R6", "extremists") - felt.usual("extremists"), 0.0, 1.0)
    sown = turn.filled(
        sown_next,
        sown=opiates.sown,
        sowing=given["sowing"],
        war=1 - (1 - felt("L38", "war")) * (1 - turmoil),
        regime=felt("L41", "regime"),
        ban=felt("L40", "ban"),
        measures=felt("L42", "measures"),
    )
    output = turn.filled(harvest, sown=opiates.sown, harvesting=given["harvesting"], drought=felt("L39", "drought"))
    usually = p["poppy_tonnes"] * (1 + p["war_sows"] * felt.usual("war")) / 12
    price = turn.filled(source_price, traders_stock=opiates.stored, wanted=usually)
    wanted = usually * (price / p["farm_price"]) ** -p["opiate_elasticity"]
    trade = turn.filled(traded, traders_stock=opiates.stored, output=output, wanted=wanted)
    spent = turn.filled(spent_on_opium, spent=opiates.spent, price=price)

    told = {
        "opium": output,
        "opium_price": price,
        "carriage": turn.filled(
            carriage,
            transport=jnp.asarray(0.0),
            poverty=by_state(world, felt("L51", "poverty")),
        ),
    }
    felt = felt.also(told)
    worth = price_at_start(world, p)
    dearer = turn.filled(
        price_beyond,
        price=OPIUM_FOR_HEROIN * HEROIN_PURITY * (spent - felt.usual("opium_price")),
        carriage=worth + felt.causes["carriage"] - felt.usual("carriage"),
        seized_share=felt.causes["opiates_taken"],
    )
    at_start = turn.filled(
        price_beyond, price=jnp.asarray(0.0), carriage=worth, seized_share=felt.usual("opiates_taken")
    )
    rise = dearer / at_start
    entered = jnp.maximum(felt.causes["entered"], 1e-6)
    money = turn.filled(
        drug_money,
        entered=entered,
        price_before=felt.causes["bought"] / entered * rise,
        passed_on=felt.causes["passed_on"],
        price=worth * rise,
    )
    drawn_in = turn.filled(
        users_next, users=opiates.users, transit=felt("L47", "transit"), adults=given["adults"][:, None]
    )
    users = jnp.where(jnp.asarray(world.member)[:, None] > 0, drawn_in, opiates.users)
    bought = turn.filled(heroin_wanted, users=users, price=rise, usual_price=jnp.asarray(1.0))
    told |= {"drug_money": jnp.maximum(money, 0.0) / HEROIN_PURITY, "drug_price": worth * rise}
    told |= {"registered": turn.filled(registered_users, users=opiates.users)}
    after = Opiates(sown, trade.stock, spent, trade.served, users, bought)
    return jax.tree.map(lambda new, old: jnp.where(felt.begun, new, old), after, opiates), told


def reported(opiates: Opiates, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {
        "opium": causes["opium"],
        "opium_stock": opiates.stored,
        "opium_price": causes["opium_price"],
        "drug_price": causes["drug_price"],
        "users": opiates.users,
        "registered_users": causes["registered"],
        "drug_money": causes["drug_money"],
    }


def price_at_start(world: World, p: Parameters) -> Float[Array, "G M"]:
    """What a kilogram is worth in each state while nothing is dearer [USD/kg]; mean over the links that leave it."""
    worth = weighed(of_kind(world.region.flows, OPIATES), world.price(p))
    number = links_to_states(world, jnp.ones_like(worth), LEFT)
    return links_to_states(world, worth, LEFT) / jnp.maximum(number, 1.0) + 1e-3
