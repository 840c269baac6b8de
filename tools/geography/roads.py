"""Roads inside each state: the shared edges, trunk roads of the plan, ways to every portal, one net a state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import shortest_path

from geography.crossings import Crossing
from geography.lines import great_circle
from geography.plan import Row

CIRCUITY = {"mountain": 1.75, "hill": 1.4}
OTHERWISE_CIRCUITY = 1.2
SPEED = {"mountain": 38.0, "hill": 48.0}
OTHERWISE_SPEED = 60.0
TRACK_SPEED = {"mountain": 8.0, "hill": 15.0}
OTHERWISE_TRACK_SPEED = 25.0
MODE_SPEED = {"rail": 40.0, "ferry": 25.0, "sea": 20.0, "air": 800.0}
AIR_GROUND_HOURS = 3.0
CORRIDOR_HOURS = 12.0
SECOND_ROAD = 3.0  # a second road is at most this many times as long as the first


@dataclass(frozen=True)
class Node:
    """A place or a crossing: where it lies and which states it touches."""

    id: str
    lat: float
    lon: float
    states: tuple[str, ...]


@dataclass(frozen=True)
class Edge:
    """One row of ``roads.csv``."""

    begin: str
    end: str
    state: str
    mode: str
    km: float
    hours: float
    terrain: str
    method: str
    source: str
    note: str = ""


def build_roads(
    shared: list[Row], trunk: tuple[Row, ...], places: list[Node], crossings: list[Crossing], states: list[str]
) -> list[Edge]:
    """All edges. A trunk road of the plan takes the place of a shared edge between the same ends."""
    nodes = {node.id: node for node in places} | {
        c.id: Node(c.id, c.lat, c.lon, tuple(c.border.split("-"))) for c in crossings
    }
    planned = [_trunk(row, nodes) for row in trunk]
    overridden = {frozenset((e.begin, e.end)) for e in planned if e.mode == "road"}
    known = [
        e
        for e in _shared(shared, nodes, crossings)
        if e.mode != "road" or frozenset((e.begin, e.end)) not in overridden
    ]
    edges = known + planned
    linked = {(end, e.state) for e in edges for end in (e.begin, e.end)}
    for state in states:
        towns = [place for place in places if place.states == (state,)]
        between = _hours_between(towns, [e for e in edges if e.state == state])
        edges += _ways_to_crossings(state, towns, crossings, linked, between)
        edges += _bridges(state, nodes, [e for e in edges if e.state == state])
    return edges


def _between(a: Node, b: Node, state: str, mode: str, terrain: str, note: str = "", extra_hours: float = 0.0) -> Edge:
    """An edge whose length is the great circle times a circuity and whose hours follow from an assumed speed."""
    straight = great_circle(a.lat, a.lon, b.lat, b.lon)
    km = max(straight * CIRCUITY.get(terrain, OTHERWISE_CIRCUITY), 1.0)
    if mode == "track":
        speed = TRACK_SPEED.get(terrain, OTHERWISE_TRACK_SPEED)
    else:
        speed = MODE_SPEED.get(mode, SPEED.get(terrain, OTHERWISE_SPEED))
    method = "great circle x circuity; assumed speed"
    hours = max(round(km / speed, 2), 0.05) + extra_hours
    return Edge(a.id, b.id, state, mode, round(km, 1), hours, terrain, method, "geo-compiled-roads", note)


def _trunk(row: Row, nodes: dict[str, Node]) -> Edge:
    made = _between(nodes[row["from"]], nodes[row["to"]], row["state"], row["mode"], row["terrain"], row["note"])
    if not row["hours"]:
        return made
    km = float(row["km"]) if row["km"] else made.km
    method = "stated in the note"
    return Edge(
        made.begin,
        made.end,
        made.state,
        made.mode,
        km,
        float(row["hours"]),
        made.terrain,
        method,
        made.source,
        made.note,
    )


def _shared(rows: list[Row], nodes: dict[str, Node], crossings: list[Crossing]) -> list[Edge]:
    """The shared edges that run inside one state; those between two states are composed of others and left out."""
    edges = []
    for row in rows:
        ends = [_node(row, side, nodes, crossings) for side in ("from", "to")]
        common = [state for state in ends[0].states if state in ends[1].states]
        if not common:
            continue
        terrain = {"lowland": "plain"}.get(row["terrain"], row["terrain"])
        method = f"{row['km_method']}; {row['hours_method']}"
        note = row["source"]
        edges.append(
            Edge(
                ends[0].id,
                ends[1].id,
                common[0],
                row["mode"],
                float(row["km"]),
                float(row["hours"]),
                terrain,
                method,
                "geo-road-table",
                note,
            )
        )
    return edges


def _node(row: Row, side: str, nodes: dict[str, Node], crossings: list[Crossing]) -> Node:
    """The node at one end of a shared edge: the post of that name and position, or the nearest place of that state."""
    name, lat, lon = row[side], float(row[f"{side}_lat"]), float(row[f"{side}_lon"])
    if name.startswith("BCP:"):
        word = name.removeprefix("BCP:").split(" (")[0]
        named = [c for c in crossings if c.kind == "post" and word in f"{c.name_a} {c.name_b}"]
        rail = [c for c in named if (c.mode == "rail") == ("rail" in name or row["mode"] == "rail")] or named
        return nodes[min(rail, key=lambda c: great_circle(c.lat, c.lon, lat, lon)).id]
    state = name.rsplit(",", 1)[1]
    crossing_ids = {c.id for c in crossings}
    inside = [n for n in nodes.values() if n.states == (state,) and n.id not in crossing_ids]
    found = min(inside, key=lambda n: great_circle(n.lat, n.lon, lat, lon))
    if great_circle(found.lat, found.lon, lat, lon) > 40:
        raise ValueError(f"roads: {name} is not near any place of the plan; the nearest is {found.id}. Add it.")
    return found


def _ways_to_crossings(
    state: str,
    towns: list[Node],
    crossings: list[Crossing],
    linked: set[tuple[str, str]],
    between: dict[tuple[str, str], float],
) -> list[Edge]:
    """Edges to the crossings that no other edge of this state reaches, and tracks to the green border.

    A post is joined to the nearest town, and to the second nearest where the two ways together are no short cut
    between the towns: no road is made better by the posts beside it.
    """
    posts = [c for c in crossings if c.kind == "post" and not c.ports and state in c.border.split("-")]
    edges: list[Edge] = []
    for c in crossings:
        if state not in c.border.split("-") or (c.id, state) in linked:
            continue
        here = Node(c.id, c.lat, c.lon, tuple(c.border.split("-")))
        enclaves = {x.section.plan.short for x in crossings if x.section.plan.enclave}
        inside = [t for t in towns if t.id == c.section.plan.short] if c.section.owner == state else []
        outside = [t for t in towns if t.id not in enclaves]
        terrain = "plain" if c.section.plan.terrain in ("air", "water") else c.section.plan.terrain
        if c.ports:
            edges.append(_way_to_port(here, c, towns, state))
        elif inside:
            edges.append(_between(inside[0], here, state, "track" if c.kind == "green" else "road", terrain))
        elif c.section.owner == state:
            note = "corridor through the neighbour's ground, by leave: 12 hours more, assumed"
            near = _nearest(here, outside)[0]
            edges.append(_between(near, here, state, "track", terrain, note, CORRIDOR_HOURS))
        elif c.kind == "green":
            ends = _nearest(here, outside)[:1]
            junctions = [Node(p.id, p.lat, p.lon, ()) for p in posts if p.section.owner != state and p.mode != "rail"]
            ends += [j for j in _nearest(here, junctions)[:1] if _far(here, j) < _far(here, ends[0])]
            edges += [_between(end, here, state, "track", terrain) for end in ends]
        else:
            mode = c.mode if c.mode in ("rail", "track") else "road"
            first, *second = [_between(end, here, state, mode, terrain) for end in _nearest(here, outside)[:2]]
            edges.append(first)
            edges += [
                e
                for e in second
                if e.km < SECOND_ROAD * first.km and first.hours + e.hours >= between[first.begin, e.begin]
            ]
    return edges


def _hours_between(towns: list[Node], edges: list[Edge]) -> dict[tuple[str, str], float]:
    """Hours of the quickest way between any two towns on some edges; infinite where there is none."""
    numbers = {
        name: i for i, name in enumerate({*(t.id for t in towns), *(e.begin for e in edges), *(e.end for e in edges)})
    }
    hours = np.full((len(numbers), len(numbers)), np.inf)
    for e in edges:
        pair = numbers[e.begin], numbers[e.end]
        hours[pair] = hours[pair[::-1]] = min(e.hours, hours[pair])
    quickest = shortest_path(hours, directed=False)
    return {(a.id, b.id): float(quickest[numbers[a.id], numbers[b.id]]) for a in towns for b in towns}


def _way_to_port(here: Node, crossing: Crossing, towns: list[Node], state: str) -> Edge:
    """From the port of this state to an air or sea post, which lies at one of its two ports."""
    port = next(t for t in towns if t.id in crossing.ports)
    if _far(here, port) < 1:
        source, method = "geo-compiled-roads", "assumed: a port or airport 25 km from the middle of its town"
        return Edge(port.id, here.id, state, "road", 25.0, 0.5, "plain", method, source)
    km = crossing.section.length_km
    hours = round(km / MODE_SPEED[crossing.mode] + (AIR_GROUND_HOURS if crossing.mode == "air" else 0.0), 1)
    terrain = crossing.section.plan.terrain
    method = "length of the section; assumed speed"
    return Edge(port.id, here.id, state, crossing.mode, km, hours, terrain, method, "geo-compiled-roads")


def _far(a: Node, b: Node) -> float:
    return great_circle(a.lat, a.lon, b.lat, b.lon)


def _nearest(here: Node, others: list[Node]) -> list[Node]:
    return sorted((o for o in others if o.id != here.id), key=lambda other: _far(here, other))


def _bridges(state: str, nodes: dict[str, Node], edges: list[Edge]) -> list[Edge]:
    """Roads between the nearest ends of separate parts of a state's net, until it is one."""
    parts = {n.id: {n.id} for n in nodes.values() if state in n.states}
    for e in edges:
        _join(parts, e.begin, e.end)
    made = []
    while len({id(part) for part in parts.values()}) > 1:
        smallest = min(parts.values(), key=len)
        rest = [nodes[n] for n in parts if n not in smallest]
        a, b = min(((nodes[x], y) for x in smallest for y in rest), key=lambda pair: _far(*pair))
        made.append(_between(a, b, state, "road", "hill", "joins separate parts of the net"))
        _join(parts, a.id, b.id)
    return made


def _join(parts: dict[str, set[str]], a: str, b: str) -> None:
    union = parts[a] | parts[b]
    for member in union:
        parts[member] = union
