"""Named routes: which share of a flow's arrivals took each of them."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from panj.passage import Assignment, Network, route_shares
from panj.simulation.world import World


def shares_of_routes(
    world: World,
    network: Network,
    loaded: Assignment,
    cost: Float[Array, "L P M"],
    loss: Float[Array, "L P M"],
    horizon: int,
) -> Float[Array, "R M"]:
    """Share of a flow's arrivals that passed through the states of each named route, one after the other.

    A journey that ends on the way counts where it followed the route as far as its destination. Routes are in the
    order of the region's flows; 0 where nothing arrives.
    """
    shares = []
    for number, flow in enumerate(world.region.flows.values()):
        of_flow = world.pair_flow == number
        total = jnp.maximum(loaded.arrived[of_flow].sum(axis=0), 1e-30)
        for route in flow.route:
            along = jnp.zeros_like(total)
            for steps in range(2, len(route.states) + 1):
                way = route.states[:steps]
                ending = [pair.destination[1] == way[-1] for pair in network.pairs]
                pairs = np.flatnonzero(of_flow & np.asarray(ending)).tolist()
                if pairs and steps - 1 <= horizon:
                    share = route_shares(
                        network.only(pairs),
                        _only(loaded, pairs),
                        cost[:, np.asarray(pairs)],
                        loss[:, np.asarray(pairs)],
                        [way],
                        horizon,
                    )
                    along += (share[0] * loaded.arrived[np.asarray(pairs)]).sum(axis=0)
            shares.append(along / total)
    return jnp.stack(shares) if shares else jnp.zeros((0, loaded.arrived.shape[-1]))


def _only(loaded: Assignment, numbers: list[int]) -> Assignment:
    pairs = np.asarray(numbers)
    return Assignment(
        traffic=loaded.traffic[:, pairs],
        lost=loaded.lost[:, pairs],
        sent=loaded.sent[:, pairs],
        arrived=loaded.arrived[pairs],
        expected_cost=loaded.expected_cost[:, pairs],
    )
