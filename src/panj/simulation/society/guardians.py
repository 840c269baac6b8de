"""Guardians: foreign guards that come and go, staff that money keeps, and what is known of a border's strength.

L15, L18, L19, L26, L31, L33-L35, L37, B3, B5. In the past the dated record holds; from the date on which a scenario
lets states react, foreign guards follow threat, ranking and aid where they still stand, and staff follows money.
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.guardians import foreign_guards_next, guards_kept
from panj.simulation.crossing import Parameters
from panj.simulation.society.felt import Causes, Turn
from panj.simulation.society.places import inner_sides, per_side
from panj.simulation.sums import sections_to_borders
from panj.simulation.world import Months, World

REMEMBERED_MONTHS = 24.0
"""Time over which those who raid learn how strong a border has become [month] (assumed)."""


class Guardians(eqx.Module):
    """Who guards.

    Attributes:
        foreign: Presence of foreign guards over the most that the record knows, B x 2 x M, 0-1.
        staffing: Guards on the line over those of the record, B x 2 x M.
        remembered: Effort on the line as it was, B x M [person/km].
        lost: Share of the control of the start that is lost, mean over the borders of member states, M, 0-1.
    """

    foreign: Float[Array, "B 2 M"]
    staffing: Float[Array, "B 2 M"]
    remembered: Float[Array, "B M"]
    lost: Float[Array, " M"]


def begin(world: World, p: Parameters, now: Months) -> Guardians:
    """Guards as the record has them; the settling finds the effort that is remembered."""
    side = jnp.zeros((*world.border_states.shape, p["integrity"].shape[0]))
    return Guardians(foreign=side + presence(world, now), staffing=side + 1, remembered=side[:, 0], lost=side[0, 0])


def step(turn: Turn) -> tuple[Guardians, Causes]:
    """Presence, staff and memory one month on."""
    felt, world, now, guardians = turn.felt, turn.world, turn.now, turn.society.guardians
    recorded = presence(world, now)
    most = jnp.asarray(world.most_foreign)[..., None] * turn.p["strength_foreign"]
    wanted = turn.filled(
        foreign_guards_next,
        foreign_guards=guardians.foreign,
        threat=felt("L18", "threat"),
        terror_first=felt("L31", "terror_first"),
        aid=felt("L33", "aid_arriving")[world.border_states],
    )
    foreign = jnp.where(now.reacts > 0, wanted * (guardians.foreign > 0), recorded)

    own = sections_to_borders(world, now.staff - now.foreign)[..., None] * turn.p["strength_scale"]
    kept = turn.filled(
        guards_kept,
        own_funds=own * turn.p["guard_upkeep"] * felt("L37", "budget")[world.border_states],
        line_aid=felt("L35", "line_aid"),
        foreign_guards=felt("L34", "foreign_guards"),
        foreign_most=most,
    )
    staffing = jnp.where(now.reacts > 0, kept / jnp.maximum(own + most * recorded, 1.0), 1.0)
    pace = jnp.where(felt.begun, -jnp.expm1(-1 / REMEMBERED_MONTHS), 1.0)
    control = felt.causes["control"]
    after = Guardians(
        foreign=foreign,
        staffing=staffing,
        remembered=guardians.remembered + (control - guardians.remembered) * pace,
        lost=(inner_sides(world).sum(axis=1)[:, None] * felt.causes["control_loss"][:, 0]).sum(axis=0),
    )
    return after, {}


def reported(guardians: Guardians, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {"foreign_guards": guardians.foreign.max(axis=1), "control": causes["control"]}


def presence(world: World, now: Months) -> Float[Array, "B 2 1"]:
    """Foreign guards that the record has, over the most that it ever has there."""
    return (sections_to_borders(world, now.foreign) / jnp.maximum(jnp.asarray(world.most_foreign), 1e-3))[..., None]


def strength_known(control: Float[Array, "B M"], remembered: Float[Array, "B M"]) -> Float[Array, "B 1 M"]:
    """How much of a border's effort was added since it was last met, 0-1."""
    return per_side(jnp.clip(1 - remembered / jnp.maximum(control, 1e-6), 0.0, 1.0))
