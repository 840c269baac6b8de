"""The before / after table of a region: what sources say of each aspect, and which numbers of a run speak to it.

The file is optional; its form stands in `docs/region-format.md`. What a run answers is worked out in `reports`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from panj.basics.faults import Fault, FaultsError
from panj.basics.reading import Id, Ids, Row, Table, Text, Where, make, read_entries, read_toml
from panj.region.figures import Figure

FILE = "before_after.toml"

SETTLED = "settled"
"""A measure that files answer, too: the share of a border's length that is delimited or demarcated."""


class Measure(Figure):
    """A number of the model that speaks to an aspect; its quantity may be ``settled``.

    Attributes:
        per: Flows are shown a month or a year.
    """

    per: Literal["month", "year"] = "month"


class Aspect(Row):
    """One row of the table: what sources say of the time before and after, in our own words."""

    id: Id
    title: Text
    before: Text
    after: Text
    reading: Literal["harmful", "honest", "neutral"] = "neutral"
    claims: Ids = ()
    note: str = ""
    measure: tuple[Measure, ...] = ()


class Charted(Row):
    """The head of the table.

    Attributes:
        flow: The harmful flow whose arrivals and seizures are charted; empty: the dearest.
        borders: The borders that are charted; empty: the busiest.
    """

    flow: str = ""
    borders: tuple[str, ...] = ()


class BeforeAfter(Charted):
    """What the file holds: what is charted, and the rows of the table."""

    aspects: tuple[Aspect, ...] = ()


def read_aspects(folder: Path) -> tuple[tuple[Table[Charted], Table[Aspect]], list[Fault]]:
    """The head and the rows of the table of a region folder, and every fault; nothing where the region has none."""
    if not (folder / FILE).exists():
        return (Table(), Table()), []
    document, faults = read_toml(folder, FILE)
    if document is None:
        return (Table(whole=False, sound=False), Table(whole=False, sound=False)), faults
    heads: list[Charted] = []
    given = {name: value for name, value in document.items() if name != "aspect"}
    faults += make(heads, Charted, given, Where(FILE, "top"))
    aspects, wrong = read_entries(FILE, document, "aspect", Aspect)
    return (Table(tuple(heads)), aspects), faults + wrong


def read_before_after(folder: Path) -> BeforeAfter:
    """The table of a region folder; an empty one where the region has none.

    Raises:
        FaultsError: The file cannot be read as the format asks, with every fault.
    """
    (heads, aspects), faults = read_aspects(folder)
    if faults:
        raise FaultsError(faults)
    head = next(iter(heads), Charted())
    return BeforeAfter(flow=head.flow, borders=head.borders, aspects=aspects.rows)
