"""Rows of evidence as a reader sees them: in words, in tables that fit the terminal, and as plain records for JSON."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from panj.basics.words import counted
from panj.evidence import Claim, Conflict, Evidence, Judgement, Observation, Source

if TYPE_CHECKING:
    from panj.region.uses import Use

Item = Source | Claim | Judgement | Sequence[Observation]
"""What can be shown in full: a source, a claim, a judgement, or the observations of a series."""


USERS = 8
"""Users of one kind that are shown beside an item."""

Cell = str | Text | Table
"""What stands beside a name."""


def when(claim: Claim) -> str:
    """When a claim holds, in words; empty if it bears no date."""
    start, end = claim.holds_from, claim.holds_to
    if start and end:
        return start if start == end else f"{start} to {end}"
    if end:
        return f"until {end}"
    return "" if not start else start if claim.kind == "event" else f"since {start}"


def reference(evidence: Evidence, source: str, locator: str = "") -> str:
    """A source in words, as far as it is known: producer, title, date, and where in it."""
    row = evidence.sources.get(source)
    if row is None:
        return ", ".join(filter(None, [source, locator]))
    title = f"{row.title} ({row.date})" if row.date else row.title
    return ", ".join(filter(None, [row.producer, title, locator]))


def ids_of(item: Item) -> list[str]:
    """The ids that may be cited for an item: of a judgement the claims that it uses, of a source its own."""
    match item:
        case Claim() | Source():
            return [item.id]
        case Judgement():
            return list(item.uses)
        case _:
            return [row.id for row in item]


def _who(evidence: Evidence, source: str, locator: str = "") -> str:
    """A source in short: its producer, and where in it."""
    row = evidence.sources.get(source)
    return ", ".join(filter(None, [(row.producer or row.title) if row else source, locator]))


# Tables


def _columns(*names: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def table_of_claims(evidence: Evidence, claims: Iterable[Claim]) -> Table:
    """Claims in rows: id, when, where, what is said and by whom."""
    table = _columns("id", "when", "where", "what, and who says so")
    table.columns[0].no_wrap = True
    table.columns[1].max_width, table.columns[2].max_width = 13, 8
    for claim in claims:
        what = Text.assemble(claim.statement, "\n", (f"- {_who(evidence, claim.source, claim.locator)}", "dim"))
        table.add_row(Text(claim.id, "bold"), when(claim), _places(claim), what)
    return table


def _places(claim: Claim) -> str:
    """The places of a claim; where there are many, the first of them and how many more."""
    return " ".join(claim.places if len(claim.places) <= 4 else [*claim.places[:3], f"+{len(claim.places) - 3}"])


def table_of_observations(rows: Iterable[Observation]) -> Table:
    """Observations in rows: id, area, date, value with unit, note."""
    table = _columns("id", "area", "date", "value", "unit", "note")
    table.columns[0].no_wrap = table.columns[2].no_wrap = table.columns[3].no_wrap = True
    table.columns[3].justify = "right"
    for row in sorted(rows, key=lambda row: (row.area, row.date)):
        table.add_row(Text(row.id, "bold"), row.area, row.date, f"{row.value:,.10g}", row.unit, Text(row.note, "dim"))
    return table


def _facts(facts: Iterable[tuple[str, Cell]]) -> Table:
    """Names and what they stand for, in two columns; empty ones are left out."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, fact in facts:
        if fact:
            table.add_row(name, fact)
    return table


def overview(evidence: Evidence) -> list[Cell]:
    """What there is to ask about: how many claims of each kind, role and flow, which places and series."""
    claims = evidence.claims.values()
    counts: dict[str, Counter[str]] = {
        "kinds": Counter(claim.kind for claim in claims),
        "roles": Counter(claim.role for claim in claims),
        "flows": Counter(claim.flow for claim in claims if claim.flow),
        "places": Counter(place for claim in claims for place in claim.places),
        "series": Counter(row.series for row in evidence.series),
    }
    head = (
        f"{counted(len(claims), 'claim')} of {counted(len(evidence.sources), 'source')}, "
        f"{counted(len(evidence.series), 'observation')}, {counted(len(evidence.judgements), 'judgement')}. "
        "To ask: panj evidence --help"
    )
    most = {name: ", ".join(f"{word} {n}" for word, n in count.most_common(24)) for name, count in counts.items()}
    return [head, "", _facts(most.items())]


# One in full


def whole(evidence: Evidence, item: Item, users: Sequence[Use] | None) -> list[Cell]:
    """Everything about one item, with what uses it. ``users``: ``None`` where the region cannot tell."""
    used: list[tuple[str, Cell]] = [("used by", _used(users))]
    match item:
        case Claim():
            head = Text.assemble((item.id, "bold"), f"  {item.kind}, {item.role}, {item.confidence} confidence")
            return [head, item.statement, "", _facts([*_facts_of_claim(evidence, item), *used])]
        case Judgement():
            head = Text.assemble((item.id, "bold"), f"  judgement on {item.kind}: {item.title}")
            return [head, _facts([*_facts_of_judgement(evidence, item), *used])]
        case Source():
            return [Text.assemble((item.id, "bold"), f"  {item.title}"), _facts(_facts_of_source(evidence, item))]
        case _:
            return _series(evidence, item, used)


