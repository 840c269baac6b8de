"""The order of a month, written once.

Every step takes the world, the member's parameters, what the files give for the month and what is known so far, and
adds what it finds out. Axes as in `world`; ``K`` = 2 kinds of counters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from panj.mechanisms.capability import donated_next, taught_next
from panj.mechanisms.demand import share_that_goes
from panj.mechanisms.detection import quality
from panj.mechanisms.recording import recorded
from panj.passage import Assignment, Network, assign, equilibrium, expected_cost
from panj.simulation.crossing import (
    DECLARED,
    HIDDEN,
    Crossing,
    Parameters,
    Setting,
    counters,
    cross,
    working_hours,
)
from panj.simulation.world import Months, Traits, World

HORIZON = 7
"""Most borders that a journey passes: the longest named route passes five, and two more for a way round."""

SWEEPS = 8
"""Loadings of the flows that make queues in one month; each month starts from the month before."""

GOING = 5.0
"""Weight of the shares that go in the state of passage, beside logarithms of arrivals, so that both matter alike."""


class Stocks(eqx.Module):
    """What one month hands to the next.

    Attributes:
        donated: Donated equipment in working order, S x 2 x M [USD].
        taught: Skill that training by others has added, S x 2 x M.
        backlog: Waiting at posts, L x K x M.
        arrivals: Logarithm of 1 + declared arrivals at posts, L x K x M; where passage starts from.
        going: Share of each busy potential that goes, O x P x M; likewise.
    """

    donated: Float[Array, "S 2 M"]
    taught: Float[Array, "S 2 M"]
    backlog: Float[Array, "L 2 M"]
    arrivals: Float[Array, "L 2 M"]
    going: Float[Array, "O P M"]


class Given(eqx.Module):
    """What does not change over the clock.

    Attributes:
        p: Parameters, one value a member.
        network: Of all pairs; ``busy`` of the pairs that make queues, ``quiet`` of the others.
        free: Expected cost without rules, queues and guards, origin x pair x M.
    """

    p: Parameters
    network: Network
    busy: Network
    quiet: Network
    free: Float[Array, "O P M"]


Known = dict[str, Any]
Step = Callable[[World, Given, Months, Float[Array, "N M"], Stocks, Known], Known]


def guarding(world: World, given: Given, now: Months, luck: Array, stocks: Stocks, known: Known) -> Known:
    """Staff, equipment and skill of the month, and what they can see (L33-L37)."""
    p = given.p
    line = now.staff[..., None] * p["strength_scale"]
    post = now.officers[..., None] * p["strength_scale"]
    people = jnp.maximum(line + post, 1e-3)
    donated = donated_next(stocks.donated, now.delivered[..., None], p["donated_in_use"], 12 * p["equipment_life"])
    own = (now.skill[..., None] * line + now.officer_skill[..., None] * post) / people
    training = now.training[..., None] / 1000 / people
    taught = taught_next(stocks.taught, own, p["turnover"] / 12, training, p["training_effect"])
    equipment = (now.equipment + now.officer_equipment)[..., None] * p["strength_scale"] + donated
    skill = own + taught
    worth = quality(skill, equipment / people, p["equipment_boost"], p["equipment_half"])
    along = line * (1 - p["guards_at_posts"]) * worth * p["integrity"] / world.length[:, None, None]

    def at_links(by_side: Float[Array, "S 2 M"]) -> Float[Array, "2 L M"]:
        return jnp.stack([by_side[world.section, world.side[way]] for way in (0, 1)])

    inspectors = (
        jnp.zeros((len(world.region.borders), 2, *line.shape[2:]))
        .at[world.section_border]
        .add(post + line * p["guards_at_posts"])
    )
    officers = jnp.stack([inspectors[world.border, world.side[way]] for way in (0, 1)]) * world.post_share[:, None]
    return known | {
        "donated": donated,
        "taught": taught,
        "people": people,
        "equipment": equipment,
        "skill": skill,
        "setting": Setting(
            open=now.open,
            rules=now.rules,
            counters=now.counters,
            line=now.line,
            rigidity=now.rigidity,
            effort=at_links(along),
            officers=officers,
            quality=at_links(worth * p["integrity"]),
            integrity=jnp.broadcast_to(p["integrity"], (2, len(world.post), p["integrity"].shape[0])),
            backlog=stocks.backlog,
            hours=working_hours(world, p),
        ),
    }


def demand(world: World, given: Given, now: Months, luck: Array, stocks: Stocks, known: Known) -> Known:
    """What would set out on a free passage: the files' volumes, the member's factor, the month's luck."""
    p = given.p
    one = jnp.ones_like(p["luck_volume"])
    factor = jnp.stack([p.get(name, one) for name in world.factor])
    spread = p["luck_volume"]
    chance = jnp.exp(spread * luck[: len(world.factor)] - spread**2 / 2)
    return known | {"potential": now.volume[..., None] * (factor * chance)[world.pair_flow]}


