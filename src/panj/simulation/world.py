"""The world: a region as arrays, ready for the clock.

Axes: ``L`` directed links, two a crossing in the order of the region's table (first a to b, then b to a); ``Q`` those
of posts; ``F`` flows; ``P`` pairs of flow and destination; ``O`` origins; ``S`` sections; ``T`` months; ``M`` members.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path

from panj.basics.codes import ends
from panj.basics.dates import Month, first_day, last_day, months
from panj.passage import Link, Network, Traffic
from panj.region import Region, delimited_share
from panj.region.conditions import Condition
from panj.region.flows import Flow
from panj.region.geography import Crossing
from panj.simulation.conditions import conditions
from panj.simulation.guards import Guards, drug_mandate, guards, lines
from panj.simulation.overland import blocks, roads_of, short_cuts
from panj.simulation.rules import CLASSES, OPACITY, Levers, left_open, levers
from panj.simulation.volumes import heavy, in_vehicle, monthly

Real = NDArray[np.float32]
Bool = NDArray[np.bool_]

KG = {"kg": 1.0, "tonne": 1000.0}
"""Weight of a unit of goods; units of people have none."""

SHORTEST_KM = 5.0
"""A stretch of green border counts as no shorter than this: lengths of enclaves are not all known (assumed)."""

NEIGHBOURHOOD_KM = 100.0
"""Posts nearer to each other than about this are one choice rather than several (assumed)."""


RECORDED = ("market_wage", "slump", "conflict", "lorry_limit", "operations")
"""Conditions by which the volumes of the files came about."""


class Traits(NamedTuple):
    """What the model needs to know of some flows; every axis is F.

    Attributes:
        number: Place in the region's table of flows.
        value: USD a unit.
        lot: Units a journey.
        per_hour: USD a unit and hour.
        spread: USD a unit.
        kg: Weight of a unit; 0 for people.
        counter: 0 goods vehicles, 1 travellers.
        goods: Travels as a goods vehicle.
        declares: May pass declared.
        hides: May pass hidden in declared traffic.
        walks: May pass over the green border.
    """

    number: NDArray[np.int_]
    value: Real
    lot: Real
    per_hour: Real
    spread: Real
    kg: Real
    counter: NDArray[np.int_]
    goods: Bool
    declares: Bool
    hides: Bool
    walks: Bool

    def only(self, which: NDArray[np.int_]) -> Traits:
        """The traits of some of the flows."""
        return Traits(**{name: trait[which] for name, trait in self._asdict().items()})


class Months(NamedTuple):
    """What the files give for each month; every array begins with T.

    Attributes:
        open: Share of the month in which a crossing exists, by link.
        scale: Factor on parameters that a scenario changes at a date.
        rules: Levers by flow and link.
        counters: Of the levers at counters (``check``, ``open``), by kind of counter and link.
        line: Levers on the line, by link.
        rigidity: By flow and link.
        staff: Border guards, section x side [person]; ``equipment`` [USD], ``skill`` 0-1.
        officers: Customs and others at posts, likewise; ``officer_equipment``, ``officer_skill``.
        foreign: Border guards of another state than the side's, of ``staff`` [person].
        delivered: Equipment from programmes: low, central and high figure by programme [USD]; ``training`` [USD].
        exemption: How far residents are exempt from the rules, by border.
        volume: What would set out, pair x origin [unit].
        conditions: What the region takes from outside, by name: alone, by state, by border or by border and side.
        record: Those of them that flows' volumes rest on: as the history has them, whatever a scenario says.
        settled: Share of a border that is delimited by the dated record, by border.
        reacts: 1 once a scenario lets rules, talks and donors answer on their own, 0 before.
    """

    open: Float[Array, "..."]
    scale: dict[str, Float[Array, "..."]]
    rules: dict[str, Float[Array, "..."]]
    counters: dict[str, Float[Array, "..."]]
    line: dict[str, Float[Array, "..."]]
    rigidity: Float[Array, "..."]
    staff: Float[Array, "..."]
    equipment: Float[Array, "..."]
    skill: Float[Array, "..."]
    officers: Float[Array, "..."]
    officer_equipment: Float[Array, "..."]
    officer_skill: Float[Array, "..."]
    foreign: Float[Array, "..."]
    delivered: Float[Array, "..."]
    training: Float[Array, "..."]
    exemption: Float[Array, "..."]
    volume: Float[Array, "..."]
    conditions: dict[str, Float[Array, "..."]]
    record: dict[str, Float[Array, "..."]]
    settled: Float[Array, "..."]
    reacts: Float[Array, "..."]


@dataclass(frozen=True)
class World:
    """A region as arrays.

    Attributes:
        region: What it was made of.
        clock: Its months.
        network: Portals, links and overland costs.
        flows: Traits of all flows.
        heavy: Numbers of the flows that make queues.
        months: What the files give for each month.
        rigidity: Month x border, as reported.
        aid: Month x state [USD].
        ever_open: L, the largest share of a month in which the crossing exists; ``first_volume``: P x O, of the first.
        post: L, whether the crossing is a post; ``rail``, ``land`` (has a green border), ``into_member`` likewise.
        access: F x L, whether a post of this category lets this kind of traffic through.
        worth: F x L, value of a unit in the state that is left [USD].
        lanes: L, counters side by side.
        post_share: L, share of the counters of its border; 0 for green crossings.
        section_border: S, border of the section.
        section: L, section of the crossing; ``border`` likewise.
        side: 2 x L, which side of the section is left and which entered.
        state: 2 x L, the state that is left and the one entered.
        length: S [km].
        border_states: B x 2, the states of each side; ``border_length``: B [km].
        kin: B, families that live on both sides, 0-1; mean over sections by length.
        member: G, whether a state is simulated in full; ``posts_of_state``: posts at its borders, at least 1.
        most_foreign: B x 2, most foreign guards that the record has on a side [person].
        line_share: S x 2, share of its state's own land borders that a side of a section is, by length.
        drug_mandate: Share of aid by the record that is for drugs before all else.
        places: Names of the draws that say where in their ranges the deliveries of each programme lie.
        reach: Programme x S x 2, share of what it delivers that goes there; ``watch``: programme x G, share of its
            equipment that is detectors.
        trained: Share of training in equipment and training by the record.
        terrain: S, name of the terrain.
        pair_flow: Flow of each pair of the network.
        horizon: O x P, most borders that a journey passes.
        factor: Name of the parameter on the volume of each flow.
    """

    region: Region
    clock: list[Month]
    network: Network
    flows: Traits
    heavy: NDArray[np.int_]
    months: Months
    rigidity: Real
    aid: Real
    ever_open: Real
    first_volume: Real
    post: Bool
    rail: Bool
    land: Bool
    into_member: Real
    access: Bool
    worth: Real
    lanes: Real
    post_share: Real
    section_border: NDArray[np.int_]
    section: NDArray[np.int_]
    border: NDArray[np.int_]
    side: NDArray[np.int_]
    state: NDArray[np.int_]
    length: Real
    border_states: NDArray[np.int_]
    border_length: Real
    kin: Real
    member: Real
    posts_of_state: Real
    most_foreign: Real
    line_share: Real
    drug_mandate: float
    places: tuple[str, ...]
    reach: Real
    watch: Real
    trained: float
    terrain: tuple[str, ...]
    pair_flow: NDArray[np.int_]
    horizon: tuple[tuple[int, ...], ...]
    factor: tuple[str, ...]
    hours_in_month: float = 730.0

    @cached_property
    def posts(self) -> NDArray[np.int_]:
        """Numbers of the links of posts."""
        return np.flatnonzero(self.post)

    @cached_property
    def most_lanes(self) -> int:
        """The largest number of counters at any post."""
        return int(self.lanes.max(initial=1))

    @property
    def luck_shape(self) -> tuple[int, int]:
        """Luck that a member needs: for each month one number a flow for volumes, one a flow for records."""
        return len(self.clock), 2 * len(self.region.flows)

    def still(self) -> World:
        """What stands still: the world without its months and without what only they were made of.

        A program that holds no more than this as constants serves every scenario that has the same.
        """
        nothing: Any = None
        dated: dict[str, Any] = dict.fromkeys(("conditions", "statuses", "holdings", "strength", "factors"), ())
        dated |= {name: {} for name in ("rules", "programmes", "events", "parameters", "targets", "scenarios")}
        dated |= {"links": {}, "theses": {}, "gaps": (), "record": None, "reacts_from": None}
        region = replace(self.region, folder=nothing, evidence=nothing, geometry=nothing, **dated)
        return replace(self, region=region, months=nothing, rigidity=nothing, aid=nothing)

    def roughness(self, p: dict[str, Float[Array, " M"]]) -> Float[Array, "L M"]:
        """How much slower the green border is than a plain, by link and member; 1 where a terrain has no parameter."""
        plain = jnp.ones_like(p["green_hours"])
        by_section = jnp.stack([p.get(f"terrain_{terrain}", plain) for terrain in self.terrain])
        return by_section[self.section]


def world_of(region: Region) -> World:
    """Make the world of a region (or of a region under a scenario)."""
    clock = months(region.start, region.end)
    crossings = list(region.crossings.values())
    flows = list(region.flows.values())
    traits = traits_of(flows)
    network, pairs = _network(region, crossings, flows)
    most = horizon(region, network)
    laid = levers(region)
    stand = guards(region)
    sections = {section: number for number, section in enumerate(region.sections)}
    borders = {border: number for number, border in enumerate(region.borders)}
    states = {state: number for number, state in enumerate(region.states)}
    members = [region.states[state].kind == "member" for state in region.states]
    state = np.asarray([[states[end] for end in ends(c.border)] for c in crossings]).T
    two_ways = np.stack([_interleave(state[0], state[1]), _interleave(state[1], state[0])])
    access = _per_link(
        np.asarray([[_lets_through(c, flow) and c.kind == "post" for flow in flows] for c in crossings])
    ).T
    names = set(heavy(region, clock))
    series = _months(region, clock, crossings, traits, flows, laid, stand, network, pairs)
    return World(
        region=region,
        clock=clock,
        network=network,
        flows=traits,
        heavy=np.asarray([number for number, flow in enumerate(flows) if flow.id in names], int),
        months=series,
        rigidity=laid.rigidity,
        aid=stand.aid,
        ever_open=np.asarray(series.open.max(axis=0)),
        first_volume=np.asarray(series.volume[0]),
        post=_per_link(np.asarray([c.kind == "post" for c in crossings])),
        rail=_per_link(np.asarray([c.mode == "rail" for c in crossings])),
        land=_per_link(np.asarray([region.borders[c.border].kind == "land" for c in crossings])),
        into_member=np.asarray([members[number] for number in two_ways[1]], np.float32),
        access=access,
        worth=np.asarray(
            [[flow.worth.get(list(states)[left], flow.value_usd) for left in two_ways[0]] for flow in flows], np.float32
        ),
        lanes=_per_link(np.asarray([c.lanes or 1 for c in crossings], np.float32)),
        post_share=_post_share(crossings),
        section_border=np.asarray([borders[s.border] for s in region.sections.values()], int),
        section=_per_link(np.asarray([sections[c.section] for c in crossings])),
        border=_per_link(np.asarray([borders[c.border] for c in crossings])),
        side=np.stack([np.tile([0, 1], len(crossings)), np.tile([1, 0], len(crossings))]),
        state=two_ways,
        length=np.asarray([max(section.length_km, 0.1) for section in region.sections.values()], np.float32),
        border_states=np.asarray([[states[end] for end in ends(border)] for border in region.borders], int),
        border_length=np.asarray(
            [
                max(sum(s.length_km for s in region.sections.values() if s.border == border), 1.0)
                for border in region.borders
            ],
            np.float32,
        ),
        kin=np.asarray([_kin(region, border) for border in region.borders], np.float32),
        member=np.asarray(members, np.float32),
        posts_of_state=np.asarray(
            [max(sum(c.kind == "post" and state in ends(c.border) for c in crossings), 1) for state in region.states],
            np.float32,
        ),
        most_foreign=np.stack(
            [
                stand.foreign[:, [s.border == border for s in region.sections.values()]].sum(axis=1).max(axis=0)
                for border in region.borders
            ]
        ),
        line_share=lines(region),
        drug_mandate=drug_mandate(region),
        places=tuple(programme.place for programme in region.programmes.values()),
        reach=stand.reach,
        watch=stand.watch,
        trained=_trained(stand),
        terrain=tuple(section.terrain for section in region.sections.values()),
        pair_flow=np.asarray([[f.id for f in flows].index(flow) for flow, _ in network.pairs], int),
        horizon=most,
        factor=tuple(_factor(flow) for flow in flows),
    )


def traits_of(flows: list[Flow]) -> Traits:
    """Traits of flows, from their rows. People walk; so does what is harmful; honest goods need a road and a post."""
    honest = np.asarray([flow.purpose == "honest" for flow in flows])
    goods = np.asarray([in_vehicle(flow) for flow in flows])
    return Traits(
        number=np.arange(len(flows)),
        value=np.asarray([flow.value_usd for flow in flows], np.float32),
        lot=np.asarray([flow.lot for flow in flows], np.float32),
        per_hour=np.asarray([flow.cost_per_hour for flow in flows], np.float32),
        spread=np.asarray([flow.spread for flow in flows], np.float32),
        kg=np.asarray([KG.get(flow.unit, 0.0) for flow in flows], np.float32),
        counter=np.where(goods, 0, 1),
        goods=goods,
        declares=honest,
        hides=~honest,
        walks=~(honest & goods),
    )


def _network(
    region: Region, crossings: list[Crossing], flows: list[Flow]
) -> tuple[Network, dict[tuple[str, str], int]]:
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
    hops = _hops(region)
    states = list(region.states)

    def most(origin: str, flow: str, destination: str) -> int:
        named = [
            len(route.states) - route.states[::-1].index(destination) - 1
            for route in region.flows[flow].route
            if destination in route.states[1:] and route.states[0] == origin
        ]
        least = hops[states.index(origin), states.index(destination)]
        return max(2, 1 + int(least) if np.isfinite(least) else 2, *named)

    return tuple(tuple(most(origin, flow, to) for flow, (_, to) in network.pairs) for _, origin in network.origins)


def _hops(region: Region) -> NDArray[np.float64]:
    """Fewest borders between states."""
    states = list(region.states)
    beside = np.zeros((len(states), len(states)))
    for border in region.borders:
        a, b = (states.index(end) for end in ends(border))
        beside[a, b] = beside[b, a] = 1
    return np.asarray(shortest_path(beside, unweighted=True))


def sizes(region: Region, crossings: list[Crossing]) -> list[float]:
    """Size of each crossing: how much of a choice it is, over all posts, or all of the green border, of a mean border.

    A post counts for less the more posts stand near it, so that splitting one into two changes nothing (the path
    size of Ben-Akiva & Bierlaire 1999, by distance); a stretch of the green border counts by its length, as a choice
    that stands for many does (Ben-Akiva & Lerman 1985, chapter 9). A mean border is one choice, so that passing one
    more is not rewarded by the variety of its crossings.
    """
    found = []
    for crossing in crossings:
        if crossing.kind == "green":
            found.append(max(region.sections[crossing.section].length_km, SHORTEST_KM))
            continue
        near = [
            math.exp(-_km(crossing, other) / NEIGHBOURHOOD_KM)
            for other in crossings
            if other.kind == "post" and other.border == crossing.border
        ]
        found.append(1 / sum(near))
    mean = {}
    for kind in ("post", "green"):
        of_kind = [(c.border, size) for c, size in zip(crossings, found, strict=True) if c.kind == kind]
        mean[kind] = sum(size for _, size in of_kind) / max(len({border for border, _ in of_kind}), 1)
    return [size / mean[c.kind] for c, size in zip(crossings, found, strict=True)]


def _km(one: Crossing, other: Crossing) -> float:
    """Distance as the crow flies [km], on a plane tangent between the two."""
    east = math.radians(other.lon - one.lon) * math.cos(math.radians((one.lat + other.lat) / 2))
    return 6371 * math.hypot(east, math.radians(other.lat - one.lat))


def onward(region: Region, pairs: Iterable[tuple[str, str]], crossings: list[Crossing]) -> Bool:
    """Links that lead on, link x pair: no step takes a journey farther from its destination, counted in borders.

    Dial's rule of efficient paths (1971), in borders. Without it journeys wander: a border that is cheap to cross
    offers so many ways round that going in circles through three states outweighs going straight. A journey that
    begins in the state where it ends may leave it, by a short cut through a neighbour; and roundabout routes that
    sources name are open to their flow.

    Args:
        region: With its borders.
        pairs: Flow and destination of each pair.
        crossings: In the order of the links.
    """
    states = list(region.states)
    hops = _hops(region)
    tails = [states.index(state) for c in crossings for state in ends(c.border)]
    heads = [states.index(state) for c in crossings for state in ends(c.border)[::-1]]
    columns = []
    for flow, place in pairs:
        destination = region.places[place].state
        origins = {region.places[p.origin].state for p in region.flows[flow].pair if p.destination == place}
        to_go = hops[:, states.index(destination)]
        leads_on = to_go[heads] <= to_go[tails]
        if destination in origins:
            leads_on |= np.asarray(tails) == states.index(destination)
        for route in region.flows[flow].route:
            if destination in route.states[1:] and route.states[0] in origins:
                last = len(route.states) - route.states[::-1].index(destination)
                way = route.states[:last]
                steps = {(states.index(here), states.index(there)) for here, there in pairwise(way)}
                leads_on |= np.asarray([step in steps for step in zip(tails, heads, strict=True)])
        columns.append(leads_on)
    return np.stack(columns, axis=1)


def _months(
    region: Region,
    clock: list[Month],
    crossings: list[Crossing],
    traits: Traits,
    flows: list[Flow],
    laid: Levers,
    stand: Guards,
    network: Network,
    pairs: dict[tuple[str, str], int],
) -> Months:
    of_class = [CLASSES.index(flow.class_) if flow.class_ in CLASSES else 0 for flow in flows]
    rules = {lever: level[:, :, of_class] for lever, level in laid.by_class.items()}
    shut = np.maximum(
        rules.pop("closure"),
        rules.pop("transit-halt") * np.asarray([flow.class_ in {"transit", "freight"} for flow in flows]),
    )
    rules["closure"] = np.minimum(shut, 1.0)
    at_counter = [CLASSES.index("freight"), CLASSES.index("persons")]
    counters = {
        "check": laid.by_class["check"][:, :, at_counter],
        "open": (1 - np.minimum(laid.by_class["closure"], 1)[:, :, at_counter])
        * (1 - np.minimum(laid.by_class["hours"], 1)[:, :, at_counter]),
    }
    line = {lever: level.repeat(2, axis=1) for lever, level in laid.on_line.items()}
    volume = np.zeros((len(clock), len(network.pairs), len(network.origins)), np.float32)
    origins = {place: number for number, (place, _) in enumerate(network.origins)}
    for flow in flows:
        for pair in flow.pair:
            volume[:, pairs[flow.id, pair.destination], origins[pair.origin]] += monthly(pair, clock)

    held = np.arange(len(clock))
    if region.reacts_from is not None:  # from there on the dated rules stand as they stood; the model goes on from them
        held = np.minimum(held, max(0, region.reacts_from - clock[0]))

    def array(series: Any) -> Float[Array, "..."]:
        there: Array = jax.device_put(np.asarray(series, np.float32))  # JAX compiles a conversion for each shape
        return there

    record = region.conditions if region.record is None else region.record

    def by_month(given: Iterable[Condition]) -> dict[str, Float[Array, "..."]]:
        return {name: array(series) for name, series in conditions(region, clock, given).items()}

    def dated(series: Any) -> Float[Array, "..."]:
        return array(np.asarray(series)[held])

    return Months(
        open=array(np.stack([_exists(c, clock) for c in crossings], axis=1).repeat(2, axis=1)),
        scale={name: array(factor) for name, factor in dated_factors(region, clock).items()},
        rules={lever: dated(level.swapaxes(1, 2)) for lever, level in rules.items()},
        counters={name: dated(level.swapaxes(1, 2)) for name, level in counters.items()},
        line={lever: dated(level) for lever, level in line.items()},
        rigidity=dated(1 - left_open(rules, OPACITY).swapaxes(1, 2)),
        staff=dated(stand.line.staff),
        equipment=dated(stand.line.equipment),
        skill=dated(stand.line.skill),
        officers=dated(stand.counters.staff),
        officer_equipment=dated(stand.counters.equipment),
        officer_skill=dated(stand.counters.skill),
        foreign=dated(stand.foreign),
        delivered=array(stand.delivered),
        training=array(stand.training),
        exemption=dated(laid.exemption),
        volume=array(volume),
        conditions=by_month(region.conditions),
        record={name: series for name, series in by_month(record).items() if name in RECORDED},
        settled=array([[delimited_share(region, border, month.last) for border in region.borders] for month in clock]),
        reacts=array([region.reacts_from is not None and month >= region.reacts_from for month in clock]),
    )


def _trained(stand: Guards) -> float:
    equipment, training = (np.einsum("tp,psk->", of[:, 1], stand.reach) for of in (stand.delivered, stand.training))
    return float(training / max(training + equipment, 1.0))


def _kin(region: Region, border: str) -> float:
    sections = [section for section in region.sections.values() if section.border == border]
    length = sum(section.length_km for section in sections)
    return sum((section.kin or 0.0) * section.length_km for section in sections) / max(length, 1e-9)


def one_hot(of: Any, number: int) -> Float[Array, "number n"]:
    """Matrix that adds up what belongs to each of some numbered things."""
    return jnp.asarray(np.arange(number)[:, None] == np.asarray(of), jnp.float32)


def over_flows(*factors: Float[Array, "F ..."]) -> Float[Array, "..."]:
    """Sum over flows of a product, flow by flow: twenty times as fast as a sum over the leading axis (measured)."""
    total: Float[Array, "..."] = jnp.zeros(())
    for flow in range(len(factors[0])):
        total += math.prod(factor[flow] for factor in factors)
    return total


def dated_factors(region: Region, clock: list[Month]) -> dict[str, Real]:
    """Factor on each parameter that the scenario changes at a date, by month."""
    found: dict[str, Real] = {}
    for factor in region.factors:
        if factor.since is not None:
            held = np.asarray([factor.factor if month >= factor.since else 1.0 for month in clock], np.float32)
            found[factor.parameter] = found.get(factor.parameter, np.ones(len(clock), np.float32)) * held
    return found


def _exists(crossing: Crossing, clock: list[Month]) -> Real:
    """Share of each month between the opening and the closing of a crossing."""
    start = first_day(crossing.opened) if crossing.opened else clock[0].first
    end = last_day(crossing.closed) if crossing.closed else clock[-1].last
    return np.asarray([max(0, (min(end, m.last) - max(start, m.first)).days + 1) / m.days for m in clock], np.float32)


def _lets_through(crossing: Crossing, flow: Flow) -> bool:
    """Whether a post of this mode and category is made for this kind of traffic."""
    if crossing.mode == "pedestrian" and in_vehicle(flow):
        return False
    if crossing.category == "local":
        return flow.class_ not in {"freight", "transit", "third-country"}
    if crossing.category == "freight":
        return in_vehicle(flow)
    return crossing.category != "none"


def _post_share(crossings: list[Crossing]) -> Real:
    counters = np.asarray([(c.lanes or 1) if c.kind == "post" else 0 for c in crossings], np.float32)
    borders = np.asarray([c.border for c in crossings])
    total = np.asarray([counters[borders == border].sum() for border in borders])
    return _per_link(counters / np.maximum(total, 1))


def _factor(flow: Flow) -> str:
    names = {pair.factor for pair in flow.pair if pair.factor}
    return names.pop() if len(names) == 1 else ""


def _per_link(of_crossings: NDArray[Any]) -> NDArray[Any]:
    return of_crossings.repeat(2, axis=0)


def _interleave(first: NDArray[np.int_], second: NDArray[np.int_]) -> NDArray[np.int_]:
    return np.stack([first, second], axis=1).ravel()
