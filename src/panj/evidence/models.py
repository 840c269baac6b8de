"""What a folder of evidence holds, row by row: sources, claims, observations, judgements.

Rows are frozen. A missing date, number or flow is ``None``, never zero and never empty text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, model_validator

from panj.basics.codes import border_code
from panj.basics.dates import first_day, last_day
from panj.basics.reading import Number, OpenDate, Row, Text, wrong

SourceKind = Literal[
    "essay",
    "press",
    "official",
    "survey",
    "statistics",
    "scholarly",
    "law",
    "web",
    "compilation",
    "general knowledge",
]
Seen = Literal["source", "quotation", "abstract", "general knowledge"]
Grade = Literal["high", "medium", "low"]
ClaimKind = Literal["datum", "event", "status", "mechanism", "judgement", "prediction"]
Role = Literal["input", "event", "rule", "mechanism", "prior", "target", "validation", "context"]
JudgementKind = Literal["dates", "numbers", "meaning", "actors", "conflict"]

CLAIM_KINDS: tuple[str, ...] = get_args(ClaimKind)
ROLES: tuple[str, ...] = get_args(Role)

EVERYWHERE = "region"
"""The place of a claim that holds for the whole region."""

_BORDER = re.compile(r"[A-Za-z]{2}-[A-Za-z]{2}")


def _period(text: str) -> str:
    start, slash, end = text.partition("/")
    try:
        ordered = first_day(start) <= last_day(end if slash else start)
    except ValueError:
        remedy = "Write YYYY, YYYY-MM or YYYY-MM-DD; for a period, two of them joined by a slash."
        raise wrong(f"{text!r} is not a date or period", remedy) from None
    if not ordered:
        raise wrong(f"{text!r} ends before it begins", "Write the earlier date first.")
    return text


def _place(text: str) -> str:
    if _BORDER.fullmatch(text) and text != border_code(text):
        raise wrong(f"{text!r} is not in alphabetical order", f"Write {border_code(text)!r}.")
    return text


def _some(ids: tuple[str, ...]) -> tuple[str, ...]:
    if not ids:
        raise wrong("is empty", "Name the claims that are weighed.")
    return ids


Period = Annotated[Text, AfterValidator(_period)]
Place = Annotated[Text, AfterValidator(_place)]


class Source(Row):
    """Who says something: producer, title, date, kind, quality, and what of it was seen."""

    id: Text
    producer: str
    title: Text
    date: OpenDate = None
    kind: SourceKind
    quality: Grade
    seen: Seen
    licence: str = ""
    url: str = ""
    note: str = ""


class Quantity(Row):
    """A published number with its unit; ``low`` and ``high`` where the source gives a range, value or not."""

    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    unit: Text

    @model_validator(mode="after")
    def _holds_a_number_in_order(self) -> Quantity:
        given = [number for number in (self.low, self.value, self.high) if number is not None]
        if not given:
            raise wrong("has no number", "Give value, low or high; or write null for no quantity.")
        if given != sorted(given):
            raise wrong("is not in order", "Write low <= value <= high.")
        return self

    def __str__(self) -> str:
        number = "" if self.value is None else f"{self.value:,.10g}"
        ends = ["" if end is None else f"{end:,.10g}" for end in (self.low, self.high)]
        if any(ends):
            span = f"{ends[0]} to {ends[1]}" if all(ends) else (f"{ends[0]} or more" if ends[0] else f"up to {ends[1]}")
            number = f"{number} ({span})" if number else span
        return f"{number} {self.unit}"


class Claim(Row):
    """One statement of one source, in our own words.

    Attributes:
        places: Codes of states and borders, ids, or ``region`` for everywhere.
        holds_from: First date for which it holds; ``None``: not known.
        holds_to: Last date for which it holds; ``None``: open.
        said: When it was said.
        cites: The source that this source quotes.
        test: What the model or the data base must show.
    """

    id: Text
    source: Text
    locator: str = ""
    statement: Text
    kind: ClaimKind
    role: Role
    places: tuple[Place, ...]
    actors: tuple[str, ...] = ()
    flow: Text | None = None
    holds_from: OpenDate = None
    holds_to: OpenDate = None
    said: OpenDate = None
    quantity: Quantity | None = None
    cites: Text | None = None
    confidence: Grade
    test: str | None = None
    note: str = ""

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Claim:
        if self.holds_from and self.holds_to and first_day(self.holds_from) > last_day(self.holds_to):
            raise wrong(f"holds to {self.holds_to}, before {self.holds_from}", "Swap or mend holds_from and holds_to.")
        return self

    @property
    def dated(self) -> bool:
        """Whether anything is known of when it holds."""
        return self.holds_from is not None or self.holds_to is not None

    @property
    def first_day(self) -> dt.date:
        """First day for which it holds; the earliest day there is if unknown."""
        return first_day(self.holds_from) if self.holds_from else dt.date.min

    @property
    def last_day(self) -> dt.date:
        """Last day for which it holds. An event without an end is over with its own date; all else goes on."""
        if self.holds_to:
            return last_day(self.holds_to)
        return last_day(self.holds_from) if self.holds_from and self.kind == "event" else dt.date.max


class Observation(Row):
    """One row of a series: a value of one area at a date or over a period (``2003-01/2003-05``)."""

    id: Text
    series: Text
    area: Text
    date: Period
    value: Number
    unit: Text
    source: Text
    note: str = ""

    @property
    def first_day(self) -> dt.date:
        """First day of its date or period."""
        return first_day(self.date.split("/")[0])

    @property
    def last_day(self) -> dt.date:
        """Last day of its date or period."""
        return last_day(self.date.split("/")[-1])


class Judgement(Row):
    """Which claims are used where several can be read against each other, and why."""

    id: Text
    title: Text
    claims: Annotated[tuple[str, ...], AfterValidator(_some)]
    uses: tuple[str, ...] = ()
    treatment: Text
    reason: Text
    kind: JudgementKind


@dataclass(frozen=True)
class Evidence:
    """Everything that was read of one folder of evidence, in the order of its files.

    ``whole``: False where a file of it could not be read at all, so that nothing can be said of what it does not hold.
    """

    sources: Mapping[str, Source]
    claims: Mapping[str, Claim]
    series: tuple[Observation, ...]
    judgements: Mapping[str, Judgement]
    whole: bool = True

    @cached_property
    def observations(self) -> Mapping[str, Observation]:
        """The rows of the series by their ids."""
        return {row.id: row for row in self.series}

    @cached_property
    def citable(self) -> frozenset[str]:
        """Ids that a rule, a parameter or any other row of a region may name as its evidence."""
        return frozenset(self.claims) | frozenset(self.observations)

    @cached_property
    def ids(self) -> frozenset[str]:
        """All ids: of sources, claims, observations and judgements."""
        return self.citable | frozenset(self.sources) | frozenset(self.judgements)

    def get(self, id: str) -> Source | Claim | Observation | Judgement | None:
        """The claim, observation, judgement or source of an id."""
        return self.claims.get(id) or self.observations.get(id) or self.judgements.get(id) or self.sources.get(id)

    def judgements_on(self, item: str) -> tuple[Judgement, ...]:
        """The judgements that weigh this claim or observation."""
        return tuple(judgement for judgement in self.judgements.values() if item in judgement.claims)
