"""Delays: what is decided now and done later.

A chain of exponential stages makes an Erlang delay (MacDonald 1978): of the right mean, and the more regular the more
stages there are, with a coefficient of variation of ``1 / sqrt(stages)``. Nothing is lost on the way.

For treaty to ratification to demarcation. Delays in a row pass ``out`` on::

    ratified = delayed(signed_stages, signed, ratification_months)
    marked = delayed(ratified_stages, ratified.out, demarcation_months)

Source: MacDonald, N. (1978), Time Lags in Biological Models, Springer, on the linear chain trick.
"""

from __future__ import annotations

from math import factorial
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


class Delayed(NamedTuple):
    """A month of a delay.

    Attributes:
        stages: What is still under way, by stage [as what enters].
        out: What is completed in the month [as what enters].
    """

    stages: Float[Array, "stage ..."]
    out: Float[Array, "..."]


def delayed(stages: Float[Array, "stage ..."], inflow: Real, delay_months: Real) -> Delayed:
    """Move what is under way one month on; ``stages`` and ``out`` after it are all that was there and came in.

    ``moves ~ Poisson(count / delay_months)`` stages a month, which is the exact solution of the chain, so a month may
    be longer than a stage. Begin with zeros of shape ``count x ...``: the number of stages is that of the first axis.

    Args:
        stages: Under way by stage, any unit, never negative; the last stage is the nearest to completion.
        inflow: Begun in the month, in the same unit; stands in the first stage when the month ends.
        delay_months: Mean time from beginning to completion [month], above 0.

    What is left of one unit after ``n`` months is the survival of an Erlang time, ``sum_k Poisson(k; n count / mean)``
    over ``k < count``. Completions count at the end of their month, so the mean month of completion is half a month
    later. Source: MacDonald (1978).
    """
    count = stages.shape[0]
    steps = count / delay_months
    moves = [jnp.exp(-steps) * steps**n / factorial(n) for n in range(count)]
    kept = jnp.stack([sum(moves[k - i] * stages[i] for i in range(k + 1)) for k in range(count)])
    return Delayed(stages=kept.at[0].add(inflow), out=stages.sum(axis=0) - kept.sum(axis=0))
