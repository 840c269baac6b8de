"""Whatever is said rests on claims that exist, or says why it is assumed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from panj.basics.faults import Fault, nearest
from panj.basics.reading import Row, Table
from panj.region.draft import Draft


def backing(draft: Draft) -> Iterator[Fault]:
    """Claims exist; where the format has ``assumed``, one of the two is given; events and programmes have claims."""
    for row, part, claims in cited(draft):
        for id in claims:
            if draft.evidence.whole and id not in draft.citable:
                remedy = f"{nearest(id, draft.citable)} Add it to evidence/claims/, or mend the id.".strip()
                yield row.fault(f"{part}claim {id!r} is not in evidence/", remedy)
    for row, part in unbacked(draft):
        yield row.fault(f"{part}has neither claims nor assumed", "Name the claims behind it, or say in 'assumed' why.")
    for entry in (*draft.programmes, *draft.events, *draft.targets):
        if not entry.claims:
            yield entry.fault("has no claims", "Name the claims behind it.")


def cited(draft: Draft) -> Iterator[tuple[Row, str, tuple[str, ...]]]:
    """Every list of claims: its row, the part of the row, the ids."""
    geography = (draft.places, draft.borders, draft.sections, draft.statuses, draft.crossings)
    guards = (draft.agencies, draft.holdings, draft.strength)
    others = (draft.rules, draft.programmes, draft.events, draft.flows, draft.parameters, draft.targets)
    tables: tuple[Table[Any], ...] = (
        *geography,
        *guards,
        *others,
        draft.conditions,
        draft.links,
        draft.theses,
        draft.aspects,
    )
    for table in tables:
        for row in table:
            yield row, "", row.claims
    for programme in draft.programmes:
        for number, delivery in enumerate(programme.deliveries, start=1):
            yield programme, f"deliveries[{number}]: ", delivery.claims
    for flow in draft.flows:
        for pair in flow.pair:
            for volume in pair.volume:
                yield flow, f"volume {pair.origin} to {pair.destination} at {volume.at}: ", volume.claims
        for route in flow.route:
            yield flow, f"route {route.name!r}: ", route.claims
    for scenario in draft.scenarios:
        added: list[Any] = [
            *(*scenario.rules, *scenario.programmes, *scenario.events),
            *(*scenario.conditions, *scenario.holdings, *scenario.strength, *scenario.volumes),
        ]
        for entry in added:
            yield entry, "", entry.claims


def unbacked(draft: Draft) -> Iterator[tuple[Row, str]]:
    """Every row, or part of one, that needs claims or ``assumed`` and has neither."""
    places: tuple[Table[Any], ...] = (draft.sections, draft.statuses, draft.holdings, draft.strength)
    others: tuple[Table[Any], ...] = (draft.rules, draft.flows, draft.parameters, draft.conditions)
    for table in (*places, *others):
        for row in table:
            if not row.claims and not row.assumed:
                yield row, ""
    for crossing in draft.crossings:
        if not crossing.claims and not crossing.assumed and not crossing.source:
            yield crossing, ""
    for flow in draft.flows:
        for pair in flow.pair:
            for volume in pair.volume:
                if not volume.claims and not volume.assumed:
                    yield flow, f"volume {pair.origin} to {pair.destination} at {volume.at} "
