"""The network of passage: portals in groups, directed links between groups, classes of traffic, pairs.

A *class* is one kind of traffic: it has its own fixed costs inside every group and its own spread of tastes. A *pair*
is a class and a destination. An *origin* is a portal where journeys begin. What a link costs is told at every call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from numpy.typing import ArrayLike, NDArray

from panj.passage.faults import NetworkError, faults_of
from panj.passage.stages import Bundle, Topology
from panj.passage.sums import Sums, logarithms, products

Name = Any  # anything hashable: the caller's own names of portals, groups and classes
Portal = Name
Real = NDArray[np.float64]

WIDE = 60.0  # block costs may differ by this many spreads before products of float32 are no longer enough


@dataclass(frozen=True)
class Traffic:
    """One class of traffic.

    Attributes:
        spread: Scale of the spread of tastes, in the unit of all costs; > 0.
        blocks: For each group, the fixed cost from each of its portals (rows) to each (columns), >= 0; inf: no way.
    """

    spread: float
    blocks: Mapping[Name, ArrayLike]


@dataclass(frozen=True)
class Link:
    """One way over: from a portal of one group to a portal of another.

    Attributes:
        tail: Portal from which it leaves.
        head: Portal at which it arrives.
        size: Size correction; > 0. A link split into two of half the size each changes nothing.
    """

    tail: Portal
    head: Portal
    size: float = 1.0


class Network(eqx.Module):
    """A checked network, ready for `assign`. Make one with `Network.build`.

    Everything numeric is a leaf (costs are divided by the spread of their class), so a network may be passed through
    `jax.jit` or closed over. Links are kept in two orders: of departure (by tail group) and of arrival (by head group).

    Attributes:
        spread: Spread of each class.
        step: Cost from each arriving to each departing link of a group, by class, in spreads; inf: no turn.
        start: Cost from each origin to each departing link, by class.
        stop: Cost from each arriving link to the destination of each pair.
        stay: Cost from each origin to the destination of each pair, without any link.
        log_size: Logarithm of the size of each departing link.
    """

    spread: Float[Array, " class"]
    step: tuple[Float[Array, "class arriving departing"], ...]
    start: Float[Array, "class origin link"]
    stop: Float[Array, "link pair"]
    stay: Float[Array, "origin pair"]
    log_size: Float[Array, " link"]
    origin_group: Int[Array, " origin"]
    bundle: Bundles
    groups: tuple[Name, ...] = eqx.field(static=True)
    origins: tuple[Portal, ...] = eqx.field(static=True)
    classes: tuple[Name, ...] = eqx.field(static=True)
    pairs: tuple[tuple[Name, Portal], ...] = eqx.field(static=True)
    links: tuple[tuple[Portal, Portal], ...] = eqx.field(static=True)
    tail_group: tuple[int, ...] = eqx.field(static=True)  # by caller's link number
    head_group: tuple[int, ...] = eqx.field(static=True)
    topology: Topology = eqx.field(static=True)
    exact: bool = eqx.field(static=True)

    @staticmethod
    def build(
        groups: Mapping[Name, Sequence[Portal]],
        classes: Mapping[Name, Traffic],
        links: Sequence[Link | tuple[Portal, Portal]],
        pairs: Sequence[tuple[Name, Portal]],
        origins: Sequence[Portal],
        allowed_turns: Sequence[tuple[int, int]] = (),
        ways: Sequence[Collection[tuple[Name, Name]]] | None = None,
        begins: Sequence[Collection[Portal]] | None = None,
        exact: bool | None = None,
        dtype: Any = jnp.float32,
    ) -> Network:
        """Check what is given and build the network.

        Args:
            groups: Name of each group and its portals. A portal (any hashable name) belongs to one group.
            classes: Name and costs of each class of traffic.
            links: Directed links, `Link` or (tail, head). The order given here is the order of every link axis.
            pairs: (class, destination portal), each once unless `ways` or `begins` tell two apart. The order given here
                is the order of every pair axis.
            origins: Portals where journeys may begin, each once. The order given here is that of every origin axis.
            allowed_turns: (link in, link out) by number: exceptions to the rule that one who has come from a group does
                not go straight back into it.
            ways: For each pair, the steps from group to group that its journeys may take; None: every step there is.
                What cannot be of use to a pair is never computed.
            begins: For each pair, the origins at which its journeys begin; None: all of them. Nothing sets out from the
                others, whatever their volume.
            exact: Sum in logarithms, entry by entry: slow, but right for any range of costs. None: only where a class
                has block costs that differ by more than 60 spreads.
            dtype: float32, or float64 where JAX has it enabled.

        Raises:
            NetworkError: All faults, each with a remedy.
        """
        faults = faults_of(groups, classes, links, pairs, origins, allowed_turns, ways, begins, dtype)
        if faults:
            raise NetworkError(faults)
        listed = [link if isinstance(link, Link) else Link(*link) for link in links]
        return _assemble(groups, classes, listed, pairs, origins, allowed_turns, ways, begins, exact, jnp.dtype(dtype))

    def only(self, pairs: Sequence[int]) -> Network:
        """Return the same network with these pairs (by number, in this order) and no class that none of them needs."""
        chosen = np.asarray(pairs, int)
        kept = [name for name in self.classes if any(self.pairs[i][0] == name for i in chosen)]
        rows = np.asarray([self.classes.index(name) for name in kept], int)

        def by_class(blocks: tuple[Array, ...]) -> tuple[Array, ...]:
            return tuple(block[rows] for block in blocks)

        return replace(
            self,
            spread=self.spread[rows],
            step=by_class(self.step),
            start=self.start[rows],
            stop=self.stop[:, chosen],
            stay=self.stay[:, chosen],
            bundle=self.bundle.only(rows, chosen),
            classes=tuple(kept),
            pairs=tuple(self.pairs[i] for i in chosen),
            topology=self.topology.only(chosen.tolist()),
        )

    def at_hand(self) -> Network:
        """The same in NumPy's arrays, so that what is worked out of it is worked out now; itself while it is traced.

        A program that works out weights itself holds the number of every turn as a constant: of Central Asia nine
        million bytes, in each of the thirty parts that the compiler makes of it.
        """
        traced = any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(self))
        here: Network = self if traced else jax.tree.map(np.asarray, self)
        return here

    @property
    def class_of_pair(self) -> tuple[int, ...]:
        """Number of the class of each pair."""
        return tuple(self.classes.index(name) for name, _ in self.pairs)

    @property
    def sums(self) -> Sums:
        """How weights are held and summed."""
        return logarithms if self.exact else products

    @property
    def may_use(self) -> NDArray[np.bool_]:
        """Pair by bundle: whether the pair may use it."""
        may = [[ways is None or bundle in ways for bundle in self.topology.bundles] for ways in self.topology.ways]
        return np.asarray(may, bool)

    def in_spreads(
        self, cost: Float[Array, "row link member"], spread: Float[Array, " row"]
    ) -> Float[Array, "row link member"]:
        """Cost of each link less the logarithm of its size, in spreads, in the departing order."""
        return cost[:, self.departing] / spread[:, None, None] - self.log_size[:, None]

    @property
    def departing(self) -> NDArray[np.int_]:
        """Link (caller's number) at each place of the departing order."""
        return np.lexsort((self.head_group, self.tail_group))

    @property
    def placed(self) -> NDArray[np.int_]:
        """Place in the departing order of each link."""
        return np.argsort(self.departing)

    @property
    def arriving(self) -> NDArray[np.int_]:
        """Place in the departing order, for each place of the arriving order."""
        tail, head = (np.asarray(ends)[self.departing] for ends in (self.tail_group, self.head_group))
        return np.lexsort((tail, head))

    @property
    def arrived(self) -> NDArray[np.int_]:
        """Place in the arriving order, for each place of the departing order."""
        return np.argsort(self.arriving)

    @property
    def pair_spread(self) -> Float[Array, " pair"]:
        """Spread of the class of each pair."""
        return self.spread[np.asarray(self.class_of_pair, int)]


class Bundles(eqx.Module):
    """All links from one group to another, taken together: what a lower bound of the cost to go needs.

    Index arrays are padded with the number of bundles (or links), where an infinite cost stands.
    """

    after: Int[Array, "bundle most"]  # bundles by which one may go on
    step: Float[Array, "class bundle most"]  # least block cost to them
    leaving: Int[Array, "group most"]  # bundles that leave a group
    stop: Float[Array, "bundle pair"]  # least cost to the destination
    group_stop: Float[Array, "group pair"]

    def only(self, classes: NDArray[np.int_], pairs: NDArray[np.int_]) -> Bundles:
        """Keep some classes and pairs."""
        return replace(
            self,
            step=self.step[classes],
            stop=self.stop[:, pairs],
            group_stop=self.group_stop[:, pairs],
        )


def _assemble(
    groups: Mapping[Name, Sequence[Portal]],
    classes: Mapping[Name, Traffic],
    links: Sequence[Link],
    pairs: Sequence[tuple[Name, Portal]],
    origins: Sequence[Portal],
    allowed_turns: Sequence[tuple[int, int]],
    ways: Sequence[Collection[tuple[Name, Name]]] | None,
    begins: Sequence[Collection[Portal]] | None,
    exact: bool | None,
    dtype: jnp.dtype,
) -> Network:
    names, class_names = tuple(groups), tuple(classes)
    where = {portal: (g, i) for g, name in enumerate(names) for i, portal in enumerate(groups[name])}
    tail, head = (np.array([where[p] for p in ends], int).reshape(-1, 2) for ends in _ends(links))
    departing = np.lexsort((head[:, 0], tail[:, 0]))
    tail, head = tail[departing], head[departing]
    arriving = np.lexsort((tail[:, 0], head[:, 0]))
    costs = [
        [np.asarray(classes[c].blocks[g], float) / classes[c].spread for g in names] for c in class_names
    ]  # class, group
    allowed = set(map(tuple, allowed_turns))

    def step(g: int) -> Real:
        ins, outs = arriving[head[arriving, 0] == g], np.flatnonzero(tail[:, 0] == g)
        blocks = np.stack([cost[g][np.ix_(head[ins, 1], tail[outs, 1])] for cost in costs])
        for row, i in enumerate(ins):
            for column, o in enumerate(outs):
                if tail[i, 0] == head[o, 0] and (int(departing[i]), int(departing[o])) not in allowed:
                    blocks[:, row, column] = np.inf
        return blocks

    steps = [step(g) for g in range(len(names))]
    start_at = np.array([where[portal] for portal in origins], int).reshape(-1, 2)
    stop_at = [(class_names.index(name), *where[portal]) for name, portal in pairs]

    def stop(points: NDArray[np.int_]) -> Real:
        found = np.full((len(points), len(pairs)), np.inf)
        for pair, (c, h, k) in enumerate(stop_at):
            here = points[:, 0] == h
            found[here, pair] = costs[c][h][points[here, 1], k]
        return found

    start = np.full((len(classes), len(origins), len(links)), np.inf)
    for g in range(len(names)):
        here, leaving = np.flatnonzero(start_at[:, 0] == g), np.flatnonzero(tail[:, 0] == g)
        for c, cost in enumerate(costs):
            start[c][np.ix_(here, leaving)] = cost[g][np.ix_(start_at[here, 1], tail[leaving, 1])]
    ranges = [np.ptp(finite) for cost in costs for block in cost if len(finite := block[np.isfinite(block)])]
    stops, stays = stop(head[arriving]), stop(start_at)

    def array(values: Any) -> Array:
        there: Array = jax.device_put(np.asarray(values, dtype))  # JAX compiles a conversion for each shape
        return there

    return Network(
        spread=array([classes[c].spread for c in class_names]),
        step=tuple(array(block) for block in steps),
        start=array(start),
        stop=array(stops),
        stay=array(stays),
        log_size=array(np.log([links[i].size for i in departing])),
        origin_group=jax.device_put(start_at[:, 0]),
        bundle=_bundles(
            tail[:, 0],
            head[:, 0],
            arriving,
            steps,
            stops,
            stays,
            start_at[:, 0],
            array,
        ),
        groups=names,
        origins=tuple(origins),
        classes=class_names,
        pairs=tuple((name, portal) for name, portal in pairs),
        links=tuple((link.tail, link.head) for link in links),
        tail_group=tuple(int(g) for g in tail[np.argsort(departing), 0]),
        head_group=tuple(int(g) for g in head[np.argsort(departing), 0]),
        topology=Topology(
            links=tuple(sorted(Counter(zip(tail[:, 0].tolist(), head[:, 0].tolist(), strict=True)).items())),
            back=frozenset(_back(links, allowed_turns, where)),
            origins=tuple(start_at[:, 0].tolist()),
            destinations=tuple(group for _, group, _ in stop_at),
            ways=tuple(
                None if ways is None else frozenset((names.index(a), names.index(b)) for a, b in ways[pair])
                for pair in range(len(pairs))
            ),
            begins=tuple(
                None if begins is None else frozenset(i for i, portal in enumerate(origins) if portal in begins[pair])
                for pair in range(len(pairs))
            ),
        ),
        exact=bool(max(ranges, default=0.0) > WIDE) if exact is None else exact,
    )


def _back(
    links: Sequence[Link], allowed_turns: Sequence[tuple[int, int]], where: Mapping[Portal, tuple[int, int]]
) -> list[Bundle]:
    """Bundles after which an allowed turn leads straight back."""
    ends = [[(where[links[n].tail][0], where[links[n].head][0]) for n in turn] for turn in allowed_turns]
    return [into for into, out in ends if into[0] == out[1]]


def _ends(links: Sequence[Link]) -> tuple[list[Portal], list[Portal]]:
    return [link.tail for link in links], [link.head for link in links]


def _bundles(
    tail: NDArray[np.int_],
    head: NDArray[np.int_],
    arriving: NDArray[np.int_],
    steps: Sequence[Real],
    stops: Real,
    stays: Real,
    origin_group: NDArray[np.int_],
    array: Any,
) -> Bundles:
    names = sorted(set(zip(tail.tolist(), head.tolist(), strict=True)))
    groups, number = len(steps), len(names)
    arrivals = [np.flatnonzero((tail[arriving] == g) & (head[arriving] == h)) for g, h in names]
    least = np.full((len(steps[0]), number, number + 1), np.inf)
    for b, (g, h) in enumerate(names):
        ins = tail[arriving][head[arriving] == h] == g
        for n, (k, to) in enumerate(names):
            if k == h:
                outs = head[tail == h] == to
                least[:, b, n] = steps[h][:, ins][:, :, outs].min(axis=(1, 2))
    after = _pad([np.flatnonzero(np.isfinite(ways).any(axis=0)) for ways in least.swapaxes(0, 1)], number)
    stop = np.array([stops[rows].min(axis=0) for rows in arrivals]).reshape(number, stops.shape[1])
    return Bundles(
        after=jax.device_put(after),
        step=array(np.take_along_axis(least, after[None], axis=2)),
        leaving=jax.device_put(_pad([np.flatnonzero([n[0] == g for n in names]) for g in range(groups)], number)),
        stop=array(stop),
        group_stop=array(
            [
                np.concatenate([stops[head[arriving] == g], stays[origin_group == g]]).min(axis=0, initial=np.inf)
                for g in range(groups)
            ]
        ),
    )


def _pad(rows: Sequence[NDArray[np.int_]], fill: int) -> NDArray[np.int_]:
    most = max((len(row) for row in rows), default=0) or 1
    return np.array([[*row.tolist(), *[fill] * (most - len(row))] for row in rows], int).reshape(len(rows), most)
