"""Militants: their strength and their raids (L10, L16, L17, L24, L25, L41, L48, R5)."""

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


class Militants(eqx.Module):
    """Those who fight.

    Attributes:
        strength: M [person].
    """

    strength: Float[Array, " M"]


def begin(world: World, p: Parameters, now: Months) -> Militants:
    """As many as join where all is quiet and there is a safe base."""
    return Militants(jnp.ones_like(p["integrity"]) * p["recruits"] * p["militant_months"])


def step(turn: Turn) -> tuple[Militants, Causes]:
    """Strength one month on; tells raids into each side of member states, over all borders alike."""
    felt, strength = turn.felt, turn.society.militants.strength
    band = turn.filled(
        raids,
        militants=strength[None, None],
        gap=per_side(felt("L17", "gap")),
        foreign_guards=jnp.asarray(0.0),
        mines=per_side(felt("L24", "mines")),
        strengthening=jnp.asarray(0.0),
        control_loss=jnp.asarray(0.0),
    )
    after = turn.filled(
        militants_next,
        militants=strength,
        room=turn.filled(room_for_extremists, settled=felt("L10", "settled")).mean(axis=0),
        unrest=felt.causes["unrest"].mean(axis=0),
        loyalty=felt("R5", "loyalty").mean(axis=(0, 1)),
        drug_money=felt("L48", "drug_money").mean(axis=0),
        sanctuary=felt("L41", "sanctuary"),
        campaign=felt("L25", "campaign"),
        restriction=jnp.minimum(felt("L25", "opacity").mean(axis=0), 1.0),
    )
    return Militants(after), {"raids": band * inner_sides(turn.world)[..., None]}


def reported(militants: Militants, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {"militants": militants.strength, "raids": causes["raids"].sum(axis=1)}
