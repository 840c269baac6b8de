"""The command `panj evidence`: what is known, who says so, and what is made of it."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, RenderableType

from panj.basics.faults import Fault, FaultsError, nearest
from panj.basics.words import counted
from panj.cli import DEFAULT_REGION
from panj.cli.ledger import Item, ids_of, overview, record, record_of_conflict, side_by_side, table_of_claims, whole
from panj.evidence import Answer, Evidence, Observation, QuestionError, conflicts, read_evidence, search
from panj.evidence.search import days
from panj.evidence.words import nearest_words, stem, tokens

if TYPE_CHECKING:
    from panj.region.uses import Use

SHOWN = 20
"""Rows of a table, unless --limit says otherwise."""


def evidence(
    words: Annotated[list[str] | None, typer.Argument(help="Words to look for; or an id; or a series.")] = None,
    place: Annotated[
        str | None, typer.Option(help="A state (its borders too), a border in either order, or 'region'.")
    ] = None,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="What holds on a day, in a month or year.")] = None,
    between: Annotated[
        tuple[str, str] | None, typer.Option(metavar="FROM TO", help="What holds at any time between.")
    ] = None,
    flow: Annotated[str | None, typer.Option(help="Id of a flow, such as opiates.")] = None,
    kind: Annotated[str | None, typer.Option(help="datum, event, status, mechanism, judgement, prediction.")] = None,
    role: Annotated[
        str | None,
        typer.Option(help="input, event, rule, mechanism, prior, target, validation, context."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Id of a source, or words of its title; quoted sources count, too.")
    ] = None,
    disagree: Annotated[bool, typer.Option("--conflicts", help="Claims that disagree, and the judgement.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON: an object for an id, a list for a search.")] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help=f"Show at most so many: {SHOWN} in tables, all in JSON.")
    ] = None,
    region: Annotated[str, typer.Option(help="A region that ships, or the path of a folder.")] = DEFAULT_REGION,
) -> None:
    """Ask what is known, and who says so.

    All words must be found; a beginning of a word is enough. Claims without
    a date are left out where a date is asked for, and counted.
    """
    if on and between:
        raise typer.BadParameter("Give --on or --between, not both.")
    known = _read(region)
    span = (on, on) if on else between
    place = _code(region, place)
    item = _item(known, words[0]) if words and len(words) == 1 else None
    item = item or (_series(known, words, place, span) if words else None)
    if item:
        _show(known, item, _users(region), as_json)
        return
    text = " ".join(words or [])
    if not (text or disagree or as_json or any([place, span, flow, kind, role, source])):
        _print(*overview(known))
        return
    ask = partial(search, known, text, place=place, between=span, flow=flow, kind=kind, role=role, source=source)
    answer = ask()
    if disagree:
        _show_conflicts(known, answer, as_json, limit)
    elif as_json:
        users = _users(region)
        _print_json([record(known, claim, users([claim.id])) for claim in answer.claims[:limit]])
    elif answer.claims or not text:
        _show_claims(known, answer, limit or SHOWN)
    else:
        _show_nearest(known, text, ask(any_word=True), limit or SHOWN)
    _note_series(known, text)


# What is asked for


def _read(region: str) -> Evidence:
    """The evidence of a region, as far as it can be read; its faults are counted on stderr."""
    from panj.region import find_region

    known, faults = read_evidence(find_region(region) / "evidence")
    if faults and not known.claims:
        raise FaultsError(faults)
    if faults:
        _note(f"This evidence has faults ({len(faults)}); what can be read is shown. To see them: panj check {region}")
    return known


def _code(region: str, place: str | None) -> str | None:
    """A place with the names of states, if it is given by them, as their codes."""
    if place is None or re.fullmatch(r"[A-Za-z]{2}(-[A-Za-z]{2})?", place):
        return place
    from panj.region import find_region
    from panj.region.draft import read_draft

    draft, _ = read_draft(find_region(region))
    codes = {state.name.lower(): state.code for state in draft.states}
    return "-".join(codes.get(part.strip().lower(), part) for part in place.split("-"))


def _item(evidence: Evidence, name: str) -> Item | None:
    """The source, claim, judgement or observation with this id, whatever its capitals.

    Raises:
        QuestionError: The word has the form of an id, and nothing has it.
    """
    item = evidence.get({id.lower(): id for id in evidence.ids}.get(name.lower(), ""))
    form = re.fullmatch(r"([A-Za-z]+)\d+[a-z]?", name)
    if item is None and form and any(re.fullmatch(rf"{form[1].upper()}\d+", id) for id in evidence.ids):
        remedy = nearest(name.upper(), evidence.ids) or "Look for words instead: panj evidence WORDS."
        raise QuestionError([Fault("the question", name, "nothing has this id", remedy)])
    return (item,) if isinstance(item, Observation) else item


def _series(
    evidence: Evidence, words: Sequence[str], place: str | None, span: tuple[str, str] | None
) -> tuple[Observation, ...]:
    """The observations of a series that the words name, of the areas that follow its name, at the place and dates."""
    name, *areas = [word.lower() for word in words]
    series = [row for row in evidence.series if row.series == name]
    wanted = {*areas, *([place.lower()] if place else [])}
    first, last = days(span) if span else (dt.date.min, dt.date.max)
    if not wanted <= {row.area.lower() for row in series}:
        return ()
    here = [row for row in series if not wanted or row.area.lower() in wanted]
    return tuple(row for row in here if row.first_day <= last and row.last_day >= first)


def _users(region: str) -> Callable[[Collection[str]], list[Use] | None]:
    """A function that says what in the region rests on any of some ids; ``None`` where the region has faults."""
    from panj.region import RegionError, open_region
    from panj.region.uses import citations

    try:
        cited = [(use, claims) for use, claims in citations(open_region(region)) if use.kind != "judgement"]
    except RegionError as error:
        _note(
            f"What uses it is not known: the region has faults ({len(error.faults)}). To see them: panj check {region}"
        )
        return lambda ids: None
    return lambda ids: [use for use, claims in cited if not set(ids).isdisjoint(claims)]


# What is printed


def _show(evidence: Evidence, item: Item, users: Callable[[Collection[str]], list[Use] | None], as_json: bool) -> None:
    used = users(ids_of(item))
    if as_json:
        _print_json(record(evidence, item, used))
    else:
        _print(*whole(evidence, item, used))


def _show_conflicts(evidence: Evidence, answer: Answer, as_json: bool, limit: int | None) -> None:
    found = conflicts(evidence, {claim.id for claim in answer.claims})
    if as_json:
        _print_json([record_of_conflict(conflict) for conflict in found[:limit]])
        return
    for conflict in found[: limit or SHOWN]:
        _print(*side_by_side(evidence, conflict))
    _note(_counted("judged conflict", len(found), limit or SHOWN))


def _show_claims(evidence: Evidence, answer: Answer, limit: int) -> None:
    """The best claims as a table, and what was left out and why."""
    if answer.claims:
        _print(table_of_claims(evidence, answer.claims[:limit]), "")
    _note(_counted("claim", len(answer.claims), limit))
    if answer.undated:
        _note(f"{answer.undated} more left out: they bear no date.")
    if answer.everywhere:
        _note(f"{answer.everywhere} more hold for the whole region: --place region shows them.")


def _note_series(evidence: Evidence, words: str) -> None:
    """The series whose names hold all the words."""
    asked = tokens(words)
    names = {row.series: tokens(row.series) for row in evidence.series}
    found = [name for name, parts in names.items() if all(any(p.startswith(stem(w)) for p in parts) for w in asked)]
    if asked and found:
        _note(f"Series: {', '.join(sorted(found))}. To see one: panj evidence {min(found)}")


def _show_nearest(evidence: Evidence, words: str, partly: Answer, limit: int) -> None:
    """Where no claim holds all the words: those that hold some, and the nearest words of the evidence."""
    if partly.claims:
        _note("No claim holds all of these words; these hold some.")
    for word, near in nearest_words(evidence, words).items():
        _note(f"No claim holds {word!r}." + (f" Nearest: {', '.join(near)}." if near else ""))
    _show_claims(evidence, partly, limit)


def _counted(what: str, number: int, limit: int) -> str:
    if number > limit:
        return f"{limit} of {number} {what}s; --limit {number} shows all."
    return f"{counted(number, what)}." if number else f"No {what}s."


def _print(*parts: RenderableType) -> None:
    Console(markup=False, highlight=False, emoji=False).print(*parts, sep="\n")


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _note(text: str) -> None:
    typer.echo(text, err=True)
