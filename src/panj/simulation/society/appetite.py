"""What would set out: how markets, stocks and people move the volumes of the files (L15, L43, L53-L56, L59, L83-L85).

Volumes hold under the conditions of the record, with society as it stood when the clock began; here is the factor on
them, by flow, state of destination and state of origin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from panj.basics.codes import ends
from panj.mechanisms.cannabis import gathered
from panj.mechanisms.dangerous import attempts
from panj.mechanisms.entry import transit_migration
from panj.mechanisms.households import contraband_supply
from panj.mechanisms.trade import contraband_factor, transit_factor
from panj.simulation.crossing import Parameters
from panj.simulation.kinds import (
    CANNABIS,
    DANGEROUS,
    LABOUR,
    MILITANTS,
    OPIATES,
    SMUGGLED,
    TRAFFICKING,
    TRANSIT_FREIGHT,
    TRANSIT_MIGRATION,
)
from panj.simulation.society.felt import Causes, Felt, filled
from panj.simulation.society.places import by_state
from panj.simulation.world import Months, World

if TYPE_CHECKING:
    from panj.simulation.society.society import Society


def moved_by(world: World, now: Months, society: Society) -> Causes:
    """The stocks that move what would set out, as causes of their own: they act before the month's passage."""
    return {
        "asking: price_gap": by_state(world, society.markets.price_gap),
        "asking: want": by_state(world, society.districts.want),
        "asking: lorry_limit": between(world, now.conditions["lorry_limit"]),
        "asking: served": society.opiates.served,
        "asking: wanted": society.opiates.wanted,
        "asking: militants": society.militants.strength,
        "asking: control_loss": society.guardians.lost,
        "asking: labour": society.migration.labour,
        "asking: bonded": society.migration.bonded,
        "asking: visa_free": society.migration.visa_free,
        "asking: guarding": society.migration.guarding,
    }


def appetite(world: World, p: Parameters, now: Months, felt: Felt) -> Float[Array, "F G H M"]:
    """Factor on what would set out, by flow, state of destination and of origin: 1 as it stood when the clock began."""
    states, one = len(world.region.states), jnp.ones((1, 1, p["integrity"].shape[0]))

    def ratio(links: str, cause: str, least: float = 1e-9) -> Array:
        name = f"asking: {cause}"
        return felt(links, name) / jnp.maximum(felt.usual(name), least)

    drawn = filled(
        contraband_factor, p, price_gap=felt("L55", "asking: price_gap"), usual_gap=felt.usual("asking: price_gap")
    )
    carried = filled(
        contraband_supply, p, hardship=felt("L54", "asking: want"), poverty=felt("L56", "asking: want"),
        usual_hardship=felt.usual("asking: want"), usual_poverty=felt.usual("asking: want"),
    )  # fmt: skip

    def tried(loss: Array) -> Array:
        found: Array = filled(attempts, p, wished=jnp.asarray(1.0), control_loss=loss)
        return found

    def passing(visa_free: Array, guarding: Array) -> Array:
        found: Array = filled(transit_migration, p, visa_free=visa_free, guarding=guarding)
        return found

    def stands(conditions: dict[str, Array]) -> Array:
        found: Array = filled(
            gathered, p, wild_area=jnp.asarray(1.0), sown_area=jnp.asarray(0.0), gathering=jnp.asarray(1.0),
            operations=conditions["operations"],
        )  # fmt: skip
        return found

    def through(limit: Array) -> Array:
        found: Array = filled(transit_factor, p, lorry_limit=limit)
        return found

    users = ratio("R9", "wanted")
    at_home = jnp.asarray(world.member)[:, None, None]
    by_kind = {
        SMUGGLED: (drawn * carried)[:, None],
        OPIATES: one * ratio("L43", "served"),
        CANNABIS: one * stands(now.conditions) / stands(now.record),
        MILITANTS: one * ratio("R6", "militants", 1.0),
        DANGEROUS: one * tried(felt("L15", "asking: control_loss")) / tried(felt.usual("asking: control_loss")),
        LABOUR: felt("L83 L84", "asking: labour"),
        TRAFFICKING: felt("L83 L84", "asking: bonded"),
        TRANSIT_MIGRATION: one
        * passing(felt("L85", "asking: visa_free"), felt("L85", "asking: guarding"))
        / passing(felt.usual("asking: visa_free"), felt.usual("asking: guarding")),
        TRANSIT_FREIGHT: one
        * through(felt("L59", "asking: lorry_limit"))
        / through(between(world, now.record["lorry_limit"])),
    }
    whole = jnp.ones((states, states, one.shape[-1]))
    factors = {flow: whole * factor for kind, factor in by_kind.items() for flow in kind}
    local = {flow: jnp.where(at_home > 0, users[:, None], 1.0) for flow in OPIATES}
    return jnp.stack([factors.get(flow, whole) * local.get(flow, whole) for flow in world.region.flows])


def between(world: World, by_border: Float[Array, " B"]) -> Float[Array, "G H 1"]:
    """What stands at the border of two states, for each pair of states; 0 where they have none."""
    states = list(world.region.states)
    pairs = np.asarray([[states.index(end) for end in ends(border)] for border in world.region.borders])
    empty = jnp.zeros((len(states), len(states)))
    there = empty.at[pairs[:, 0], pairs[:, 1]].set(by_border)
    return (there + there.T)[..., None]
