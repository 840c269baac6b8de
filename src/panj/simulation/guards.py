"""Who guards what, with what: dated holdings, strengths and deliveries as arrays over months, sections and sides.

Sides are 0 for the first state of a border's code and 1 for the second.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panj.basics.codes import ends
from panj.basics.dates import Month, first_day, last_day, months
from panj.region import Region
from panj.region.guards import Holding, Strength
from panj.region.regimes import Delivery, Programme

AT_COUNTERS = {"customs", "police", "drug control"}
"""Kinds of agencies that work at posts only; the others guard the line and the posts."""

AgencySide = tuple[str, str]
"""An agency and the state on whose side it stands."""


@dataclass(frozen=True)
class Service:
    """What stands on each side of each section, by its own means.

    Attributes:
        staff: Month x section x side [person].
        equipment: Likewise [USD in working order].
        skill: Likewise, mean over staff, 0-1; 0 where there is no staff.
    """

    staff: NDArray[np.float32]
    equipment: NDArray[np.float32]
    skill: NDArray[np.float32]


@dataclass(frozen=True)
class Guards:
    """Those who guard and what they are given.

    Attributes:
        line: Border guards of all flags.
        counters: Customs and other services that work at posts.
        delivered: Equipment from programmes, month x low, central and high figure x programme [USD/month].
        training: Training from programmes, likewise [USD/month].
        aid: All that programmes give by their central figures, month x state [USD/month].
        foreign: Of the border guards, those of another state than the side's, month x section x side [person].
        reach: Share of each programme that goes to a section and side.
        watch: Share of each programme's equipment that is detectors of a state, by its weight of weapons.
    """

    line: Service
    counters: Service
    delivered: NDArray[np.float32]
    training: NDArray[np.float32]
    aid: NDArray[np.float32]
    foreign: NDArray[np.float32]
    reach: NDArray[np.float32]
    watch: NDArray[np.float32]


def guards(region: Region) -> Guards:
    """Lay holdings, strengths and programmes of a region on its clock.

    Raises:
        ValueError: An agency holds a section, and no strength is given (a region that was opened has no such hole).
    """
    clock = months(region.start, region.end)
    held = _held(region, clock)
    at_counters = {key for key in held if region.agencies[key[0]].kind in AT_COUNTERS}
    line = {key: share for key, share in held.items() if key not in at_counters}
    counters = {key: share for key, share in held.items() if key in at_counters}
    foreign = {key: share for key, share in line.items() if region.agencies[key[0]].state != key[1]}
    return Guards(
        _service(region, line, clock),
        _service(region, counters, clock),
        deliveries(region, clock, "equipment"),
        deliveries(region, clock, "training"),
        aid(region, clock),
        _service(region, foreign, clock).staff,
        reach(region),
        watch(region),
    )


def _service(region: Region, held: Mapping[AgencySide, NDArray[np.float64]], clock: Sequence[Month]) -> Service:
    sections = list(region.sections.values())
    index = {section.id: number for number, section in enumerate(sections)}
    length = np.asarray([section.length_km for section in sections])
    shape = (len(clock), len(sections), 2)
    staff, equipment, skilled = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for (agency, side), share in held.items():
        bare = {number for number in range(len(sections)) if share[:, number].any()}
        for where, rows in _anchors(region.strength, agency, side).items():
            covered = [index[s.id] for s in sections if where in (s.id, s.border)]
            bare -= set(covered)
            stretch = share[:, covered] * (length[covered] if length[covered].any() else 1.0)
            spread = stretch / np.maximum(stretch.sum(axis=1, keepdims=True), 1e-9)
            spread *= share[:, covered].max(axis=1, keepdims=True)
            number = ends(sections[covered[0]].border).index(side)
            people = _course(rows, "staff", clock)[:, None] * spread
            staff[:, covered, number] += people
            equipment[:, covered, number] += _course(rows, "equipment_usd", clock)[:, None] * spread
            skilled[:, covered, number] += _course(rows, "skill", clock)[:, None] * people
        if bare:  # `panj check` names it as a fault: missing is never zero (§3)
            raise ValueError(f"{agency} ({side}) has no strength on {', '.join(sections[n].id for n in sorted(bare))}")
    skill = np.divide(skilled, staff, out=np.zeros(shape), where=staff > 0)
    return Service(staff.astype(np.float32), equipment.astype(np.float32), skill.astype(np.float32))


def _held(region: Region, clock: Sequence[Month]) -> dict[AgencySide, NDArray[np.float64]]:
    """Share of each month's days on which an agency holds each section on a side.

    A holding of a border counts for a section on the days on which no row of that side names the section itself.
    """
    sections = list(region.sections.values())
    first = clock[0].first
    begins = np.asarray([(month.first - first).days for month in clock])
    length = np.asarray([month.days for month in clock])
    days = [_days(holding, first, length.sum()) for holding in region.holdings]
    own: dict[tuple[str, str], NDArray[np.bool_]] = defaultdict(lambda: np.zeros(length.sum(), bool))
    for holding, its in zip(region.holdings, days, strict=True):
        own[holding.section, holding.side] |= its
    held: dict[AgencySide, NDArray[np.bool_]] = defaultdict(lambda: np.zeros((len(sections), length.sum()), bool))
    for holding, its in zip(region.holdings, days, strict=True):
        for number, section in enumerate(sections):
            if holding.section == section.id:
                held[holding.agency, holding.side][number] |= its
            elif holding.section == section.border:
                held[holding.agency, holding.side][number] |= its & ~own[section.id, holding.side]
    return {key: np.add.reduceat(of, begins, axis=1, dtype=float).T / length[:, None] for key, of in held.items()}


def _days(holding: Holding, first: dt.date, count: int) -> NDArray[np.bool_]:
    """Days of the clock on which a holding stands."""
    begun = (first_day(holding.from_) - first).days if holding.from_ else 0
    ended = (last_day(holding.to) - first).days if holding.to else count
    day = np.arange(count)
    return (begun <= day) & (day <= ended)


def _anchors(strength: Iterable[Strength], agency: str, side: str) -> dict[str, list[Strength]]:
    found: dict[str, list[Strength]] = {}
    for row in strength:
        if row.agency == agency and row.side == side:
            found.setdefault(row.section, []).append(row)
    return found


def _course(rows: Sequence[Strength], column: str, clock: Sequence[Month]) -> NDArray[np.float64]:
    """A column of dated anchor points by month: linear between them, flat outside; missing points are left out.

    Raises:
        ValueError: There is none.
    """
    points = sorted((Month(r.date).ordinal, getattr(r, column)) for r in rows if getattr(r, column) is not None)
    if not points:
        raise ValueError(f"{rows[0].agency} ({rows[0].side}) has no {column} on {rows[0].section} at any date")
    when, what = zip(*points, strict=True)
    return np.asarray(np.interp([month.ordinal for month in clock], when, what))


def deliveries(region: Region, clock: Sequence[Month], kind: str) -> NDArray[np.float32]:
    """What programmes deliver of a kind: low, central and high figure, month x 3 x programme [USD/month].

    A delivery is even over its period; without a range all three are its central figure.
    """
    found = np.zeros((len(clock), 3, len(region.programmes)))
    for number, programme in enumerate(region.programmes.values()):
        for delivery in programme.deliveries:
            if delivery.kind == kind:
                ends = [delivery.usd if end is None else end for end in (delivery.low, delivery.usd, delivery.high)]
                found[:, :, number] += _monthly(delivery, clock)[:, None] * ends
    return found.astype(np.float32)


def aid(region: Region, clock: Sequence[Month]) -> NDArray[np.float32]:
    """All that programmes give, evenly among their recipients, month x state [USD/month]."""
    found = np.zeros((len(clock), len(region.states)))
    for programme in region.programmes.values():
        recipients = _recipients(region, programme)
        for delivery in programme.deliveries:
            found[:, recipients] += delivery.usd * _monthly(delivery, clock)[:, None] / max(len(recipients), 1)
    return found.astype(np.float32)


def reach(region: Region) -> NDArray[np.float32]:
    """Where what a programme delivers goes, programme x section x side; evenly among recipients, by length."""
    found = np.zeros((len(region.programmes), len(region.sections), 2))
    for number, programme in enumerate(region.programmes.values()):
        recipients = [recipient for recipient in programme.recipients if recipient in region.states]
        for recipient in recipients:
            found[number] += _spread(region, programme, recipient) / len(recipients)
    return found.astype(np.float32)


def watch(region: Region) -> NDArray[np.float32]:
    """Share of a programme's equipment that is against weapons of mass destruction, programme x state."""
    found = np.zeros((len(region.programmes), len(region.states)))
    for number, programme in enumerate(region.programmes.values()):
        recipients = _recipients(region, programme)
        found[number, recipients] = programme.purposes.get("weapons", 0.0) / max(len(recipients), 1)
    return found.astype(np.float32)


