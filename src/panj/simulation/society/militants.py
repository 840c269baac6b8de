"""Militants: their strength and their raids (L10, L15-L17, L19, L24-L26, L41, L48, R5)."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.militants import militants_next, raids
from panj.mechanisms.politics import room_for_extremists
from panj.simulation.crossing import Parameters
from panj.simulation.society.felt import Causes, Turn
from panj.simulation.society.places import inner_sides, per_side
from panj.simulation.world import Months, World

LEAST_CONTROL = 1e-3
"""Effort on a line below which there was no control to lose [person/km]."""


class Militants(eqx.Module):
    """Those who fight.

    Attributes:
        strength: Those who carry arms, M [person].
    """

    strength: Float[Array, " M"]


def begin(world: World, p: Parameters, now: Months) -> Militants:
    """As many as join where all is quiet and there is a safe base."""
    return Militants(jnp.ones_like(p["integrity"]) * p["recruits"] * p["militant_months"])


def step(turn: Turn) -> tuple[Militants, Causes]:
    """Strength one month on; tells raids into each side of member states, over all borders alike."""
    felt, strength, world = turn.felt, turn.society.militants.strength, turn.world
    control = felt.causes["control"]
    before = felt.usual("control")
    loss = jnp.where(before > LEAST_CONTROL, jnp.clip(1 - control / jnp.maximum(before, LEAST_CONTROL), 0.0, 1.0), 0.0)
    told = {"control_loss": per_side(loss)}
    felt = felt.also(told)
    band = turn.filled(
        raids,
        militants=strength[None, None],
        gap=per_side(felt("L17", "gap")),
        foreign_guards=felt("L19", "foreign_guards"),
        mines=per_side(felt("L24", "mines")),
        strengthening=felt("L26", "strengthening"),
        control_loss=felt("L15", "control_loss"),
    )
    after = turn.filled(
        militants_next,
        militants=strength,
        room=turn.filled(room_for_extremists, settled=felt("L10", "settled")).mean(axis=0),
        unrest=felt("L16", "unrest").mean(axis=0),
        loyalty=felt("R5", "loyalty").mean(axis=(0, 1)),
        drug_money=(felt("L48", "drug_money") * world.member[:, None]).sum(axis=0)
        / max(float(world.member.sum()), 1.0),
        sanctuary=felt("L41", "sanctuary"),
        campaign=felt("L25", "campaign"),
        restriction=jnp.minimum(felt("L25", "opacity").mean(axis=0), 1.0),
    )
    return Militants(after), told | {"raids": band * inner_sides(world)[..., None]}


def reported(militants: Militants, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {"militants": militants.strength, "raids": causes["raids"].sum(axis=1)}
