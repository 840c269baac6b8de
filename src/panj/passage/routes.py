"""Which share of the traffic went by a named route: a route is a sequence of groups."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from panj.passage.loading import Assignment
from panj.passage.network import Network
from panj.passage.sums import safe_log


def route_shares(
    network: Network,
    assignment: Assignment,
    cost: Float[Array, "link pair member"],
    loss: Float[Array, "link pair member"] | None,
    routes: Sequence[Sequence[Any]],
    horizon: int,
) -> Float[Array, "route pair member"]:
    """Return the share of the arrivals of each pair that passed through exactly this sequence of groups.

    The same recursion as `assign`, forwards and only over the links along the sequence. Shares of all possible
    sequences add up to one. Where nothing arrives the share is 0.

    Args:
        network: The network of the assignment.
        assignment: From `assign` with the same cost, loss and horizon.
        cost: Cost of each link.
        loss: Share lost at each link, or None.
        routes: Names of the groups passed, first and last included.
        horizon: Most links that a journey may use.

    Raises:
        ValueError: A route names an unknown group or is longer than the horizon.
    """
    faults = [
        f"route {number}: {fault}"
        for number, route in enumerate(routes)
        for fault in (
            *(f"{name!r} is no group. Groups: {', '.join(map(repr, network.groups))}." for name in route
              if name not in network.groups),
            *([] if 1 <= len(route) <= horizon + 1 else [f"{len(route)} groups. Name 1 to {horizon + 1} groups."]),
        )
    ]  # fmt: skip
    if faults:
        raise ValueError("\n".join(faults))
    pair_class = np.asarray(network.class_of_pair, int)
    spread = network.pair_spread[:, None]
    log_pass = network.log_size[:, None, None] - (cost[network.departing] / spread)
    if loss is not None:
        log_pass = log_pass + safe_log(1.0 - loss[network.departing])
    # logarithm of (sent / value) at each origin: -inf where nothing is sent
    reach = jnp.isfinite(assignment.expected_cost)
    log_share = safe_log(assignment.sent) + jnp.where(reach, assignment.expected_cost, 0.0) / spread
    arrived = [
        _arrivals(network, [network.groups.index(name) for name in route], pair_class, log_pass, log_share)
        for route in routes
    ]
    total = assignment.arrived
    shares = jnp.stack(arrived) / jnp.where(total > 0, total, 1.0)
    return jnp.where(total > 0, shares, 0.0)


def _arrivals(
    network: Network, route: list[int], pair_class: np.ndarray, log_pass: Array, log_share: Array
) -> Float[Array, "pair member"]:
    here = jnp.where((network.origin_group == route[0])[:, None, None], log_share, -jnp.inf)
    if len(route) == 1:
        return jnp.exp(_through(-network.stay.T[:, :, None], here))[:, 0]
    tail = np.asarray(network.tail_group, int)
    head = np.asarray(network.head_group, int)
    leave = np.lexsort((head, tail))  # as `Network.departing`
    tail, head = tail[leave], head[leave]
    arrive = np.lexsort((tail, head))
    before: np.ndarray | None = None
    for g, h in pairwise(route):
        out = np.flatnonzero((tail == g) & (head == h))
        if not len(out):
            return jnp.zeros(log_share.shape[1:], log_share.dtype)
        if before is None:
            block = -network.start[pair_class][:, :, out]
        else:
            ins = np.searchsorted(np.flatnonzero(head[arrive] == g), before)
            outs = out - np.flatnonzero(tail == g)[0]
            block = -network.step[g][pair_class][:, ins][:, :, outs]
        here = _through(block, here).swapaxes(0, 1) + log_pass[out]
        before = np.flatnonzero((tail[arrive] == g) & (head[arrive] == h))
    return jnp.exp(_through(-network.stop[before].T[:, :, None], here))[:, 0]


def _through(block: Float[Array, "pair a b"], rows: Float[Array, "a pair member"]) -> Float[Array, "pair b member"]:
    """Logarithm of the product of exp(block), transposed, with exp(rows), scaled by the largest row."""
    most = rows.max(axis=0)
    most = jnp.where(jnp.isfinite(most), most, 0.0)
    sums = jnp.einsum("pab,apm->pbm", jnp.exp(block), jnp.exp(rows - most))
    return safe_log(sums) + most[:, None, :]
