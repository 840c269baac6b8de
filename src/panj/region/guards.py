"""Rows of agencies, of what they hold and of what they have there; and a scenario laid over them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Literal

from pydantic import Field

from panj.basics.dates import Month, first_day, last_day
from panj.basics.reading import Date, Id, Ids, NotNegative, OpenDate, Row, Share, StateCode, Text

MEASURES = ("staff", "equipment_usd", "skill")
"""What is measured of the strength of an agency."""


class Agency(Row):
    """A border guard, customs or other service.

    ``state``: whose it is, wherever it stands; ``parent``: the body it answers to, in words.
    """

    id: Id
    name: Text
    state: StateCode
    kind: Literal["guards", "customs", "foreign guards", "police", "drug control"]
    from_: OpenDate = Field(default=None, alias="from")
    to: OpenDate = None
    parent: str = ""
    successor: Id | None = None
    claims: Ids = ()
    note: str = ""


class Holding(Row):
    """An agency guards one side (a state code) of a section, from a date to a date.

    ``section`` may be a border: all of its sections that have no row of their own on that side and day.
    """

    agency: Id
    section: Text
    side: StateCode
    from_: OpenDate = Field(default=None, alias="from")
    to: OpenDate = None
    claims: Ids = ()
    assumed: str = ""
    note: str = ""


class Strength(Row):
    """What an agency had on one side of a section (or of a border: spread by length) at a date.

    ``staff`` in persons, ``equipment_usd`` in USD of things in working order, ``skill`` 0-1; empty: unknown.
    """

    agency: Id
    side: StateCode
    section: Text
    date: Date
    staff: NotNegative | None = None
    equipment_usd: NotNegative | None = None
    skill: Share | None = None
    claims: Ids = ()
    assumed: str = ""
    note: str = ""

    @property
    def stretch(self) -> tuple[str, str, str]:
        """Whose strength, on which side of what."""
        return self.agency, self.side, self.section


def is_named(row: Holding | Strength, names: Collection[str]) -> bool:
    """Whether names mean a row: each an agency, or ``agency@section``, the section as it stands in the row."""
    return row.agency in names or f"{row.agency}@{row.section}" in names


def laid_holdings(
    history: tuple[Holding, ...], dropped: Collection[str], added: tuple[Holding, ...], since: dt.date | None
) -> tuple[Holding, ...]:
    """Holdings of the history without those dropped, with those added.

    With ``since``, what is dropped ends on the day before it, and what is added begins no earlier.
    """
    kept = [_ended(row, since) if is_named(row, dropped) else row for row in history]
    return (*(row for row in kept if row is not None), *(_begun(row, since) for row in added))


def laid_strength(
    history: tuple[Strength, ...], dropped: Collection[str], added: tuple[Strength, ...], since: dt.date | None
) -> tuple[Strength, ...]:
    """Strength of the history without what is dropped (with ``since``: from that day on), with what is added.

    A row that is added replaces one of the same agency, side, section and date. With ``since``, the months before it
    stay as they were: what was to change by then is pinned to the month before.
    """
    told = {(row.stretch, row.date) for row in added}
    kept = [
        row
        for row in history
        if (row.stretch, row.date) not in told
        and not (is_named(row, dropped) and (since is None or first_day(row.date) >= since))
    ]
    if since is None:
        return (*kept, *added)
    touched = dict.fromkeys(row.stretch for row in (*history, *added) if is_named(row, dropped) or row in added)
    pins = [_pin([row for row in history if row.stretch == stretch], Month(since) + -1) for stretch in touched]
    return (*kept, *(pin for pin in pins if pin is not None), *added)


def _pin(rows: list[Strength], month: Month) -> Strength | None:
    """What an agency has on a stretch in a month between two of its dates; none where it is dated or lies outside."""
    dates = sorted(Month(first_day(row.date)) for row in rows)
    if not dates or not dates[0] < month < dates[-1] or month in dates:
        return None
    values = {name: _between(rows, name, month) for name in MEASURES}
    return rows[0].model_copy(update={"date": str(month)} | values)


def _between(rows: list[Strength], name: str, month: Month) -> float | None:
    """A measure in a month, linear between its dates and flat outside them; None where it has none."""
    known = sorted((Month(first_day(row.date)), getattr(row, name)) for row in rows if getattr(row, name) is not None)
    if not known:
        return None
    before = max((point for point in known if point[0] <= month), default=known[0])
    after = min((point for point in known if point[0] >= month), default=known[-1])
    share = (month - before[0]) / (after[0] - before[0]) if after[0] != before[0] else 0.0
    return float(before[1] + share * (after[1] - before[1]))


def _ended(row: Holding, since: dt.date | None) -> Holding | None:
    if since is None or (row.from_ is not None and first_day(row.from_) >= since):
        return None
    if row.to is not None and last_day(row.to) < since:
        return row
    return row.model_copy(update={"to": (since - dt.timedelta(days=1)).isoformat()})


def _begun(row: Holding, since: dt.date | None) -> Holding:
    if since is None or (row.from_ is not None and first_day(row.from_) >= since):
        return row
    return row.model_copy(update={"from_": since.isoformat()})
