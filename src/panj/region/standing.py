"""What stood on a day: statuses, holders, rules, programmes, events. Pure functions of a region.

A day is a date, or text of any precision, which stands for its last day: ``2001`` asks how 2001 ended. Borders are
named by their states in either order; where a border or section does not exist, a KeyError names the nearest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from panj.basics.codes import border_code, ends
from panj.basics.dates import first_day, last_day
from panj.basics.faults import unknown
from panj.region.geography import Crossing, Section, Status, StatusWord
from panj.region.guards import Holding
from panj.region.regimes import Event, Programme, Rule
from panj.region.region import Region

Day = str | int | dt.date
SETTLED: tuple[StatusWord, ...] = ("delimited", "demarcated")
"""Statuses of a line that both sides have agreed upon."""


def covers(on: Day, start: str | None, end: str | None) -> bool:
    """Whether a day lies between two dates, both included; an empty date is open."""
    day = last_day(on)
    return (start is None or first_day(start) <= day) and (end is None or day <= last_day(end))


def sections_of(region: Region, border: str) -> tuple[Section, ...]:
    """The sections of a border, in the order of their file.

    Raises:
        KeyError: The region has no such border.
    """
    code = code_of(region, border)
    return tuple(section for section in region.sections.values() if section.border == code)


def code_of(region: Region, border: str) -> str:
    """The code of a border, whose states may stand in either order.

    Raises:
        KeyError: The region has no such border.
    """
    code = border_code(border)
    if code not in region.borders:
        raise KeyError(unknown(code, "border", region.code, region.borders))
    return code


def status_of(region: Region, section: str, on: Day) -> Status | None:
    """The legal status of a section on a day; ``None`` before its first.

    Raises:
        KeyError: The region has no such section.
    """
    if section not in region.sections:
        raise KeyError(unknown(section, "section", region.code, region.sections))
    day = last_day(on)
    begun = [row for row in region.statuses if row.section == section and first_day(row.from_) <= day]
    return max(begun, key=lambda row: first_day(row.from_), default=None)


def statuses_known(region: Region, border: str, on: Day) -> bool:
    """Whether the legal status of every section of a border is known on a day."""
    return all(status_of(region, part.id, on) is not None for part in sections_of(region, border))


def delimited_share(region: Region, border: str, on: Day) -> float:
    """Share of a border's length that is delimited or demarcated on a day; of its number of sections if it has none."""
    those = sections_of(region, border)
    weights = [section.length_km for section in those]
    if not sum(weights):
        weights = [1.0 for _ in those]
    settled = sum(weight for weight, part in zip(weights, those, strict=True) if is_settled(region, part.id, on))
    return settled / sum(weights)


def open_sections(region: Region, border: str, on: Day) -> tuple[Section, ...]:
    """The sections of a border that are not delimited on a day."""
    return tuple(part for part in sections_of(region, border) if not is_settled(region, part.id, on))


def is_settled(region: Region, section: str, on: Day) -> bool:
    """Whether a section is delimited or demarcated on a day."""
    status = status_of(region, section, on)
    return status is not None and status.status in SETTLED


def holders(region: Region, section: str, side: str, on: Day) -> tuple[Holding, ...]:
    """Who guards one side of a section on a day; a row of the section goes before a row of its border."""
    border = region.sections[section].border
    held = [row for row in region.holdings if row.side == side and covers(on, row.from_, row.to)]
    own = tuple(row for row in held if row.section == section)
    return own or tuple(row for row in held if row.section == border)


def posts_open(region: Region, border: str, on: Day) -> tuple[Crossing, ...]:
    """The posts of a border that are open on a day."""
    code = code_of(region, border)
    posts = (row for row in region.crossings.values() if row.border == code and row.kind == "post")
    return tuple(post for post in posts if covers(on, post.opened, post.closed))


def rules_in_force(region: Region, border: str, on: Day) -> tuple[Rule, ...]:
    """The rules of a border in force on a day, in the order of their beginning."""
    code = code_of(region, border)
    rules = (row for row in region.rules.values() if row.border == code and covers(on, row.from_, row.to))
    return tuple(sorted(rules, key=lambda rule: first_day(rule.from_)))


def programmes_active(
    region: Region, on: Day, border: str | None = None, state: str | None = None
) -> tuple[Programme, ...]:
    """The programmes that deliver on a day, or between two deliveries; of one border or state, if asked."""
    return tuple(
        programme
        for programme in region.programmes.values()
        if programme.deliveries
        and min(first_day(delivery.from_) for delivery in programme.deliveries) <= last_day(on)
        and last_day(on) <= max(last_day(delivery.to) for delivery in programme.deliveries)
        and (border is None or serves(programme, border))
        and (state is None or state in programme.recipients)
    )


def serves(programme: Programme, border: str) -> bool:
    """Whether a programme helps those who guard a border."""
    if programme.borders:
        return border in programme.borders
    return any(state in programme.recipients for state in ends(border))


def events_near(region: Region, on: Day, places: Collection[str], days: int = 183) -> tuple[Event, ...]:
    """The events at some places that lie within a number of days of a day, in order."""
    start, end = last_day(on) - dt.timedelta(days=days), last_day(on) + dt.timedelta(days=days)
    near = (
        event
        for event in region.events.values()
        if first_day(event.from_) <= end
        and start <= last_day(event.to or event.from_)
        and any(place in places for place in event.places)
    )
    return tuple(sorted(near, key=lambda event: first_day(event.from_)))
