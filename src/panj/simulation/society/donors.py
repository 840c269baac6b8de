"""Donors and the ranking of threats: attention, what it would bring, what it licenses (L28, L29, L31)."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.attention import aid_month, attention_next
from panj.mechanisms.attention import terror_first as ranking
from panj.mechanisms.militants import repression_next
from panj.simulation.crossing import Parameters
from panj.simulation.society.felt import Causes, Turn
from panj.simulation.world import Months, World


class Donors(eqx.Module):
    """Donors, and what states do under their eyes.

    Attributes:
        attention: M; 1 is what the largest attack draws.
        promised: Aid promised and still to come, G x M [USD].
        repression: At home, G x M, 0-1.
    """

    attention: Float[Array, " M"]
    promised: Float[Array, "G M"]
    repression: Float[Array, "G M"]


def begin(world: World, p: Parameters, now: Months) -> Donors:
    """The usual attention, and promises in balance with it."""
    one = jnp.ones_like(p["integrity"])
    state = jnp.zeros((len(world.region.states), one.shape[0]))
    return Donors(
        attention=one * p["attention_usual"],
        promised=state + p["aid_per_attention"] * p["attention_usual"] * p["aid_months"],
        repression=state + p["repression_own"],
    )


def step(turn: Turn) -> tuple[Donors, Causes]:
    """Attention, promises and repression one month on; tells the ranking and what aid would arrive."""
    felt, donors = turn.felt, turn.society.donors
    threat = jnp.minimum(felt.causes["raids"].sum(axis=(0, 1)), 1.0)
    attention = turn.filled(attention_next, attention=donors.attention, attack=felt("L28", "attack"), threat=threat)
    aid = turn.filled(aid_month, promised=donors.promised, attention=felt("L29", "attention"))
    told = {"terror_first": turn.filled(ranking, attention=donors.attention), "aid_modelled": aid.arrives}
    repression = turn.filled(
        repression_next, repression=donors.repression, terror_first=felt.also(told)("L31", "terror_first")
    )
    return Donors(attention, aid.promised, repression), told


def reported(donors: Donors, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {
        "attention": donors.attention,
        "repression": donors.repression,
        "terror_first": causes["terror_first"],
        "aid_modelled": causes["aid_modelled"],
    }
