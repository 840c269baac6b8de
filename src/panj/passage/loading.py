"""One loading: who goes which way at given costs. Values backwards, traffic forwards as their exact adjoint."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float
from numpy.typing import NDArray

from panj.passage.faults import COST, LOSS, VOLUME, members_of, of_horizon, of_table, refuse, whole
from panj.passage.network import Network
from panj.passage.potential import least_of, potential
from panj.passage.stages import Horizon
from panj.passage.sums import LIMIT, Sums, over_rows
from panj.passage.unrolled import Crew, Unrolled, by_pairs, cell, flat, taken, unroll

LEAST = 1e-24  # of a value, raised by the potential; below it there is no way worth the name
LIFT = 60.0  # spreads by which the way on from a link may be dearer than the best one from its group


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
    """What one loading gives, pairs first; see `Assignment`.

    Attributes:
        flowing: What sets out over each link of each crew; see `traffic` and `traffic_of_rows`.
        sent: What leaves each origin.
        arrived: What reaches the destination.
        expected_cost: Expected least cost from each origin.
    """

    flowing: tuple[Float[Array, "pair link member"], ...]
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

    Raises:
        ValueError: All faults of shapes, and of values where they are not traced, each with a remedy.
    """
    members = members_of(volume)
    refuse(
        [
            *of_table(network, "cost", cost, COST, members),
            *(() if loss is None else of_table(network, "loss", loss, LOSS, members)),
            *of_table(network, "volume", volume, VOLUME),
            *of_horizon(network, horizon),
        ]
    )
    cost, volume, horizon = jnp.asarray(cost), jnp.asarray(volume), whole(horizon)
    loss = None if loss is None else jnp.asarray(loss)
    unrolled, sums = unroll(network, horizon, members=cost.shape[-1]), network.sums
    cost, volume = _turned(cost), _turned(volume)
    weights = _weights(unrolled, cost, None if loss is None else _turned(1.0 - loss), scaled := scale(unrolled, cost))

    def journeys(crew: Crew, raised: _Raised, volume: Array) -> tuple[Array, ...]:
        view = _view(network, crew, raised, *weights)
        return *_send(sums, crew, view, volume), _cost_of(sums, crew.spread, view.origin, view.top)

    each = zip(unrolled.crews, scaled.crews, unrolled.of_origins(volume), strict=True)
    parts = [by_pairs(crew, journeys, cost.shape[-1], raised, of_crew) for crew, raised, of_crew in each]
    gone, sent, arrived, expected = zip(*parts, strict=True)
    passing = _turned(unrolled.by_link(gone))
    return Assignment(
        traffic=passing,
        lost=jnp.zeros_like(passing) if loss is None else passing * loss,
        sent=_turned(unrolled.by_origin(sent, 0.0)),
        arrived=unrolled.by_pair(arrived),
        expected_cost=_turned(unrolled.by_origin(expected, jnp.inf)),
    )


def expected_cost(
    network: Network, cost: Float[Array, "link pair member"], horizon: Horizon
) -> Float[Array, "origin pair member"]:
    """Return the expected least cost from each origin, as `assign` does, without sending anything.

    Raises:
        ValueError: All faults, as of `assign`.
    """
    refuse([*of_table(network, "cost", cost, COST), *of_horizon(network, horizon)])
    cost, horizon = jnp.asarray(cost), whole(horizon)
    return _turned(look(unroll(network, horizon, members=cost.shape[-1]), _turned(cost)).expected_cost)


class Scale(eqx.Module):
    """What keeps the weights of routes within single precision; it changes no result.

    Values of standing somewhere are raised by the exponential of the potential there, links lowered by the least cost
    of their bundle. A scale made at costs that differ by less than some fifty spreads will do.

    Attributes:
        least: Of each row, and of the bundle of each link, in spreads.
        crews: Of each crew.
    """

    least: Float[Array, "row link member"]
    crews: tuple[_Raised, ...]