def passage(world: World, given: Given, now: Months, luck: Array, stocks: Stocks, known: Known) -> Known:
    """Who goes which way, waits how long, is found how often: busy flows to their fixed point, then the quiet ones.

    The state of the fixed point is the logarithm of arrivals at posts, from which waits and searches follow, and
    the share of each potential that goes, which follows from what the journey costs.
    """
    setting: Setting = known["setting"]
    busy_pairs, quiet_pairs = busy_and_quiet(world)
    busy_flows = world.flows.only(world.heavy)
    posts, members = stocks.arrivals.shape, stocks.arrivals.shape[-1]
    goers = stocks.going.shape
    column = {flow: i for i, flow in enumerate(world.heavy)}
    of_busy = np.asarray([column[world.pair_flow[pair]] for pair in busy_pairs], int)
    wanted = known["potential"]

    def split(state: Float[Array, "N M"]) -> tuple[Array, Array]:
        arrivals, going = state[: posts[0] * posts[1]], state[posts[0] * posts[1] :]
        return jnp.maximum(arrivals, 0.0).reshape(posts), jnp.clip(going / GOING, 0.0, 1.0).reshape(goers)

    def join(arrivals: Array, going: Array) -> Float[Array, "N M"]:
        return jnp.concatenate([arrivals.reshape(-1, members), GOING * going.reshape(-1, members)])

    def sweep(state: Float[Array, "N M"]) -> Float[Array, "N M"]:
        arrivals, going = split(state)
        at_posts = counters(world, given.p, setting, jnp.expm1(arrivals))
        crossing = cross(world, busy_flows, given.p, setting, at_posts)
        cost, loss = onward(world, crossing.cost[:, of_busy], busy_pairs), crossing.loss[:, of_busy]
        loaded = assign(given.busy, cost, loss, wanted[:, busy_pairs] * going, HORIZON)
        at_counters = declared_arrivals(world, busy_flows, crossing, loaded.traffic, of_busy)
        return join(jnp.log1p(at_counters), willing(world, given, loaded.expected_cost, busy_pairs))

    settled = equilibrium(sweep, join(stocks.arrivals, stocks.going), SWEEPS)
    arrivals, going = split(settled.state)
    at_posts = counters(world, given.p, setting, jnp.expm1(arrivals))
    crossing = cross(world, world.flows, given.p, setting, at_posts)
    cost, loss = pair_costs(world, crossing), crossing.loss[:, world.pair_flow]
    busy = assign(given.busy, cost[:, busy_pairs], loss[:, busy_pairs], wanted[:, busy_pairs] * going, HORIZON)
    expected = expected_cost(given.quiet, cost[:, quiet_pairs], HORIZON)
    volume = wanted[:, quiet_pairs] * willing(world, given, expected, quiet_pairs)
    quiet = assign(given.quiet, cost[:, quiet_pairs], loss[:, quiet_pairs], volume, HORIZON)
    return known | {
        "arrivals": arrivals,
        "going": going,
        "residual": settled.residual,
        "at_posts": at_posts,
        "crossing": crossing,
        "cost": cost,
        "loss": loss,
        "loaded": _joined(busy, quiet, np.argsort(np.concatenate([busy_pairs, quiet_pairs]))),
    }


def recording(world: World, given: Given, now: Months, luck: Array, stocks: Stocks, known: Known) -> Known:
    """What agencies write down, state by state and border by border (true and recorded are different variables)."""
    p, crossing, loaded = given.p, known["crossing"], known["loaded"]
    by_flow = flow_sum(world, loaded.traffic, axis=1)
    taken = crossing.taken * by_flow
    states = len(world.region.states)
    nothing = jnp.zeros((states, *by_flow.shape[1:]))
    by_state = nothing.at[world.state[0]].add(taken[0]).at[world.state[1]].add(taken[1])
    chance = luck[len(world.factor) :]
    seizures = recorded(by_state, p["recording_seizures"], chance, p["luck_recording"])
    people = jnp.asarray(world.flows.declares & (world.flows.kg == 0))[:, None]
    noticed = jnp.sum(jnp.where(people, crossing.noticed * by_flow, 0.0), axis=1)
    return known | {
        "by_flow": by_flow,
        "taken": taken,
        "recorded_seizures": jnp.swapaxes(seizures, 0, 1),
        "recorded_trespasses": by_border(world, noticed) * p["recording_trespasses"],
    }


