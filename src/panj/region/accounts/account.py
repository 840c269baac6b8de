"""An account of one thing on a day: lines in words under topics, each line with the claims behind it."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from panj.basics.dates import last_day
from panj.region.region import Region
from panj.region.standing import Day


class Line(BaseModel):
    """One statement.

    Attributes:
        claims: Ids of the evidence behind it.
        assumed: Why, for whatever of it no claim says.
        source: Id of its source, where the row bears one instead of claims.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    claims: tuple[str, ...] = ()
    assumed: str = ""
    source: str = ""


class Topic(BaseModel):
    """Lines under a title."""

    model_config = ConfigDict(frozen=True)

    title: str
    lines: tuple[Line, ...]


class Account(BaseModel):
    """What a region says of one thing on a day.

    Attributes:
        kind: What sort of thing: border, state, post, ...
        id: Its id or code.
        title: Its name.
        on: The day, YYYY-MM-DD.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    id: str
    title: str
    on: str
    topics: tuple[Topic, ...]

    def lines(self, topic: str) -> tuple[Line, ...]:
        """The lines of a topic; none if it is not there."""
        return tuple(line for part in self.topics if part.title == topic for line in part.lines)


def day_of(region: Region, on: Day | None) -> str:
    """The day asked for, or the last day of the history, as YYYY-MM-DD."""
    return (region.history_until.last if on is None else last_day(on)).isoformat()


def topic(title: str, lines: Iterable[Line]) -> list[Topic]:
    """A topic, unless it has no lines."""
    those = tuple(lines)
    return [Topic(title=title, lines=those)] if those else []


def number(value: float) -> str:
    """A number as people write it: 1,200,000 and 0.35."""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"


def percent(share: float) -> str:
    """A share in per cent; neither 0 nor 100 unless it is."""
    whole = round(100 * share)
    if (whole == 0 and share > 0) or (whole == 100 and share < 1):
        return f"{100 * share:.2g} %" if whole == 0 else "more than 99 %"
    return f"{whole} %"
