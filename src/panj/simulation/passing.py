"""Passage of a month: who goes which way, waits how long, is found how often.

Flows that make queues are brought to their balance with the waits at posts (`balance`); the others then meet what
those have made. Axes as in `world`; ``K`` = 2 kinds of counters, ``N`` = K x Q;
``W`` borders and directions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float
from numpy.typing import NDArray

from panj.mechanisms.demand import share_that_goes
from panj.passage import (
    Loading,
    Network,
    Scale,
    Unrolled,
    equilibrium,
    look,
    scale,
    send,
    traffic_of_rows,
    traffic_over,
    unroll,
)
from panj.simulation.crossing import AT_POST, Counters, Parameters, Standing, counters, cross, standing
from panj.simulation.kinds import CONTRABAND, OPIATES, of_kind
from panj.simulation.queues import Posts, curve, met, posts_of, pull, queue, unforeseen
from panj.simulation.routes import directed_borders
from panj.simulation.society import Felt
from panj.simulation.world import Months, Traits, World

if TYPE_CHECKING:
    from panj.simulation.month import Given, Known, Stocks

SWEEPS = 10
"""Loadings of the flows that make queues in one month, at most; each month starts from the month before."""

TOLERANCE = 2e-5
"""How near the pulls of posts come to their balance: about a thousandth of arrivals (measured)."""

MEMORY = 2
"""Sweeps that the search for the balance remembers: posts at their capacity bend too much for more (measured)."""

Numbers = np.ndarray[Any, np.dtype[np.int_]]


class Fleet(NamedTuple):
    """Some pairs: their network, the traits of their flows, their numbers and what would set out."""

    unrolled: Unrolled
    flows: Traits
    pairs: Numbers
    potential: Float[Array, "P O M"]


class Balance(NamedTuple):
    """What passed in a sweep: arrivals at posts that waits were worked out for, those that came, and the traffic."""

    foreseen: Float[Array, "K Q M"]
    came: Float[Array, "K Q M"]
    at_posts: Counters
    loaded: Loading
    by_flow: Float[Array, "F L M"]


def passage(world: World, given: Given, now: Months, luck: Array, stocks: Stocks, known: Known) -> Known:
    """Busy flows find their balance; then all flows are told what each crossing costs and takes, and quiet ones go."""
    p, setting, felt = given.p, known["setting"], known["felt"]
    pairs, flows = busy_and_quiet(world), (world.heavy, light(world))
    busy, quiet = (
        Fleet(unrolled, world.flows.only(of), mine, known["potential"][mine])
        for unrolled, of, mine in zip((given.networks.busy, given.networks.quiet), flows, pairs, strict=True)
    )
    fixed, posts = standing(world, world.flows, p, setting), posts_of(world, p, setting)
    pulls, found = balance(world, given, felt, stocks.pull, busy, fixed, posts, known)
    crossing = cross(world.flows, p, fixed, as_felt(felt, found.at_posts).everywhere(world))
    cost, loss = crossing.cost[quiet.flows.number], crossing.loss[quiet.flows.number]
    rest = travel(world, given, felt, quiet, sees(world, felt, quiet.flows, cost)(cost), loss)
    ways = directed_borders(world), 2 * len(world.region.borders)
    sent, arrived, expected = (
        put_together([getattr(found.loaded, name), getattr(rest, name)], pairs)
        for name in ("sent", "arrived", "expected_cost")
    )

    def over_borders(loss: Float[Array, "F L M"] | None) -> Float[Array, "P W M"]:
        keeps = [None if loss is None else 1 - loss[fleet.flows.number] for fleet in (busy, quiet)]
        both = zip((busy, quiet), (found.loaded, rest), keeps, strict=True)
        parts = [traffic_over(fleet.unrolled, loaded, *ways, keep) for fleet, loaded, keep in both]
        return put_together(parts, pairs)

    met_with = {"wait": found.at_posts.time, "came": found.foreseen}
    of_quiet = traffic_of_rows(given.networks.quiet, rest)
    return known | {
        "felt": felt.also(met_with | {"cost": crossing.cost, "expected_cost": expected}),
        "pull": pulls,
        "residual": unforeseen(found.foreseen, found.came),
        "came": found.came,
        "at_posts": found.at_posts.everywhere(world),
        "backlog": queue(world, p, posts, found.came).backlog,
        "crossing": crossing,
        "by_flow": put_together([found.by_flow, of_quiet], flows),
        "over_borders": over_borders(None),
        "kept_over_borders": over_borders(crossing.loss),
        "sent": sent,
        "arrived": arrived,
    }


def balance(
    world: World,
    given: Given,
    felt: Felt,
    pulls: Float[Array, "K Q M"],
    busy: Fleet,
    fixed: Standing,
    posts: Posts,
    known: Known,
) -> tuple[Float[Array, "K Q M"], Balance]:
    """Pulls of posts at which as many come as were foreseen, and what passes then.

    Args:
        world: The region as arrays.
        given: What does not change over the clock.
        felt: What travellers feel.
        pulls: Where to begin: those of the month before.
        busy: The pairs that make queues.
        fixed: What of the month's crossings does not depend on traffic, of all flows at all links.
        posts: The counters of all posts.
        known: Of the month so far.
    """
    p, setting, flows = given.p, known["setting"], busy.flows
    at_pull = curve(world, p, posts, flows)
    at, off = world.posts, np.flatnonzero(~world.post)
    at_the_posts = fixed.only(flows.number, at)
    nothing = Counters(*(jnp.zeros((2, len(off), pulls.shape[-1])),) * 2)
    green = cross(flows, p, fixed.only(flows.number, off), nothing)

    def crossed(pulls: Float[Array, "K Q M"]) -> tuple[Any, ...]:
        here = met(at_pull, pulls)
        at_posts = counters(world, p, setting, here.time, felt.through("L44", "came", here.arrivals))
        crossing = cross(flows, p, at_the_posts, as_felt(felt, at_posts))
        cost = jnp.concatenate([crossing.cost, green.cost], axis=1)
        loss = jnp.concatenate([crossing.loss, green.loss], axis=1)
        return here, at_posts, crossing.share[AT_POST], cost, loss

    first = crossed(pulls)[3]
    seen = sees(world, felt, flows, first)
    scaled = scale(given.networks.busy, seen(first))

    def sweep(state: Float[Array, "N M"]) -> tuple[Float[Array, "N M"], Balance]:
        here, at_posts, share, cost, loss = crossed(state.reshape(pulls.shape))
        loaded = travel(world, given, felt, busy, seen(cost), loss, scaled)
        by_flow = traffic_of_rows(given.networks.busy, loaded)
        came = declared_arrivals(world, flows, share, by_flow)
        after = pull(at_pull, came, here)
        return after.reshape(state.shape), Balance(here.arrivals, came, at_posts, loaded, by_flow)

    begin = pulls.reshape(-1, pulls.shape[-1])
    settled = equilibrium(sweep, begin, SWEEPS, TOLERANCE, MEMORY)
    found: Balance = settled.more
    return settled.state.reshape(pulls.shape), found


def travel(
    world: World,
    given: Given,
    felt: Felt,
    fleet: Fleet,
    cost: Float[Array, "F L M"],
    loss: Float[Array, "F L M"],
    scaled: Scale | None = None,
) -> Loading:
    """Choose ways at the cost of crossings as it is felt, set out as far as that is worth it, and lose what is lost."""
    outlook = look(fleet.unrolled, cost, 1 - loss, scaled)
    goes = willing(world, given, felt, outlook.expected_cost, fleet.pairs)
    return send(fleet.unrolled, outlook, fleet.potential * goes)


def as_felt(felt: Felt, at_posts: Counters) -> Counters:
    """Waits as those feel them who come to a post (L70); searches are as felt already (L44)."""
    return at_posts._replace(time=felt.through("L70", "wait", at_posts.time))


def sees(
    world: World, felt: Felt, flows: Traits, cost: Float[Array, "F L M"]
) -> Callable[[Float[Array, "F L M"]], Float[Array, "F L M"]]:
    """What makes of the cost of crossings what those see who choose their way (L45, L53).

    Args:
        world: The region as arrays.
        felt: What travellers feel.
        flows: Those who choose.
        cost: Some cost, for its shape.
    """
    of = flows.number
    opiates, contraband = (of_kind(world.region.flows, kind) for kind in (OPIATES, CONTRABAND))
    cut = cut_for(felt, {"L45": opiates, "L53": contraband})
    usual, at_usual = felt.usually("cost", cost, of), (cut[of] & felt.begun)[:, None, None]
    return lambda cost: jnp.where(at_usual, usual, cost)


def cut_for(felt: Felt, kinds: Mapping[str, NDArray[Any]]) -> Bool[Array, " F"]:
    """Whether one of some links, each of a kind of flows, is cut for a flow."""
    return jnp.stack([(1 - felt.links[link]) * kind for link, kind in kinds.items()]).max(axis=0) > 0


def declared_arrivals(
    world: World, flows: Traits, share: Float[Array, "F Q M"], by_flow: Float[Array, "F L M"]
) -> Float[Array, "K Q M"]:
    """Vehicles and travellers at the counters of every post; hidden loads of their own vehicles stand there too."""
    each = np.stack([(flows.counter == number) / flows.lot for number in (0, 1)])
    return jnp.einsum("kf,fqm->kqm", each.astype(np.float32), by_flow[:, world.posts] * share)


def put_together(parts: Sequence[Array], numbers: Sequence[Numbers]) -> Array:
    """What is known of some and of the others, each by their numbers, in the order of all."""
    return jnp.concatenate(parts)[np.argsort(np.concatenate(numbers))]


def busy_and_quiet(world: World) -> tuple[Numbers, Numbers]:
    """Numbers of the pairs whose flows make queues, and of the others."""
    busy = np.isin(world.pair_flow, world.heavy)
    return np.flatnonzero(busy), np.flatnonzero(~busy)


def light(world: World) -> Numbers:
    """Numbers of the flows that make no queues."""
    return np.setdiff1d(np.arange(len(world.factor)), world.heavy)


class Networks(eqx.Module):
    """The networks of journeys with their weights: programs are given them, so that they stand in none as constants.

    Attributes:
        busy: Of the pairs that make queues; pairs of one flow pay the same.
        quiet: Of the others.
        kinds: One pair of each flow.
    """

    busy: Unrolled
    quiet: Unrolled
    kinds: Network


def networks_of(world: World, members: int) -> Networks:
    """Get the world's network ready for the journeys of so many members at once."""
    found: list[Unrolled] = []
    network = world.network.at_hand()
    for pairs, flows in zip(busy_and_quiet(world), (world.heavy, light(world)), strict=True):
        horizon = tuple(tuple(row[pair] for pair in pairs) for row in world.horizon)
        rows = np.searchsorted(flows, world.pair_flow[pairs])
        found.append(unroll(network.only(pairs.tolist()), horizon, rows.tolist(), members))
    _, one_each = np.unique(world.pair_flow, return_index=True)
    busy, quiet = found
    return Networks(busy, quiet, network.only(one_each.tolist()))


