"""How far each group lies from each destination: a scale that keeps the weights of routes within float32.

Values of standing somewhere are raised by the exponential of the potential there, which changes no result.
"""

from __future__ import annotations

from functools import reduce

import equinox as eqx
import jax
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


def least_of(network: Network, local: Float[Array, "row link member"]) -> Float[Array, "row bundle member"]:
    """Least cost of the links of each bundle, in spreads; not differentiated.

    Args:
        network: From `Network.build`.
        local: Cost of each link less the logarithm of its size, in spreads, in the departing order; inf: closed.
    """
    rows, links, members = local.shape
    bundles = len(network.topology.links)
    of = np.arange(rows)[:, None] * bundles + network.topology.of_link
    flat = lax.stop_gradient(local).reshape(rows * links, members)
    found = jax.ops.segment_min(flat, of.ravel(), rows * bundles, indices_are_sorted=True)
    return found.reshape(rows, bundles, members)


def potential(network: Network, least: Float[Array, "pair bundle member"], horizon: int) -> Potential:
    """Return the potential at given costs of links; it is not differentiated, and none where sums are exact.

    Args:
        network: From `Network.build`.
        least: From `least_of`, for each pair.
        horizon: Most links that any journey uses.
    """
    if network.exact:
        groups, bundles = len(network.groups), len(network.topology.links)
        return Potential(*(jnp.zeros((least.shape[0], n, least.shape[2]), least.dtype) for n in (groups, bundles)))
    bundle, classes = network.bundle, np.asarray(network.class_of_pair, int)
    closed = jnp.full_like(least[:, :1], jnp.inf)
    least = jnp.where(network.may_use[:, :, None], lax.stop_gradient(least), jnp.inf)
    stop, step = bundle.stop.T[:, :, None], bundle.step[classes][..., None]

    def onward(_: int, to_go: Array) -> Array:
        ahead = jnp.concatenate([least + to_go, closed], axis=1)
        # way by way: the least over a middle axis takes twice as long (measured)
        ways = [step[:, :, way] + ahead[:, bundle.after[:, way]] for way in range(step.shape[2])]
        return reduce(jnp.minimum, ways, stop)

    begin = jnp.broadcast_to(stop, least.shape)
    to_go = lax.fori_loop(0, horizon - 1, onward, begin)
    ahead = jnp.concatenate([least + to_go, closed], axis=1)
    group = jnp.minimum(bundle.group_stop.T[:, :, None], ahead[:, bundle.leaving].min(axis=2))
    return Potential(jnp.where(jnp.isfinite(group), group, 0.0), to_go)
