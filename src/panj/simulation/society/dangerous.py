"""Dangerous goods and detectors at the posts (L15, L37, L61)."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.capability import donated_next
from panj.mechanisms.dangerous import portals, posts_watched
from panj.simulation.crossing import Parameters
from panj.simulation.gifts import detectors as detectors_given
from panj.simulation.society.felt import Causes, Turn, filled
from panj.simulation.society.places import by_state
from panj.simulation.world import Months, World


class Dangerous(eqx.Module):
    """Detectors.

    Attributes:
        detectors: Of radioactive material in working order, G x M [USD].
        found: Chance that radioactive material is found by one at a post, G x M, 0-1.
    """

    detectors: Float[Array, "G M"]
    found: Float[Array, "G M"]


def begin(world: World, p: Parameters, now: Months) -> Dangerous:
    """None."""
    state = jnp.zeros((len(world.region.states), p["integrity"].shape[0]))
    return Dangerous(detectors=state, found=state)


def step(turn: Turn) -> tuple[Dangerous, Causes]:
    """Detectors one month on; tells what they find, and the time that false alarms take."""
    felt, world, p, now = turn.felt, turn.world, turn.p, turn.now
    given = jnp.where(now.reacts > 0, turn.society.donors.weapons, detectors_given(world, p, now))
    told = {"detectors_given": given}
    delivered = felt.also(told)("L37", "detectors_given")
    detectors = filled(
        donated_next, p, stock=turn.society.dangerous.detectors, delivered=delivered, in_use=p["donated_in_use"],
        life=12 * p["equipment_life"],
    )  # fmt: skip
    watched = turn.filled(
        posts_watched, detectors=detectors / p["portal_usd"], posts=jnp.asarray(world.posts_of_state)[:, None]
    )
    month = filled(
        portals,
        p | {"integrity": by_state(world, felt("L61", "integrity"))},
        attempted=felt.causes["radioactive_tries"],
        vehicles=felt.causes["lorries"],
        watched=watched,
        pagers=watched,
    )
    told |= {"intercepted": month.intercepted, "false_alarms": month.minutes}
    return Dangerous(detectors, month.found), told


def reported(dangerous: Dangerous, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {
        "detectors": dangerous.detectors,
        "intercepted": causes["intercepted"],
        "false_alarms": causes["false_alarms"],
    }
