"""States, sections, posts and places on a day."""

from __future__ import annotations

from panj.basics.codes import ends
from panj.basics.words import counted
from panj.region.accounts.account import Account, Line, day_of, number, topic
from panj.region.accounts.stocks import stock_topics
from panj.region.accounts.words import (
    event_line,
    name_of,
    post_line,
    programme_line,
    rule_line,
    settled_words,
    strength_line,
)
from panj.region.region import Region
from panj.region.standing import (
    Day,
    covers,
    events_near,
    holders,
    posts_open,
    programmes_active,
    rules_in_force,
    status_of,
)
from panj.region.uses import span


def state_on(region: Region, code: str, on: Day | None = None) -> Account:
    """A state on a day: its borders, services, posts, the rules it imposes, what it receives.

    Raises:
        KeyError: The region has no such state.
    """
    state = region.states[code]
    day = day_of(region, on)
    borders = [border for border in region.borders.values() if code in ends(border.id)]
    agencies = [row for row in region.agencies.values() if row.state == code and covers(day, row.from_, row.to)]
    rules = [
        rule
        for border in borders
        for rule in rules_in_force(region, border.id, day)
        if rule.imposed_by in (code, "both")
    ]
    places = [place for place in region.places.values() if place.state == code]
    posts = [post for border in borders for post in posts_open(region, border.id, day)]
    glance = Line(
        text=f"{state.kind} of the region: {counted(len(borders), 'border')}, {counted(len(posts), 'open post')}, "
        f"{counted(len(places), 'place')}"
    )
    inside = {code} | {place.id for place in places}
    return Account(
        kind="state",
        id=code,
        title=state.name,
        on=day,
        topics=(
            *topic("At a glance", [glance]),
            *topic("Borders", [_border_line(region, border.id, day) for border in borders]),
            *topic("Services", [Line(text=f"{row.name}: {row.kind}", claims=row.claims) for row in agencies]),
            *topic("Rules it imposes", [rule_line(region, rule, border=True) for rule in rules]),
            *topic("Programmes", [programme_line(one) for one in programmes_active(region, day, state=code)]),
            *topic("Events within half a year", [event_line(event) for event in events_near(region, day, inside)]),
            *topic("Places", [_place_line(region, place.id) for place in places]),
            *stock_topics(region, code, day),
        ),
    )


def section_on(region: Region, id: str, on: Day | None = None) -> Account:
    """A section on a day: land, status so far, who guards it, its posts.

    Raises:
        KeyError: The region has no such section.
    """
    section = region.sections[id]
    day = day_of(region, on)
    relief = f", relief {number(section.relief_m)} m" if section.relief_m is not None else ""
    kin = f"kin across the line {section.kin:g}" if section.kin is not None else "kin across the line not known"
    now = status_of(region, id, day)
    history = sorted((row for row in region.statuses if row.section == id), key=lambda row: row.from_)
    statuses = [
        Line(
            text=f"from {row.from_}: {row.status}" + (" (on this day)" if row is now else ""),
            claims=row.claims,
            assumed=row.assumed,
        )
        for row in history
    ]
    guards = [
        Line(
            text=f"{region.states[side].name}: {region.agencies[row.agency].name}, "
            + (span(row.from_, row.to) or "undated"),
            claims=row.claims,
            assumed=row.assumed,
        )
        for side in ends(section.border)
        for row in holders(region, id, side, day)
    ]
    posts = [post for post in posts_open(region, section.border, day) if post.section == id]
    text = f"{number(section.length_km)} km of {section.border}, {section.terrain}{relief}; {kin}"
    land = Line(text=text, claims=section.claims, assumed=section.assumed)
    strength = [row for row in region.strength if row.section == id]
    return Account(
        kind="section",
        id=id,
        title=section.name,
        on=day,
        topics=(
            *topic("At a glance", [land]),
            *topic("Legal status", statuses),
            *topic("Guards", guards),
            *topic("Strength", [strength_line(region, row) for row in strength]),
            *topic("Posts open", [post_line(region, post) for post in posts]),
        ),
    )


def crossing_on(region: Region, id: str, on: Day | None = None) -> Account:
    """A post, or the green border of a section, on a day.

    Raises:
        KeyError: The region has no such crossing.
    """
    crossing = region.crossings[id]
    day = day_of(region, on)
    rules = [
        rule
        for rule in rules_in_force(region, crossing.border, day)
        if not rule.scope or id in rule.scope or crossing.section in rule.scope
    ]
    state = "open" if covers(day, crossing.opened, crossing.closed) else "not open"
    where = f"on {crossing.border}, {name_of(region, crossing.section)}; {crossing.lat:g}, {crossing.lon:g}"
    glance = [Line(text=where), Line(text=f"{state} on this day", claims=crossing.claims, assumed=crossing.assumed)]
    if crossing.kind == "post":
        glance.append(post_line(region, crossing))
    return Account(
        kind="post" if crossing.kind == "post" else "green border",
        id=id,
        title=name_of(region, id),
        on=day,
        topics=(
            *topic("At a glance", glance),
            *topic("Regime", [rule_line(region, rule) for rule in rules]),
            *topic("Events within half a year", [event_line(event) for event in events_near(region, day, {id})]),
            *topic("Roads", _road_lines(region, id)),
        ),
    )


def place_on(region: Region, id: str, on: Day | None = None) -> Account:
    """A place: what it is, what leads to it, what begins and ends there.

    Raises:
        KeyError: The region has no such place.
    """
    place = region.places[id]
    day = day_of(region, on)
    flows = [
        Line(text=f"{flow.title}: {name_of(region, pair.origin)} to {name_of(region, pair.destination)}")
        for flow in region.flows.values()
        for pair in flow.pair
        if id in (pair.origin, pair.destination)
    ]
    return Account(
        kind="place",
        id=id,
        title=place.name,
        on=day,
        topics=(
            *topic("At a glance", [_place_line(region, id)]),
            *topic("Flows", flows),
            *topic("Events within half a year", [event_line(event) for event in events_near(region, day, {id})]),
            *topic("Roads", _road_lines(region, id)),
        ),
    )


def _border_line(region: Region, border: str, on: Day) -> Line:
    row = region.borders[border]
    length = f"{number(row.length_km)} km" if row.length_km is not None else "length not known"
    text = f"{border}, {row.name}: {row.kind}, {length}"
    if row.kind == "land":
        text += f", {settled_words(region, border, on)}"
    return Line(text=text, claims=row.claims)


def _place_line(region: Region, id: str) -> Line:
    place = region.places[id]
    people = f", {number(place.population)} people" if place.population is not None else ""
    text = f"{place.name}: {place.kind} in {region.states[place.state].name}{people}; {place.lat:g}, {place.lon:g}"
    return Line(text=text, claims=place.claims, source=place.source)


def _road_lines(region: Region, id: str) -> list[Line]:
    """Where roads lead from a place or crossing."""
    ways = [(road, road.to if road.from_ == id else road.from_) for road in region.roads if id in (road.from_, road.to)]
    return [
        Line(
            text=f"{road.mode} to {name_of(region, end)} ({road.state}): {number(road.km)} km, {road.hours:g} h"
            + (f" ({road.method})" if road.method else ""),
            source=road.source,
        )
        for road, end in ways
    ]
