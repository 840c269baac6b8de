"""Services at the border: how much of their power is for sale (L49, L52, L64, L66-L69, R1)."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.integrity import gain_from_selling, honest_rents, integrity_next
from panj.simulation.crossing import Parameters
from panj.simulation.society.felt import Causes, Felt, Turn, filled
from panj.simulation.society.places import per_side
from panj.simulation.world import Months, World


class Services(eqx.Module):
    """Border guards and customs of a side.

    Attributes:
        integrity: Share of their power that is not for sale, B x 2 x M, 0-1.
        bribe_income: What an officer took in bribes last month, B x 2 x M [USD/month/officer].
    """

    integrity: Float[Array, "B 2 M"]
    bribe_income: Float[Array, "B 2 M"]


def begin(world: World, p: Parameters, now: Months) -> Services:
    """Integrity as the parameter says, the same everywhere."""
    side = jnp.zeros((*world.border_states.shape, p["integrity"].shape[0]))
    return Services(integrity=side + p["integrity"], bribe_income=side)


def step(turn: Turn) -> tuple[Services, Causes]:
    """Integrity one month on."""
    felt = turn.felt
    integrity = filled(
        integrity_next,
        turn.p | {"scruples": _scruples(turn.world, turn.p, felt)},
        integrity=turn.society.services.integrity,
        gain=_gain(turn.p, felt),
        poverty=felt("L52", "poverty"),
        clarity=felt("L67 L90", "clarity"),
    )
    return Services(integrity, felt.causes["bribes"] / jnp.maximum(felt.causes["officers"], 1.0)), {}


def reported(services: Services, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {"integrity": services.integrity.mean(axis=1)}


def _gain(p: Parameters, felt: Felt) -> Float[Array, "B 2 M"]:
    """What an officer gains by being for sale."""
    rents = filled(
        honest_rents,
        p,
        opacity=per_side(felt("L64", "opacity")),
        unmet=per_side(felt("L64", "unmet")),
        traffic=per_side(felt("L66", "traffic")),
        density=per_side(felt("L66", "density")),
        officers=felt("L66", "officers") + 1.0,
    )
    gain: Array = filled(
        gain_from_selling,
        p,
        honest_rents=rents,
        contraband_rents=felt("L68", "contraband_rents"),
        drug_rents=felt("L49", "drug_rents"),
        bribe_income=felt("L68", "bribe_income"),
        oversight=felt("L69 L90", "oversight"),
        pay=felt("L67", "pay"),
        market_wage=felt("L67", "market_wage"),
    )
    return gain


def _scruples(world: World, p: Parameters, felt: Felt) -> Float[Array, " M"]:
    """Scruples with which the services of all member states together were at rest when the clock began.

    The integrity that the parameter gives is that of the region's services as a whole (PE041), so their scruples are
    the same everywhere: where more is on offer than on most borders, a service sells more from the first years on.
    """
    pull = (
        p["temptation"] * _gain(p, felt.at_start())
        + p["poverty_corrupts"] * felt.usual("poverty")
        + p["obscurity_corrupts"] * (1 - felt.usual("clarity"))
    )
    of_members = world.member[world.border_states][..., None]
    odds = jax.scipy.special.logit(p["integrity"]) + (of_members * pull).sum(axis=(0, 1)) / of_members.sum()
    return jnp.clip(jax.nn.sigmoid(odds), 1e-4, 1 - 1e-4)
