"""The region's clock, and the order of all dates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from panj.basics.dates import first_day, last_day
from panj.basics.faults import Fault
from panj.basics.reading import Row
from panj.region.draft import Draft
from panj.region.regimes import Programme


def clock(draft: Draft) -> Iterator[Fault]:
    """The pivot, the months compared and the end of history lie inside the clock, in order."""
    head = draft.head
    if head is None:
        return
    start, end = first_day(head.start), last_day(head.end)
    if start > end:
        yield head.fault(f"end {head.end} is before start {head.start}", "Write the earlier month as start.")
        return
    inside = f"Write a date from {head.start} to {head.end}, or move start or end."
    named = {
        "history_until": head.history_until,
        "pivot.date": head.pivot.date,
        "before[1]": head.before[0],
        "before[2]": head.before[1],
        "after[1]": head.after[0],
        "after[2]": head.after[1],
    }
    for name, date in named.items():
        if not start <= first_day(date) <= end:
            yield head.fault(f"{name} {date} is outside the clock", inside)
    for name, (first, second) in {"before": head.before, "after": head.after}.items():
        if first_day(first) > last_day(second):
            yield head.fault(f"{name} ends before it begins", "Write the earlier month first.")
    if last_day(head.before[1]) > last_day(head.pivot.date):
        yield head.fault("before ends after the pivot", f"End it at {head.pivot.date[:7]} or earlier.")
    if last_day(head.after[0]) < first_day(head.pivot.date):
        yield head.fault("after begins before the pivot", f"Begin it at {head.pivot.date[:7]} or later.")


def is_outside(draft: Draft, start: str, end: str) -> bool:
    """Whether a time lies before or after the whole clock, as far as that is known."""
    if draft.head is None or first_day(draft.head.start) > last_day(draft.head.end):
        return False
    return last_day(end) < first_day(draft.head.start) or last_day(draft.head.end) < first_day(start)


def dates(draft: Draft) -> Iterator[Fault]:
    """Whatever begins and ends begins first."""
    dated: list[Any] = [*draft.agencies, *draft.holdings, *draft.rules, *draft.events, *draft.targets]
    for row in dated:
        yield from ordered(row, "from", row.from_, "to", row.to)
    for crossing in draft.crossings:
        yield from ordered(crossing, "opened", crossing.opened, "closed", crossing.closed)
    for programme in draft.programmes:
        yield from _deliveries(programme)
    for scenario in draft.scenarios:
        added: list[Any] = [*scenario.rules, *scenario.events]
        for entry in added:
            yield from ordered(entry, "from", entry.from_, "to", entry.to)
        for programme in scenario.programmes:
            yield from _deliveries(programme)
    for flow in draft.flows:
        for pair in flow.pair:
            for earlier, later in pairwise(pair.volume):
                if first_day(earlier.at) >= first_day(later.at):
                    fault = f"volumes {pair.origin} to {pair.destination}: {later.at} follows {earlier.at}"
                    yield flow.fault(fault, "Write the volumes of a pair in the order of their dates.")


def ordered(row: Row, start_name: str, start: str | None, end_name: str, end: str | None) -> Iterator[Fault]:
    """A fault if the end comes before the beginning."""
    if start and end and last_day(end) < first_day(start):
        yield row.fault(f"{end_name} {end} is before {start_name} {start}", "Swap or mend the dates.")


def _deliveries(programme: Programme) -> Iterator[Fault]:
    for number, delivery in enumerate(programme.deliveries, start=1):
        yield from ordered(programme, f"deliveries[{number}].from", delivery.from_, "to", delivery.to)
