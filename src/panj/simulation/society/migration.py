"""Migration: who works abroad, by which door they came, and what states see of it (L82-L85, B9, R13).

A corridor leads from the state of a pair of labour migration to the state where it ends. ``H`` states that people
leave, ``G`` states where they go. The files' volumes hold under the conditions of the record; what differs from those,
and what the model itself moves, makes the factor on them (`Migration.labour`).
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from panj.mechanisms.entry import entry, smuggler_fee, trafficked
from panj.mechanisms.migration import departure_hazard, migrants_next, recorded_irregular, return_chance
from panj.simulation.crossing import Parameters
from panj.simulation.kinds import LABOUR
from panj.simulation.society.felt import Causes, Turn, at_rest
from panj.simulation.society.places import by_state, inner_sides
from panj.simulation.society.regime import USUAL_MONTHS
from panj.simulation.world import Months, World


class Migration(eqx.Module):
    """People by where they are.

    Attributes:
        home: People of 15 and over at home, H x M [person].
        regular: Abroad with papers, G x H x M [person].
        irregular: Abroad without papers, G x H x M [person].
        recorded: Irregular migrants that a state used to record, G x M [case/month].
        labour: Factor on who sets out to work, G x H x M.
        bonded: Factor on who is trafficked, G x H x M.
        visa_free: Share of movement between member states that needs no visa, M, 0-1.
        guarding: Chance of being found on the lines between member states, mean over their sides, M, 0-1.
    """

    home: Float[Array, "H M"]
    regular: Float[Array, "G H M"]
    irregular: Float[Array, "G H M"]
    recorded: Float[Array, "G M"]
    labour: Float[Array, "G H M"]
    bonded: Float[Array, "G H M"]
    visa_free: Float[Array, " M"]
    guarding: Float[Array, " M"]


def begin(world: World, p: Parameters, now: Months) -> Migration:
    """All at home; the settling finds who is abroad."""
    state = jnp.zeros((len(world.region.states), p["integrity"].shape[0]))
    corridor = jnp.zeros((state.shape[0], *state.shape))
    return Migration(
        home=state + now.conditions["adults"][:, None],
        regular=corridor,
        irregular=corridor,
        recorded=state + 1.0,
        labour=corridor + 1.0,
        bonded=corridor + 1.0,
        visa_free=state[0] + 1.0,
        guarding=state[0],
    )


def step(turn: Turn) -> tuple[Migration, Causes]:
    """People one month on; tells entries and what is recorded of them."""
    felt, world, migration, now = turn.felt, turn.world, turn.society.migration, turn.now
    abroad = migration.regular + migration.irregular
    everyone = migration.home + abroad.sum(axis=0)
    enforced = by_state(world, felt.causes["effort_of_side"]) + 1e-6
    told = {"network": abroad / everyone, "wage_gap": wage_gap(now.conditions), "enforced": enforced}
    felt = felt.also(told | {"home_poverty": by_state(world, felt.causes["poverty"])})
    enforcement = felt("B9", "enforced") / felt.usual("enforced")
    fee = turn.filled(smuggler_fee, enforcement=enforcement)
    door = turn.filled(entry, checks=felt("B9", "checks"), fee=fee)
    felt = felt.also({"fee": fee, "going": door.going, "clandestine": door.clandestine})

    def leaving(poverty: Array, repression: Array, network: Array, wages: Array, of: dict[str, Array]) -> Array:
        job = jnp.maximum(1 - of["slump"], 0.05)[:, None, None]
        hazard: Array = turn.filled(
            departure_hazard,
            wage_gap=wages,
            job_chance=job,
            poverty=poverty,
            repression=repression,
            conflict=of["conflict"][None, :, None],
            network=network,
        )
        return hazard * corridors(world)[..., None]

    hazard = leaving(
        felt("L83", "home_poverty"), felt("L83", "repression"), felt.causes["network"], felt("L84", "wage_gap"),
        {"slump": now.conditions["slump"], "conflict": felt("L83", "conflict")[:, 0]},
    )  # fmt: skip
    by_record = leaving(
        felt.usual("home_poverty"), felt.usual("repression"), felt.usual("network"), wage_gap(now.record), now.record
    )
    back = turn.filled(return_chance, enforcement=enforcement)[:, None]
    regular_back = turn.filled(return_chance, enforcement=jnp.ones(()))

    def moved(people: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        home, regular, irregular = people
        after = turn.filled(
            migrants_next,
            home=home,
            regular=regular,
            irregular=irregular,
            hazard=hazard * door.going[:, None],
            clandestine=door.clandestine[:, None],
            regular_return=regular_back,
            irregular_return=back,
        )
        return after.home, after.regular, after.irregular

    before = migration.home, migration.regular, migration.irregular
    home, regular, irregular = at_rest(moved, moved(before), felt.begun)
    entries = hazard * door.going[:, None] * migration.home
    hidden = (entries * door.clandestine[:, None]).sum(axis=1)
    seen = turn.filled(
        recorded_irregular,
        clandestine_entries=hidden,
        irregular=migration.irregular.sum(axis=1),
        checks=felt.causes["checks"],
    )

    def in_bond(price: Array, hidden: Array, conditions: dict[str, Array]) -> Array:
        found: Array = turn.filled(
            trafficked, clandestine_entries=hidden[:, None], fee=price[:, None], means=means(turn.p, conditions)
        )
        return found

    bonded = in_bond(fee, door.clandestine, now.conditions)
    bonded_by_record = in_bond(felt.usual("fee"), felt.usual("clandestine"), now.record)
    some = corridors(world)[..., None] > 0
    usual_going = by_record * felt.usual("going")[:, None]
    labour = jnp.where(some, hazard * door.going[:, None] / jnp.where(some, usual_going, 1.0), 1.0)
    pace = jnp.where(felt.begun, -jnp.expm1(-1 / USUAL_MONTHS), 1.0)
    after = Migration(
        home=home,
        regular=regular,
        irregular=irregular,
        recorded=migration.recorded + (seen + 1.0 - migration.recorded) * pace,
        labour=labour,
        bonded=labour * bonded / bonded_by_record,
        visa_free=jnp.broadcast_to(felt.causes["visa_free"], migration.visa_free.shape),
        guarding=(inner_sides(world).sum(axis=1)[:, None] * felt.causes["detection"]).sum(axis=0),
    )
    told |= {"fee": fee, "going": door.going, "clandestine": door.clandestine}
    told |= {"home_poverty": felt.causes["home_poverty"], "migrants_seen": seen}
    a, b = world.border_states.T
    told |= {"irregular_between": migration.irregular[a, b] + migration.irregular[b, a]}
    told |= {"migration_found": (seen + 1.0) / migration.recorded, "trafficked": (entries * bonded).sum(axis=1)}
    return after, told


def reported(migration: Migration, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {
        "at_home": migration.home,
        "migrants": (migration.regular + migration.irregular).sum(axis=0),
        "irregular_migrants": migration.irregular.sum(axis=1),
        "irregular_between": causes["irregular_between"],
        "recorded_migrants": causes["migrants_seen"],
        "trafficked": causes["trafficked"],
    }


def corridors(world: World) -> NDArray[np.float32]:
    """1 where labour migration leads, G x H."""
    states, places = list(world.region.states), world.region.places
    found = np.zeros((len(states), len(states)), np.float32)
    for flow in LABOUR:
        for pair in world.region.flows[flow].pair if flow in world.region.flows else ():
            there, here = states.index(places[pair.destination].state), states.index(places[pair.origin].state)
            found[there, here] = float(there != here)
    return found


def wage_gap(conditions: dict[str, Array]) -> Float[Array, "G H 1"]:
    """Log ratio of wages abroad over those at home."""
    wages = jnp.log(conditions["market_wage"])
    return (wages[:, None] - wages)[..., None]


def means(p: Parameters, conditions: dict[str, Array]) -> Float[Array, "1 H M"]:
    """What a household at home can pay at once [USD]: a month of what it earns."""
    return (conditions["market_wage"][:, None] * p["earners"])[None]
