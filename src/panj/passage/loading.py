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

from panj.passage.network import Network
from panj.passage.potential import Potential, least_of, potential
from panj.passage.stages import Horizon
from panj.passage.sums import LIMIT, Sums
from panj.passage.unrolled import Crew, Unrolled, by_pairs, unroll

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
    """
    unrolled, sums = unroll(network, horizon), network.sums
    cost, volume = _turned(cost), _turned(volume)
    weights = _weights(unrolled, cost, None if loss is None else _turned(1.0 - loss), scaled := scale(unrolled, cost))

    def journeys(crew: Crew, raised: _Raised, volume: Array) -> tuple[Array, ...]:
        view = _view(network, crew, raised, *weights)
        gone, sent, arrived = _send(sums, crew, view, volume)
        return _at(gone, crew.place, 0.0), sent, arrived, _cost_of(sums, crew.spread, view.origin, view.top)

    each = zip(unrolled.crews, scaled.crews, strict=True)
    parts = [by_pairs(crew, journeys, cost.shape[-1], raised, _of_origins(crew, volume)) for crew, raised in each]
    gone, sent, arrived, expected = zip(*parts, strict=True)
    passing = _turned(unrolled.by_pair(gone))
    return Assignment(
        traffic=passing,
        lost=jnp.zeros_like(passing) if loss is None else passing * loss,
        sent=_turned(unrolled.at_origins(sent, 0.0)),
        arrived=unrolled.by_pair(arrived),
        expected_cost=_turned(unrolled.at_origins(expected, jnp.inf)),
    )


def expected_cost(
    network: Network, cost: Float[Array, "link pair member"], horizon: Horizon
) -> Float[Array, "origin pair member"]:
    """Return the expected least cost from each origin, as `assign` does, without sending anything."""
    return _turned(look(unroll(network, horizon), _turned(cost)).expected_cost)


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
    """The scale of a crew, by pair.

    Attributes:
        lift: Weight of each bundle's links, without their own cost: from beyond their end to the group that they leave.
        group: Potential of each group.
    """

    lift: Float[Array, "pair bundle member"]
    group: Float[Array, "pair group member"]


def scale(unrolled: Unrolled, cost: Float[Array, "row link member"]) -> Scale:
    """Make the scale for costs of links.

    Args:
        unrolled: From `unroll`.
        cost: Cost of each link; inf: closed.
    """
    network, rows = unrolled.network, np.asarray(unrolled.rows, int)
    least = least_of(network, network.in_spreads(cost, unrolled.row_spread))
    found = potential(network, least[rows], unrolled.stages)
    least = jnp.zeros_like(least) if network.exact else jnp.where(jnp.isfinite(least), least, 0.0)
    of = np.repeat(np.arange(len(network.topology.bundles)), [count for _, count in network.topology.links])
    raised = tuple(_raised(unrolled, crew, least, found) for crew in unrolled.crews)
    return Scale(least[:, of[network.placed]], raised)


def _raised(unrolled: Unrolled, crew: Crew, least: Array, found: Potential) -> _Raised:
    network = unrolled.network
    pairs = np.asarray(crew.team.pairs, int)
    tail, head = (np.asarray([b[side] for b in network.topology.bundles], int) for side in (0, 1))
    group, after = found.group[pairs], found.after[pairs]
    rise = group[:, tail] - group[:, head] - least[unrolled.rows_of(crew)]
    rise = rise if network.exact else jnp.where(jnp.isfinite(after), jnp.minimum(rise, LIFT), -jnp.inf)
    return _Raised(network.sums.hold(rise), group)


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
        passing: Weight of passing each link, to what lies beyond its end.
        kept: The same times the share that is not lost.
        end: Weight of the way from the end of each link to the destination.
        stay: Weight of the way from each origin to the destination, without any link.
        origin: Potential of each origin.
        values: By links left from one, value of being about to use each link.
        top: Value of each origin.
    """

    passing: Array
    kept: Array
    end: Array
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
    return Outlook(unrolled.at_origins(costs, jnp.inf), views)


def _weights(unrolled: Unrolled, cost: Array, keep: Array | None, scaled: Scale) -> tuple[Array, Array]:
    """Weight of each link by row of costs, and the same times what is kept there."""
    network, sums = unrolled.network, unrolled.network.sums
    own = scaled.least - cost / unrolled.row_spread[:, None, None] + network.log_size[network.placed, None]
    weight = sums.hold(own if network.exact else jnp.where(own < -LIMIT, -jnp.inf, own))
    return weight, weight if keep is None else sums.times(weight, sums.hold_number(keep))


def _view(network: Network, crew: Crew, raised: _Raised, weight: Array, kept: Array) -> _View:
    """What the journeys of one pair see, from the weights of links."""
    sums, team = network.sums, crew.team
    head = np.asarray([bundle[1] for bundle in network.topology.bundles], int)
    origin = raised.group[jnp.asarray(np.append(np.asarray(network.topology.origins, int), 0))[crew.origins]]
    lift = _at(raised.lift, crew.bundle, sums.nothing)
    end = sums.hold(_at(raised.group[head], crew.bundle, 0.0) - crew.stop[:, None])
    stay = sums.hold(origin - crew.stay[:, None])
    passing, kept = (sums.times(_at(values[crew.row], crew.links, sums.nothing), lift) for values in (weight, kept))
    ends = sums.times(passing, end)
    values = [_worth_the_name(network, ends)]
    top = _from_origins(sums, crew, 1, values[-1], stay)
    for left in range(2, team.stages + 1):
        on = crew.going_on(sums, _rows(values[-1], team.following))
        led = sums.plus(_rows(ends, team.leading), sums.times(_rows(passing, team.leading), on))
        rest = _rows(ends, slice(team.leading.stop, len(ends)))
        values.append(_worth_the_name(network, jnp.concatenate([led, rest])))
        top = _from_origins(sums, crew, left, values[-1], top)
    return _View(passing, kept, end, stay, origin, values, _worth_the_name(network, top))


