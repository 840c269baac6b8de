"""What a journey may choose: the region's crossings as a passage network, and which of its routes are worth a thought.

How much of a choice a crossing is, which steps lead on to a destination, how many borders a journey passes at most.
No choice is made here: costs and shares are the business of `panj.passage`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path

from panj.basics.codes import ends
from panj.basics.dates import Month, first_day, last_day, months
from panj.passage import Link, Network, Traffic
from panj.region import Region
from panj.region.flows import Flow
from panj.region.geography import Crossing
from panj.simulation.overland import blocks, roads_of, short_cuts

SHORTEST_KM = 5.0
"""A stretch of green border counts as no shorter than this: lengths of enclaves are not all known (assumed)."""

NEIGHBOURHOOD_KM = 100.0
"""Posts nearer to each other than about this are one choice rather than several (assumed)."""


def network_of(
    region: Region, crossings: list[Crossing], flows: list[Flow]
) -> tuple[Network, dict[tuple[str, str], int]]:
    """The network of a region, and the number of each pair of flow and destination in it.

    Args:
        region: With its roads, borders and places.
        crossings: In the order of the links.
        flows: In the order of the region's table.
    """
    roads = {state: roads_of(region, state) for state in region.states}
    costs = blocks(roads, flows)
    links = []
    for crossing, size in zip(crossings, sizes(region, crossings), strict=True):
        a, b = ends(crossing.border)
        links += [Link((crossing.id, a), (crossing.id, b), size), Link((crossing.id, b), (crossing.id, a), size)]
    number = {crossing.id: n for n, crossing in enumerate(crossings)}

    def into(crossing: str, state: str) -> int:
        return 2 * number[crossing] + (0 if ends(region.crossings[crossing].border)[1] == state else 1)

    turns = [
        (into(one, through), into(other, through) ^ 1) for one, through, other in sorted(short_cuts(region, roads))
    ]
    begins: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for flow in flows:
        for pair in flow.pair:
            begins.setdefault((flow.id, pair.destination), []).append((pair.origin, region.places[pair.origin].state))
    pairs = [(flow, (place, region.places[place].state)) for flow, place in begins]
    origins = list(dict.fromkeys(origin for those in begins.values() for origin in those))
    leads = onward(region, begins, crossings)
    steps = [
        (here, there) for crossing in crossings for here, there in (ends(crossing.border), ends(crossing.border)[::-1])
    ]
    network = Network.build(
        groups={state: [(portal, state) for portal in those.portals] for state, those in roads.items()},
        classes={flow.id: Traffic(flow.spread, costs[flow.id]) for flow in flows},
        links=links,
        pairs=pairs,
        origins=origins,
        allowed_turns=turns,
        ways=[{step for step, leads_on in zip(steps, column, strict=True) if leads_on} for column in leads.T],
        begins=list(begins.values()),
        exact=False,  # ways of more than some 80 spreads inside one state are as good as none
    )
    return network, {key: n for n, key in enumerate(begins)}


def horizon(region: Region, network: Network) -> tuple[tuple[int, ...], ...]:
    """Most borders that a journey passes, by origin and pair of the network.

    One more than the fewest that lead there, so that every destination can be reached by a way round; at least two,
    out by a neighbour and back; and as many as a route that sources name for this flow.
    """
    states = list(region.states)

    def most(flow: str, destination: str) -> list[int]:
        ways = ways_to(region, flow, destination)
        found = []
        for _, origin in network.origins:
            least = ways.to_go[states.index(origin)]
            as_named = [len(way) - 1 for way in ways.named if way[0] == origin]
            found.append(max(2, 1 + int(least) if np.isfinite(least) else 2, *as_named))
        return found

    return tuple(zip(*(most(flow, to) for flow, (_, to) in network.pairs), strict=True))


def onward(region: Region, pairs: Iterable[tuple[str, str]], crossings: list[Crossing]) -> NDArray[np.bool_]:
    """Links that lead on, link x pair: no step takes a journey farther from its destination, counted in borders.

    Dial's rule of efficient paths (1971), in borders. Without it journeys wander: a border that is cheap to cross
    offers so many ways round that going in circles through three states outweighs going straight. A journey that
    begins in the state where it ends may leave it, by a short cut through a neighbour. No step leads into a dearer
    market than the one at the end (`ways_to`). Routes that sources name are open all the same (`named_ways`).

    Args:
        region: With its borders.
        pairs: Flow and destination of each pair.
        crossings: In the order of the links.
    """
    states = list(region.states)
    steps = [step for c in crossings for step in (ends(c.border), ends(c.border)[::-1])]
    tails, heads = (np.asarray([states.index(step[way]) for step in steps], int) for way in (0, 1))
    columns = []
    for flow, place in pairs:
        destination = region.places[place].state
        home = states.index(destination)
        origins = {region.places[p.origin].state for p in region.flows[flow].pair if p.destination == place}
        ways = ways_to(region, flow, destination)
        leads_on = np.isfinite(ways.to_go[heads]) & (ways.to_go[heads] <= ways.to_go[tails])
        if destination in origins:
            leads_on |= tails == home
        leads_on &= np.isin(heads, [states.index(state) for state in ways.markets])
        named = {step for way in ways.named if way[0] in origins for step in pairwise(way)}
        columns.append(leads_on | np.asarray([step in named for step in steps]))
    return np.stack(columns, axis=1)


class Ways(NamedTuple):
    """What leads a flow to a state.

    Attributes:
        markets: States that it may pass through on its way.
        to_go: Fewest borders from each state of the region by way of those; infinite where none lead there.
        named: Routes that sources name, as far as that state (`named_ways`).
    """

    markets: frozenset[str]
    to_go: NDArray[np.float64]
    named: list[tuple[str, ...]]


def ways_to(region: Region, flow: str, destination: str) -> Ways:
    """What leads goods to a state: through states where a unit is worth no more than there.

    Who has carried goods to where they pay more sells them there, and the destination is supplied by others. Where a
    worth is not told, nothing is known against a state; where no other way leads there, all are passed.
    """
    goods, places, states = region.flows[flow], region.places, list(region.states)
    home = states.index(destination)
    bound = goods.worth.get(destination, math.inf)
    markets = frozenset(state for state in states if goods.worth.get(state, 0.0) <= bound)
    to_go = _hops(region, markets)[:, home]
    origins = {places[pair.origin].state for pair in goods.pair if places[pair.destination].state == destination}
    if not all(np.isfinite(to_go[states.index(state)]) for state in origins):
        markets = frozenset(states)
        to_go = _hops(region, markets)[:, home]
    return Ways(markets, to_go, named_ways(goods, destination, markets))


def named_ways(flow: Flow, destination: str, markets: frozenset[str]) -> list[tuple[str, ...]]:
    """Routes that sources name for a flow, as far as a state: where they end there, or pass no dearer market before."""
    found = []
    for route in flow.route:
        if destination in route.states[1:]:
            way = route.states[: len(route.states) - route.states[::-1].index(destination)]
            if way == route.states or markets.issuperset(way[1:]):
                found.append(way)
    return found


def _hops(region: Region, markets: frozenset[str]) -> NDArray[np.float64]:
    """Fewest borders from each state (rows) to each, by way of some of them."""
    states = list(region.states)
    beside = np.zeros((len(states), len(states)))
    for border in region.borders:
        for here, there in (ends(border), ends(border)[::-1]):
            beside[states.index(here), states.index(there)] = there in markets
    return np.asarray(shortest_path(beside, unweighted=True))


def sizes(region: Region, crossings: list[Crossing]) -> list[float]:
    """Size of each crossing: how much of a choice it is, over all posts, or all of the green border, of a mean border.

    A post counts for less the more posts stand near it, so that splitting one into two changes nothing (the path
    size of Ben-Akiva & Bierlaire 1999, by distance); a stretch of the green border counts by its length, as a choice
    that stands for many does (Ben-Akiva & Lerman 1985, chapter 9). A mean border is one choice, so that passing one
    more is not rewarded by the variety of its crossings. Posts that never stand within the clock take nothing from
    their neighbours.
    """
    clock = months(region.start, region.end)
    stands = [_stands(crossing, clock) for crossing in crossings]
    standing = [crossing for crossing, there in zip(crossings, stands, strict=True) if there]
    found = []
    for crossing in crossings:
        if crossing.kind == "green":
            found.append(max(region.sections[crossing.section].length_km, SHORTEST_KM))
            continue
        near = [
            math.exp(-_km(crossing, other) / NEIGHBOURHOOD_KM)
            for other in standing
            if other.kind == "post" and other.border == crossing.border and other is not crossing
        ]
        found.append(1 / (1 + sum(near)))
    mean = {}
    for kind in ("post", "green"):
        of_kind = [
            (c.border, size)
            for c, size, there in zip(crossings, found, stands, strict=True)
            if c.kind == kind and there
        ]
        mean[kind] = sum(size for _, size in of_kind) / max(len({border for border, _ in of_kind}), 1)
    return [size / (mean[c.kind] or 1.0) for c, size in zip(crossings, found, strict=True)]


def _stands(crossing: Crossing, clock: Sequence[Month]) -> bool:
    """Whether the files let a crossing open before the clock ends and close after it begins.

    Of a crossing that a scenario never builds this is true as before: a size must not tell what is yet to come.
    """
    opened, closed = crossing.opened, crossing.closed
    return (not opened or first_day(opened) <= clock[-1].last) and (not closed or last_day(closed) >= clock[0].first)


def _km(one: Crossing, other: Crossing) -> float:
    """Distance as the crow flies [km], on a plane tangent between the two."""
    east = math.radians(other.lon - one.lon) * math.cos(math.radians((one.lat + other.lat) / 2))
    return 6371 * math.hypot(east, math.radians(other.lat - one.lat))
