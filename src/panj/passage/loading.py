"""One loading: who goes which way at given costs. Values backwards, traffic forwards as their exact adjoint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from panj.passage.network import Network
from panj.passage.potential import Potential, least_of, potential
from panj.passage.stages import Horizon
from panj.passage.sums import LIMIT, Sums
from panj.passage.unrolled import Crew, Turn, Unrolled, unroll

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
    keep = None if loss is None else _turned(1.0 - loss)
    unrolled = unroll(network, horizon)
    got = send(unrolled, look(unrolled, _turned(cost), keep), _turned(volume))
    passing = _turned(traffic(unrolled, got))
    lost = jnp.zeros_like(passing) if loss is None else passing * loss
    return Assignment(passing, lost, _turned(got.sent), got.arrived, _turned(got.expected_cost))


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
        least: Of each row and bundle, in spreads.
        crews: Of each crew.
    """

    least: Float[Array, "row bundle member"]
    crews: tuple[_Raised, ...]


class _Raised(NamedTuple):
    """Weights of a crew that follow from the scale alone."""

    lift: Array  # of each link: from beyond its end to the group that it leaves, without its own cost
    end: Array  # of each link: of the way from its end to the destination
    stay: Array  # of each origin: of the way to the destination, without any link
    origin: Array  # potential of each origin


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
    return Scale(least, tuple(_raised(unrolled, crew, least, found) for crew in unrolled.crews))


