"""One loading: who goes which way at given costs. Values backwards, traffic forwards as their exact adjoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float
from numpy.typing import NDArray

from panj.passage.network import Network
from panj.passage.potential import Potential, potential
from panj.passage.stages import Bundle, Horizon, Piece, horizon_of
from panj.passage.sums import LIMIT, Sums, products
from panj.passage.unrolled import Crew, Unrolled, links_of, origins_in, unroll

LIFT = 50.0  # spreads by which the way on from a link may be dearer than the best one from its group
LEAST = 1e-24  # of a value, raised by the potential; below it there is no way worth the name


class Assignment(eqx.Module):
    """What one loading gives. Costs are in the unit of the given costs, the rest in the unit of the given volume.

    Attributes:
        traffic: What sets out over each link, before losses.
        lost: What is lost at each link: traffic x loss.
        sent: What leaves each origin: the volume, or 0 where there is no way within the horizon.
        arrived: What reaches the destination.
        expected_cost: Expected least cost from each origin, -spread * log(sum over routes); inf: no way.
    """

    traffic: Float[Array, "link pair member"]
    lost: Float[Array, "link pair member"]
    sent: Float[Array, "origin pair member"]
    arrived: Float[Array, "pair member"]
    expected_cost: Float[Array, "origin pair member"]

    @property
    def seized(self) -> Float[Array, "pair member"]:
        """What is lost on the way, all links together."""
        return self.lost.sum(axis=0)

    @property
    def link_total(self) -> Float[Array, "link member"]:
        """Traffic over each link, all pairs together (pairs need a common unit)."""
        return self.traffic.sum(axis=1)


class Loading(NamedTuple):
    """What one loading gives, pairs first; see `Assignment`."""

    traffic: Float[Array, "pair link member"]
    sent: Float[Array, "pair origin member"]
    arrived: Float[Array, "pair member"]
    expected_cost: Float[Array, "pair origin member"]


def assign(
    network: Network,
    cost: Float[Array, "link pair member"],
    loss: Float[Array, "link pair member"] | None,
    volume: Float[Array, "origin pair member"],
    horizon: Horizon,
) -> Assignment:
    """Send a volume over the network at fixed costs of links.

    Journeys choose sequences of at most `horizon` links by recursive logit (Akamatsu 1996; Fosgerau, Frejinger and
    Karlstrom 2013). What `loss` takes leaves the journey at the link; its expected loss belongs in `cost` if
    travellers are to mind it. Can be compiled, scanned over and differentiated in cost, loss and volume. Where many
    loadings are made on one network, `unroll` it once, then `look` and `send`.

    Args:
        network: From `Network.build`.
        cost: Cost of each link, any sign; inf: closed.
        loss: Share of what crosses that is lost there, 0-1; None: nothing is lost.
        volume: What wants to go from each origin, >= 0.
        horizon: Most links that a journey may use, at least 1: a number, or one for each origin (rows) and pair.
    """
    keep = None if loss is None else _turned(1.0 - loss)
    unrolled = unroll(network, horizon)
    got = send(unrolled, look(unrolled, _turned(cost), keep), _turned(volume))
    traffic = _turned(got.traffic)
    lost = jnp.zeros_like(traffic) if loss is None else traffic * loss
    return Assignment(traffic, lost, _turned(got.sent), got.arrived, _turned(got.expected_cost))


def expected_cost(
    network: Network, cost: Float[Array, "link pair member"], horizon: Horizon
) -> Float[Array, "origin pair member"]:
    """Return the expected least cost from each origin, as `assign` does, without sending anything.

    All links at every step, in a loop: quick to compile, for costs that are asked for once.
    """
    sums, local = network.sums, network.in_spreads(_turned(cost))
    most = np.asarray(
        [[horizon_of(horizon, o, pair) for o in range(len(network.origins))] for pair in range(len(network.pairs))]
    )
    closed = ~jnp.isfinite(local) | _barred(network)
    local = jnp.where(closed, jnp.inf, local)
    top_of = int(most.max())
    scale = potential(network, local, top_of)
    weights = _weights(
        network, scale, network.topology.bundles, local, closed, network.stop.T[:, network.arrived, None]
    )
    origin = scale.group[:, np.asarray(network.topology.origins, int)]
    may = network.may_begin[:, :, None]
    top = sums.hold(jnp.where(may, origin - network.stay.T[:, :, None], -jnp.inf))
    classes = np.asarray(network.class_of_pair, int)
    start = sums.hold(-network.start[classes])
    onward = _rolled(network, sums, classes)

    def earlier(left: Array, carry: tuple[Array, Array]) -> tuple[Array, Array]:
        ahead, top = carry
        value = _worth_the_name(network, sums.times(weights.pass_on, ahead))
        now = (most == left)[:, :, None] & may
        top = sums.plus(top, jnp.where(now, sums.through(start, value), sums.hold_number(jnp.zeros_like(top))))
        return sums.plus(sums.times(onward(value), weights.lift), weights.end), top

    _, top = lax.fori_loop(1, top_of + 1, earlier, (weights.end, top))
    return _turned(_cost_of(sums, network.pair_spread[:, None, None], origin, _worth_the_name(network, top)))


def _rolled(network: Network, sums: Sums, classes: NDArray[np.int_]) -> Callable[[Array], Array]:
    """One step back over the whole network: values of all departing links to values of going on after each of them."""
    blocks = [sums.hold(-step[classes]) for step in network.step]
    ends = np.cumsum([0, *(block.shape[2] for block in blocks)])

    def onward(value: Array) -> Array:
        parts = [sums.through(block, value[:, a:b]) for block, (a, b) in zip(blocks, pairwise(ends), strict=True)]
        return jnp.concatenate(parts, axis=1)[:, network.arrived]

    return onward


def _barred(network: Network) -> NDArray[np.bool_]:
    """Pair by departing link, and a column: whether the pair may not use it."""
    return np.repeat(~network.may_use, list(network.topology.size.values()), axis=1)[:, :, None]


def radius(network: Network, cost: Float[Array, "link pair member"], horizon: int = 64) -> Float[Array, "pair member"]:
    """Return the spectral radius of the recursion on links, by `horizon` power iterations.

    From 1 upwards the sum over routes of any length has no limit, and only a finite horizon is well posed.
    """
    sums, local = network.sums, network.in_spreads(_turned(cost))
    weight = sums.hold(-jnp.where(_barred(network), jnp.inf, local))
    onward = _rolled(network, sums, np.asarray(network.class_of_pair, int))
    half = horizon // 2

    def grow(_: int, carry: tuple[Array, Array]) -> tuple[Array, Array]:
        value, grown = carry
        value = sums.times(weight, onward(value))
        size = sums.logarithm(sums.total(value))
        return sums.over(value, sums.hold(size)[:, None]), grown + size

    one = sums.hold(jnp.zeros_like(local))
    settled, _ = lax.fori_loop(0, half, grow, (one, jnp.zeros_like(one[:, 0])))
    _, grown = lax.fori_loop(0, half, grow, (settled, jnp.zeros_like(one[:, 0])))
    return jnp.exp(grown / half)


class Outlook(NamedTuple):
    """What journeys see before they set out; from `look`.

    Attributes:
        expected_cost: Expected least cost from each origin; inf: no way.
        views: Of each crew, for `send`.
    """

    expected_cost: Float[Array, "pair origin member"]
    views: tuple[_View, ...]


def look(
    unrolled: Unrolled,
    cost: Float[Array, "pair link member"],
    keep: Float[Array, "pair link member"] | None = None,
) -> Outlook:
    """Value all routes, backwards from the destinations.

    Args:
        unrolled: From `unroll`.
        cost: Cost of each link; inf: closed.
        keep: Share of what crosses that is not lost; None: all of it.
    """
    most = max(stage.left for crew in unrolled.crews for stage in crew.team.stages)
    scale = potential(unrolled.network, unrolled.network.in_spreads(cost), most)
    views = []
    for crew in unrolled.crews:
        mine = np.asarray(crew.team.pairs, int)
        links = _links(unrolled, crew, *jax.tree.map(lambda values, mine=mine: values[mine], (cost, keep, scale)))
        views.append(_View(links, *_values(unrolled, crew, links)))
    sums, crews = unrolled.network.sums, unrolled.crews
    costs = [_cost_of(sums, c.spread, v.links.origin, v.top) for c, v in zip(crews, views, strict=True)]
    return Outlook(jnp.concatenate(costs)[_order(unrolled)], tuple(views))


def send(unrolled: Unrolled, outlook: Outlook, volume: Float[Array, "pair origin member"]) -> Loading:
    """Send a volume over the routes of an outlook, forwards from the origins; the exact adjoint of `look`."""
    parts = [
        _send(unrolled, crew, view, volume[np.asarray(crew.team.pairs, int)])
        for crew, view in zip(unrolled.crews, outlook.views, strict=True)
    ]
    traffic, sent, arrived = (jnp.concatenate(part)[_order(unrolled)] for part in zip(*parts, strict=True))
    return Loading(traffic, sent, arrived, outlook.expected_cost)


def _order(unrolled: Unrolled) -> NDArray[np.int_]:
    """Where each pair stands when the pairs of all crews stand one after the other."""
    return np.argsort(np.concatenate([crew.team.pairs for crew in unrolled.crews]).astype(int))


Rows = dict[int, Array]
"""Rows of links by group: of a stage, by the group that they leave; of turns, by the group that is passed."""


class _Links(NamedTuple):
    """What a loading needs of the links of a crew, and of its origins."""

    pass_on: Rows  # see `_Weights`
    lift: Rows
    end: Rows  # only of groups from which links lead to a destination
    keep: Rows | None  # share that is not lost
    stay: Array  # weight of the way from each origin to the destination, without any link
    origin: Array  # potential of each origin


class _Weights(NamedTuple):
    """Weights of some links. A link is raised by the potential of the group that it leaves over that beyond its end.

    Attributes:
        pass_on: Of each link, by the cost that lies beyond its end.
        lift: From the potential of the group that is entered to what lies beyond the link's end: by its bundle alone.
        end: Of the way from its end to the destination.
    """

    pass_on: Array
    lift: Array
    end: Array


def _weights(
    network: Network, scale: Potential, bundles: Sequence[Bundle], own: Array, closed: Array, stop: Array
) -> _Weights:
    """Weights of all links of some bundles, from their own cost in spreads."""
    sums, topology = network.sums, network.topology
    of = np.repeat(np.arange(len(bundles)), [topology.size[bundle] for bundle in bundles])
    tail, head = (scale.group[:, np.asarray([b[side] for b in bundles], int)] for side in (0, 1))
    beyond = scale.after[:, np.asarray([topology.bundles.index(bundle) for bundle in bundles], int)]
    lost = ~jnp.isfinite(beyond)
    beyond = jnp.where(lost, 0.0, beyond)
    closed = closed | lost[:, of] | ~jnp.isfinite(own)
    own = jnp.where(closed, 0.0, own)
    raised = (tail - beyond)[:, of] - own
    if not network.exact:
        closed = closed | (raised < -LIMIT)
    return _Weights(
        pass_on=sums.hold(jnp.where(closed, -jnp.inf, raised)),
        lift=sums.hold(jnp.minimum(beyond - head, LIFT))[:, of],
        end=sums.hold(beyond[:, of] - stop),
    )


class _View(NamedTuple):
    """What the journeys of a crew see: links, the value of being about to use each of them by stage, of each origin."""

    links: _Links
    values: list[Rows]
    top: Array


def _links(unrolled: Unrolled, crew: Crew, cost: Array, given_keep: Array | None, scale: Potential) -> _Links:
    network, sums, topology = unrolled.network, unrolled.network.sums, unrolled.network.topology
    places = links_of(network, crew.team.bundles)
    own = cost[:, network.departing[places]] / crew.spread - network.log_size[places][:, None]
    weights = _weights(network, scale, crew.team.bundles, own, ~crew.may_use[:, :, None], crew.stop[:, :, None])
    keep = None if given_keep is None else sums.hold_number(given_keep[:, network.departing[places]])
    ending = {bundle[0] for bundle in crew.team.bundles if bundle[1] in crew.team.destinations}
    of_group = dict(crew.team.groups)
    origin = scale.group[:, np.asarray(topology.origins, int)]
    return _Links(
        pass_on={group: weights.pass_on[:, a:b] for group, (a, b) in of_group.items()},
        lift={group: weights.lift[:, a:b] for group, (a, b) in of_group.items()},
        end={group: weights.end[:, a:b] for group, (a, b) in of_group.items() if group in ending},
        keep=None if keep is None else {group: keep[:, a:b] for group, (a, b) in of_group.items()},
        stay=sums.hold(origin - crew.stay[:, :, None]),
        origin=origin,
    )


def _values(unrolled: Unrolled, crew: Crew, links: _Links) -> tuple[list[Rows], Array]:
    """Value of being about to use each link, by stage from the most links left to one; and of the origins."""
    sums, network = unrolled.network.sums, unrolled.network
    values: list[Rows] = []
    top = {group: links.stay[:, origins_in(network, group)] for group in sorted(set(network.topology.origins))}
    for stage, entries in zip(reversed(crew.team.stages), reversed(crew.entries), strict=True):
        onward = {t.group: sums.through(crew.block(t), _rows(values[-1], t.columns, sums)) for t in stage.turns}
        now = {}
        for part, entry in zip(stage.parts, entries, strict=True):
            pass_on = _rows(links.pass_on, part.links, sums)
            ahead = sums.times(_rows(onward, part.onward, sums, like=pass_on), _rows(links.lift, part.links, sums))
            if part.ends:
                ahead = sums.plus(ahead, _rows(links.end, part.links, sums))
            now[part.group] = _worth_the_name(network, sums.times(pass_on, ahead))
            if entry is not None:
                top[part.group] = sums.plus(top[part.group], sums.through(entry, now[part.group]))
        values.append(now)
    placed = np.argsort(np.concatenate([origins_in(network, group) for group in top]))
    return values[::-1], _worth_the_name(network, jnp.concatenate(list(top.values()), axis=1)[:, placed])


def _send(unrolled: Unrolled, crew: Crew, view: _View, volume: Array) -> tuple[Array, Array, Array]:
    """Traffic, sent and arrived of a crew."""
    sums, network = unrolled.network.sums, unrolled.network
    links, values, top = view
    share = sums.over(sums.hold_number(volume), top)
    ended = [sums.number(sums.times(links.stay, share))]
    traffic: Rows = {}
    reached: Rows = {}
    for stage, entries, value in zip(crew.team.stages, crew.entries, values, strict=True):
        flowing: Rows = {}
        for part, entry in zip(stage.parts, entries, strict=True):
            group = part.group
            here = _rows(reached, part.reached, sums, like=value[group])
            if entry is not None:
                first = sums.through(entry.swapaxes(1, 2), share[:, origins_in(network, group)])
                here = sums.plus(here, first)
            here = sums.only(here, value[group])
            gone = sums.number(sums.times(here, value[group]))
            if part.gaps:
                gone = _rows({group: gone}, part.gaps, products, like=gone)
            traffic[group] = traffic[group] + gone if group in traffic else gone
            flowing[group] = sums.times(here, _rows(links.pass_on, part.links, sums))
            if links.keep is not None:
                flowing[group] = sums.times(flowing[group], _rows(links.keep, part.links, sums))
            if part.ends:
                done = sums.times(flowing[group], _rows(links.end, part.links, sums))
                ended.append(sums.number(done))
            flowing[group] = sums.bounded(sums.times(flowing[group], _rows(links.lift, part.links, sums)))
        reached = {
            t.group: sums.through(crew.block(t).swapaxes(1, 2), _rows(flowing, t.rows, sums)) for t in stage.turns
        }
    arrived = jnp.concatenate(ended, axis=1).sum(axis=1)
    sent = sums.number(sums.times(share, top))
    return _placed(unrolled, crew, traffic, volume), sent, arrived


def _placed(unrolled: Unrolled, crew: Crew, traffic: Rows, like: Array) -> Array:
    """Traffic of all links in the caller's order, from that of a crew by group; nothing on links that it never uses."""
    network = unrolled.network
    nothing = jnp.zeros((len(like), 1, like.shape[2]), like.dtype)
    rows = jnp.concatenate([*(traffic[group] for group, _ in crew.team.groups), nothing], axis=1)
    where = np.full(len(network.links), rows.shape[1] - 1)
    where[links_of(network, crew.team.bundles)] = np.arange(rows.shape[1] - 1)
    return rows[:, jnp.asarray(where)[network.placed]]


def _cost_of(sums: Sums, spread: Array, origin: Array, top: Array) -> Array:
    """Expected cost from each origin, from its value and the potential by which that is raised."""
    value = sums.logarithm(top)
    reachable = jnp.isfinite(value)
    return jnp.where(reachable, spread * (origin - jnp.where(reachable, value, 0.0)), jnp.inf)


def _worth_the_name(network: Network, value: Array) -> Array:
    """Cut off values far beyond the range of products."""
    return value if network.exact else jnp.where(value > LEAST, value, 0.0)


def _rows(of: Rows, pieces: Sequence[Piece], sums: Sums, like: Array | None = None) -> Array:
    """Put pieces of rows together; pieces of no group hold nothing."""
    found = []
    for group, first, end in pieces:
        if group is None:
            assert like is not None
            found.append(sums.hold_number(jnp.zeros((like.shape[0], end - first, like.shape[2]), like.dtype)))
        else:
            rows = of[group]
            found.append(rows if (first, end) == (0, rows.shape[1]) else rows[:, first:end])
    return found[0] if len(found) == 1 else jnp.concatenate(found, axis=1)


def _turned(array: Array) -> Array:
    """The first two axes the other way round."""
    return jnp.swapaxes(array, 0, 1)
