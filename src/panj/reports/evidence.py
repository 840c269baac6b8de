"""The evidence behind a report: what it cites, in full, and links to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from panj.evidence import Claim, Judgement, Observation, Source
    from panj.region import BeforeAfter, Parameter, Region


@dataclass(frozen=True)
class Cited:
    """One source and what is cited of it.

    Attributes:
        source: Who says it.
        claims: Claims, in the order of their ids.
        observations: Rows of series, in the order of their ids.
    """

    source: Source
    claims: tuple[Claim, ...]
    observations: tuple[Observation, ...]


def cited_ids(region: Region, table: BeforeAfter) -> set[str]:
    """Ids of claims and observations that any part of the report names, and those that are weighed against them."""
    rows: list[Any] = [*table.aspects, *region.rules.values(), *region.events.values(), *region.programmes.values()]
    rows += [*region.statuses, *region.holdings, *region.strength, *region.targets.values(), *region.flows.values()]
    rows += [*region.theses.values(), *region.links.values()]
    rows += [*region.parameters.values(), *region.borders.values(), *region.sections.values()]
    rows += [*region.crossings.values(), *region.agencies.values()]
    rows += [delivery for programme in region.programmes.values() for delivery in programme.deliveries]
    rows += [route for flow in region.flows.values() for route in flow.route]
    rows += [volume for flow in region.flows.values() for pair in flow.pair for volume in pair.volume]
    named = {claim for row in rows for claim in row.claims}
    return named | {claim for one in judgements_on(region, named) for claim in one.claims}


def by_source(region: Region, ids: Iterable[str]) -> tuple[Cited, ...]:
    """What is cited, grouped by source, the most cited first; ids that the evidence lacks are left out."""
    wanted = set(ids)
    claims: defaultdict[str, list[Claim]] = defaultdict(list)
    rows: defaultdict[str, list[Observation]] = defaultdict(list)
    for claim in region.evidence.claims.values():
        if claim.id in wanted:
            claims[claim.source].append(claim)
    for row in region.evidence.series:
        if row.id in wanted:
            rows[row.source].append(row)
    sources = [source for name, source in region.evidence.sources.items() if name in claims or name in rows]
    groups = [Cited(source, tuple(claims[source.id]), tuple(rows[source.id])) for source in sources]
    return tuple(sorted(groups, key=lambda group: -len(group.claims) - len(group.observations)))


def judgements_on(region: Region, ids: Iterable[str]) -> tuple[Judgement, ...]:
    """The judgements that weigh any of these claims."""
    wanted = set(ids)
    return tuple(one for one in region.evidence.judgements.values() if wanted & set(one.claims))


def links(ids: Sequence[str], known: Iterable[str]) -> Markup:
    """Links to claims; an id that the evidence lacks is shown and said to be missing."""
    targets = known if isinstance(known, set | frozenset | Mapping) else set(known)
    parts = [
        f'<a class="claim" href="#claim-{escape(one)}">{escape(one)}</a>'
        if one in targets
        else f'<span class="claim">{escape(one)} (not in the evidence)</span>'
        for one in ids
    ]
    return Markup(" ").join(map(Markup, parts))


def share_assumed(parameters: Iterable[Parameter]) -> float:
    """Share of parameters that rest on no claim at all; zero where there are no parameters."""
    rows = list(parameters)
    return sum(not row.claims for row in rows) / len(rows) if rows else 0.0
