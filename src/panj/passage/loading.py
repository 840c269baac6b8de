"""One loading: who goes which way at given costs. Values backwards, traffic forwards as their exact adjoint."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int

from panj.passage.network import Network
from panj.passage.sums import LIMIT, Sums, logarithms, products

MOST = 1e37  # near the largest float32
LEAST = 1e-30  # of a value, raised by the gauge; below it there is no way worth the name
OVERHEAD = 24  # columns that would take as long as the fixed cost of a product (measured)


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


def assign(
    network: Network,
    cost: Float[Array, "link pair member"],
    loss: Float[Array, "link pair member"] | None,
    volume: Float[Array, "origin pair member"],
    horizon: int,
) -> Assignment:
    """Send a volume over the network at fixed costs of links.

    Journeys choose sequences of at most `horizon` links by recursive logit (Akamatsu 1996; Fosgerau, Frejinger and
    Karlstrom 2013). What `loss` takes leaves the journey at the link; its expected loss belongs in `cost` if
    travellers are to mind it. Can be compiled, scanned over and differentiated in cost, loss and volume.

    Args:
        network: From `Network.build`.
        cost: Cost of each link, any sign; inf: closed.
        loss: Share of what crosses that is lost there, 0-1; None: nothing is lost.
        volume: What wants to go from each origin, >= 0.
        horizon: Most links that a journey may use, at least 1.
    """
    keep = None if loss is None else 1.0 - loss
    traffic, sent, arrived, expected = _by_chunk(network, cost, keep, volume, horizon, _load)
    lost = jnp.zeros_like(traffic) if loss is None else traffic * loss
    return Assignment(traffic, lost, sent, arrived[0], expected)


def expected_cost(
    network: Network, cost: Float[Array, "link pair member"], horizon: int
) -> Float[Array, "origin pair member"]:
    """Return the expected least cost from each origin, as `assign` does, without sending anything."""
    nothing = jnp.zeros((len(network.origins), *cost.shape[1:]), cost.dtype)
    (expected,) = _by_chunk(network, cost, None, nothing, horizon, _expect)
    return expected


def radius(network: Network, cost: Float[Array, "link pair member"], horizon: int = 64) -> Float[Array, "pair member"]:
    """Return the spectral radius of the recursion on links, by `horizon` power iterations.

    From 1 upwards the sum over routes of any length has no limit, and only a finite horizon is well posed.
    """
    nothing = jnp.zeros((len(network.origins), *cost.shape[1:]), cost.dtype)
    (grown,) = _by_chunk(network, cost, None, nothing, horizon, _grow)
    return grown[0]


class _Chunk(NamedTuple):
    """Some pairs of one class and all members, as columns."""

    network: Network
    sums: Sums
    weight: list[Array]  # by group: arriving x departing
    weight_back: list[Array]
    start: Array  # origin x departing
    pass_on: Array  # departing x column: weight of a link, in the gauge
    end: Array  # departing x column: weight of a link and then the destination, no further link
    stay: Array  # origin x column
    pass_kept: Array  # as `pass_on`, of what is not lost
    end_kept: Array  # as `end`, of what is not lost
    volume: Array
    gauge: Array  # origin x column: logarithm by which values there are raised
    spread: Array
    horizon: int

    def go_on(self, departing: list[Array]) -> list[Array]:
        """From values of departing links, by group, to the values of departing links one link earlier."""
        values = jnp.concatenate(self._through(self.weight, departing))
        return [
            self.sums.plus(self.sums.times(self.pass_on[part], values[self.network.arrived[part]]), self.end[part])
            for part in self.departing_parts
        ]

    def spread_out(self, departing: list[Array]) -> list[Array]:
        """The adjoint of `go_on`, less what is lost."""
        passed = _finite(self.sums.times(self.pass_kept, jnp.concatenate(departing)))
        arriving = [passed[self.network.arriving[part]] for part in _parts(self.network.weight, 1)]
        return [_finite(reached) for reached in self._through(self.weight_back, arriving)]

    def by_group(self, departing: Array) -> list[Array]:
        """Cut an array over departing links by the group that they leave."""
        return [departing[part] for part in self.departing_parts]

    def _through(self, blocks: list[Array], rows: list[Array]) -> list[Array]:
        return [self.sums.through(block, part) for block, part in zip(blocks, rows, strict=True)]

    @property
    def departing_parts(self) -> list[slice]:
        """Where the links that leave each group stand in the departing order."""
        return _parts(self.network.weight, 2)


def _finite(reached: Array) -> Array:
    """Keep what reaches a hopeless link finite; it is multiplied by a value of 0 there."""
    return jnp.minimum(reached, MOST)


def _load(chunk: _Chunk) -> tuple[Array, ...]:
    sums = chunk.sums

    def earlier(value: list[Array], _: None) -> tuple[list[Array], list[Array]]:
        return chunk.go_on(value), value

    last, values = lax.scan(earlier, chunk.by_group(chunk.end), length=chunk.horizon - 1)
    top = _top(chunk, jnp.concatenate(last))
    share = sums.over(sums.hold_number(chunk.volume), top)
    first = chunk.by_group(sums.through(chunk.start.T, share))

    def crossing(value: list[Array], reached: list[Array]) -> list[Array]:
        return [sums.number(sums.times(v, r)) for v, r in zip(value, reached, strict=True)]

    def later(carry: _Reached, value: list[Array]) -> tuple[_Reached, None]:
        reached = chunk.spread_out(carry.reached)
        traffic = [a + b for a, b in zip(carry.traffic, crossing(value, reached), strict=True)]
        total = [sums.plus(a, b) for a, b in zip(carry.total, reached, strict=True)]
        return _Reached(reached, traffic, total), None

    begin = _Reached(first, crossing(last, first), first)
    end, _ = lax.scan(later, begin, values, reverse=True)
    ended = sums.times(chunk.end_kept, jnp.concatenate(end.total))
    arrived = sums.number(sums.total(ended)) + sums.number(sums.total(sums.times(chunk.stay, share)))
    sent = sums.number(sums.times(share, top))
    return jnp.concatenate(end.traffic), sent, arrived[None], _cost_of(chunk, top)


class _Reached(NamedTuple):
    """Forwards, by group that links leave: what reaches them now, and in all; their traffic so far."""

    reached: list[Array]
    traffic: list[Array]
    total: list[Array]


def _expect(chunk: _Chunk) -> tuple[Array, ...]:
    def earlier(value: list[Array], _: None) -> tuple[list[Array], None]:
        return chunk.go_on(value), None

    last, _ = lax.scan(earlier, chunk.by_group(chunk.end), length=chunk.horizon - 1)
    return (_cost_of(chunk, _top(chunk, jnp.concatenate(last))),)


def _top(chunk: _Chunk, value: Array) -> Array:
    """Values of the origins; one far beyond the range of its group counts as cut off."""
    top = chunk.sums.plus(chunk.sums.through(chunk.start, value), chunk.stay)
    return top if chunk.network.exact else jnp.where(top > LEAST, top, 0.0)


def _grow(chunk: _Chunk) -> tuple[Array, ...]:
    sums = chunk.sums
    chunk = chunk._replace(end=sums.hold_number(jnp.zeros_like(chunk.end)))
    half = chunk.horizon // 2

    def normed(_: int, carry: tuple[Array, Array]) -> tuple[Array, Array]:
        value, grown = carry
        value = jnp.concatenate(chunk.go_on(chunk.by_group(value)))
        size = sums.logarithm(sums.total(value))
        return sums.over(value, sums.hold(size)[None]), grown + size

    one = sums.hold(jnp.zeros_like(chunk.pass_on))
    settled, _ = lax.fori_loop(0, half, normed, (one, jnp.zeros_like(one[0])))
    _, grown = lax.fori_loop(0, half, normed, (settled, jnp.zeros_like(one[0])))
    return (jnp.exp(grown / half)[None],)


def _cost_of(chunk: _Chunk, top: Array) -> Array:
    value = chunk.sums.logarithm(top)
    reachable = jnp.isfinite(value)
    return jnp.where(reachable, chunk.spread * (chunk.gauge - jnp.where(reachable, value, 0.0)), jnp.inf)


def _by_chunk(
    network: Network,
    cost: Array,
    keep: Array | None,
    volume: Array,
    horizon: int,
    run: Callable[[_Chunk], tuple[Array, ...]],
) -> tuple[Array, ...]:
    """Cut the pairs into chunks of one class each, run them one after the other (each fits the cache), and join."""
    if horizon < 1:
        raise ValueError(f"horizon is {horizon}. Give the most links that a journey may use, at least 1.")
    members = cost.shape[2]
    class_of, slots = _chunks(network.class_of_pair, members)
    width = slots.shape[1]

    def columns(values: Array, pairs: Array) -> Array:
        return values[:, pairs].reshape(values.shape[0], width * members)

    def chunk(_: None, what: tuple[Array, Array]) -> tuple[None, tuple[Array, ...]]:
        c, pairs = what
        local = cost[:, pairs][network.departing].reshape(-1, width * members) / network.spread[c]
        local = local - network.log_size[:, None]
        stop, stay = (jnp.repeat(values[:, pairs], members, axis=1) for values in (network.stop, network.stay))
        sums = logarithms if network.exact else products
        if network.exact:
            gauge = jnp.zeros((len(network.groups), width * members), local.dtype)
        else:
            gauge, to_go = lax.stop_gradient(_cost_to_go(network, c, pairs, local, horizon))
            if run is not _grow:  # a link behind which no way leads on would be raised without bound
                led = gauge[network.bundle.tail] - local - to_go[network.bundle.of] > -LIMIT
                local = jnp.where(led, local, jnp.inf)
        head = gauge[network.bundle.head]
        pass_on = sums.hold(gauge[network.bundle.tail] - head - local)
        end = sums.times(pass_on, sums.hold(head - stop[network.arrived]))
        kept = sums.hold_number(jnp.ones_like(local) if keep is None else columns(keep[network.departing], pairs))
        origin = gauge[network.origin_group]
        blocks, back = (network.step, [b.swapaxes(1, 2) for b in network.step]) if network.exact else (
            network.weight, network.weight_back)  # fmt: skip
        sign = -1.0 if network.exact else 1.0
        return None, run(
            _Chunk(
                network=network,
                sums=sums,
                weight=[sign * block[c] for block in blocks],
                weight_back=[sign * block[c] for block in back],
                start=sums.hold(-network.start[c]),
                pass_on=pass_on,
                end=end,
                stay=sums.hold(origin - stay),
                pass_kept=sums.times(pass_on, kept),
                end_kept=sums.times(end, kept),
                volume=columns(volume, pairs),
                gauge=origin,
                spread=network.spread[c],
                horizon=horizon,
            )
        )

    _, results = lax.scan(chunk, None, (jnp.asarray(class_of), jnp.asarray(slots)))
    where = _places(slots, len(network.pairs))
    joined = []
    for result in results:
        rows = result.shape[1]
        parts = result.reshape(len(slots), rows, width, members).swapaxes(1, 2).reshape(-1, rows, members)
        joined.append(parts[where].swapaxes(0, 1))
    links, *others = joined
    if run is _load:
        links = links[network.placed]
    return (links, *others)


def _chunks(class_of_pair: tuple[int, ...], members: int) -> tuple[np.ndarray, np.ndarray]:
    """Class and pairs of each chunk; the width is the one that wastes least. Free places repeat a pair."""
    classes = sorted(set(class_of_pair))
    pairs = {c: [i for i, own in enumerate(class_of_pair) if own == c] for c in classes}

    def work(width: int) -> int:
        return sum(-(-len(own) // width) for own in pairs.values()) * (width * members + OVERHEAD)

    width = min(range(1, max(map(len, pairs.values())) + 1), key=work)
    cut = [(c, own[i : i + width]) for c, own in pairs.items() for i in range(0, len(own), width)]
    slots = np.array([[*part, *[part[-1]] * (width - len(part))] for _, part in cut], int)
    return np.array([c for c, _ in cut], int), slots


def _places(slots: np.ndarray, pairs: int) -> np.ndarray:
    """Where each pair stands among all places of all chunks."""
    flat = slots.ravel().tolist()
    return np.array([flat.index(pair) for pair in range(pairs)], int)


def _cost_to_go(
    network: Network, c: Int[Array, ""], pairs: Int[Array, " width"], local: Float[Array, "link column"], horizon: int
) -> tuple[Float[Array, "group column"], Float[Array, "bundle column"]]:
    """Return a lower bound of the cost to the destination, in spreads: from each group, and after each bundle.

    Values are raised by the exponential of the first, which keeps them within float32 and changes no result.
    """
    bundle = network.bundle
    members = local.shape[1] // len(pairs)
    closed = jnp.full((1, local.shape[1]), jnp.inf, local.dtype)
    least = jnp.concatenate([local, closed])[bundle.rows].min(axis=1)
    stop, group_stop = (jnp.repeat(values[:, pairs], members, axis=1) for values in (bundle.stop, bundle.group_stop))
    step = bundle.step[c][:, :, None]

    def onward(_: int, to_go: Array) -> Array:
        ahead = jnp.concatenate([least + to_go, closed])
        return jnp.minimum(stop, (step + ahead[bundle.after]).min(axis=1))

    to_go = lax.fori_loop(0, horizon - 1, onward, stop)
    ahead = jnp.concatenate([least + to_go, closed])
    gauge = jnp.minimum(group_stop, ahead[bundle.leaving].min(axis=1))
    return jnp.where(jnp.isfinite(gauge), gauge, 0.0), to_go


def _parts(blocks: tuple[Array, ...], axis: int) -> list[slice]:
    """Where each group's links stand, by the width of its blocks."""
    ends = np.cumsum([0, *[block.shape[axis] for block in blocks]])
    return [slice(int(a), int(b)) for a, b in pairwise(ends)]