def _rows(values: Array, which: slice) -> Array:
    """Some rows next to one another; traced in a fifth of the time of an index."""
    return lax.slice_in_dim(values, which.start, which.stop)


def _at(values: Array, places: Array, nothing: float) -> Array:
    """Rows of an array; nothing at places beyond it."""
    if not len(values):
        return jnp.full((*places.shape, *values.shape[1:]), nothing, values.dtype)
    found: Array = values.at[places].get(mode="fill", fill_value=nothing)
    return found


def _from_origins(sums: Sums, crew: Crew, left: int, value: Array, top: Array) -> Array:
    """What journeys of a pair are worth at each origin, those that may use so many links added to the others."""
    begins = crew.begins[left - 1]
    if begins is None:
        return top
    return sums.plus(top, sums.times(sums.hold_number(begins), sums.through(crew.entry, value)))


def send(unrolled: Unrolled, outlook: Outlook, volume: Float[Array, "pair origin member"]) -> Loading:
    """Send a volume over the routes of an outlook, forwards from the origins; the exact adjoint of `look`."""
    network = unrolled.network

    def sent(crew: Crew, view: _View, volume: Array) -> tuple[Array, Array, Array]:
        return _send(network.sums, crew, view, volume)

    parts = [
        by_pairs(crew, sent, volume.shape[-1], view, _of_origins(crew, volume))
        for crew, view in zip(unrolled.crews, outlook.views, strict=True)
    ]
    flowing, gone, arrived = zip(*parts, strict=True)
    return Loading(flowing, unrolled.at_origins(gone, 0.0), unrolled.by_pair(arrived), outlook.expected_cost)


def _send(sums: Sums, crew: Crew, view: _View, volume: Array) -> tuple[Array, Array, Array]:
    """Traffic, sent and arrived of one pair."""
    team = crew.team
    share = sums.over(sums.hold_number(volume), view.top)
    gone = reached = None
    arrived = sums.number(sums.times(view.stay, share)).sum(axis=0)
    for left in range(team.stages, 0, -1):
        value = view.values[left - 1]
        here = _setting_out(sums, crew, left, share)
        if reached is not None:
            first = _rows(here, slice(0, team.following.start))
            here = jnp.concatenate([first, sums.plus(_rows(here, team.following), reached)])
        here = sums.only(here, value)
        now = sums.number(sums.times(here, value))
        gone = now if gone is None else gone + now
        beyond = sums.bounded(sums.times(here, view.kept))
        arrived += sums.number(sums.times(beyond, view.end)).sum(axis=0)
        reached = crew.going_back(sums, _rows(beyond, team.leading)) if left > 1 else None
    assert gone is not None
    return gone, sums.number(sums.times(share, view.top)), arrived


def _setting_out(sums: Sums, crew: Crew, left: int, share: Array) -> Array:
    """Those of a pair who begin with so many links left, at each link."""
    begins = crew.begins[left - 1]
    if begins is None:
        return sums.hold(jnp.full((len(crew.links), share.shape[-1]), -jnp.inf, share.dtype))
    return sums.through(crew.entry.T, sums.times(sums.hold_number(begins), share))


def traffic(unrolled: Unrolled, loading: Loading) -> Float[Array, "pair link member"]:
    """What sets out over each link, by pair, in the caller's order."""
    each = zip(unrolled.crews, loading.flowing, strict=True)
    return unrolled.by_pair([jax.vmap(_at, (0, 0, None))(flowing, crew.place, 0.0) for crew, flowing in each])


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
    pair, link = unrolled.places
    row, links = np.asarray(unrolled.rows, int)[pair], len(unrolled.network.links)
    flowing = _flat(loading)
    if keep is not None:
        kept = jnp.pad(keep, ((0, 0), (0, 1), (0, 0))).reshape(-1, keep.shape[2])
        flowing = flowing * kept[row * (links + 1) + link]
    return _added_up(flowing, pair, np.append(sets, number)[link], (len(unrolled.rows), number))


def traffic_of_rows(unrolled: Unrolled, loading: Loading) -> Float[Array, "row link member"]:
    """What sets out over each link, all pairs that pay the same row of costs together, in the caller's order."""
    pair, link = unrolled.places
    rows = np.asarray(unrolled.rows, int)
    return _added_up(_flat(loading), rows[pair], link, (rows.max() + 1, len(unrolled.network.links)))


def _flat(loading: Loading) -> Float[Array, "place member"]:
    """What sets out at each place of all crews."""
    return jnp.concatenate([values.reshape(-1, values.shape[2]) for values in loading.flowing])


def _added_up(
    values: Float[Array, "place member"], row: NDArray[np.int_], column: NDArray[np.int_], shape: tuple[int, int]
) -> Float[Array, "row column member"]:
    """Sum of the values of each cell; those beyond the last column are left out."""
    rows, columns = shape
    total = jax.ops.segment_sum(values, row * (columns + 1) + column, rows * (columns + 1))
    return total.reshape(rows, columns + 1, -1)[:, :-1]


def _of_origins(crew: Crew, volume: Float[Array, "pair origin member"]) -> Array:
    """Volumes of a crew at the origins of each of its pairs; nothing where there is none."""
    padded = jnp.pad(volume[np.asarray(crew.team.pairs, int)], ((0, 0), (0, 1), (0, 0)))
    return padded[np.arange(len(padded))[:, None], crew.origins]


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
