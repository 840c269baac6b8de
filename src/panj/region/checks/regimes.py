"""Checks of rules, programmes, events and scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from panj.basics.faults import Fault, nearest
from panj.basics.reading import Row, Table
from panj.region.checks.clock import is_outside
from panj.region.checks.conditions import condition, dropped, twice
from panj.region.checks.guards import reposted
from panj.region.checks.references import refer, sides, unknown
from panj.region.draft import Draft
from panj.region.regimes import Event, Programme, Rule

PURPOSES_TOLERANCE = 0.01
"""How far the weights of a programme's purposes may miss one."""

UNITS = {"duty": ("share",), "fee": ("USD",), "mines": ("share", "share of length")}
"""Units in which the value of a rule is read, by lever; of any other lever it is a strength."""


def rules(draft: Draft) -> Iterator[Fault]:
    """Rules of the history; see `rule`."""
    for entry in draft.rules:
        yield from rule(draft, entry, entry)


def rule(draft: Draft, entry: Rule, row: Row, prefix: str = "") -> Iterator[Fault]:
    """A rule stands on a border that exists, imposed by one of its sides, with a scope on that border."""
    yield from refer(row, f"{prefix}border", [entry.border], draft.borders)
    if entry.imposed_by != "both":
        yield from sides(row, f"{prefix}imposed_by", entry.border, [entry.imposed_by])
    if entry.scope:
        those = [part for part in (*draft.sections, *draft.crossings) if part.border == entry.border]
        known = [part.id for part in those]
        placed = {part.id for part in (*draft.sections, *draft.crossings)}
        for id in entry.scope:
            if id in known:
                continue
            if id in placed:
                remedy = f"On it are: {', '.join(known)}." if len(known) <= 8 else nearest(id, known)
                yield row.fault(f"{prefix}scope {id!r} is not on {entry.border}", remedy or "Mend scope or border.")
            elif id not in draft.sections and id not in draft.crossings:
                yield unknown(row, f"{prefix}scope", id, known)
    units = UNITS.get(entry.lever, ("strength",))
    if entry.unit not in units:
        remedy = f"Write {' or '.join(map(repr, units))}" + (
            ", and a value from 0 to 1." if "USD" not in units else "."
        )
        yield row.fault(f"{prefix}unit {entry.unit!r} is not a unit of {entry.lever}", remedy)
    elif entry.unit != "USD" and entry.value > 1:
        yield row.fault(f"{prefix}value {entry.value:g} is above 1 {entry.unit}", "Write a value from 0 to 1.")


def programmes(draft: Draft) -> Iterator[Fault]:
    """Programmes of the history, see `programme`; one of them is of the donor whose budgets are told apart."""
    if draft.head is not None and draft.head.budgets_of is not None:
        donors = sorted({entry.donor for entry in draft.programmes})
        if donors and draft.head.budgets_of not in donors:
            yield unknown(draft.head, "budgets_of", draft.head.budgets_of, donors)
    for entry in draft.programmes:
        yield from programme(draft, entry, entry)


def programme(draft: Draft, entry: Programme, row: Row, prefix: str = "") -> Iterator[Fault]:
    """What it names exists, each recipient has a border, what it builds opens; purposes sum to one; ranges in order."""
    yield from refer(row, f"{prefix}recipients", entry.recipients, draft.states)
    yield from refer(row, f"{prefix}borders", entry.borders, draft.borders)
    yield from refer(row, f"{prefix}agencies", entry.agencies, draft.agencies)
    yield from refer(row, f"{prefix}opens", entry.opens, draft.crossings)
    for built in draft.crossings:
        if built.id in entry.opens and not built.opened:
            fault = f"{prefix}opens {built.id!r}, which has no date of opening"
            yield row.fault(fault, "Date it in crossings.csv, or take it out of opens.")
    for recipient in entry.recipients if entry.borders else ():
        if recipient in draft.states and not any(recipient in border.split("-") for border in entry.borders):
            fault = f"{prefix}borders names none of {recipient}, so what {recipient} is given would reach no guard"
            yield row.fault(fault, f"Add a border of {recipient}, or take it out of recipients.")
    total = sum(entry.purposes.values())
    if abs(total - 1) > PURPOSES_TOLERANCE:
        yield row.fault(f"{prefix}purposes sum to {total:g}", "Write weights that sum to 1.")
    for number, delivery in enumerate(entry.deliveries, start=1):
        name = f"{prefix}deliveries[{number}]"
        yield from in_order(row, name, delivery.low, delivery.usd, delivery.high)


def in_order(row: Row, name: str, low: float | None, value: float | None, high: float | None) -> Iterator[Fault]:
    """A fault unless low <= value <= high, as far as they are known."""
    given = [number for number in (low, value, high) if number is not None]
    if given != sorted(given):
        numbers = ", ".join(f"{number:g}" for number in given)
        yield row.fault(f"{name}: {numbers} are not in order", "Write low <= value <= high.")


def events(draft: Draft) -> Iterator[Fault]:
    """Events of the history happen at places that exist."""
    for entry in draft.events:
        yield from event(draft, entry, entry)


def event(draft: Draft, entry: Event, row: Row, prefix: str = "") -> Iterator[Fault]:
    """The places of an event exist."""
    anywhere = Table[Any](ids=frozenset({"region"}))
    geography = (draft.states, draft.borders, draft.sections, draft.crossings, draft.places)
    yield from refer(row, f"{prefix}places", entry.places, anywhere, *geography)


def scenarios(draft: Draft) -> Iterator[Fault]:
    """Scenarios drop what exists, change parameters that exist, and add what could stand in the history."""
    for scenario in draft.scenarios:
        yield from refer(scenario, "drop_rules", scenario.drop_rules, draft.rules)
        yield from refer(scenario, "drop_programmes", scenario.drop_programmes, draft.programmes)
        yield from refer(scenario, "drop_events", scenario.drop_events, draft.events)
        yield from dropped(draft, scenario)
        yield from reposted(draft, scenario)
        yield from refer(scenario, "parameters", scenario.parameters, draft.parameters)
        for entry in scenario.rules:
            yield from rule(draft, entry, entry)
        for added in scenario.programmes:
            yield from programme(draft, added, added)
        for happening in scenario.events:
            yield from event(draft, happening, happening)
        for row in scenario.conditions:
            yield from condition(draft, row)
        yield from twice(scenario.conditions)
        for name, date in (("from", scenario.from_), ("reacts_from", scenario.reacts_from)):
            if date and draft.head and is_outside(draft, date, date):
                remedy = f"Write a date from {draft.head.start} to {draft.head.end}."
                yield scenario.fault(f"{name} {date} is outside the clock", remedy)
