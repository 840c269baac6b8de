"""Checks of conditions: what they are, where they stand, and that they are said once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from panj.basics.codes import border_code
from panj.basics.dates import Month
from panj.basics.faults import Fault, nearest
from panj.region.checks.references import refer, sides
from panj.region.conditions import CONDITIONS, Axis, Condition, axis_of
from panj.region.draft import Draft
from panj.region.regimes import Scenario

FORMS: dict[Axis, tuple[str, str]] = {
    "region": ("of the whole region", "Leave place empty."),
    "state": ("of a state", "Write its code as place."),
    "border": ("of a border", "Write its code as place, two states joined by a hyphen."),
    "side": ("of one side of a border", "Write its state, '>' and the neighbour as place."),
}
"""What has a condition, and how its place is written."""


def conditions(draft: Draft) -> Iterator[Fault]:
    """Conditions of the history; see `condition`. Each is given once a month."""
    for row in draft.conditions:
        yield from condition(draft, row)
    yield from twice(draft.conditions)


def condition(draft: Draft, row: Condition) -> Iterator[Fault]:
    """A condition is one that the model knows, at a place of its kind that exists, with a possible value."""
    if row.quantity not in CONDITIONS:
        near = nearest(row.quantity, CONDITIONS)
        remedy = near or f"Known: {', '.join(CONDITIONS)}."
        yield row.fault(f"quantity {row.quantity!r} is not a condition", remedy)
        return
    kind = CONDITIONS[row.quantity]
    if axis_of(row.place) != kind.axis:
        what, remedy = FORMS[kind.axis]
        yield row.fault(f"{row.quantity} is {what}, but place is {row.place!r}", remedy)
    elif kind.axis == "state":
        yield from refer(row, "place", [row.place], draft.states)
    elif kind.axis == "border":
        yield from refer(row, "place", [row.place], draft.borders)
    elif kind.axis == "side":
        yield from _side(draft, row)
    if row.value < 0:
        yield row.fault(f"value {row.value:g} is below 0", "Write at least 0.")
    elif kind.unit == "0-1" and row.value > 1:
        yield row.fault(f"value {row.value:g} is above 1", "Write a value from 0 to 1.")


def _side(draft: Draft, row: Condition) -> Iterator[Fault]:
    state, _, neighbour = row.place.partition(">")
    try:
        border = border_code(f"{state}-{neighbour}")
    except ValueError:
        yield row.fault(f"place {row.place!r} is not a side of a border", FORMS["side"][1])
        return
    yield from refer(row, "place: border", [border], draft.borders)
    if border in draft.borders:
        yield from sides(row, "place", border, [state, neighbour])


def twice(rows: Iterable[Condition]) -> Iterator[Fault]:
    """A fault for each row that says again what another says of the same place and month."""
    seen: dict[tuple[str, str, Month], Condition] = {}
    for row in rows:
        key = (*row.key, row.month)
        if key in seen:
            fault = f"{'@'.join(filter(None, row.key))} has another value in {row.month} ({seen[key].where.row})"
            yield row.fault(fault, "Keep one row of the two.")
        seen[key] = row


def dropped(draft: Draft, scenario: Scenario) -> Iterator[Fault]:
    """A scenario drops conditions that the history gives: a quantity, or a quantity at a place."""
    if not draft.conditions.whole:
        return
    known = {row.quantity for row in draft.conditions} | {f"{row.quantity}@{row.place}" for row in draft.conditions}
    for name in scenario.drop_conditions:
        if name not in known:
            remedy = f"{nearest(name, known)} Write a quantity of conditions.csv, or quantity@place.".strip()
            yield scenario.fault(f"drop_conditions {name!r} is not in conditions.csv", remedy)
