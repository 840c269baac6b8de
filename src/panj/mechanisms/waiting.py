"""Waiting at counters: the exact long run far below capacity, a backlog far above, one smooth month between.

A side of a post is a multi-server queue: ``lanes`` counters side by side, random arrivals, service times of any
variation. Two sides are two such stations in tandem. Time is in hours.

Link L70 (rigidity -> time of legal crossing, +).

Sources: Erlang (1917) for the delay formula; Cosmetatos (1976) for constant service times; Kimura (1986) for the
variation between; Kimber & Hollis (1979) for the month between the long run and overload; Abate & Whitt (1987) for
how far chance drives a queue at capacity in a month.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax.scipy.stats import norm
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real

LEAST = 1e-6
"""Stands in for nothing where a number divides or is under a root."""
FEW = 5.0
"""How many arrivals in a month, times the variation, are too few for the normal law of many."""
FULLEST = 2.0
"""Use beyond which chance adds no more: what capacity cannot serve is then all that counts."""


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


def congestion(use: Real, lanes: Real, service: Real, scv: Real, most_lanes: int = 16) -> Float[Array, "..."]:
    """Mean wait in the long run times the share of the capacity that is spare, M/G/c [h].

    Finite at capacity and smooth through it.

    Args:
        use: Share of the capacity that arrivals need [1], from 0 to ``FULLEST``.
        lanes: Counters side by side.
        service: Mean time at a counter [h].
        scv: Squared coefficient of variation of that time [1]; 1 is exponential, 0 constant.
        most_lanes: As in `erlang_c`.

    Sources: Cosmetatos (1976); Kimura (1986).
    """
    lanes = jnp.asarray(lanes)
    exponential = erlang_c(use * lanes, lanes, most_lanes) * service / lanes
    spare = (1 - use) * (lanes - 1) * (jnp.sqrt(4 + 5 * lanes) - 2) / (16 * lanes * jnp.maximum(use, LEAST))
    constant_over_exponential = 0.5 * (1 + jnp.minimum(spare, 1.0))
    regular = jnp.minimum(scv, 1.0)
    blend = (1 + regular) / (2 * regular + (1 - regular) / constant_over_exponential)
    irregular = (1 + jnp.maximum(scv, 1.0)) / 2
    return exponential * blend * irregular


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
    return congestion(use, lanes, service, scv, most_lanes) / (1 - use)


class Queue(NamedTuple):
    """A month of a queue.

    Attributes:
        wait: Mean wait of those who arrive [h].
        backlog: Those whom capacity left waiting when the month ends: never negative, never more than came.
    """

    wait: Float[Array, "..."]
    backlog: Float[Array, "..."]


def month_of_queue(
    arrivals: Real, backlog: Real, lanes: Real, service: Real, scv: Real, hours: Real, most_lanes: int = 16
) -> Queue:
    """Wait and backlog of a station over one month.

    Smooth and rising in arrivals, backlog and service, falling in counters and hours: near capacity a month is too
    short for the long run, and the wait bends from it to the line of overload.

    From an empty station the mean wait w is the root of ``2 w (w - drift / 2) = congestion * hours``, where
    ``drift`` = (use - 1) hours is what overload would add to the wait from the first hour to the last: far below
    capacity the long run's, far above half the drift. Waiting hours of last month count as squares do in a queue
    kept above zero: they add what they take to clear below capacity, and themselves above it.

    Args:
        arrivals: Arrivals in the month, never negative.
        backlog: Those who wait when the month begins.
        lanes: Counters side by side.
        service: Mean time at a counter [h].
        scv: Squared coefficient of variation of that time.
        hours: Hours of work in the month.
        most_lanes: As in `erlang_c`.

    Within 15 % of simulated queues that start empty; farthest from them at uses of 0.95 to 1. Near capacity the backlog
    is that of a station which chance drives from empty; far below it nobody is left, though some always stand in line.

    Sources: Kimber & Hollis (1979), with Akcelik (1980) for a queue of any variation; Abate & Whitt (1987) for what
    chance leaves at capacity.
    """
    hour = service / lanes  # that one more in the queue waits
    capacity = hours / hour
    use = arrivals / capacity
    drift = (use - 1) * hours
    chance = congestion(jnp.minimum(use, FULLEST), lanes, service, scv, most_lanes) * hours
    bend = 2 * chance / (jnp.sqrt(drift**2 + 8 * chance) + jnp.abs(drift))  # wait beyond half the drift, or beyond none
    waiting = _mean_over(_start_of(bend, drift) + (backlog * hour) ** 2, drift)

    came = backlog + arrivals
    surplus = came - capacity
    random = 1 + scv
    spread = LEAST + arrivals * jnp.sqrt(random / (arrivals + FEW * random))  # a root where many come
    end = surplus * norm.cdf(surplus / spread) + 2 * spread * norm.pdf(surplus / spread)
    return Queue(wait=waiting, backlog=jnp.clip(end, 0.0, came))


def _start_of(bend: Float[Array, "..."], drift: Float[Array, "..."]) -> Float[Array, "..."]:
    """Square of the wait at the start of a month from which `_mean_over` gives what chance does to an empty queue."""
    idle = jnp.maximum(-drift, 0.0)
    return jnp.where(bend < idle / 2, 2 * idle * bend, (bend + idle / 2) ** 2)


def _mean_over(square: Float[Array, "..."], drift: Float[Array, "..."]) -> Float[Array, "..."]:
    """Mean over the month of a wait that starts at the root of ``square``, drifts evenly and stops at none."""
    idle = jnp.maximum(-drift, LEAST)
    start = jnp.sqrt(jnp.maximum(square, LEAST**2))
    return jnp.where(start < idle, square / (2 * idle), start + drift / 2)


def let_through(came: Real, capacity: Real, scv: Real) -> Float[Array, "..."]:
    """Those whom a station serves in a month [1/month]: all who came far below capacity, its capacity far above.

    A hyperbola between the two lines; at capacity it leaves behind those whom chance leaves there from empty,
    ``sqrt(2 (1 + scv) capacity / pi)`` of many.

    Args:
        came: Those who wait when the month begins and those who arrive, never negative.
        capacity: Whom the counters can serve in the month.
        scv: Squared coefficient of variation of the time at a counter.
    """
    close = 1 / (1 + jnp.pi / 2 * capacity / (1 + scv))
    return 2 * came * capacity / (came + capacity + jnp.sqrt((came - capacity) ** 2 + 4 * close * came * capacity))


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
    through = let_through(arrivals + backlog, lanes * hours / slow, scv)
    second = month_of_queue(through, jnp.zeros_like(through), lanes, quick, scv, hours, most_lanes)
    return Passage(time=first.wait + slow + second.wait + quick, backlog=first.backlog)