def _raised(unrolled: Unrolled, crew: Crew, least: Array, found: Potential) -> _Raised:
    network, sums = unrolled.network, unrolled.network.sums
    pairs = np.asarray(crew.team.pairs, int)
    tail, head = (np.asarray([b[side] for b in network.topology.bundles], int) for side in (0, 1))
    group, after = found.group[pairs], found.after[pairs]
    rise = group[:, tail] - group[:, head] - least[unrolled.rows_of(crew)]
    rise = rise if network.exact else jnp.where(jnp.isfinite(after), jnp.minimum(rise, LIFT), -jnp.inf)
    nowhere = jnp.full_like(rise[:, :1], -jnp.inf)
    number = np.arange(len(pairs))[:, None]
    beyond = jnp.concatenate([group[:, head], jnp.zeros_like(nowhere)], axis=1)[number, crew.bundle]
    where = np.append(np.asarray(network.topology.origins, int), 0)
    origin = group[number, jnp.asarray(where)[crew.origins]]
    return _Raised(
        lift=sums.hold(jnp.concatenate([rise, nowhere], axis=1)[number, crew.bundle]),
        end=sums.hold(beyond - crew.stop[:, :, None]),
        stay=sums.hold(origin - crew.stay[:, :, None]),
        origin=origin,
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
    """What the journeys of a crew see.

    Attributes:
        passing: Weight of passing each link, to what lies beyond its end.
        kept: The same times the share that is not lost.
        raised: See `Scale`.
        values: By links left from one, value of being about to use each link.
        top: Value of each origin.
    """

    passing: Array
    kept: Array
    raised: _Raised
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
    of = np.repeat(np.arange(len(network.topology.bundles)), [count for _, count in network.topology.links])
    own = scaled.least[:, of] - network.in_spreads(cost, unrolled.row_spread)
    weight = sums.hold(own if network.exact else jnp.where(own < -LIMIT, -jnp.inf, own))
    kept = weight if keep is None else sums.times(weight, sums.hold_number(keep[:, network.departing]))
    views = [
        _view(unrolled, crew, raised, weight, kept) for crew, raised in zip(unrolled.crews, scaled.crews, strict=True)
    ]
    costs = [
        _cost_of(sums, crew.spread, view.raised.origin, view.top)
        for crew, view in zip(unrolled.crews, views, strict=True)
    ]
    return Outlook(_at_origins(unrolled, costs, jnp.inf), tuple(views))


def _view(unrolled: Unrolled, crew: Crew, raised: _Raised, weight: Array, kept: Array) -> _View:
    """Values of a crew from weights of links by row of costs."""
    network, sums, team = unrolled.network, unrolled.network.sums, crew.team
    passing, kept = (_at_places(unrolled, crew, values, raised.lift) for values in (weight, kept))
    ends = sums.times(passing, raised.end)
    values = [_worth_the_name(network, ends)]
    top = _from_origins(sums, crew, 1, values[-1], raised.stay)
    for left in range(2, team.stages + 1):
        on = _turned_through(sums, crew.onward, crew.turns, values[-1][:, team.following])
        led = sums.plus(ends[:, team.leading], sums.times(passing[:, team.leading], on))
        values.append(_worth_the_name(network, jnp.concatenate([led, ends[:, team.leading.stop :]], axis=1)))
        top = _from_origins(sums, crew, left, values[-1], top)
    return _View(passing, kept, raised, values, _worth_the_name(network, top))


def _turned_through(sums: Sums, blocks: Sequence[Array], turns: Sequence[Turn], rows: Array) -> Array:
    """Send rows through every turn; each place has one."""
    if len(blocks) == 1:
        return sums.through(blocks[0], rows)
    parts = [
        sums.through(block, rows[:, np.asarray(take, int)]) for block, (_, take) in zip(blocks, turns, strict=True)
    ]
    order = np.argsort(np.concatenate([np.asarray(give, int) for give, _ in turns]))
    return jnp.concatenate(parts, axis=1)[:, order]


def _at_places(unrolled: Unrolled, crew: Crew, weight: Array, lift: Array) -> Array:
    """Weight of the link at each place of a crew, lifted."""
    sums = unrolled.network.sums
    return sums.times(_gathered(unrolled, crew, weight, sums.hold(jnp.full_like(weight[:, :1], -jnp.inf))), lift)


def _gathered(unrolled: Unrolled, crew: Crew, values: Array, nothing: Array) -> Array:
    """What each place of a crew has of its row of costs and its link, in the departing order."""
    padded = jnp.concatenate([values, nothing], axis=1)
    rows, links, members = padded.shape
    at = unrolled.rows_of(crew)[:, None] * links + crew.links
    return padded.reshape(rows * links, members)[at]


def _from_origins(sums: Sums, crew: Crew, left: int, value: Array, top: Array) -> Array:
    """What journeys are worth at each origin, those that may use so many links added to the others."""
    begins = crew.begins[left - 1]
    if begins is None:
        return top
    return sums.plus(top, sums.times(sums.hold_number(begins), sums.through(crew.entry, value)))


def send(unrolled: Unrolled, outlook: Outlook, volume: Float[Array, "pair origin member"]) -> Loading:
    """Send a volume over the routes of an outlook, forwards from the origins; the exact adjoint of `look`."""
    parts = [
        _send(unrolled, crew, view, _of_origins(crew, volume))
        for crew, view in zip(unrolled.crews, outlook.views, strict=True)
    ]
    flowing, sent, arrived = zip(*parts, strict=True)
    return Loading(flowing, _at_origins(unrolled, list(sent), 0.0), unrolled.by_pair(arrived), outlook.expected_cost)


def _send(unrolled: Unrolled, crew: Crew, view: _View, volume: Array) -> tuple[Array, Array, Array]:
    """Traffic, sent and arrived of a crew."""
    sums, team = unrolled.network.sums, crew.team
    share = sums.over(sums.hold_number(volume), view.top)
    gone = reached = None
    arrived = sums.number(sums.times(view.raised.stay, share)).sum(axis=1)
    for left in range(team.stages, 0, -1):
        value = view.values[left - 1]
        here = _setting_out(sums, crew, left, share)
        if reached is not None:
            first = here[:, : team.following.start]
            here = jnp.concatenate([first, sums.plus(here[:, team.following], reached)], axis=1)
        here = sums.only(here, value)
        now = sums.number(sums.times(here, value))
        gone = now if gone is None else gone + now
        beyond = sums.bounded(sums.times(here, view.kept))
        arrived += sums.number(sums.times(beyond, view.raised.end)).sum(axis=1)
        turns = [(b, a) for a, b in crew.turns]
        reached = _turned_through(sums, crew.back, turns, beyond[:, team.leading]) if left > 1 else None
    assert gone is not None
    return gone, sums.number(sums.times(share, view.top)), arrived


def _setting_out(sums: Sums, crew: Crew, left: int, share: Array) -> Array:
    """Those who begin with so many links left, at each link."""
    begins = crew.begins[left - 1]
    if begins is None:
        return sums.hold(jnp.full((*crew.links.shape, share.shape[2]), -jnp.inf, share.dtype))
    return sums.through(jnp.swapaxes(crew.entry, 1, 2), sums.times(sums.hold_number(begins), share))


def traffic(unrolled: Unrolled, loading: Loading) -> Float[Array, "pair link member"]:
    """What sets out over each link, by pair, in the caller's order."""
    links = len(unrolled.network.links)
    found = []
    for crew, flowing in zip(unrolled.crews, loading.flowing, strict=True):
        pairs = np.arange(len(flowing))[:, None]
        empty = jnp.zeros((len(flowing), links + 1, flowing.shape[2]), flowing.dtype)
        found.append(empty.at[pairs, crew.links].add(flowing)[:, unrolled.network.placed])
    return unrolled.by_pair(found)


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
    departing = unrolled.network.departing
    of = jnp.append(jnp.asarray(sets)[departing], number)
    found = []
    for crew, flowing in zip(unrolled.crews, loading.flowing, strict=True):
        pairs, _, members = flowing.shape
        if keep is not None:
            flowing = flowing * _gathered(unrolled, crew, keep[:, departing], jnp.zeros_like(keep[:, :1]))
        place = np.arange(pairs)[:, None] * (number + 1) + of[crew.links]
        total = jax.ops.segment_sum(flowing.reshape(-1, members), place.reshape(-1), pairs * (number + 1))
        found.append(total.reshape(pairs, number + 1, members)[:, :number])
    return unrolled.by_pair(found)


def traffic_of_rows(unrolled: Unrolled, loading: Loading) -> Float[Array, "row link member"]:
    """What sets out over each link, all pairs that pay the same row of costs together, in the caller's order."""
    links, rows = len(unrolled.network.links), max(unrolled.rows) + 1
    total = jnp.zeros((rows * (links + 1), loading.arrived.shape[-1]), loading.arrived.dtype)
    for crew, flowing in zip(unrolled.crews, loading.flowing, strict=True):
        at = unrolled.rows_of(crew)[:, None] * (links + 1) + crew.links
        total = total.at[at.reshape(-1)].add(flowing.reshape(-1, flowing.shape[2]))
    return total.reshape(rows, links + 1, -1)[:, unrolled.network.placed]


def _of_origins(crew: Crew, volume: Float[Array, "pair origin member"]) -> Array:
    """Volumes of a crew at the origins of each of its pairs; nothing where there is none."""
    padded = jnp.pad(volume[np.asarray(crew.team.pairs, int)], ((0, 0), (0, 1), (0, 0)))
    return padded[np.arange(len(padded))[:, None], crew.origins]


def _at_origins(unrolled: Unrolled, of_crews: list[Array], fill: float) -> Float[Array, "pair origin member"]:
    """What is known at the origins of each pair, for all origins."""
    origins = len(unrolled.network.origins)
    found = []
    for crew, values in zip(unrolled.crews, of_crews, strict=True):
        empty = jnp.full((len(values), origins + 1, values.shape[2]), fill, values.dtype)
        found.append(empty.at[np.arange(len(values))[:, None], crew.origins].set(values)[:, :-1])
    return unrolled.by_pair(found)


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
