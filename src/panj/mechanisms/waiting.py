"""Waiting at counters: exact below capacity, a backlog above it.

A side of a post is a multi-server queue: ``lanes`` counters side by side, random arrivals, service times of any
variation. Two sides are two such stations in tandem. Time is in hours.

Link L70 (rigidity -> time of legal crossing, +).

Sources: Erlang (1917) for the delay formula; Cosmetatos (1976) for constant service times; Kimura (1986) for the
variation between; Abate & Whitt (1987) for how far a queue near capacity gets in a month.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax.scipy.stats import norm
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real

NEAR_ONE = 1e-6
"""How near to capacity the stationary queue is evaluated; beyond it the month is too short to tell."""


def erlang_c(load: Real, lanes: Real, most_lanes: int = 16) -> Float[Array, "..."]:
    """Chance that an arrival finds all counters busy, M/M/c.

    Args:
        load: Arrivals per hour times hours of service: mean number of busy counters [1], 0 <= load < lanes.
        lanes: Counters side by side [1], whole numbers from 1 to ``most_lanes``.
        most_lanes: Where the recursion ends; static.

    Source: Erlang (1917), by the recursion of the loss formula.
    """
    load, lanes = jnp.broadcast_arrays(jnp.asarray(load), jnp.asarray(lanes))
    blocked = jnp.ones_like(load)
    for lane in range(1, most_lanes + 1):
        blocked = jnp.where(lane <= lanes, load * blocked / (lane + load * blocked), blocked)
    use = load / lanes
    return blocked / (1 - use * (1 - blocked))


def stationary_wait(use: Real, lanes: Real, service: Real, scv: Real, most_lanes: int = 16) -> Float[Array, "..."]:
    """Mean wait before service begins, M/G/c in the long run [h].

    Args:
        use: Share of the capacity that arrivals need [1], 0 <= use < 1.
        lanes: Counters side by side.
        service: Mean time at a counter [h].
        scv: Squared coefficient of variation of that time [1]; 1 is exponential, 0 constant.
        most_lanes: As in `erlang_c`.

    Exact for scv = 1; within 2 % of exact results for scv <= 1 at use >= 0.7. Above scv = 1 the wait grows as
    (1 + scv)/2.

    Sources: Cosmetatos (1976); Kimura (1986).
    """
    lanes = jnp.asarray(lanes)
    exponential = erlang_c(use * lanes, lanes, most_lanes) * service / (lanes * (1 - use))
    spare = (1 - use) * (lanes - 1) * (jnp.sqrt(4 + 5 * lanes) - 2) / (16 * lanes * jnp.maximum(use, NEAR_ONE))
    constant_over_exponential = 0.5 * (1 + jnp.minimum(spare, 1.0))
    regular = jnp.minimum(scv, 1.0)
    blend = (1 + regular) / (2 * regular + (1 - regular) / constant_over_exponential)
    irregular = (1 + jnp.maximum(scv, 1.0)) / 2
    return exponential * blend * irregular


class Queue(NamedTuple):
    """A month of a queue.

    Attributes:
        wait: Mean wait of those who arrive [h].
        backlog: Those who still wait when the month ends, never negative.
    """

    wait: Float[Array, "..."]
    backlog: Float[Array, "..."]


def month_of_queue(
    arrivals: Real, backlog: Real, lanes: Real, service: Real, scv: Real, hours: Real, most_lanes: int = 16
) -> Queue:
    """Wait and backlog of a station over one month.

    Below capacity the wait is the stationary one; near and above capacity it is bounded by how far chance can drive a
    queue in one month (a random walk kept above zero), and what capacity cannot serve is a backlog that the next month
    inherits and clears first.

    Args:
        arrivals: Arrivals in the month, never negative.
        backlog: Those who wait when the month begins.
        lanes: Counters side by side.
        service: Mean time at a counter [h].
        scv: Squared coefficient of variation of that time.
        hours: Hours of work in the month.
        most_lanes: As in `erlang_c`.

    Smooth in ``arrivals``. Sources: Abate & Whitt (1987) for the walk kept above zero; the fluid queue for the backlog.
    """
    capacity = lanes * hours / service
    use = arrivals / capacity
    variance = jnp.maximum(arrivals, NEAR_ONE) + scv * jnp.minimum(arrivals, capacity)
    chance = stationary_wait(
        jnp.minimum(jnp.minimum(use, 1 / jnp.maximum(use, NEAR_ONE)), 1 - NEAR_ONE), lanes, service, scv, most_lanes
    )
    reach = 2 / 3 * jnp.sqrt(2 * variance / jnp.pi) * service / lanes
    jitter = chance * reach / jnp.hypot(chance, reach)

    surplus = backlog + arrivals - capacity
    spread = jnp.sqrt(variance)
    end = surplus * norm.cdf(surplus / spread) + spread * norm.pdf(surplus / spread)
    end = jnp.maximum(end, 0.0)
    standing = (backlog + NEAR_ONE) / jnp.maximum(backlog + NEAR_ONE, capacity - arrivals)
    mean_backlog = 0.5 * (backlog + end) * standing
    return Queue(wait=jitter + mean_backlog / capacity * hours, backlog=end)


class Passage(NamedTuple):
    """A month of a post with its two sides.

    Attributes:
        time: Mean time from arrival to leaving the second counter [h].
        backlog: Those who still wait before the slower side when the month ends.
    """

    time: Float[Array, "..."]
    backlog: Float[Array, "..."]


def tandem(
    arrivals: Real,
    backlog: Real,
    lanes: Real,
    services: tuple[Real, Real],
    scv: Real,
    hours: Real,
    most_lanes: int = 16,
) -> Passage:
    """Wait and service on both sides of a post: two stations, one after the other.

    The slower side holds the backlog; the other one is met below capacity, by what the slower one lets through (for
    random service the second station of a tandem sees random arrivals: Burke 1956).

    Args:
        arrivals: Arrivals in the month.
        backlog: Those who wait at the slower side when the month begins.
        lanes: Counters side by side, the same number on both sides.
        services: Mean time at a counter of the side left and of the side entered [h].
        scv: Squared coefficient of variation of these times.
        hours: Hours of work in the month.
        most_lanes: As in `erlang_c`.
    """
    slow, quick = jnp.maximum(*services), jnp.minimum(*services)
    first = month_of_queue(arrivals, backlog, lanes, slow, scv, hours, most_lanes)
    through = jnp.minimum(arrivals + backlog, lanes * hours / slow)
    second = month_of_queue(through, jnp.zeros_like(through), lanes, quick, scv, hours, most_lanes)
    return Passage(time=first.wait + slow + second.wait + quick, backlog=first.backlog)
