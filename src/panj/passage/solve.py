"""Passage as one function: loading, crowding and elastic demand brought into balance on any network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from panj.passage.equilibrium import equilibrium
from panj.passage.faults import (
    COST,
    FLOW,
    GOING,
    LOSS,
    VOLUME,
    Kind,
    members_of,
    of_answer,
    of_going,
    of_horizon,
    of_search,
    of_table,
    refuse,
    traced,
    whole,
)
from panj.passage.loading import Assignment, assign
from panj.passage.network import WIDE, Network
from panj.passage.radius import radius
from panj.passage.stages import Horizon

OfTraffic = Callable[[Float[Array, "link pair member"]], Float[Array, "link pair member"]]
OfCost = Callable[[Float[Array, "origin pair member"]], Float[Array, "origin pair member"]]


class Passage(eqx.Module):
    """The balance. What enters = what arrived + what was lost + what stayed, for each pair and member.

    Attributes:
        traffic: What sets out over each link, before losses.
        lost: What is lost at each link.
        sent: What leaves each origin.
        stayed: What does not leave: it is not willing to, or finds no way.
        arrived: What reaches the destination.
        link_cost: Cost of each link in the balance.
        expected_cost: Expected least cost from each origin; inf: no way.
        residual: How far from balance, relative (L1); see `equilibrium`.
        converged: Whether the residual is within the tolerance, and all that went into the balance and came of it can
            be: flows finite, volumes not negative, costs above -inf, shares that go or are lost from 0 to 1.
        radius: Spectral radius of the recursion; from 1 upwards only the finite horizon keeps it well posed.
    """

    traffic: Float[Array, "link pair member"]
    lost: Float[Array, "link pair member"]
    sent: Float[Array, "origin pair member"]
    stayed: Float[Array, "origin pair member"]
    arrived: Float[Array, "pair member"]
    link_cost: Float[Array, "link pair member"]
    expected_cost: Float[Array, "origin pair member"]
    residual: Float[Array, " member"]
    converged: Bool[Array, " member"]
    radius: Float[Array, "pair member"]


def passage(
    network: Network,
    volume: Float[Array, "origin pair member"],
    link_cost: OfTraffic | Float[Array, "link pair member"],
    *,
    horizon: int,
    going: OfCost | None = None,
    loss: OfTraffic | Float[Array, "link pair member"] | None = None,
    sweeps: int = 200,
    tolerance: float = 1e-4,
) -> Passage:
    """Find who goes which way when costs depend on traffic, traffic on costs, and going at all on both.

    Two roads from west to east, of which one gets crowded:

        >>> import jax.numpy as jnp
        >>> from panj.passage import Network, Traffic, passage
        >>> network = Network.build(
        ...     groups={"west": ["farm", "bridge west", "ford west"], "east": ["bridge east", "ford east", "market"]},
        ...     classes={"carts": Traffic(spread=1.0, blocks={"west": jnp.zeros((3, 3)), "east": jnp.zeros((3, 3))})},
        ...     links=[("bridge west", "bridge east"), ("ford west", "ford east")],
        ...     pairs=[("carts", "market")],
        ...     origins=["farm"],
        ... )
        >>> def link_cost(traffic):  # link, pair, member: crowding at the bridge, none at the ford
        ...     return jnp.array([0.0, 4.0])[:, None, None] + jnp.array([0.04, 0.0])[:, None, None] * traffic
        >>> balance = passage(network, jnp.full((1, 1, 1), 100.0), link_cost, horizon=1)
        >>> [round(float(flow)) for flow in balance.traffic[:, 0, 0]], bool(balance.converged[0])
        ([74, 26], True)

    Args:
        network: From `Network.build`.
        volume: What could leave each origin, >= 0; its last axis is the number of members.
        link_cost: Cost of each link, inf where closed, or a smooth function of traffic that gives it, written with
            `jax.numpy`. It may mix links and pairs (a queue that several share), but not members.
        horizon: Most links that a journey may use.
        going: Smooth function of the expected cost from each origin: the share (0-1) of the volume that goes.
            None: all of it.
        loss: Share of what crosses that is lost there, or a smooth function of traffic. Its expected cost to
            travellers belongs in `link_cost`.
        sweeps: How many loadings are made.
        tolerance: Largest residual that counts as converged. It is relative to all traffic of a member: links that
            carry a small part of it are told less exactly, in proportion.

    A member that does not converge says so in `converged`; nothing is raised.

    Raises:
        ValueError: All faults of what is given, each with a remedy. Values that are traced are not looked at, nor what
            functions give beyond no traffic: of those `converged` tells.
    """
    if not isinstance(network, Network):
        raise ValueError(f"network is {network!r}. Make one with Network.build.")
    cost, lost = (_at_nothing(network, what, volume) for what in (link_cost, loss))
    refuse(_faults(network, volume, (link_cost, cost), (loss, lost), horizon, going, sweeps, tolerance))
    volume = jnp.asarray(volume, network.spread.dtype)
    if not network.exact and _ranges_wide(network, jnp.asarray(cost)):
        network = replace(network, exact=True)
    link_cost = link_cost if callable(link_cost) else jnp.asarray(link_cost)
    loss = loss if loss is None or callable(loss) else jnp.asarray(loss)
    return _solve(network, volume, link_cost, whole(horizon), going, loss, sweeps, tolerance)


def _at_nothing(network: Network, what: Any, volume: Any) -> Any:
    """What is told of links at no traffic; None if the number of members is not known."""
    if not callable(what):
        return what
    members = members_of(volume)
    shape = (len(network.links), len(network.pairs), members or 1)
    return None if members is None else what(jnp.zeros(shape, network.spread.dtype))


def _faults(
    network: Network,
    volume: Any,
    link_cost: tuple[Any, Any],
    loss: tuple[Any, Any],
    horizon: Any,
    going: Any,
    sweeps: Any,
    tolerance: Any,
) -> Iterator[str]:
    """Everything that is wrong with what is given to `passage`; costs and losses with what they are at no traffic."""
    members = members_of(volume)
    yield from of_table(network, "volume", volume, VOLUME)
    for name, (what, at_nothing), kind in (("link_cost", link_cost, COST), ("loss", loss, LOSS)):
        if not callable(what):
            if what is not None or kind is COST:
                yield from of_table(network, name, what, kind, members)
        elif members is not None:
            yield from of_answer(network, name, at_nothing, kind, members)
            shape = (len(network.links), len(network.pairs), members)
            yield from traced(name, what, shape, network.spread.dtype)[1]
    yield from of_horizon(network, horizon)
    yield from of_going(going, (len(network.origins), len(network.pairs), members or 1), network.spread.dtype)
    yield from of_search(sweeps, tolerance)


@eqx.filter_jit
def _solve(
    network: Network,
    volume: Array,
    link_cost: OfTraffic | Array,
    horizon: Horizon,
    going: OfCost | None,
    loss: OfTraffic | Array | None,
    sweeps: int,
    tolerance: float,
) -> Passage:
    links, (origins, pairs, members) = len(network.links), volume.shape
    unit = volume.sum(axis=0)
    unit = jnp.where(unit > 0, unit, 1.0)  # shares of each pair's volume: all entries of the state matter alike

    def loaded(state: Array) -> tuple[Assignment, Array, Array | None]:
        total = jnp.maximum(state, 0.0).reshape(links + origins, pairs, members) * unit
        cost, share = (_at(what, total[:links]) for what in (link_cost, loss))
        return assign(network, cost, share, total[links:], horizon), cost, share

    def willing(expected: Array) -> Array | None:
        if going is None:
            return None
        known = jnp.isfinite(expected)
        return jnp.where(known, going(jnp.where(known, expected, 0.0)), 0.0)

    def step(state: Array) -> Array:
        assignment, _, _ = loaded(state)
        share = willing(assignment.expected_cost)
        moved = jnp.concatenate([assignment.traffic, volume if share is None else volume * share]) / unit
        return moved.reshape(state.shape)

    first = jnp.concatenate([jnp.zeros((links, pairs, members), volume.dtype), volume / unit])
    found = equilibrium(step, first.reshape(-1, members), sweeps, tolerance)
    assignment, cost, share = loaded(found.state)
    given = [(VOLUME, volume), (COST, cost), (LOSS, share), (GOING, willing(assignment.expected_cost))]
    flows = [(FLOW, flow) for flow in (assignment.traffic, assignment.sent, assignment.arrived[None])]
    return Passage(
        traffic=assignment.traffic,
        lost=assignment.lost,
        sent=assignment.sent,
        stayed=volume - assignment.sent,
        arrived=assignment.arrived,
        link_cost=cost,
        expected_cost=assignment.expected_cost,
        residual=found.residual,
        converged=found.converged & _can_be([*given, *flows]),
        radius=radius(network, cost),
    )


def _can_be(tables: list[tuple[Kind, Array | None]]) -> Bool[Array, " member"]:
    """Whether all values of each member can be what they should be."""
    each = [kind.sound(table).all(axis=(0, 1)) for kind, table in tables if table is not None]
    return jnp.stack(each).all(axis=0)


def _ranges_wide(network: Network, cost: Array) -> bool:
    """Whether costs at no traffic differ by too many spreads for products; unknown while being traced."""
    spreads = cost / network.pair_spread[:, None]
    if isinstance(spreads, jax.core.Tracer):
        return False
    steps = np.asarray(spreads)
    finite = steps[np.isfinite(steps)]
    return finite.size > 0 and bool(np.ptp(finite) > WIDE)


def _at(what: OfTraffic | Array | None, traffic: Array) -> Array:
    return what(traffic) if callable(what) else what  # type: ignore[return-value]
