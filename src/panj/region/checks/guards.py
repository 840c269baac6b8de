"""Checks of agencies, holdings and strength."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from panj.basics.codes import ends
from panj.basics.dates import first_day, last_day
from panj.basics.faults import Fault, nearest
from panj.region.checks.references import border_of_section, refer, sides
from panj.region.draft import Draft
from panj.region.guards import MEASURES, Agency, Holding, laid_holdings, laid_strength
from panj.region.regimes import Scenario


def agencies(draft: Draft) -> Iterator[Fault]:
    """Agencies belong to states and hold while they stand; successors exist, and none follows itself."""
    next_of = {agency.id: agency.successor for agency in draft.agencies if agency.successor}
    for agency in draft.agencies:
        yield from refer(agency, "state", [agency.state], draft.states)
        if agency.successor:
            yield from refer(agency, "successor", [agency.successor], draft.agencies)
        if agency.successor == agency.id:
            yield agency.fault("is its own successor", "Mend or empty successor.")
        elif agency.id in (followed := _followed(agency.id, next_of)):
            fault = f"follows itself: {' to '.join([agency.id, *followed])}"
            yield agency.fault(fault, "Mend or empty successor of one of them.")
        for holding in draft.holdings:
            if holding.agency == agency.id:
                yield from _in_its_time(holding, agency)


def _followed(agency: str, next_of: Mapping[str, str]) -> list[str]:
    """Those that follow an agency, one after the other, up to the first that stood there before."""
    line: list[str] = []
    while (agency := next_of.get(agency, "")) and agency not in line:
        line.append(agency)
    return line


def holdings(draft: Draft) -> Iterator[Fault]:
    """Holdings name agencies, sections and sides that exist; no agency holds a side twice or beside its successor."""
    border_of = border_of_section(draft) | {border.id: border.id for border in draft.borders}
    held: dict[tuple[str, str], list[Holding]] = defaultdict(list)
    for holding in draft.holdings:
        yield from refer(holding, "agency", [holding.agency], draft.agencies)
        yield from refer(holding, "section", [holding.section], draft.sections, draft.borders)
        if holding.section in border_of:
            yield from sides(holding, "side", border_of[holding.section], [holding.side])
        for other in held[holding.section, holding.side]:
            if _exclude(draft, holding, other) and _overlap(holding, other):
                fault = f"{holding.agency} and {other.agency} hold {holding.section} ({holding.side}) at the same time"
                yield holding.fault(fault, f"End one before the other begins; see {other.where.row}.")
        held[holding.section, holding.side].append(holding)


def _in_its_time(holding: Holding, agency: Agency) -> Iterator[Fault]:
    """A fault where an agency holds what it cannot: before it begins, or after it ends."""
    if agency.from_ and (holding.from_ is None or last_day(holding.from_) < first_day(agency.from_)):
        fault = f"{agency.id} holds {holding.section} from {holding.from_ or 'the first'}, but begins {agency.from_}"
        yield holding.fault(fault, f"Write from = {agency.from_} or later, or mend agencies.csv.")
    if agency.to and (holding.to is None or first_day(holding.to) > last_day(agency.to)):
        fault = f"{agency.id} holds {holding.section} until {holding.to or 'the last'}, but ends {agency.to}"
        yield holding.fault(fault, f"Write to = {agency.to} or earlier, or mend agencies.csv.")


def _exclude(draft: Draft, one: Holding, other: Holding) -> bool:
    """Whether two holdings cannot stand side by side: of one agency, or of an agency and its successor."""
    successors = {(agency.id, agency.successor) for agency in draft.agencies}
    pair = (one.agency, other.agency)
    return pair[0] == pair[1] or pair in successors or pair[::-1] in successors


def _overlap(one: Holding, other: Holding) -> bool:
    """Whether two holdings overlap for certain: a handover within one year or month does not."""
    return _begins_within(one, other) and _begins_within(other, one)


def _begins_within(one: Holding, other: Holding) -> bool:
    return one.from_ is None or other.to is None or last_day(one.from_) < first_day(other.to)


def strength(draft: Draft) -> Iterator[Fault]:
    """Strength names agencies, sections or borders and sides that exist, once a date."""
    border_of = border_of_section(draft) | {border.id: border.id for border in draft.borders}
    seen = set()
    for row in draft.strength:
        yield from refer(row, "agency", [row.agency], draft.agencies)
        yield from refer(row, "section", [row.section], draft.sections, draft.borders)
        if row.section in border_of:
            yield from sides(row, "side", border_of[row.section], [row.side])
        if row.staff is None and row.equipment_usd is None and row.skill is None:
            yield row.fault("says nothing", "Write staff, equipment_usd or skill, or take the row away.")
        key = (row.agency, row.side, row.section, row.date)
        if key in seen:
            fault = f"{row.agency} has another row for {row.section} ({row.side}) at {row.date}"
            yield row.fault(fault, "Join the two rows.")
        seen.add(key)


def guarded(draft: Draft) -> Iterator[Fault]:
    """Each side of every section is held all the time, and what its holders have there is given or assumed."""
    if draft.head and draft.holdings.sound and draft.strength.sound and draft.sections.sound:
        clock = first_day(draft.head.start), last_day(draft.head.end)
        yield from _unheld(draft, *clock)
        yield from _unmeasured(draft)
        yield from _bare(draft, *clock)


def reposted(draft: Draft, scenario: Scenario) -> Iterator[Fault]:
    """A scenario drops holdings and strength that the history gives, and leaves each side held, with its strength."""
    for column, names, rows in (
        ("drop_holdings", scenario.drop_holdings, draft.holdings),
        ("drop_strength", scenario.drop_strength, draft.strength),
    ):
        known = {word for row in rows for word in (row.agency, f"{row.agency}@{row.section}")}
        for name in names if rows.whole else ():
            if name not in known:
                remedy = f"{nearest(name, known)} Write an agency, or agency@section, as in the table.".strip()
                yield scenario.fault(f"{column} {name!r} is in no row", remedy)
    if not (scenario.drop_holdings or scenario.drop_strength or scenario.holdings or scenario.strength):
        return
    since = first_day(scenario.from_) if scenario.from_ else None
    for row in scenario.strength:
        if since and first_day(row.date) < since:
            fault = f"is of {row.date}, before the scenario begins ({scenario.from_})"
            yield row.fault(fault, f"Write a date from {scenario.from_} on.")
    held = laid_holdings(draft.holdings.rows, scenario.drop_holdings, scenario.holdings, since)
    measured = laid_strength(draft.strength.rows, scenario.drop_strength, scenario.strength, since)
    laid = replace(draft, holdings=replace(draft.holdings, rows=held), strength=replace(draft.strength, rows=measured))
    there = set(_standing(draft))
    for wrong in _standing(laid):
        if wrong not in there:
            yield scenario.fault(f"leaves {wrong.file}, {wrong.row}: {wrong.fault}", wrong.remedy)


def _standing(draft: Draft) -> Iterator[Fault]:
    """What must hold of holdings and strength under a scenario too; strength that nobody uses there is no fault."""
    yield from holdings(draft)
    yield from strength(draft)
    if draft.head and draft.holdings.sound and draft.strength.sound and draft.sections.sound:
        clock = first_day(draft.head.start), last_day(draft.head.end)
        yield from _unheld(draft, *clock)
        yield from _bare(draft, *clock)


def _unmeasured(draft: Draft) -> Iterator[Fault]:
    """A fault for each strength without one of its measures or a holding."""
    given: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in draft.strength:
        given[row.stretch] |= {name for name in MEASURES if getattr(row, name) is not None}
    border_of = border_of_section(draft)
    held = {(h.agency, h.side, h.section) for h in draft.holdings}
    held |= {(agency, side, border_of[where]) for agency, side, where in held if where in border_of}
    for (agency, side, where), names in given.items():
        first = next(row for row in draft.strength if row.stretch == (agency, side, where))
        if missing := [name for name in MEASURES if name not in names]:
            fault = f"no row of {agency} on {where} ({side}) gives {' or '.join(missing)}"
            yield first.fault(fault, _estimate(missing))
        if not held & {(agency, side, where), (agency, side, border_of.get(where, where))}:
            fault = f"{agency} holds nothing of {where} on the side of {side}"
            yield first.fault(fault, "Add its row to holdings.csv, or mend agency, side or section.")


def _bare(draft: Draft, start: dt.date, end: dt.date) -> Iterator[Fault]:
    """A fault for each holding without strength."""
    given = {row.stretch for row in draft.strength}
    border_of = border_of_section(draft)
    for holding in draft.holdings:
        bare = [
            section
            for section, border in border_of.items()
            if holding.section in (section, border)
            and not any((holding.agency, holding.side, where) in given for where in (section, border))
            and _stands(draft, holding, section, start, end)
        ]
        if bare and holding.side in ends(border_of[bare[0]]):
            where = f" on {', '.join(bare)}" if holding.section not in bare else ""
            fault = f"{holding.agency} holds {holding.section} ({holding.side}) without strength{where}"
            yield holding.fault(fault, f"Add its rows to strength.csv. {_estimate(MEASURES)}")


def _estimate(names: Iterable[str]) -> str:
    return f"Write {', '.join(names)}; where no source gives a figure, an estimate by rule, and in 'assumed' the rule."


def _stands(draft: Draft, holding: Holding, section: str, start: dt.date, end: dt.date) -> bool:
    """Whether a holding counts on a section on any day of the clock; a border's gives way to the section's own."""
    begun = max(first_day(holding.from_), start) if holding.from_ else start
    ended = min(last_day(holding.to), end) if holding.to else end
    own = [other for other in draft.holdings if other.section == section and other.side == holding.side]
    return begun <= ended and (holding.section == section or _first_gap(own, begun, ended) is not None)


def _unheld(draft: Draft, start: dt.date, end: dt.date) -> Iterator[Fault]:
    """A fault for each side of a section that nobody holds for some time of the clock."""
    for section in draft.sections:
        for side in ends(section.border):
            held = [h for h in draft.holdings if h.side == side and h.section in (section.id, section.border)]
            if gap := _first_gap(held, start, end):
                fault = f"nobody holds it on the side of {side} from {gap[0]} to {gap[1]}"
                remedy = "Add a row to holdings.csv; if nobody stood there, one with staff 0 in strength.csv, and why."
                yield section.fault(fault, remedy)


def _first_gap(held: Iterable[Holding], start: dt.date, end: dt.date) -> tuple[dt.date, dt.date] | None:
    """The first stretch of days between two dates that is in no holding."""
    day, one = start, dt.timedelta(days=1)
    for holding in sorted(held, key=lambda holding: first_day(holding.from_) if holding.from_ else dt.date.min):
        if holding.from_ and first_day(holding.from_) > day:
            return day, min(first_day(holding.from_) - one, end)
        if holding.to is None or last_day(holding.to) >= end:
            return None
        day = max(day, last_day(holding.to) + one)
    return day, end
