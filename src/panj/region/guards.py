"""Rows of agencies, of what they hold and of what they have there."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

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