MONTH: tuple[Step, ...] = (guarding, demand, passage, recording)
"""The order of a month. Rules are in ``now``: the files date them."""


def month(world: World, given: Given, now: Months, luck: Float[Array, "N M"], stocks: Stocks) -> tuple[Stocks, Known]:
    """One month: all steps in their order, and what the next month inherits."""
    known: Known = {}
    for step in MONTH:
        known = step(world, given, now, luck, stocks, known)
    inherited = Stocks(known["donated"], known["taught"], known["at_posts"].backlog, known["arrivals"], known["going"])
    return inherited, known


def onward(world: World, cost: Float[Array, "L P M"], pairs: Any) -> Float[Array, "L P M"]:
    """Costs of some pairs, infinite where a link does not lead on towards their destination."""
    return jnp.where(world.onward[:, pairs, None], cost, jnp.inf)


def pair_costs(world: World, crossing: Crossing) -> Float[Array, "L P M"]:
    """What every link costs every pair."""
    return onward(world, crossing.cost[:, world.pair_flow], np.arange(len(world.pair_flow)))


def declared_arrivals(
    world: World,
    flows: Traits,
    crossing: Crossing,
    traffic: Float[Array, "L P M"],
    of: np.ndarray[Any, np.dtype[np.int_]],
) -> Float[Array, "L 2 M"]:
    """Vehicles and travellers at the counters of every post; hidden loads of their own vehicles stand there too."""
    at_post = (crossing.share[DECLARED] + crossing.share[HIDDEN])[:, of] * traffic / flows.lot[of][:, None]
    kind = np.stack([flows.counter[of] == number for number in (0, 1)]).astype(np.float32)
    return jnp.einsum("kp,lpm->lkm", kind, at_post) * world.post[:, None, None]


def busy_and_quiet(world: World) -> tuple[np.ndarray[Any, np.dtype[np.int_]], np.ndarray[Any, np.dtype[np.int_]]]:
    """Numbers of the pairs whose flows make queues, and of the others."""
    busy = np.isin(world.pair_flow, world.heavy)
    return np.flatnonzero(busy), np.flatnonzero(~busy)


def flow_sum(world: World, by_pair: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
    """Sum over the pairs of each flow, along the axis of pairs."""
    of = (world.pair_flow[:, None] == np.arange(len(world.factor))).astype(np.float32)
    return jnp.moveaxis(jnp.tensordot(by_pair, of, axes=(axis, 0)), -1, axis)


def by_border(world: World, by_link: Float[Array, "L ..."]) -> Float[Array, "B ..."]:
    """Sum over the links of each border."""
    return jnp.zeros((len(world.region.borders), *by_link.shape[1:])).at[world.border].add(by_link)


def elasticity(world: World, p: Parameters, pairs: Any) -> Float[Array, "P M"]:
    """Elasticity of each pair: of honest or of harmful journeys."""
    honest = world.flows.declares[world.pair_flow[pairs]][:, None]
    return jnp.where(honest, p["elasticity_honest"], p["elasticity_harmful"])


def willing(world: World, given: Given, expected: Float[Array, "O P M"], pairs: Any) -> Float[Array, "O P M"]:
    """Share of each potential that goes at an expected cost."""
    spread = world.flows.spread[world.pair_flow[pairs]][:, None]
    return share_that_goes(expected, given.free[:, pairs], spread, elasticity(world, given.p, pairs))


def _joined(busy: Assignment, quiet: Assignment, order: Any) -> Assignment:
    """Two loadings as one, pairs in the order of the network."""
    return Assignment(
        traffic=jnp.concatenate([busy.traffic, quiet.traffic], axis=1)[:, order],
        lost=jnp.concatenate([busy.lost, quiet.lost], axis=1)[:, order],
        sent=jnp.concatenate([busy.sent, quiet.sent], axis=1)[:, order],
        arrived=jnp.concatenate([busy.arrived, quiet.arrived])[order],
        expected_cost=jnp.concatenate([busy.expected_cost, quiet.expected_cost], axis=1)[:, order],
    )