def _recipients(region: Region, programme: Programme) -> list[int]:
    """Places in the list of states."""
    return [number for number, state in enumerate(region.states) if state in programme.recipients]


def drug_mandate(region: Region) -> float:
    """Share of all that programmes give which is for drugs before all else, 0-1; 0 where nothing is given."""
    given = {p.id: sum(delivery.usd for delivery in p.deliveries) for p in region.programmes.values()}
    for_drugs = [p.id for p in region.programmes.values() if p.purposes.get("drugs", 0.0) > 0.5]
    return sum(given[id] for id in for_drugs) / max(sum(given.values()), 1.0)


def lines(region: Region) -> NDArray[np.float32]:
    """Share of a state's own land borders that each side of each section is, by length; section x side."""
    share = np.zeros((len(region.sections), 2))
    for state in region.states:
        mine = np.zeros_like(share)
        for number, section in enumerate(region.sections.values()):
            if state in ends(section.border) and region.borders[section.border].kind == "land":
                mine[number, ends(section.border).index(state)] = section.length_km
        share += mine / max(mine.sum(), 1e-9)
    return share.astype(np.float32)


def _monthly(delivery: Delivery, clock: Sequence[Month]) -> NDArray[np.float64]:
    """Share of a delivery that comes in each month."""
    start, end = Month(first_day(delivery.from_)), Month(last_day(delivery.to))
    return np.asarray([start <= month <= end for month in clock], float) / (end - start + 1)


def _spread(region: Region, programme: Programme, recipient: str) -> NDArray[np.float64]:
    """Where a recipient's share of a delivery goes, section x side; sums to one, or to zero where there is no line."""
    share = np.zeros((len(region.sections), 2))
    for number, section in enumerate(region.sections.values()):
        mine = recipient in ends(section.border) and region.borders[section.border].kind == "land"
        if mine and (not programme.borders or section.border in programme.borders):
            share[number, ends(section.border).index(recipient)] = section.length_km
    return np.asarray(share / max(share.sum(), 1e-9))