class _Raised(NamedTuple):
    """The scale of a crew, by pair: all that loadings need and that does not depend on what each costs.

    Attributes:
        lift: Weight of each leading link without its own cost: from beyond its end to the group that it leaves.
        end: The same of each link, from the destination.
        stay: Weight of the way from each origin to the destination, without any link.
        origin: Potential of each origin.
    """

    lift: Float[Array, "pair leading member"]
    end: Float[Array, "pair place member"]
    stay: Float[Array, "pair origin member"]
    origin: Float[Array, "pair origin member"]


def scale(unrolled: Unrolled, cost: Float[Array, "row link member"]) -> Scale:
    """Make the scale for costs of links.

    Args:
        unrolled: From `unroll`.
        cost: Cost of each link; inf: closed.
    """
    network, sums, topology = unrolled.network, unrolled.network.sums, unrolled.network.topology
    rows = np.asarray(unrolled.rows, int)
    least = least_of(network, network.in_spreads(cost, unrolled.row_spread))
    found = potential(network, least[rows], unrolled.stages)
    least = jnp.zeros_like(least) if network.exact else jnp.where(jnp.isfinite(least), least, 0.0)
    rise = found.group[:, topology.tail] - found.group[:, topology.head] - least[rows]
    rise = rise if network.exact else jnp.where(jnp.isfinite(found.after), jnp.minimum(rise, LIFT), -jnp.inf)

    lift = flat(sums.hold(rise))
    goal = found.group[np.arange(len(rows)), np.asarray(topology.destinations, int)]
    goal = sums.hold(goal - unrolled.nearest[:, None])
    pair, begin = unrolled.starts
    groups = np.append(np.asarray(topology.origins, int), 0)
    origin = taken(flat(found.group), pair * len(network.groups) + groups[begin])
    stay = sums.hold(origin - unrolled.stay[:, None])

    def raised(crew: Crew, stay: Array, origin: Array) -> _Raised:
        rise, to_go = taken(lift, crew.lift), taken(goal, np.asarray(crew.team.pairs, int))[:, None]
        end = sums.times(rise, sums.times(crew.stop[..., None], to_go))
        return _Raised(rise[:, crew.team.leading], end, stay, origin)

    crews = zip(unrolled.crews, unrolled.of_starts(stay), unrolled.of_starts(origin), strict=True)
    return Scale(
        least=taken(jnp.swapaxes(least, 0, 1), topology.of_link[network.placed]).swapaxes(0, 1),
        crews=tuple(raised(*crew) for crew in crews),
    )


class Outlook(NamedTuple):
    """What journeys see before they set out; from `look`.

    Attributes:
        expected_cost: Expected least cost from each origin; inf: no way.
        views: Of each crew, for `send`.
    """

    expected_cost: Float[Array, "pair origin member"]
    views: tuple[_View, ...]


class _View(NamedTuple):
    """What the journeys of a crew see, by pair.

    Attributes:
        kept: Weight of passing each leading link, to what lies beyond its end, times the share that is not lost there.
        ends: The same of each link, to the destination.
        stay: Weight of the way from each origin to the destination, without any link.
        origin: Potential of each origin.
        values: By links left from one, value of being about to use each link.
        top: Value of each origin.
    """

    kept: Array
    ends: Array
    stay: Array
    origin: Array
    values: list[Array]
    top: Array


def look(
    unrolled: Unrolled,
    cost: Float[Array, "row link member"],
    keep: Float[Array, "row link member"] | None = None,
    scaled: Scale | None = None,
) -> Outlook:
    """Value all routes, backwards from the destinations.

    Args:
        unrolled: From `unroll`.
        cost: Cost of each link; inf: closed.
        keep: Share of what crosses that is not lost; None: all of it.
        scaled: From `scale`, at costs much like these; None: it is made for these.
    """
    network, sums = unrolled.network, unrolled.network.sums
    scaled = scale(unrolled, cost) if scaled is None else scaled
    weights = _weights(unrolled, cost, keep, scaled)

    def seen(crew: Crew, raised: _Raised) -> tuple[_View, Array]:
        view = _view(network, crew, raised, *weights)
        return view, _cost_of(sums, crew.spread, view.origin, view.top)

    each = zip(unrolled.crews, scaled.crews, strict=True)
    views, costs = zip(*(by_pairs(crew, seen, cost.shape[-1], raised) for crew, raised in each), strict=True)
    return Outlook(unrolled.by_origin(costs, jnp.inf), views)


