"""Checks of the before / after table: what is charted, and the labels of every measure, exist."""

from __future__ import annotations

from collections.abc import Iterator

from panj.basics.faults import Fault
from panj.region.checks.references import labels, refer
from panj.region.draft import Draft


def aspects(draft: Draft) -> Iterator[Fault]:
    """What the before / after table charts and measures is in the region."""
    for head in draft.charted:
        yield from refer(head, "flow", [head.flow] if head.flow else [], draft.flows)
        yield from refer(head, "borders", head.borders, draft.borders)
    for aspect in draft.aspects:
        for number, measure in enumerate(aspect.measure, start=1):
            yield from labels(draft, aspect, f"measure[{number}] ", measure.at)
