"""Named routes: which share of a flow's arrivals took each of them.

Told from the shares in which traffic goes on from each state, whatever way it came: exact where that does not matter,
and cheap enough for every month. `panj.passage.route_shares` is the exact count for a single loading.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from panj.basics.codes import border_code, ends
from panj.simulation.sums import add_up
from panj.simulation.world import World


def shares_of_routes(world: World, known: dict[str, Any]) -> Float[Array, "R M"]:
    """Share of a flow's arrivals that passed through the states of each named route, one after the other.

    A journey that ends on the way counts where it followed the route as far as its destination. Routes are in the
    order of the region's flows; 0 where nothing arrives.
    """
    states = list(world.region.states)
    flow, state, step = _steps(world)
    if not len(flow):
        return jnp.zeros((0, known["arrived"].shape[-1]))
    named = np.flatnonzero(np.isin(world.pair_flow, flow))
    flow_of = world.pair_flow[named]
    leaving, staying, arrived_of, sent = (
        known[name][named] for name in ("over_borders", "kept_over_borders", "arrived", "sent")
    )
    route, pair = np.nonzero(flow_of == flow[:, None])  # of all journeys that may follow a route

    def of_routes(values: Float[Array, "n M"]) -> Float[Array, "R M"]:
        return add_up(route, len(flow), values)

    ends_of = np.asarray([states.index(end) for border in world.region.borders for end in ends(border)])
    kept = jnp.pad(jnp.swapaxes(staying, 0, 1), ((0, 1), (0, 0), (0, 0)))  # the last one: no such border
    home = np.asarray([states.index(destination[1]) for _, destination in world.network.pairs])[named]
    ended = arrived_of * (np.arange(len(states))[:, None] == home)[..., None]
    left = add_up(ends_of, len(states), jnp.swapaxes(leaving, 0, 1))
    there = jnp.maximum(left + ended, 1e-30)
    goes_on = kept / there[np.append(ends_of, 0)]
    ends_here = ended / there
    origin = np.asarray([states.index(where) for _, where in world.network.origins])
    begun = add_up(origin, len(states), jnp.swapaxes(sent, 0, 1))

    along = begun[state[route, 0], pair]
    arrived = jnp.zeros_like(along)
    for number in range(step.shape[1]):
        along = along * goes_on[step[route, number], pair]
        arrived += along * ends_here[state[route, number + 1], pair]
    return of_routes(arrived) / jnp.maximum(of_routes(arrived_of[pair]), 1e-30)


def directed_borders(world: World) -> NDArray[np.int_]:
    """Number of the border of each link, twice, and one more where the border is left from its second state."""
    return np.asarray(2 * world.border + world.side[0], int)


def _steps(world: World) -> tuple[NDArray[np.int_], NDArray[np.int_], NDArray[np.int_]]:
    """Flow, states and directed borders of each route; shorter routes end with steps over no border."""
    states, borders = list(world.region.states), list(world.region.borders)
    named = [(number, route.states) for number, flow in enumerate(world.region.flows.values()) for route in flow.route]
    longest = max((len(way) for _, way in named), default=1)
    state = np.zeros((len(named), longest), int)
    step = np.full((len(named), longest - 1), 2 * len(borders))
    for row, (_, way) in enumerate(named):
        state[row, : len(way)] = [states.index(code) for code in way]
        for place, (here, there) in enumerate(pairwise(way)):
            border = border_code(f"{here}-{there}")
            if border in borders:
                step[row, place] = 2 * borders.index(border) + ends(border).index(here)
    return np.asarray([number for number, _ in named], int), state, step