def _facts_of_claim(evidence: Evidence, claim: Claim) -> list[tuple[str, Cell]]:
    judged = [
        (row.id, f"({'used' if claim.id in row.uses else 'not used'}) {row.title} {row.treatment}")
        for row in evidence.judgements_on(claim.id)
    ]
    return [
        ("where", ", ".join(claim.places)),
        ("when", when(claim) or "no date is known"),
        ("who", ", ".join(claim.actors)),
        ("flow", claim.flow or ""),
        ("number", str(claim.quantity) if claim.quantity else ""),
        ("source", f"{claim.source}: {reference(evidence, claim.source, claim.locator)}"),
        ("said", claim.said or ""),
        ("quotes", f"{claim.cites}: {reference(evidence, claim.cites)}" if claim.cites else ""),
        ("must show", claim.test or ""),
        ("note", claim.note),
        ("judged", _facts(judged) if judged else ""),
    ]


def _facts_of_judgement(evidence: Evidence, judgement: Judgement) -> list[tuple[str, Cell]]:
    weighed: list[tuple[str, Cell]] = []
    for id in judgement.claims:
        mark = " (used)" if id in judgement.uses else ""
        weighed.append((f"{id}{mark}", _side(evidence, evidence.get(id))))
    return [*weighed, ("treatment", judgement.treatment), ("reason", judgement.reason)]


def _side(evidence: Evidence, item: object) -> Text:
    """One side of a conflict: what is said, and by whom."""
    match item:
        case Claim():
            said = " ".join(filter(None, [item.statement, f"[{when(item)}]" if item.dated else ""]))
            return Text.assemble(said, "\n", (f"- {_who(evidence, item.source, item.locator)}", "dim"))
        case Observation():
            said = f"{item.series} of {item.area}, {item.date}: {item.value:,.10g} {item.unit}"
            return Text.assemble(said, "\n", (f"- {_who(evidence, item.source)}", "dim"))
        case _:
            return Text("is not in the evidence")


def side_by_side(evidence: Evidence, conflict: Conflict) -> list[Cell]:
    """Claims that disagree, and what was made of them."""
    judgement = conflict.judgement
    head = Text.assemble((judgement.id, "bold"), f"  {judgement.title}")
    return [head, _facts(_facts_of_judgement(evidence, judgement)), ""]


def _facts_of_source(evidence: Evidence, source: Source) -> list[tuple[str, Cell]]:
    claims = [row.id for row in evidence.claims.values() if row.source == source.id]
    quoted = [row.id for row in evidence.claims.values() if row.cites == source.id]
    series = sorted({row.series for row in evidence.series if row.source == source.id})
    return [
        ("producer", source.producer),
        ("date", source.date or ""),
        ("kind", f"{source.kind}, {source.quality} quality; seen: {source.seen}"),
        ("licence", source.licence),
        ("address", source.url),
        ("note", source.note),
        ("claims", _runs(claims)),
        ("quoted in", _runs(quoted)),
        ("series", " ".join(series)),
    ]


def _runs(ids: Iterable[str]) -> str:
    """Ids in short: those that follow each other in number as first and last, ``S001-S455``."""
    runs: list[list[str]] = []
    for id in ids:
        last = re.fullmatch(r"(\D*)(\d+)", runs[-1][-1]) if runs else None
        if last and id == f"{last[1]}{int(last[2]) + 1:0{len(last[2])}d}":
            runs[-1].append(id)
        else:
            runs.append([id])
    return " ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else " ".join(run) for run in runs)


def _series(evidence: Evidence, rows: Sequence[Observation], used: list[tuple[str, Cell]]) -> list[Any]:
    areas = sorted({row.area for row in rows})
    sources = dict.fromkeys(reference(evidence, row.source) for row in rows)
    head = Text.assemble((rows[0].series, "bold"), f"  {counted(len(rows), 'observation')} of {', '.join(areas)}")
    return [head, table_of_observations(rows), "", _facts([("sources", "\n".join(sources)), *used])]


def _used(users: Sequence[Use] | None) -> Cell:
    """What rests on an item, by kind; where many of a kind do, the first of them and how many more."""
    if users is None:
        return "not known: the region has faults"
    rows: list[tuple[str, Cell]] = []
    for kind, number in Counter(use.kind for use in users).items():
        rows += [(kind, f"{use.id}: {use.text}") for use in users if use.kind == kind][:USERS]
        if number > USERS:
            rows.append(("", f"and {number - USERS} more; --json names all"))
    return _facts(rows) if rows else "nothing in the region"


# Records


def record(evidence: Evidence, item: Item, users: Sequence[Use] | None) -> dict[str, Any]:
    """One item with the keys of its columns, its judgements and its users (``None``: the region cannot tell)."""
    used_by = None if users is None else [use._asdict() for use in users]
    match item:
        case Claim():
            judgements = [row.model_dump() for row in evidence.judgements_on(item.id)]
            return {**item.model_dump(), "judgements": judgements, "used_by": used_by}
        case Judgement():
            sides = [row.model_dump() for row in map(evidence.get, item.claims) if row]
            return {**item.model_dump(), "sides": sides, "used_by": used_by}
        case Source():
            claims = [row.id for row in evidence.claims.values() if item.id in (row.source, row.cites)]
            observations = [row.id for row in evidence.series if row.source == item.id]
            return {**item.model_dump(), "claims": claims, "observations": observations}
        case _:
            judged = {judgement.id: judgement for row in item for judgement in evidence.judgements_on(row.id)}
            return {
                "series": item[0].series,
                "observations": [row.model_dump() for row in item],
                "judgements": [row.model_dump() for row in judged.values()],
                "used_by": used_by,
            }


def record_of_conflict(conflict: Conflict) -> dict[str, Any]:
    """A judgement with the keys of its columns, and the claims or observations that it weighs."""
    return {**conflict.judgement.model_dump(), "sides": [side.model_dump() for side in conflict.sides]}
