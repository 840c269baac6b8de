"""Checks of places, borders, sections, crossings, roads and maps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from panj.basics.codes import ends
from panj.basics.dates import first_day
from panj.basics.faults import Fault, nearest
from panj.basics.reading import Where
from panj.region.checks.references import border_of_section, refer
from panj.region.draft import Draft
from panj.region.geography import Crossing, Place, Road, Status
from panj.region.maps import apart_km, distance_km

LENGTH_TOLERANCE = 0.02
"""Share by which the lengths of a border's sections may miss the length of the border."""

OFF_LINE_KM = 25.0
"""Distance by which a crossing may lie off its section's line, which is simplified for maps [km]."""

ROUNDED_KM, ROUNDED = 1.0, 0.02
"""By how much a road may be shorter than the straight line, for rounding: so much [km], and so much of the line."""

FASTEST = {"air": 1000.0, "rail": 300.0, "sea": 100.0, "ferry": 100.0}
"""No journey is faster, by mode [km/h]; by any other than these, not faster than `FASTEST_BY_ROAD`."""

FASTEST_BY_ROAD = 150.0

SLOWEST = 1.0
"""No road is slower [km/h]: one who walks a mountain path is quicker."""


def borders(draft: Draft) -> Iterator[Fault]:
    """Places and borders lie in states that exist; sections add up to their border."""
    if draft.head and draft.states.rows and draft.states.sound and not any(s.kind == "member" for s in draft.states):
        yield draft.states.rows[0].fault(
            "no state is a member, so nothing is simulated", "Write kind = 'member' for one."
        )
    for place in draft.places:
        yield from refer(place, "state", [place.state], draft.states)
    for border in draft.borders:
        yield from refer(border, "id: state", ends(border.id), draft.states)
        those = [section for section in draft.sections if section.border == border.id]
        if not those and draft.sections.sound:
            yield border.fault("has no section", "Add at least one row to sections.csv.")
        if border.kind != "land" or not those or not draft.sections.sound:
            continue
        total = sum(section.length_km for section in those)
        if border.length_km is None:
            yield border.fault("length_km is empty on a land border", f"Write it; its sections add up to {total:g} km.")
        elif abs(total - border.length_km) > LENGTH_TOLERANCE * border.length_km:
            fault = f"length_km {border.length_km:g}, but its sections add up to {total:g} km"
            yield border.fault(fault, "Mend the lengths in sections.csv or here.")


def sections(draft: Draft) -> Iterator[Fault]:
    """Sections lie on borders that exist; each section of a land border has exactly one green crossing."""
    land = {border.id for border in draft.borders if border.kind == "land"}
    green = Counter(crossing.section for crossing in draft.crossings if crossing.kind == "green")
    for section in draft.sections:
        yield from refer(section, "border", [section.border], draft.borders)
        if section.border in land and draft.crossings.sound and green[section.id] != 1:
            fault = f"has {green[section.id]} green crossings"
            yield section.fault(fault, "Write exactly one row of kind green for it in crossings.csv.")


def statuses(draft: Draft) -> Iterator[Fault]:
    """Every section of a land border has a status from the clock's first month on, and one at a time."""
    border_of = border_of_section(draft)
    land = {border.id for border in draft.borders if border.kind == "land"}
    rows: dict[str, list[Status]] = defaultdict(list)
    for status in draft.statuses:
        yield from refer(status, "section", [status.section], draft.sections)
        if any(first_day(status.from_) == first_day(other.from_) for other in rows[status.section]):
            fault = f"{status.section} has another status from {status.from_}"
            yield status.fault(fault, "Keep one row for each section and date.")
        rows[status.section].append(status)
    if draft.head is None or not draft.statuses.sound:
        return
    start = first_day(draft.head.start)
    for section in draft.sections:
        if border_of[section.id] not in land:
            continue
        if not rows[section.id]:
            yield section.fault("has no status", "Add its row to statuses.csv, with a date.")
        elif min(first_day(status.from_) for status in rows[section.id]) > start:
            fault = f"its first status begins after the clock ({draft.head.start})"
            yield section.fault(fault, f"Add a row to statuses.csv from {draft.head.start} or earlier.")


def crossings(draft: Draft) -> Iterator[Fault]:
    """Crossings lie on a section of their own border, and share no id with a place."""
    border_of = border_of_section(draft)
    for crossing in draft.crossings:
        yield from refer(crossing, "border", [crossing.border], draft.borders)
        yield from refer(crossing, "section", [crossing.section], draft.sections)
        other = border_of.get(crossing.section)
        if other is not None and other != crossing.border:
            known = [id for id, border in border_of.items() if border == crossing.border]
            fault = f"section {crossing.section!r} is on {other}, not on {crossing.border}"
            yield crossing.fault(fault, f"Write one of: {', '.join(known)}." if known else "Mend border or section.")
        if crossing.kind == "green" and (crossing.other_vehicles or crossing.other_travellers):
            fault = "is the green border of its section and has traffic at counters"
            yield crossing.fault(fault, "Leave other_vehicles and other_travellers empty, or give them to a post.")
        if draft.places.whole and crossing.id in draft.places:
            yield crossing.fault("its id is the id of a place, too", "Give one of them another id.")


def positions(draft: Draft) -> Iterator[Fault]:
    """Crossings lie on the line of their section, as it is drawn."""
    for crossing in draft.crossings:
        lines = draft.geometry.borders.get(crossing.section, ())
        off = min((distance_km(crossing.lon, crossing.lat, line) for line in lines), default=0.0)
        if off > OFF_LINE_KM:
            fault = f"lat {crossing.lat:g}, lon {crossing.lon:g} is {off:.0f} km off the line of {crossing.section}"
            yield crossing.fault(fault, "Mend the position (degrees north and east), or name another section.")


