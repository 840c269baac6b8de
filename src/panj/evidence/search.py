"""Question the evidence: words, filters by place, date, flow, kind, role and source, and judged conflicts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from panj.basics.codes import border_code
from panj.basics.dates import first_day, last_day
from panj.basics.faults import Fault, FaultsError, nearest
from panj.evidence.models import CLAIM_KINDS, EVERYWHERE, ROLES, Claim, Evidence, Judgement, Observation
from panj.evidence.words import rank


class QuestionError(FaultsError):
    """A question names something that the evidence does not have; every such word is in ``faults``."""


@dataclass(frozen=True)
class Answer:
    """What a question finds.

    Attributes:
        claims: Best first; in the order of the files where no words were given.
        undated: How many more would be found, but for want of a date.
        everywhere: How many more hold for the whole region rather than for the place that was asked for.
    """

    claims: tuple[Claim, ...]
    undated: int = 0
    everywhere: int = 0


@dataclass(frozen=True)
class Conflict:
    """Claims that disagree, with the judgement between them."""

    judgement: Judgement
    sides: tuple[Claim | Observation, ...]


def search(
    evidence: Evidence,
    words: str = "",
    *,
    place: str | None = None,
    between: tuple[str, str] | None = None,
    flow: str | None = None,
    kind: str | None = None,
    role: str | None = None,
    source: str | None = None,
    any_word: bool = False,
) -> Answer:
    """The claims that hold all the words and pass all the filters.

    Args:
        evidence: What is questioned.
        words: Free text; endings do not matter, and a beginning of a word is enough.
        place: A state (its borders are found too), a border in either order, an id, or ``region`` for everywhere.
        between: First and last date; found is what holds on any day of that time. Undated claims are left out.
        flow: Id of a flow.
        kind: What a claim is: datum, event, status, ...
        role: What a claim is for: input, rule, target, ...
        source: Id of a source, also of one that another quotes; or words of its title, producer or id.
        any_word: One of the words is enough.

    Raises:
        QuestionError: No claim has this place, flow, kind, role or source, or a date is none.
    """
    at, tests = _filters(evidence, place, between, flow, kind, role, source)
    ranked = rank(evidence, words, any_word) if words.strip() else evidence.claims.values()
    span = days(between) if between else None
    passed = [claim for claim in ranked if all(test(claim) for test in tests)]
    here = [claim for claim in passed if at is None or _lies_at(claim, at)]
    elsewhere = [claim for claim in passed if at is not None and at != EVERYWHERE and EVERYWHERE in claim.places]
    return Answer(
        claims=tuple(claim for claim in here if _holds(claim, span)),
        undated=sum(not claim.dated for claim in here) if span else 0,
        everywhere=sum(_holds(claim, span) and claim not in here for claim in elsewhere),
    )


def conflicts(evidence: Evidence, among: Collection[str] | None = None) -> tuple[Conflict, ...]:
    """The judgements between claims that disagree, with the claims side by side.

    Claims disagree where a judgement is of kind ``conflict``, or uses some of what it weighs and not the rest. One that
    says what a text means, or weighs a single claim, settles no conflict.

    Args:
        evidence: What is questioned.
        among: Only conflicts with a claim of these ids; ``None``: all.
    """
    found = []
    for judgement in evidence.judgements.values():
        items = map(evidence.get, judgement.claims)
        sides = tuple(item for item in items if isinstance(item, Claim | Observation))
        asked = among is None or any(claim in among for claim in judgement.claims)
        settled = judgement.kind == "conflict" or (
            judgement.kind != "meaning" and set(judgement.uses) < set(judgement.claims)
        )
        if asked and settled and len(sides) > 1:
            found.append(Conflict(judgement, sides))
    return tuple(found)


def days(between: tuple[str, str]) -> tuple[dt.date, dt.date]:
    """First and last day between two dates of any precision.

    Raises:
        QuestionError: One of them is no date, or they are in the wrong order.
    """
    faults = []
    for text in dict.fromkeys(between):
        try:
            first_day(text)
        except ValueError as error:
            fault, _, remedy = str(error).partition(". ")
            faults.append(Fault("the question", "date", fault, remedy or "Write YYYY, YYYY-MM or YYYY-MM-DD."))
    if not faults and first_day(between[0]) > last_day(between[1]):
        faults.append(Fault("the question", "dates", f"{between[0]} is after {between[1]}", "Write the earlier first."))
    if faults:
        raise QuestionError(faults)
    return first_day(between[0]), last_day(between[1])


# Filters


def _filters(
    evidence: Evidence,
    place: str | None,
    between: tuple[str, str] | None,
    flow: str | None,
    kind: str | None,
    role: str | None,
    source: str | None,
) -> tuple[str | None, list[Callable[[Claim], bool]]]:
    """The place as the evidence writes it, and the tests that a claim must pass; all unknown words at once."""
    claims = evidence.claims.values()
    faults: list[Fault] = []
    tests: list[Callable[[Claim], bool]] = []
    at = None if place is None else _known("place", _place(place), _places(claims), faults)
    if between is not None:
        try:
            days(between)
        except QuestionError as error:
            faults += error.faults
    if flow is not None:
        asked = _known("flow", flow, {claim.flow for claim in claims if claim.flow}, faults)
        tests.append(lambda claim: claim.flow == asked)
    if kind is not None:
        wanted = _known("kind", kind, CLAIM_KINDS, faults)
        tests.append(lambda claim: claim.kind == wanted)
    if role is not None:
        purpose = _known("role", role, ROLES, faults)
        tests.append(lambda claim: claim.role == purpose)
    if source is not None:
        those = _sources(evidence, source)
        if not those:
            remedy = nearest(source.lower(), evidence.sources) or "Give words of its title or producer."
            faults.append(Fault("the question", "source", f"there is no source {source!r}", remedy))
        tests.append(lambda claim: claim.source in those or claim.cites in those)
    if faults:
        raise QuestionError(faults)
    return at, tests


def _known(what: str, given: str, known: Iterable[str], faults: list[Fault]) -> str:
    """The known word that is meant, whatever its capitals; a fault if there is none."""
    words = sorted(known)
    by_lower = {word.lower(): word for word in words}
    if given.lower() not in by_lower:
        some = f"Some are: {', '.join(words[:8])}." if words else "The evidence names none."
        remedy = nearest(given, words) or some
        faults.append(Fault("the question", what, f"no claim has the {what} {given!r}", remedy))
    return by_lower.get(given.lower(), given)


def _place(text: str) -> str:
    """A border in its one order; any other place as it is."""
    try:
        return border_code(text) if re.fullmatch(r"[A-Za-z]{2}-[A-Za-z]{2}", text) else text
    except ValueError:
        return text


def _states(place: str) -> list[str]:
    """The two states of a border; none for any other place."""
    return place.split("-") if re.fullmatch(r"[A-Z]{2}-[A-Z]{2}", place) else []


def _places(claims: Iterable[Claim]) -> set[str]:
    named = {place for claim in claims for place in claim.places}
    return named.union(*map(_states, named))


def _lies_at(claim: Claim, place: str) -> bool:
    return any(place == named or place in _states(named) for named in claim.places)


def _holds(claim: Claim, span: tuple[dt.date, dt.date] | None) -> bool:
    """Whether it holds on any day of that time; an undated claim is not known to."""
    return span is None or (claim.dated and claim.first_day <= span[1] and claim.last_day >= span[0])


def _sources(evidence: Evidence, text: str) -> set[str]:
    """The source of this id, or all whose id, producer or title holds the text."""
    low = text.lower()
    exact = {id for id in evidence.sources if id.lower() == low}
    return exact or {
        row.id for row in evidence.sources.values() if low in f"{row.id}\n{row.producer}\n{row.title}".lower()
    }
