"""Border districts: what households live on, whom they hold to, and where trouble starts.

Income, poverty and loyalty by side (L50, L57, L58, L72, L74); unrest and incidents by border (L11, L16, L72, L76);
walks of daily life (L86) and what the region passes on to others (L91).
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.entry import trespass
from panj.mechanisms.households import border_income, income_lost, loyalty_next
from panj.mechanisms.households import poverty as poor
from panj.mechanisms.militants import spill_over
from panj.mechanisms.politics import incidents, unrest
from panj.simulation.crossing import Parameters
from panj.simulation.society.felt import Causes, Turn
from panj.simulation.society.places import both, by_state, per_side
from panj.simulation.world import Months, World

HOUSEHOLD = 5.0
"""People of a household [person] (assumed)."""


class Districts(eqx.Module):
    """Households of border districts.

    Attributes:
        loyalty: Of their people to their state, B x 2 x M, 0-1.
        poverty: Share of households below the poverty line, B x 2 x M, 0-1.
        want: That share over what the wages of the record made of it, all else as when the clock began, B x 2 x M.
    """

    loyalty: Float[Array, "B 2 M"]
    poverty: Float[Array, "B 2 M"]
    want: Float[Array, "B 2 M"]


def begin(world: World, p: Parameters, now: Months) -> Districts:
    """Loyal, half of them poor; the settling finds what is true."""
    side = jnp.zeros((*world.border_states.shape, p["integrity"].shape[0]))
    return Districts(loyalty=side + 1.0, poverty=side + 0.5, want=side)


def step(turn: Turn) -> tuple[Districts, Causes]:
    """Loyalty and poverty one month on; tells income, unrest and incidents."""
    felt, society = turn.felt, turn.society
    length = jnp.asarray(turn.world.border_length)[:, None, None]

    def earned(wage: Array, slump: Array, lost: Array, contraband: Array, shuttle: Array, smuggled: Array) -> Array:
        found: Array = turn.filled(
            border_income,
            market_wage=wage,
            slump=slump,
            activity=jnp.clip(1 - lost, 0.0, 2.0),
            contraband=contraband,
            shuttle=shuttle,
            contraband_share=jnp.clip(smuggled, 0.0, 1.0),
            households=turn.now.conditions["households"][:, None, None] * length,
        )
        return found

    income = earned(
        felt.causes["market_wage"], felt("L50", "slump"), felt("L71 L74", "lost"), felt("L57", "contraband_value"),
        felt("L57", "shuttle_value"), felt("L58", "smuggled"),
    )  # fmt: skip
    wage, slump = (turn.now.record[name][turn.world.border_states][..., None] for name in ("market_wage", "slump"))
    carried = (felt.usual(name) for name in ("lost", "contraband_value", "shuttle_value", "smuggled"))
    by_record = turn.filled(poor, border_income=earned(wage, slump, *carried))
    loyalty = turn.filled(
        loyalty_next,
        loyalty=society.districts.loyalty,
        opacity=per_side(felt("L72", "opacity")),
        unmet=per_side(felt("L72", "unmet")),
    )
    troubled = turn.filled(
        unrest,
        claims_open=felt("L08 L16", "claims_open"),
        extremists=felt("L16", "extremists"),
        undecided=felt("L11", "mixed") * (1 - felt("L11", "settled")),
        opacity=felt("L72", "opacity"),
    )
    shots = turn.filled(incidents, unmet=felt("L76", "unmet"), traffic=felt("L76", "traffic"))
    poverty = turn.filled(poor, border_income=income)
    told = {"income": income, "unrest": troubled, "incidents": shots}
    told["income_lost"] = turn.filled(
        income_lost, activity=1 - felt("L74", "lost").mean(axis=1), turnover=felt.usual("turnover")
    )
    told["spill_over"] = turn.filled(spill_over, unrest=of_states(turn.world, felt.also(told)("L91", "unrest")))
    told["trespasses"] = turn.filled(
        trespass,
        residents=2 * HOUSEHOLD * turn.now.conditions["households"][:, None] * length[:, 0],
        divided=felt("L86", "divided"),
        kin=jnp.asarray(turn.world.kin)[:, None],
        land_use=felt("L86", "land_use"),
        exemption=felt("L86", "exemption"),
    )
    return Districts(loyalty, poverty, poverty - by_record), told


def reported(districts: Districts, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {
        "income": causes["income"].mean(axis=1),
        "poverty": districts.poverty.mean(axis=1),
        "loyalty": districts.loyalty.mean(axis=1),
        "unrest": causes["unrest"],
        "incidents": causes["incidents"],
        "income_lost": causes["income_lost"],
        "spill_over": causes["spill_over"],
        "trespasses": causes["trespasses"],
    }


def of_states(world: World, by_border: Float[Array, "B M"]) -> Float[Array, "G M"]:
    """Mean over the borders of each member state; 0 for other states, which are no part of the region."""
    return by_state(world, both(by_border)) * jnp.asarray(world.member)[:, None]
