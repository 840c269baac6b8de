"""Politics of borders: tension, pressure, talks and works on the line.

L05-L09, L12-L14, L21-L23, L71, L76-L78, L89, R4, R10. Talks settle lines only where a scenario lets them;
what they agree on waits for ratification, and then for demarcation on the ground.
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.delays import delayed
from panj.mechanisms.leverage import pressure_next
from panj.mechanisms.politics import tension_next
from panj.mechanisms.regime import Works, works_next
from panj.mechanisms.settlement import protest, settled_next, settlement_hazard
from panj.simulation.crossing import Parameters
from panj.simulation.society.felt import Causes, Turn, at_rest
from panj.simulation.society.places import other, per_side
from panj.simulation.world import Months, World

RATIFYING, MARKING = 2, 3
"""Stages of a delay: the more there are, the more regular it is (assumed)."""


class Politics(eqx.Module):
    """Between two states.

    Attributes:
        tension: Between the two states of a border, B x M, 0-1.
        settled: Share of a border that is delimited, B x M, 0-1.
        signed: Share of a border that talks have agreed on and that waits for ratification, by stage, 2 x B x M, 0-1.
        marking: Share of a border that is delimited and waits for demarcation, by stage, 3 x B x M, 0-1.
        marked: Share of a border that is demarcated, B x M, 0-1.
        works: Share of a border with works on contested ground, B x M, 0-1.
        agreed: Share of a border with works along agreed lines, B x M, 0-1.
        pressure: Of a side's state on the other by what that one needs, B x 2 x M, 0-1.
    """

    tension: Float[Array, "B M"]
    settled: Float[Array, "B M"]
    signed: Float[Array, "stage B M"]
    marking: Float[Array, "stage B M"]
    marked: Float[Array, "B M"]
    works: Float[Array, "B M"]
    agreed: Float[Array, "B M"]
    pressure: Float[Array, "B 2 M"]


def begin(world: World, p: Parameters, now: Months) -> Politics:
    """Lines as the record says, some tension, no works and no pressure; the settling finds the balance."""
    side = jnp.zeros((*world.border_states.shape, p["integrity"].shape[0]))
    border = side[:, 0]
    return Politics(
        tension=border + 0.2,
        settled=border + now.settled[:, None],
        signed=jnp.zeros((RATIFYING, *border.shape)),
        marking=jnp.zeros((MARKING, *border.shape)),
        marked=border + now.settled[:, None],
        works=border,
        agreed=border,
        pressure=side,
    )


def step(turn: Turn) -> tuple[Politics, Causes]:
    """All of it one month on."""
    felt, politics, now = turn.felt, turn.society.politics, turn.now
    acts = felt("L22", "tightening")

    def strained(tension: Array) -> Array:
        found: Array = turn.filled(
            tension_next,
            tension=tension,
            claims_open=felt("L03 L07", "claims_open"),
            contested=felt("L14", "contested"),
            tightening=acts[:, 0],
            tightening_other=acts[:, 1],
            opacity=felt("L71", "opacity"),
            pressure=felt("L78", "pressure")[:, 0],
            pressure_other=felt("L78", "pressure")[:, 1],
            incidents=felt.causes["incidents"],
            unrest=felt.causes["unrest"],
            settled=felt("L08", "settled"),
            cooperation=felt("L89", "cooperation"),
        )
        return found

    settling = turn.filled(
        settlement_hazard,
        tension=felt("L23", "tension"),
        opacity=felt("L21", "opacity"),
        rival_maps=felt("L09", "rival_maps"),
        mixed=felt("L09", "mixed"),
        protest=turn.filled(protest, ceded=felt("L06", "ceded"), nationalism=felt("L05", "nationalism")),
    )
    agreed_on = politics.settled + politics.signed.sum(axis=0)
    treaties = (turn.filled(settled_next, settled=agreed_on, settling=settling) - agreed_on) * now.reacts
    ratifying = delayed(politics.signed, treaties, turn.p["ratification_months"])
    settled = jnp.where(now.reacts > 0, politics.settled + ratifying.out, now.settled[:, None])
    marking = delayed(politics.marking, jnp.maximum(settled - politics.settled, 0.0), turn.p["demarcation_months"])

    def built(link: str) -> Works:
        found: Works = turn.filled(
            works_next,
            agreed=politics.agreed,
            contested=politics.works,
            settled=felt(link, "settled"),
            security_need=jnp.minimum(felt("L13", "extremists"), 1.0),
        )
        return found

    pressure = turn.filled(
        pressure_next,
        pressure=politics.pressure,
        pressure_other=other(felt("L78", "pressure")),
        dependence=felt("L77", "dependence"),
        tension=per_side(felt("R4", "tension")),
    )
    after = Politics(
        tension=at_rest(strained, strained(politics.tension), felt.begun),
        settled=settled,
        signed=ratifying.stages,
        marking=marking.stages,
        marked=jnp.minimum(politics.marked + marking.out, settled),
        works=built("L13").contested,
        agreed=built("L12").agreed,
        pressure=pressure,
    )
    return after, {}


def reported(politics: Politics, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {
        "tension": politics.tension,
        "settled": politics.settled,
        "signed": politics.settled + politics.signed.sum(axis=0),
        "demarcated": politics.marked,
        "pressure": politics.pressure.mean(axis=1),
    }
