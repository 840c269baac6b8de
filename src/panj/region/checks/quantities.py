"""Checks of what a region says of a run: the variables of targets, the quantities of theses and of before / after.

A region does not know what a run holds. Who does, tells: the axes of every quantity, by name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from panj.basics.faults import Fault, nearest
from panj.basics.reading import Row
from panj.region.aspects import SETTLED
from panj.region.draft import Draft
from panj.region.figures import Figure
from panj.region.flows import Target
from panj.region.variables import names

Axes = Mapping[str, Collection[str]]
"""The axes of every quantity that a run holds."""


def quantities(draft: Draft, held: Axes) -> Iterator[Fault]:
    """Targets name variables that are known; theses and the before / after table quantities, along axes they have."""
    yield from strange_variables(draft.targets, held)
    for thesis in draft.theses:
        for number, trial in enumerate(thesis.trial, start=1):
            yield from strangers(thesis, f"trial[{number}]", trial, held)
    for aspect in draft.aspects:
        for number, measure in enumerate(aspect.measure, start=1):
            yield from strangers(aspect, f"measure[{number}]", measure, held)


def strange_variables(targets: Iterable[Target], held: Axes) -> Iterator[Fault]:
    """A fault for each target whose variable is unknown, and for each that the files alone can answer and do not."""
    known = names(held)
    for target in targets:
        name = target.variable
        if name not in known:
            remedy = f"{nearest(name, known)} Write a name of docs/reference/quantities.md.".strip()
            yield target.fault(f"variable {name!r} is not known", remedy)
        elif known[name] == "files" and target.use != "input":
            fault = f"variable {name!r} is told by the region's files alone, so no run can meet it"
            yield target.fault(fault, f"Write input instead of {target.use} under use.")


def strangers(row: Row, part: str, asked: Figure, held: Axes) -> Iterator[Fault]:
    """A fault for each quantity that no run holds, and for each axis that a quantity does not have."""
    held = {SETTLED: ("border",), **held}
    for name in filter(None, (asked.quantity, asked.of)):
        if name not in held:
            remedy = nearest(name, held) or "Write a name of docs/reference/quantities.md."
            yield row.fault(f"{part} has no quantity {name!r}", remedy)
            continue
        for axis in asked.at:
            if axis not in held[name]:
                axes = [known for known in held[name] if known not in ("member", "month")]
                remedy = f"It has {' and '.join(axes)}." if axes else "It is of the whole region."
                yield row.fault(f"{part}: {name} has no axis {axis!r}", f"{remedy} Take {axis!r} out of at.")