def _weights(unrolled: Unrolled, cost: Array, keep: Array | None, scaled: Scale) -> tuple[Array, Array | None]:
    """Weight of each link by row of costs, row by row, and the same times what is kept there."""
    network, sums = unrolled.network, unrolled.network.sums
    own = scaled.least - cost / unrolled.row_spread[:, None, None] + network.log_size[network.placed, None]
    weight = sums.hold(own if network.exact else jnp.where(own < -LIMIT, -jnp.inf, own))
    kept = None if keep is None else sums.times(weight, sums.hold_number(keep))
    return flat(weight), None if kept is None else flat(kept)


def _view(network: Network, crew: Crew, raised: _Raised, weight: Array, kept: Array | None) -> _View:
    """What the journeys of one pair see, from the weights of links."""
    sums, team = network.sums, crew.team
    own = taken(weight, crew.at)
    keep = own if kept is None else taken(kept, crew.at)
    ends, passing = sums.times(own, raised.end), sums.times(_rows(own, team.leading), raised.lift)
    values = [_worth_the_name(network, ends)]
    led, rest = _rows(ends, team.leading), _rows(values[0], slice(team.leading.stop, len(ends)))
    top = _from_origins(sums, crew, 1, values[-1], raised.stay)
    for left in range(2, team.stages + 1):
        on = crew.going_on(sums, _rows(values[-1], team.following))
        now = _worth_the_name(network, sums.plus(led, sums.times(passing, on)))
        values.append(jnp.concatenate([now, rest]))
        top = _from_origins(sums, crew, left, values[-1], top)
    return _View(
        kept=sums.times(_rows(keep, team.leading), raised.lift),
        ends=sums.times(keep, raised.end),
        stay=raised.stay,
        origin=raised.origin,
        values=values,
        top=_worth_the_name(network, top),
    )


def _rows(values: Array, which: slice) -> Array:
    """Some rows next to one another; traced in a fifth of the time of an index."""
    return lax.slice_in_dim(values, which.start, which.stop)


def _from_origins(sums: Sums, crew: Crew, left: int, value: Array, top: Array) -> Array:
    """What journeys of a pair are worth at each origin, those that may use so many links added to the others."""
    entry = crew.entry[left - 1]
    return top if entry is None else sums.plus(top, sums.through(entry, value))


def send(unrolled: Unrolled, outlook: Outlook, volume: Float[Array, "pair origin member"]) -> Loading:
    """Send a volume over the routes of an outlook, forwards from the origins; the exact adjoint of `look`."""
    network = unrolled.network

    def sent(crew: Crew, view: _View, volume: Array) -> tuple[Array, Array, Array]:
        return _send(network.sums, crew, view, volume)

    each = zip(unrolled.crews, outlook.views, unrolled.of_origins(volume), strict=True)
    parts = [by_pairs(crew, sent, volume.shape[-1], view, of_crew) for crew, view, of_crew in each]
    flowing, gone, arrived = zip(*parts, strict=True)
    return Loading(flowing, unrolled.by_origin(gone, 0.0), unrolled.by_pair(arrived), outlook.expected_cost)