def expected_costs(world: World, networks: Networks, cost: Float[Array, "F L M"]) -> Float[Array, "P O M"]:
    """Expected cost of every journey at some cost of crossings."""
    flows, pairs = (world.heavy, light(world)), busy_and_quiet(world)
    each = zip((networks.busy, networks.quiet), flows, strict=True)
    found = [look(of, cost[mine]).expected_cost for of, mine in each]
    return put_together(found, pairs)


def elasticity(world: World, p: Parameters, pairs: Numbers) -> Float[Array, "P 1 M"]:
    """Elasticity of each pair: of honest or of harmful journeys."""
    honest = world.flows.declares[world.pair_flow[pairs]][:, None, None]
    return jnp.where(honest, p["elasticity_honest"], p["elasticity_harmful"])


def willing(
    world: World, given: Given, felt: Felt, expected: Float[Array, "P O M"], pairs: Numbers
) -> Float[Array, "P O M"]:
    """Share of each potential that goes at an expected cost (L53, L72, L74, L75)."""
    flows, of = world.flows, world.pair_flow[pairs]
    people = flows.declares & ~flows.goods
    kinds = {"L53": of_kind(world.region.flows, CONTRABAND), "L72": people, "L74": flows.declares, "L75": flows.harmful}
    cut = cut_for(felt, kinds)[of][:, None, None]
    cost = jnp.where(cut, felt.usually("expected_cost", expected, pairs), expected)
    spread = jnp.asarray(flows.spread[of])[:, None, None]
    return share_that_goes(cost, given.free[pairs], spread, elasticity(world, given.p, pairs))
