"""Which rows of a region rest on a claim."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from panj.region.conditions import CONDITIONS, Condition
from panj.region.region import Region


class Use(NamedTuple):
    """Something that rests on a claim: what kind of thing it is, its id, and what it says, in words."""

    kind: str
    id: str
    text: str


def uses(region: Region, claim: str) -> list[Use]:
    """Everything in a region that cites a claim, judgements that weigh it included."""
    return [use for use, claims in citations(region) if claim in claims]


def citations(region: Region) -> Iterator[tuple[Use, tuple[str, ...]]]:
    """Everything in a region that names claims, with the claims that it names."""
    yield from _geography(region)
    yield from _guards(region)
    yield from _policy(region)
    yield from _flows(region)
    for condition in region.conditions:
        text = f"{condition_words(condition)}, {condition.at}"
        yield Use("condition", condition.quantity, text), condition.claims
    for link in region.links.values():
        yield Use("link", link.link, f"causal link {link.link} of the model"), link.claims
    for thesis in region.theses.values():
        yield Use("thesis", thesis.id, thesis.title), thesis.claims
    for target in region.targets.values():
        text = f"{target.variable} at {target.place}: {target.value:g} {target.unit}"
        yield Use("target", target.id, text), target.claims
    for judgement in region.evidence.judgements.values():
        yield Use("judgement", judgement.id, judgement.title), judgement.claims


def _geography(region: Region) -> Iterator[tuple[Use, tuple[str, ...]]]:
    for place in region.places.values():
        yield Use("place", place.id, place.name), place.claims
    for border in region.borders.values():
        yield Use("border", border.id, border.name), border.claims
    for section in region.sections.values():
        yield (
            Use("section", section.id, f"{section.name}, {section.length_km:g} km of {section.border}"),
            section.claims,
        )
    for status in region.statuses:
        name = region.sections[status.section].name
        yield Use("status", status.section, f"{name}: {status.status} from {status.from_}"), status.claims
    for crossing in region.crossings.values():
        yield Use("crossing", crossing.id, f"{crossing.name}, {crossing.border}"), crossing.claims


def _guards(region: Region) -> Iterator[tuple[Use, tuple[str, ...]]]:
    for agency in region.agencies.values():
        yield Use("agency", agency.id, agency.name), agency.claims
    for holding in region.holdings:
        dates = span(holding.from_, holding.to)
        text = f"{region.agencies[holding.agency].name} holds {holding.section} on the side of {holding.side} {dates}"
        yield Use("holding", holding.agency, text.strip()), holding.claims
    for row in region.strength:
        text = f"{region.agencies[row.agency].name} on {row.section}, {row.date}"
        yield Use("strength", row.agency, text), row.claims


def _policy(region: Region) -> Iterator[tuple[Use, tuple[str, ...]]]:
    for rule in region.rules.values():
        yield Use("rule", rule.id, f"{rule.title} ({rule.border}, {span(rule.from_, rule.to)})"), rule.claims
    for programme in region.programmes.values():
        yield Use("programme", programme.id, programme.title), programme.claims
        for delivery in programme.deliveries:
            text = f"{programme.title}: {delivery.kind} {span(delivery.from_, delivery.to)}"
            yield Use("delivery", programme.id, text), delivery.claims
    for event in region.events.values():
        yield Use("event", event.id, f"{event.title} ({event.from_})"), event.claims


def _flows(region: Region) -> Iterator[tuple[Use, tuple[str, ...]]]:
    for flow in region.flows.values():
        yield Use("flow", flow.id, flow.title), flow.claims
        for pair in flow.pair:
            for volume in pair.volume:
                way = f"{pair.origin} to {pair.destination}"
                text = f"{flow.title}, {way}: {volume.value:g} {flow.unit}/year at {volume.at}"
                yield Use("volume", flow.id, text), volume.claims
        for route in flow.route:
            yield Use("route", flow.id, f"{flow.title}, {route.name}: {' - '.join(route.states)}"), route.claims
    for parameter in region.parameters.values():
        yield Use("parameter", parameter.id, parameter.meaning), parameter.claims


def condition_words(row: Condition) -> str:
    """A condition, its place and its value: ``pay at NO: 60 USD/month``."""
    unit = CONDITIONS[row.quantity].unit
    place = f" at {row.place}" if row.place else ""
    return f"{row.quantity}{place}: {row.value:g}{'' if unit in ('0-1', 'size') else f' {unit}'}"


def span(start: str | None, end: str | None) -> str:
    """Two dates in words: ``from 2001``, ``until 2003-02``, ``2001 to 2003``; empty if both are unknown."""
    if start and end:
        return start if start == end else f"{start} to {end}"
    return f"from {start}" if start else f"until {end}" if end else ""