def _send(sums: Sums, crew: Crew, view: _View, volume: Array) -> tuple[Array, Array, Array]:
    """Traffic, sent and arrived of one pair."""
    team = crew.team
    share = sums.over(sums.hold_number(volume), view.top)
    gone = passing = reached = None
    for left in range(team.stages, 0, -1):
        value = view.values[left - 1]
        here = sums.only(_at_links(sums, crew, left, share, reached), value)
        now = sums.number(sums.times(here, value))
        gone = now if gone is None else gone + now
        passing = here if passing is None else sums.plus(passing, here)
        if left > 1:
            beyond = sums.bounded(sums.times(_rows(here, team.leading), view.kept))
            reached = crew.going_back(sums, beyond)
    assert gone is not None
    assert passing is not None
    arrived = over_rows(sums.number(sums.times(passing, view.ends)))
    arrived += over_rows(sums.number(sums.times(view.stay, share)))
    return gone, sums.number(sums.times(share, view.top)), arrived


def _at_links(sums: Sums, crew: Crew, left: int, share: Array, reached: Array | None) -> Array:
    """Those of a pair who are about to use each link with so many left: who begin there, and who have come."""
    team, entry = crew.team, crew.entry[left - 1]
    first, following = slice(0, team.following.start), team.following
    if entry is None:
        here = sums.hold(jnp.full((sum(team.sizes), share.shape[-1]), -jnp.inf, share.dtype))
        return here if reached is None else jnp.concatenate([_rows(here, first), reached])
    here = sums.through(entry.T, share)
    return (
        here if reached is None else jnp.concatenate([_rows(here, first), sums.plus(_rows(here, following), reached)])
    )


def traffic(unrolled: Unrolled, loading: Loading) -> Float[Array, "pair link member"]:
    """What sets out over each link, by pair, in the caller's order."""
    return unrolled.by_link(loading.flowing)


def traffic_over(
    unrolled: Unrolled,
    loading: Loading,
    sets: NDArray[np.int_],
    number: int,
    keep: Float[Array, "row link member"] | None = None,
) -> Float[Array, "pair set member"]:
    """What sets out over the links of each set, by pair.

    Args:
        unrolled: From `unroll`.
        loading: From `send`.
        sets: Number of the set of each link, from 0.
        number: How many sets there are.
        keep: Share that counts of what sets out over each link; None: all of it.
    """
    pair, link = unrolled.seats
    flowing = _flowing(loading)
    if keep is not None:
        row = np.asarray(unrolled.rows, int)[pair]
        flowing = flowing * taken(flat(keep), cell(row, link, keep.shape[1]))
    return _added_up(flowing, pair, np.append(sets, number)[link], (len(unrolled.rows), number))


def traffic_of_rows(unrolled: Unrolled, loading: Loading) -> Float[Array, "row link member"]:
    """What sets out over each link, all pairs that pay the same row of costs together, in the caller's order."""
    pair, link = unrolled.seats
    rows = np.asarray(unrolled.rows, int)
    return _added_up(_flowing(loading), rows[pair], link, (rows.max() + 1, len(unrolled.network.links)))


def _flowing(loading: Loading) -> Float[Array, "seat member"]:
    """What sets out at each seat."""
    return jnp.concatenate([flat(values) for values in loading.flowing])


def _added_up(
    values: Float[Array, "seat member"], row: NDArray[np.int_], column: NDArray[np.int_], shape: tuple[int, int]
) -> Float[Array, "row column member"]:
    """Sum of the values of each cell; those beyond the last column are left out."""
    rows, columns = shape
    total = jax.ops.segment_sum(values, row * (columns + 1) + column, rows * (columns + 1))
    return total.reshape(rows, columns + 1, -1)[:, :-1]


def _cost_of(sums: Sums, spread: Array, origin: Array, top: Array) -> Array:
    """Expected cost from each origin, from its value and the potential by which that is raised."""
    value = sums.logarithm(top)
    reachable = jnp.isfinite(value)
    return jnp.where(reachable, spread * (origin - jnp.where(reachable, value, 0.0)), jnp.inf)


def _worth_the_name(network: Network, value: Array) -> Array:
    """Cut off values far beyond the range of products."""
    return value if network.exact else jnp.where(value > LEAST, value, 0.0)


def _turned(array: Array) -> Array:
    """The first two axes the other way round."""
    return jnp.swapaxes(array, 0, 1)
