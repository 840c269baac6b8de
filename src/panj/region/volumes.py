"""What would set out from one place to another: its points, and how it runs between them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from panj.basics.dates import Month
from panj.basics.reading import Date, Id, Ids, NotNegative, Row


class Volume(Row):
    """Units a year at a date; linear between dates, flat outside."""

    at: Date
    value: NotNegative
    low: NotNegative | None = None
    high: NotNegative | None = None
    claims: Ids = ()
    assumed: str = ""
    note: str = ""

    @property
    def month(self) -> Month:
        """The month of its date."""
        return Month(self.at)


class PairVolume(Volume):
    """A volume of a pair of places that a scenario gives."""

    flow: Id
    origin: Id
    destination: Id

    @property
    def way(self) -> tuple[str, str, str]:
        """Flow, origin and destination."""
        return self.flow, self.origin, self.destination


def volume_in(month: Month, points: Sequence[Volume]) -> float:
    """Units a year in a month."""
    return yearly([month], points)[0]


def yearly(months: Iterable[Month], points: Sequence[Volume]) -> list[float]:
    """Units a year by month: linear between the points, flat outside."""
    known = sorted((point.month.ordinal, point.value) for point in points)
    dates = [date for date, _ in known]

    def at(month: Month) -> float:
        after = bisect_right(dates, month.ordinal)
        (early, low), (late, high) = known[max(after - 1, 0)], known[min(after, len(known) - 1)]
        return low if early == late else low + (high - low) * (month.ordinal - early) / (late - early)

    return [at(month) for month in months]


def laid_volume(history: Sequence[Volume], added: Sequence[Volume]) -> tuple[Volume, ...]:
    """Points of the history before the first of those added, its value in the month before that, and those added."""
    if not added:
        return tuple(history)
    first = min(point.month for point in added)
    eve = Month.of(first.ordinal - 1)
    kept = tuple(point for point in history if point.month < eve)
    last = max((point for point in history if point.month <= eve), key=lambda point: point.month, default=history[0])
    until = last.model_copy(update={"at": str(eve), "value": volume_in(eve, history), "low": None, "high": None})
    return (*kept, until, *added)
