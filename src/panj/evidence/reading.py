"""Open a folder of evidence: read every file, check every row, name all faults at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from panj.basics.faults import Fault, FaultsError, nearest
from panj.evidence.files import Located, csv_rows, json_lines, read_text, toml_tables
from panj.evidence.models import Claim, Evidence, Judgement, Observation, Source

Row = TypeVar("Row", Source, Claim, Observation, Judgement)
Found = list[tuple[Located, Row]]


class EvidenceError(FaultsError):
    """A folder of evidence has faults; every one of them is in ``faults``."""


def open_evidence(folder: Path | str) -> Evidence:
    """The evidence of a folder.

    Raises:
        EvidenceError: The folder has faults; all of them are named.
    """
    evidence, faults = read_evidence(folder)
    if faults:
        raise EvidenceError(faults)
    return evidence


def read_evidence(folder: Path | str) -> tuple[Evidence, list[Fault]]:
    """What can be read of a folder of evidence, and every fault in it.

    Files are named as they stand in a region: ``evidence/series.csv``. A row with a fault of its own is left out; a row
    that points to an unknown id is kept.
    """
    folder = Path(folder)
    faults: list[Fault] = []
    if not folder.is_dir():
        remedy = "Make the folder, with sources.toml and claims/*.jsonl in it."
        return Evidence({}, {}, (), {}), [Fault("evidence/", "folder", "there is no such folder", remedy)]
    tables = {
        "sources": list(_tables(folder, "sources*.toml", "source", faults)),
        "claims": list(_claims(folder, faults)),
        "series": list(_series(folder, faults)),
        "judgements": list(_tables(folder, "judgements*.toml", "judgement", faults)),
    }
    faults.extend(_repeated(entry for entries in tables.values() for entry in entries))
    sources = _rows(Source, tables["sources"], faults)
    claims = _rows(Claim, tables["claims"], faults)
    series = _rows(Observation, tables["series"], faults)
    judgements = _rows(Judgement, tables["judgements"], faults)
    named = [(entry, "source", claim.source) for entry, claim in claims]
    named += [(entry, "cited source", claim.cites) for entry, claim in claims if claim.cites]
    named += [(entry, "source", observation.source) for entry, observation in series]
    faults.extend(_unknown(named, _ids(tables["sources"]), "evidence/sources*.toml"))
    weighed = [(entry, "claim", claim) for entry, judgement in judgements for claim in judgement.claims]
    faults.extend(_unknown(weighed, _ids([*tables["claims"], *tables["series"]]), "evidence/claims or series.csv"))
    faults.extend(_used_unweighed(judgements))
    evidence = Evidence(
        sources={row.id: row for _, row in sources},
        claims={row.id: row for _, row in claims},
        series=tuple(row for _, row in series),
        judgements={row.id: row for _, row in judgements},
    )
    return evidence, faults


def _tables(folder: Path, pattern: str, table: str, faults: list[Fault]) -> Iterator[Located]:
    for path in sorted(folder.glob(pattern)):
        file = f"evidence/{path.name}"
        yield from toml_tables(read_text(path, file, faults), table, file, faults)


def _claims(folder: Path, faults: list[Fault]) -> Iterator[Located]:
    for path in sorted((folder / "claims").glob("*.jsonl")):
        file = f"evidence/claims/{path.name}"
        yield from json_lines(read_text(path, file, faults), file, faults)


def _series(folder: Path, faults: list[Fault]) -> Iterator[Located]:
    path = folder / "series.csv"
    if path.is_file():
        file = f"evidence/{path.name}"
        yield from csv_rows(read_text(path, file, faults), tuple(Observation.model_fields), file, faults)


def _rows(model: type[Row], located: Iterable[Located], faults: list[Fault]) -> Found[Row]:
    """The rows that are sound, each with where it stands; the faults of the others are added to ``faults``."""
    rows = []
    for entry in located:
        try:
            rows.append((entry, model.model_validate(entry.values)))
        except ValidationError as error:
            faults.extend(_fault(entry, detail, model) for detail in error.errors(include_url=False))
    return rows


def _fault(entry: Located, detail: Any, model: type[BaseModel]) -> Fault:
    """One error of pydantic as a fault with a remedy."""
    where = ".".join(str(part) for part in detail["loc"])
    given, kind, names = detail["input"], detail["type"], list(model.model_fields)
    if kind == "missing":
        return entry.fault(f"{where!r} is missing", f"Add {where!r}.")
    if kind == "extra_forbidden":
        return entry.fault(
            f"unknown key {where!r}", nearest(where, names) or f"Take it out; keys are {', '.join(names)}."
        )
    if kind == "literal_error":
        words = re.findall(r"'([^']+)'", detail["ctx"]["expected"])
        remedy = f"{nearest(str(given), words)} Write one of: {', '.join(words)}.".strip()
        return entry.fault(f"{where} {given!r} is not in the vocabulary", remedy)
    if kind == "value_error":
        fault, _, remedy = str(detail["ctx"]["error"]).partition(". ")
        return entry.fault(f"{where}: {fault}" if where else fault, remedy or "Mend it.")
    if kind in ("string_too_short", "too_short"):
        return entry.fault(f"{where!r} is empty", f"Fill in {where!r}.")
    return entry.fault(f"{where} {given!r}: {detail['msg'][0].lower()}{detail['msg'][1:]}", f"Mend {where!r}.")


def _ids(entries: Iterable[Located]) -> set[str]:
    """The ids that are given, whether or not their rows are sound: one fault is not named twice."""
    return {entry.id for entry in entries if entry.id}


def _repeated(entries: Iterable[Located]) -> Iterator[Fault]:
    """Ids that stand twice; sources, claims, observations and judgements share one list of ids."""
    first: dict[str, Located] = {}
    for entry in entries:
        earlier = first.setdefault(entry.id, entry)
        if entry.id and earlier is not entry:
            fault = f"the id {entry.id!r} stands already in {earlier.file}, {earlier.where}"
            yield entry.fault(fault, "Give one of them another id.")


def _unknown(named: Iterable[tuple[Located, str, str]], known: set[str], home: str) -> Iterator[Fault]:
    """Names that are not in the set of known ids, each with what it should name."""
    for entry, what, name in named:
        if name not in known:
            remedy = f"{nearest(name, known)} Add it there, or name another.".strip()
            yield entry.fault(f"{what} {name!r} is not in {home}", remedy)


def _used_unweighed(judgements: Found[Judgement]) -> Iterator[Fault]:
    for entry, judgement in judgements:
        for claim in judgement.uses:
            if claim not in judgement.claims:
                remedy = f"{nearest(claim, judgement.claims)} Add {claim!r} to claims, or take it out of uses.".strip()
                yield entry.fault(f"uses {claim!r}, which is not among its claims", remedy)
