"""Bribery: a finding that ends in a payment, and what honest travellers pay.

A finding becomes a bribe with a chance that falls with integrity and grows with what is at stake; the bribe costs
the smuggler less than the seizure. Links L49, L61, L63, L64, L65, L67, L68. After Becker & Stigler (1974): what stands
against a bribe is what both sides would lose. Allingham, M. G. & Sandmo, A. (1972), Income tax evasion, Journal of
Public Economics 1: evasion as a gamble between gain and penalty.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def let_go(integrity: Real, at_most: Real, stake: Real, half: Real) -> Float[Array, "..."]:
    """Chance that a finding ends in a bribe [1].

    ``(1 - integrity) * at_most * stake / (stake + half)``

    Args:
        integrity: Share of an agency's power that is not for sale [1].
        at_most: The chance where all power is for sale and the stake is high [1].
        stake: Loss that the smuggler would avoid [USD/journey].
        half: Stake at which half of it is reached [USD/journey].
    """
    return (1 - integrity) * at_most * stake / (stake + half)


def expected_loss(found: Real, let_go: Real, stake: Real, price: Real) -> Float[Array, "..."]:
    """What a smuggler expects to lose at one guard: seizure, or the bribe instead [USD/journey].

    ``found * stake * (1 - let_go * (1 - price))``: the gamble of Allingham & Sandmo (1972) for one who is risk neutral,
    to whom a chance of being found and a penalty count by their product.

    Args:
        found: Chance of being found.
        let_go: Chance that a finding ends in a bribe.
        stake: Loss at a seizure [USD/journey].
        price: Of a bribe over the stake, below 1.
    """
    return found * stake * (1 - let_go * (1 - price))


def toll(integrity: Real, opacity: Real, full: Real) -> Float[Array, "..."]:
    """What an honest traveller pays unofficially at one side of a border [USD/journey].

    Grows with the rigidity of the rules, since opaque and strict rules are what is sold (L64, L67), and falls with
    integrity.

    Args:
        integrity: As in `let_go`.
        opacity: Rigidity of the rules that he meets, 0-1.
        full: The payment where rules are at their strictest and all power is for sale [USD/journey].
    """
    met = opacity > 0  # a root has no slope at nothing
    return full * (1 - integrity) * jnp.where(met, jnp.sqrt(jnp.where(met, opacity, 1.0)), 0.0)