def roads(draft: Draft) -> Iterator[Fault]:
    """Roads join portals of their state, as long and fast as can be; every portal can be reached from every other."""
    states_of: dict[str, tuple[str, ...]] = {
        place.id: (place.state,) for place in draft.places if place.state in draft.states
    }
    states_of |= {crossing.id: ends(crossing.border) for crossing in draft.crossings}
    first: dict[tuple[frozenset[str], str, str], Where] = {}
    for road in draft.roads:
        yield from refer(road, "state", [road.state], draft.states)
        for column, id in (("from", road.from_), ("to", road.to)):
            yield from refer(road, column, [id], draft.places, draft.crossings)
            if id in states_of and road.state not in states_of[id]:
                fault = f"{column} {id!r} is not in {road.state}"
                yield road.fault(fault, f"It is in {' and '.join(states_of[id])}: mend the id or the state.")
        if road.from_ == road.to:
            yield road.fault(f"leads from {road.from_!r} to itself", "Take the row away or mend one end.")
        fastest = FASTEST.get(road.mode, FASTEST_BY_ROAD)
        if road.km > fastest * road.hours:
            fault = f"{road.km:g} km in {road.hours:g} h is faster than {fastest:g} km/h by {road.mode}"
            yield road.fault(fault, "Mend km or hours.")
        elif road.km < SLOWEST * road.hours:
            fault = f"{road.km:g} km in {road.hours:g} h is slower than {SLOWEST:g} km/h"
            yield road.fault(fault, "Mend km or hours; hours are in h, without waits at posts.")
        ends_of = (frozenset((road.from_, road.to)), road.state, road.mode)
        if ends_of in first and road.from_ != road.to:
            fault = f"{road.mode} from {road.from_!r} to {road.to!r} stands already in {first[ends_of].row}"
            yield road.fault(fault, "Keep one row; it goes both ways.")
        first.setdefault(ends_of, road.where)
    yield from _short_cuts(draft)
    if draft.roads.sound and draft.places.sound and draft.crossings.sound:
        yield from _reach(draft, states_of)


def _short_cuts(draft: Draft) -> Iterator[Fault]:
    """No road is shorter than the straight line between its ends; a portal of which most are lies elsewhere."""
    portals: dict[str, Place | Crossing] = {row.id: row for row in (*draft.places, *draft.crossings)}
    roads = [road for road in draft.roads if road.from_ in portals and road.to in portals]
    straight = {road.where: _apart(portals[road.from_], portals[road.to]) for road in roads}
    short = [road for road in roads if road.km * (1 + ROUNDED) + ROUNDED_KM < straight[road.where]]
    all_at, short_at = (Counter(id for road in those for id in (road.from_, road.to)) for those in (roads, short))
    for id, number in short_at.most_common():
        if number > 1 and 2 * number > all_at[id] and any(id in (road.from_, road.to) for road in short):
            where = f"lat {portals[id].lat:g}, lon {portals[id].lon:g}"
            fault = f"{where}: {number} of its {all_at[id]} roads are shorter than the straight line to where they lead"
            yield portals[id].fault(fault, "Mend the position (degrees north and east), or km in roads.csv.")
            short = [road for road in short if id not in (road.from_, road.to)]
    for road in short:
        fault = f"{road.km:g} km is shorter than the straight line to {road.to!r}, {straight[road.where]:.0f} km"
        yield road.fault(fault, "Mend km, or the position of one of its ends.")


def _apart(one: Place | Crossing, other: Place | Crossing) -> float:
    return apart_km(one.lon, one.lat, other.lon, other.lat)


def _reach(draft: Draft, states_of: dict[str, tuple[str, ...]]) -> Iterator[Fault]:
    """A fault for every portal that is cut off from most others of its state."""
    for state in draft.states:
        edges = [road for road in draft.roads if road.state == state.code]
        portals = [row for row in (*draft.places, *draft.crossings) if state.code in states_of.get(row.id, ())]
        parts: list[set[str]] = []
        for portal in portals:
            if not any(portal.id in part for part in parts):
                parts.append(_reached([portal.id], edges))
        most = max(parts, key=len, default=set[str]())
        for portal in portals:
            if portal.id not in most:
                hub = next(row.id for row in portals if row.id in most)
                fault = f"no road of {state.code} leads to it from {hub!r}"
                yield portal.fault(fault, f"Add an edge with state {state.code} to roads.csv.")


def _reached(starts: Iterable[str], edges: Iterable[Road]) -> set[str]:
    """All portals that can be reached from some over edges that lead both ways."""
    ways: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        ways[edge.from_].append(edge.to)
        ways[edge.to].append(edge.from_)
    reached = set(starts)
    ahead = list(reached)
    while ahead:
        for portal in ways[ahead.pop()]:
            if portal not in reached:
                reached.add(portal)
                ahead.append(portal)
    return reached


def maps(draft: Draft) -> Iterator[Fault]:
    """Every section of a land border has a line; nothing is drawn that does not exist."""
    file = "geometry/borders.geojson"
    for id in draft.geometry.borders:
        if id not in draft.sections:
            remedy = f"{nearest(id, draft.sections.ids)} Mend 'section', or take the feature away.".strip()
            yield Fault(file, id, "is not a section", remedy)
    for id in draft.geometry.states:
        if id not in draft.states:
            remedy = f"{nearest(id, draft.states.ids)} Mend 'state', or take the feature away.".strip()
            yield Fault("geometry/states.geojson", id, "is not a state", remedy)
    land = {border.id for border in draft.borders if border.kind == "land"}
    if draft.geometry.borders:
        for section in draft.sections:
            if section.border in land and section.id not in draft.geometry.borders:
                yield section.fault("has no line on the map", f"Add a feature with section {section.id!r} to {file}.")
