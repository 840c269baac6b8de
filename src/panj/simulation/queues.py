"""Queues at posts: who comes and how long it takes, from what a post would draw if it took no time.

The time at a post follows from those who come, and who comes follows from the time: a full post pushes back so
strongly that repeating the two overshoots without end. Both are therefore told by the *pull* of a post, the logarithm
of one plus the arrivals that it would have if the time there did not matter:

    log(1 + arrivals) + worth of an hour in spreads x time(arrivals) = pull

The left side rises with arrivals, so every pull has one answer. It is worked out once a month for some shares of the
capacity and read off between them (`Curve`). What others do is then all that moves a pull, and by less than it moves
itself, so that passage converges by repetition.

Axes as in `world`; ``K`` = 2 kinds of counters, ``Q`` links of posts, ``U`` shares of the capacity.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from panj.mechanisms.waiting import Passage, tandem
from panj.simulation.crossing import Parameters, Setting, stricter
from panj.simulation.world import Traits, World

USE = (
    0, 0.02, 0.2, 0.5, 0.66, 0.75, 0.81, 0.86, 0.9, 0.93, 0.955, 0.975, 0.99, 1, 1.015, 1.04, 1.09, 1.2, 1.5, 4,
)  # fmt: skip
"""Arrivals over capacity at which the time at a post is worked out: closest where it bends most."""


HARDLY = 20
"""One in so many of those who were foreseen is hardly anybody."""


class Posts(NamedTuple):
    """The counters of all posts in a month.

    Attributes:
        service: Mean time at the counters of one side, K x Q x M [h].
        hours: Of work in the month, K x Q x M [h].
        nights: Hours of the month over hours of work, M: those who wait also wait while posts are shut.
        backlog: Waiting since last month, K x Q x M.
    """

    service: Float[Array, "K Q M"]
    hours: Float[Array, "K Q M"]
    nights: Float[Array, " M"]
    backlog: Float[Array, "K Q M"]


def posts_of(world: World, p: Parameters, setting: Setting) -> Posts:
    """The counters of all posts under the month's rules."""
    at = world.posts
    lever = stricter(setting.counters["check"][:, at, None], setting.tightening[at])
    check = 1 + p["check_slows"] * lever
    together = 1 - p["cooperation_saves"] * setting.line["cooperation"][at, None]
    goods = jnp.where(world.rail[at, None], p["service_train"], p["service_lorry"])
    service = jnp.stack([goods, jnp.broadcast_to(p["service_person"], goods.shape)]) / 60 * check * together
    ajar = setting.counters["open"][:, at, None] * setting.open[at, None] * (1 - setting.shut[at])
    hours = jnp.maximum(setting.hours * ajar, 1.0)
    return Posts(service, hours, world.hours_in_month / setting.hours, setting.backlog)


def queue(world: World, p: Parameters, posts: Posts, arrivals: Float[Array, "... K Q M"]) -> Passage:
    """Time from arrival to leaving the second counter [h], and the backlog when the month ends, K x Q x M."""
    lanes = jnp.asarray(world.lanes)[world.posts, None]
    service = posts.service
    post = tandem(arrivals, posts.backlog, lanes, (service, service), p["service_scv"], posts.hours, world.most_lanes)
    return Passage(time=(post.time - 2 * service) * posts.nights + 2 * service, backlog=post.backlog)


class Curve(NamedTuple):
    """The pull of every post at some numbers of arrivals, and what lies between.

    Attributes:
        least: Logarithm of one plus arrivals where the first one is worked out, K x Q x M.
        rise: How that logarithm rises with the pull from each number to the next, U - 1 x K x Q x M.
        pull: Of the post with so many arrivals; rises with them.
        idle: Time at the post when nobody comes, K x Q x M [h].
        hourly: Worth of an hour over the spread of tastes, K x 1 x 1 [1/h].
    """

    least: Float[Array, "K Q M"]
    rise: Float[Array, "gap K Q M"]
    pull: Float[Array, "U K Q M"]
    idle: Float[Array, "K Q M"]
    hourly: Float[Array, "K 1 1"]


def curve(world: World, p: Parameters, posts: Posts, flows: Traits) -> Curve:
    """Work out the pull of all posts for the month."""
    capacity = jnp.asarray(world.lanes)[world.posts, None] * posts.hours / posts.service
    worth = hourly(flows)[:, None, None]

    def needed(_: None, use: Array) -> tuple[None, Float[Array, "K Q M"]]:
        return None, queue(world, p, posts, use * capacity).time

    use = jnp.asarray(USE, jnp.float32)
    _, time = lax.scan(needed, None, use)
    logs = jnp.log1p(use[:, None, None, None] * capacity)
    pull = logs + worth * time
    rise = jnp.diff(logs, axis=0) / jnp.maximum(jnp.diff(pull, axis=0), 1e-6)
    return Curve(logs[0], rise, pull, time[0], worth)


class Met(NamedTuple):
    """Arrivals at every post and the time [h] that each needs, K x Q x M."""

    arrivals: Float[Array, "K Q M"]
    time: Float[Array, "K Q M"]


def met(curve: Curve, pull: Float[Array, "K Q M"]) -> Met:
    """Arrivals and time at every post that go with its pull."""

    logs = curve.least
    for low, high, rise in zip(curve.pull[:-1], curve.pull[1:], curve.rise, strict=True):
        logs += rise * (jnp.clip(pull, low, high) - low)
    arrivals = jnp.expm1(logs)
    # told by the arrivals, and not by `logs`: what two look up is looked up twice
    return Met(arrivals, jnp.maximum((pull - jnp.log1p(arrivals)) / curve.hourly, curve.idle))


def pull(curve: Curve, came: Float[Array, "K Q M"], foreseen: Met) -> Float[Array, "K Q M"]:
    """What a post draws, from those who came and the arrivals and the time [h] that were foreseen.

    Where hardly anybody came the time was far too long. By how much cannot be told from nobody: half of it is tried.
    """
    shared = jnp.clip(HARDLY * (1 + came) / (1 + foreseen.arrivals), 0.5, 1.0)
    return jnp.log1p(came) + curve.hourly * foreseen.time * shared


def hourly(flows: Traits) -> Float[Array, " K"]:
    """Worth of an hour over the spread of tastes, in either queue; of the flow that minds it most [1/h]."""
    minds = flows.per_hour / flows.spread
    return jnp.asarray([np.max(minds, where=flows.counter == k, initial=1e-3) for k in (0, 1)], jnp.float32)


def unforeseen(foreseen: Float[Array, "K Q M"], came: Float[Array, "K Q M"]) -> Float[Array, " M"]:
    """Share of those who came that was not foreseen: how far passage is from its balance."""
    off = jnp.abs(came - foreseen).sum(axis=(0, 1))
    return lax.stop_gradient(off / jnp.maximum(came.sum(axis=(0, 1)), 1e-6))
