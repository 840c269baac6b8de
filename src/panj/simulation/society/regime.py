"""Regimes: what a state adds to its dated rules of its own accord (L20, L27, L77-L82, R1, R4)."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.leverage import leverage_motive
from panj.mechanisms.regime import currency_outflow, tightening_next
from panj.simulation.crossing import Parameters
from panj.simulation.society.felt import Causes, Turn, at_rest
from panj.simulation.society.places import other, per_side
from panj.simulation.world import Months, World

USUAL_MONTHS = 24.0
"""Time over which services forget what used to be usual [month] (assumed)."""


class Regime(eqx.Module):
    """Rigidity beyond the files.

    Attributes:
        tightening: Rigidity that a side's state would add to a border without rules of its own accord, B x 2 x M, 0-1.
        in_rules: Of that, what the dated rules hold already: all of it until states react, B x 2 x M, 0-1.
        usual_found: Smuggled goods that a side used to record, B x 2 x M [USD/month].
    """

    tightening: Float[Array, "B 2 M"]
    in_rules: Float[Array, "B 2 M"]
    usual_found: Float[Array, "B 2 M"]


def begin(world: World, p: Parameters, now: Months) -> Regime:
    """Nothing added; the settling finds the balance."""
    side = jnp.zeros((*world.border_states.shape, p["integrity"].shape[0]))
    return Regime(tightening=side, in_rules=side, usual_found=side + 1.0)


def added(regime: Regime) -> Float[Array, "B 2 M"]:
    """What a state adds to its dated rules: alarm beyond that which had made them, never less than nothing, 0-1."""
    return jnp.maximum(1 - (1 - regime.tightening) / jnp.maximum(1 - regime.in_rules, 1e-3), 0.0)


def step(turn: Turn) -> tuple[Regime, Causes]:
    """What states add one month on; tells the motive of leverage and the outflow of currency."""
    felt, regime = turn.felt, turn.society.regime
    motive = turn.filled(
        leverage_motive, own_dependence=felt("L77", "own_dependence"), pressure_other=other(felt("L78", "pressure"))
    )
    leaving = turn.filled(currency_outflow, price_advantage=felt("L80", "price_gap") - other(felt("L80", "price_gap")))
    told = {"leverage_motive": motive, "outflow": leaving}
    felt = felt.also(told)

    def tightened(tightening: Array) -> Array:
        found: Array = turn.filled(
            tightening_next,
            tightening=tightening,
            raids=felt("L20", "raids"),
            attack_home=felt("L27", "attack_home"),
            attack_near=felt("L27", "attack_near"),
            smuggling_found=felt("R1", "smuggling_found"),
            migration_found=felt("L82", "migration_found")[turn.world.border_states],
            outflow=felt("L80", "outflow"),
            leverage_motive=felt("L79", "leverage_motive"),
            tension=per_side(felt("R4", "tension")),
        )
        return found

    weight = -jnp.expm1(-1 / USUAL_MONTHS)
    tightening = at_rest(tightened, tightened(regime.tightening), felt.begun)
    after = Regime(
        tightening=tightening,
        in_rules=jnp.where(turn.now.reacts > 0, regime.in_rules, tightening),
        usual_found=regime.usual_found + (felt.causes["goods_found"] + 1.0 - regime.usual_found) * weight,
    )
    return after, told


def reported(regime: Regime, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {"tightening": regime.tightening.mean(axis=1), "rigidity_added": added(regime).mean(axis=1)}
