"""Border districts: what households live on, whom they hold to, and where trouble starts.

Income, poverty and loyalty by side (L50, L57, L58, L72, L74); unrest and incidents by border (L11, L16, L72, L76).
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.households import border_income, loyalty_next
from panj.mechanisms.households import poverty as poor
from panj.mechanisms.politics import incidents, unrest
from panj.simulation.crossing import Parameters
from panj.simulation.society.felt import Causes, Turn
from panj.simulation.society.places import per_side
from panj.simulation.world import Months, World


class Districts(eqx.Module):
    """Households of border districts.

    Attributes:
        loyalty: To their state, B x 2 x M, 0-1.
        poverty: Share of them below the poverty line, B x 2 x M, 0-1.
    """

    loyalty: Float[Array, "B 2 M"]
    poverty: Float[Array, "B 2 M"]


def begin(world: World, p: Parameters, now: Months) -> Districts:
    """Loyal, half of them poor; the settling finds what is true."""
    side = jnp.zeros((*world.border_states.shape, p["integrity"].shape[0]))
    return Districts(loyalty=side + 1.0, poverty=side + 0.5)


def step(turn: Turn) -> tuple[Districts, Causes]:
    """Loyalty and poverty one month on; tells income, unrest and incidents."""
    felt, society = turn.felt, turn.society
    length = jnp.asarray(turn.world.border_length)[:, None, None]
    income = turn.filled(
        border_income,
        market_wage=felt.causes["market_wage"],
        slump=felt("L50", "slump"),
        activity=jnp.clip(1 - felt("L74", "lost"), 0.0, 2.0),
        contraband=felt("L57", "contraband_value"),
        shuttle=felt("L57", "shuttle_value"),
        contraband_share=jnp.clip(felt("L58", "smuggled"), 0.0, 1.0),
        households=turn.now.conditions["households"][:, None, None] * length,
    )
    loyalty = turn.filled(
        loyalty_next,
        loyalty=society.districts.loyalty,
        opacity=per_side(felt("L72", "opacity")),
        unmet=per_side(felt.causes["unmet"]),
    )
    troubled = turn.filled(
        unrest,
        claims_open=felt("L16", "claims_open"),
        extremists=felt("L16", "extremists"),
        undecided=felt("L11", "mixed") * (1 - society.politics.settled),
        opacity=felt("L72", "opacity"),
    )
    shots = turn.filled(incidents, unmet=felt("L76", "unmet"), traffic=felt.causes["traffic"])
    poverty = turn.filled(poor, border_income=income)
    return Districts(loyalty, poverty), {"income": income, "unrest": troubled, "incidents": shots}


def reported(districts: Districts, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {
        "income": causes["income"].mean(axis=1),
        "poverty": districts.poverty.mean(axis=1),
        "loyalty": districts.loyalty.mean(axis=1),
        "unrest": causes["unrest"],
        "incidents": causes["incidents"],
    }
