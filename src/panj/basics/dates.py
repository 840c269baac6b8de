"""Dates as sources give them (a year, a month, a day) and the months of a clock."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from functools import cache, total_ordering

_PATTERN = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


def first_day(text: str | int | dt.date) -> dt.date:
    """The first day of a date of any precision: ``2001``, as text or number, is 2001-01-01.

    Raises:
        ValueError: The text is not YYYY, YYYY-MM or YYYY-MM-DD, or no such day exists.
    """
    if isinstance(text, dt.date):
        return text
    year, month, day = _parts(str(text))
    return dt.date(year, month or 1, day or 1)


def last_day(text: str | int | dt.date) -> dt.date:
    """The last day of a date of any precision: ``2001-02`` is 2001-02-28.

    Raises:
        ValueError: The text is not YYYY, YYYY-MM or YYYY-MM-DD, or no such day exists.
    """
    if isinstance(text, dt.date):
        return text
    year, month, day = _parts(str(text))
    month = month or 12
    return dt.date(year, month, day or calendar.monthrange(year, month)[1])


@cache
def _parts(text: str) -> tuple[int, int | None, int | None]:
    match = _PATTERN.match(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a date. Write YYYY, YYYY-MM or YYYY-MM-DD.")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        dt.date(year, month or 1, day or 1)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a date: {error}.") from None
    return year, month, day


@total_ordering
class Month:
    """A calendar month; the unit of the clock. ``Month("2001-09") + 1`` is October 2001."""

    __slots__ = ("ordinal",)

    def __init__(self, text: str | dt.date) -> None:
        """Take the month of a date, or of ``YYYY-MM``.

        Raises:
            ValueError: The text is not a date.
        """
        day = first_day(text)
        self.ordinal = day.year * 12 + day.month - 1

    @classmethod
    def of(cls, ordinal: int) -> Month:
        """The month with this count since year zero."""
        month = cls.__new__(cls)
        month.ordinal = ordinal
        return month

    @property
    def year(self) -> int:
        """Calendar year."""
        return self.ordinal // 12

    @property
    def month(self) -> int:
        """Month of the year, 1-12."""
        return self.ordinal % 12 + 1

    @property
    def first(self) -> dt.date:
        """First day."""
        return _bounds(self.ordinal)[0]

    @property
    def last(self) -> dt.date:
        """Last day."""
        return _bounds(self.ordinal)[1]

    @property
    def days(self) -> int:
        """Number of days."""
        return _bounds(self.ordinal)[1].day

    def __add__(self, months: int) -> Month:
        return Month.of(self.ordinal + months)

    def __sub__(self, other: Month) -> int:
        return self.ordinal - other.ordinal

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Month) and self.ordinal == other.ordinal

    def __lt__(self, other: Month) -> bool:
        return self.ordinal < other.ordinal

    def __hash__(self) -> int:
        return hash(self.ordinal)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def __repr__(self) -> str:
        return f"Month({str(self)!r})"


@cache
def _bounds(ordinal: int) -> tuple[dt.date, dt.date]:
    """First and last day of the month with this count since year zero."""
    year, month = ordinal // 12, ordinal % 12 + 1
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])


def months(start: Month, end: Month) -> list[Month]:
    """All months from ``start`` to ``end``, both included."""
    return [Month.of(ordinal) for ordinal in range(start.ordinal, end.ordinal + 1)]
