"""Cross references: a fault with the nearest id where a row names what is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from panj.basics.faults import Fault, nearest
from panj.basics.reading import Row, Table
from panj.region.draft import Draft


def refer(row: Row, column: str, ids: Iterable[str], *tables: Table[Any]) -> Iterator[Fault]:
    """A fault for each id that is in none of the tables."""
    for id in ids:
        if not any(id in table for table in tables):
            yield unknown(row, column, id, [known for table in tables for known in table.ids])


def unknown(row: Row, column: str, id: str, known: Iterable[str]) -> Fault:
    """The fault that a row names what is not there."""
    words = sorted(known)
    listed = ", ".join(words)
    remedy = nearest(id, words) or (f"Known: {listed}." if 0 < len(listed) <= 80 else "")
    return row.fault(f"{column} {id!r} does not exist", f"{remedy} Mend the id, or add the row it names.".strip())


def sides(row: Row, column: str, border: str, codes: Iterable[str]) -> Iterator[Fault]:
    """A fault for each state code that is not an end of the border."""
    for code in codes:
        if code not in border.split("-"):
            yield row.fault(f"{column} {code!r} is not a side of {border}", f"Write {' or '.join(border.split('-'))}.")


def border_of_section(draft: Draft) -> dict[str, str]:
    """The border of each section."""
    return {section.id: section.border for section in draft.sections}


def labels(draft: Draft, row: Row, prefix: str, at: Mapping[str, Iterable[str]]) -> Iterator[Fault]:
    """A fault for each label, by axis, that is not in the region, and for each axis that no quantity has."""
    tables: dict[str, Table[Any]] = {
        "flow": draft.flows,
        "border": draft.borders,
        "state": draft.states,
        "crossing": draft.crossings,
    }
    for axis, names in at.items():
        if axis in tables:
            yield from refer(row, f"{prefix}at {axis}", names, tables[axis])
        elif axis != "route":
            remedy = nearest(axis, [*tables, "route"]) or f"Known: {', '.join(tables)}, route."
            yield row.fault(f"{prefix}at has no axis {axis!r}", remedy)
