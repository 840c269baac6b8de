"""Checks of agencies, holdings and strength."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from panj.basics.dates import first_day, last_day
from panj.basics.faults import Fault
from panj.region.checks.references import border_of_section, refer, sides
from panj.region.draft import Draft
from panj.region.guards import Holding


def agencies(draft: Draft) -> Iterator[Fault]:
    """Agencies belong to states; successors exist."""
    for agency in draft.agencies:
        yield from refer(agency, "state", [agency.state], draft.states)
        if agency.successor:
            yield from refer(agency, "successor", [agency.successor], draft.agencies)
        if agency.successor == agency.id:
            yield agency.fault("is its own successor", "Mend or empty successor.")


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
