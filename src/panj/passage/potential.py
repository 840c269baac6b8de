"""How far each group lies from each destination: a scale that keeps the weights of routes within float32.

Values of standing somewhere are raised by the exponential of the potential there, which changes no result.
"""

from __future__ import annotations

from itertools import pairwise

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from panj.passage.network import Network


class Potential(eqx.Module):
    """Lower bounds of the cost to the destination, in spreads.

    Attributes:
        group: From each group; 0 where no way is known.
        after: After each bundle of links, in the order of `Topology.links`; inf where no way leads on.
    """

    group: Float[Array, "pair group member"]
    after: Float[Array, "pair bundle member"]


def potential(network: Network, local: Float[Array, "pair link member"], horizon: int) -> Potential:
    """Return the potential at given costs of links; it is not differentiated, and none where sums are exact.

    Args:
        network: From `Network.build`.
        local: Cost of each link less the logarithm of its size, in spreads, in the departing order; inf: closed.
        horizon: Most links that any journey uses.
    """
    if network.exact:
        groups, bundles = len(network.groups), len(network.topology.links)
        return Potential(*(jnp.zeros((local.shape[0], n, local.shape[2]), local.dtype) for n in (groups, bundles)))
    bundle, classes = network.bundle, np.asarray(network.class_of_pair, int)
    local = lax.stop_gradient(local)
    closed = jnp.full((local.shape[0], 1, local.shape[2]), jnp.inf, local.dtype)
    ends = np.cumsum([0, *(count for _, count in network.topology.links)])
    least = jnp.stack([local[:, a:b].min(axis=1) for a, b in pairwise(ends)], axis=1)
    least = jnp.where(network.may_use[:, :, None], least, jnp.inf)
    stop, step = bundle.stop.T[:, :, None], bundle.step[classes][..., None]

    def onward(_: int, to_go: Array) -> Array:
        ahead = jnp.concatenate([least + to_go, closed], axis=1)
        return jnp.minimum(stop, (step + ahead[:, bundle.after]).min(axis=2))

    begin = jnp.broadcast_to(stop, least.shape)
    to_go = lax.fori_loop(0, horizon - 1, onward, begin)
    ahead = jnp.concatenate([least + to_go, closed], axis=1)
    group = jnp.minimum(bundle.group_stop.T[:, :, None], ahead[:, bundle.leaving].min(axis=2))
    return Potential(jnp.where(jnp.isfinite(group), group, 0.0), to_go)
