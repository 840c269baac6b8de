"""Agencies, rules, programmes, events and scenarios on a day."""

from __future__ import annotations

from panj.basics.dates import first_day, last_day
from panj.region.accounts.account import Account, Line, day_of, percent, topic
from panj.region.accounts.words import (
    condition_line,
    delivery_line,
    event_line,
    holding_line,
    name_of,
    note_lines,
    programme_line,
    rule_line,
    strength_line,
    volume_line,
)
from panj.region.regimes import Programme
from panj.region.region import Region
from panj.region.standing import Day, covers
from panj.region.uses import span


def agency_on(region: Region, id: str, on: Day | None = None) -> Account:
    """An agency: whose it is, what it holds on a day, what it has had.

    Raises:
        KeyError: The region has no such agency.
    """
    agency = region.agencies[id]
    day = day_of(region, on)
    exists = "exists" if covers(day, agency.from_, agency.to) else "does not exist"
    dates = span(agency.from_, agency.to) or "undated"
    glance = [
        Line(text=f"{agency.kind} of {region.states[agency.state].name}, {dates}", claims=agency.claims),
        Line(text=f"{exists} on this day"),
    ]
    if agency.parent:
        glance.append(Line(text=f"answers to: {agency.parent}", claims=agency.claims))
    if agency.successor:
        glance.append(Line(text=f"followed by: {region.agencies[agency.successor].name}", claims=agency.claims))
    glance += note_lines(agency)
    holdings = [
        holding_line(region, row, whose=False)
        for row in region.holdings
        if row.agency == id and covers(day, row.from_, row.to)
    ]
    strength = sorted((row for row in region.strength if row.agency == id), key=lambda row: first_day(row.date))
    programmes = [row for row in region.programmes.values() if id in row.agencies]
    return Account(
        kind="agency",
        id=id,
        title=agency.name,
        on=day,
        topics=(
            *topic("At a glance", glance),
            *topic("Holds on this day", holdings),
            *topic("Strength", [strength_line(region, row, whose=False) for row in strength]),
            *topic("Programmes", [programme_line(row) for row in programmes]),
        ),
    )


def rule_on(region: Region, id: str, on: Day | None = None) -> Account:
    """A rule, and whether it is in force on a day.

    Raises:
        KeyError: The region has no such rule.
    """
    rule = region.rules[id]
    day = day_of(region, on)
    force = "in force" if covers(day, rule.from_, rule.to) else "not in force"
    glance = [rule_line(region, rule), Line(text=f"on {rule.border}; {force} on this day"), *note_lines(rule)]
    return Account(kind="rule", id=id, title=rule.title, on=day, topics=tuple(topic("At a glance", glance)))


def programme_on(region: Region, id: str, on: Day | None = None) -> Account:
    """A programme: who gives what to whom, for what, when.

    Raises:
        KeyError: The region has no such programme.
    """
    programme = region.programmes[id]
    purposes = ", ".join(f"{name} {percent(share)}" for name, share in programme.purposes.items())
    borders = ", ".join(programme.borders) or "all borders of the recipients"
    agencies = ", ".join(region.agencies[agency].name for agency in programme.agencies)
    day = day_of(region, on)
    glance = [
        programme_line(programme),
        *_standing(programme, day),
        Line(text=f"purposes: {purposes}", claims=programme.claims),
        Line(text=f"for {borders}" + (f"; {agencies}" if agencies else ""), claims=programme.claims),
        *note_lines(programme),
    ]
    return Account(
        kind="programme",
        id=id,
        title=programme.title,
        on=day,
        topics=(
            *topic("At a glance", glance),
            *topic("Deliveries", [delivery_line(delivery) for delivery in programme.deliveries]),
        ),
    )


def _standing(programme: Programme, on: Day) -> list[Line]:
    """Whether a programme is under way on a day; nothing where its dates are not known."""
    if not programme.deliveries:
        return []
    day = last_day(on)
    if day < min(first_day(delivery.from_) for delivery in programme.deliveries):
        return [Line(text="has not begun on this day")]
    over = day > max(last_day(delivery.to) for delivery in programme.deliveries)
    return [Line(text="is over on this day" if over else "is under way on this day")]


def event_on(region: Region, id: str, on: Day | None = None) -> Account:
    """An event: when, where, what.

    Raises:
        KeyError: The region has no such event.
    """
    event = region.events[id]
    where = ", ".join("the whole region" if place == "region" else name_of(region, place) for place in event.places)
    glance = [event_line(event), Line(text=f"{event.kind}; at {where}", claims=event.claims), *note_lines(event)]
    topics = tuple(topic("At a glance", glance))
    return Account(kind="event", id=id, title=event.title, on=day_of(region, on), topics=topics)


def scenario_on(region: Region, id: str, on: Day | None = None) -> Account:
    """A scenario: what it takes out of the history, what it adds.

    Raises:
        KeyError: The region has no such scenario.
    """
    scenario = region.scenarios[id]
    since = f"holds from {scenario.from_}" if scenario.from_ else "holds from the first month"
    glance = [Line(text=text) for text in (scenario.description, since) if text]
    return Account(
        kind="scenario",
        id=id,
        title=scenario.title,
        on=day_of(region, on),
        topics=(
            *topic("At a glance", glance),
            *topic("Without the rules", [rule_line(region, region.rules[rule]) for rule in scenario.drop_rules]),
            *topic("Without the programmes", [programme_line(region.programmes[i]) for i in scenario.drop_programmes]),
            *topic("Without the events", [event_line(region.events[event]) for event in scenario.drop_events]),
            *topic("Without the conditions", [Line(text=name) for name in scenario.drop_conditions]),
            *topic("Without the holdings", [Line(text=name) for name in scenario.drop_holdings]),
            *topic("Without the strength", [Line(text=name) for name in scenario.drop_strength]),
            *topic("With the rules", [rule_line(region, rule) for rule in scenario.rules]),
            *topic("With the programmes", [programme_line(programme) for programme in scenario.programmes]),
            *topic("With the events", [event_line(event) for event in scenario.events]),
            *topic("With the conditions", [condition_line(row) for row in scenario.conditions]),
            *topic("With the holdings", [holding_line(region, row) for row in scenario.holdings]),
            *topic("With the strength", [strength_line(region, row) for row in scenario.strength]),
            *topic("With the volumes", [volume_line(region, row) for row in scenario.volumes]),
            *topic("Parameters", [Line(text=f"{name} times {by:g}") for name, by in scenario.parameters.items()]),
        ),
    )
