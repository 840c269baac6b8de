"""Open a folder of evidence: read every file, check every row, name all faults at once."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from panj.basics.faults import Fault, FaultsError, nearest
from panj.basics.reading import (
    Row,
    Table,
    Where,
    join,
    make,
    read_csv,
    read_entries,
    read_text,
    read_toml,
    unknown_keys,
)
from panj.evidence.models import Claim, Evidence, Judgement, Observation, Source

NEEDED = {"sources*.toml": "sources.toml", "claims/*.jsonl": "claims/"}
"""Files without which there is no evidence, and what is told to be missing."""

R = TypeVar("R", Source, Judgement)


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

    Files are named with their folder: ``evidence/series.csv``. A row with a fault of its own is left out; a row that
    points to an unknown id is kept.
    """
    folder = Path(folder).resolve()
    if not folder.is_dir():
        remedy = "Make the folder, with sources.toml and claims/*.jsonl in it."
        return Evidence({}, {}, (), {}, whole=False), [
            Fault(f"{folder.name}/", "folder", "there is no such folder", remedy)
        ]
    faults = [_absent(folder, file) for pattern, file in NEEDED.items() if not _files(folder, pattern)]
    sources = _read_tables(folder, "sources*.toml", "source", Source, faults)
    claims = join(
        [_read_claims(folder, file, faults) for file in _files(folder, "claims/*.jsonl")] or [Table(whole=False)]
    )
    series = join([_read_series(folder, file, faults) for file in _files(folder, "series*.csv")])
    judgements = _read_tables(folder, "judgements*.toml", "judgement", Judgement, faults)
    faults += _twice([*sources, *claims, *series, *judgements])
    faults += _unknown_sources(sources, claims, series)
    faults += _unknown_claims(claims, series, judgements)
    evidence = Evidence(
        sources={row.id: row for row in sources},
        claims={row.id: row for row in claims},
        series=series.rows,
        judgements={row.id: row for row in judgements},
        whole=sources.whole and claims.whole and series.whole,
    )
    return evidence, faults


def _files(folder: Path, pattern: str) -> list[str]:
    return [path.relative_to(folder.parent).as_posix() for path in sorted(folder.glob(pattern))]


def _read_tables(folder: Path, pattern: str, word: str, model: type[R], faults: list[Fault]) -> Table[R]:
    """The entries ``[[word]]`` of all files of a pattern."""
    tables = []
    for file in _files(folder, pattern):
        document, wrong = read_toml(folder.parent, file)
        faults += wrong
        if document is None:
            tables.append(Table[R](whole=False))
            continue
        table, wrong = read_entries(file, document, word, model)
        faults += wrong + unknown_keys(file, document, [word])
        tables.append(table)
    return join(tables or [Table(whole=False)])


def _read_series(folder: Path, file: str, faults: list[Fault]) -> Table[Observation]:
    table, wrong = read_csv(folder.parent, file, Observation)
    faults += wrong
    return table


def _read_claims(folder: Path, file: str, faults: list[Fault]) -> Table[Claim]:
    """The claims of a file of JSON lines; blank lines are passed over."""
    text, wrong = read_text(folder.parent, file)
    faults += wrong
    rows: list[Claim] = []
    ids: set[str] = set()
    for number, line in enumerate((text or "").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            named = _ID.findall(line)
            ids.update(named)
            faults.append(_unread(Where(file, ", ".join([*named, f"line {number}"])), error))
            continue
        if not isinstance(values, dict):
            remedy = 'Write one claim a line, as {"id": ..., "source": ...}.'
            faults.append(Fault(file, f"line {number}", "is not an object", remedy))
            continue
        id = str(values.get("id", ""))
        ids.add(id)
        faults += make(rows, Claim, values, Where(file, f"{id}, line {number}" if id else f"line {number}"))
    return Table(tuple(rows), frozenset(ids), whole=text is not None)


def _absent(folder: Path, file: str) -> Fault:
    remedy = f"Add it; docs/region-format.md says what stands in {folder.name}/."
    return Fault(f"{folder.name}/{file}", "folder" if file.endswith("/") else "file", "is missing", remedy)


_ID = re.compile(r'"id"\s*:\s*"([^"]*)"')


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object of which no key stands twice."""
    values = dict(pairs)
    if len(values) < len(pairs):
        twice = next(name for name, number in Counter(name for name, _ in pairs).items() if number > 1)
        raise ValueError(f"the key {twice!r} stands twice")
    return values


def _unread(where: Where, error: ValueError | RecursionError) -> Fault:
    """The fault of a line that is no JSON, or not such as can be read."""
    if isinstance(error, json.JSONDecodeError):
        remedy = f"Mend it near column {error.colno}: {error.msg}. One claim is one object on one line."
        return Fault(*where, "is not JSON", remedy)
    why = "too many brackets" if isinstance(error, RecursionError) else str(error)
    return Fault(*where, f"cannot be read: {why}", "Write one claim a line, each key once.")


def _twice(rows: Iterable[Source | Claim | Observation | Judgement]) -> Iterator[Fault]:
    """Ids that stand twice; sources, claims, observations and judgements share one list of ids."""
    first: dict[str, Row] = {}
    for row in rows:
        earlier = first.setdefault(row.id, row)
        if earlier is not row:
            fault = f"the id {row.id!r} stands already in {earlier.where.file}, {earlier.where.row}"
            yield row.fault(fault, "Give one of them another id.")


def _unknown_sources(sources: Table[Source], claims: Table[Claim], series: Table[Observation]) -> Iterator[Fault]:
    named: list[tuple[Row, str, str]] = [(row, "source", row.source) for row in (*claims, *series)]
    named += [(row, "cited source", row.cites) for row in claims if row.cites]
    for row, what, source in named:
        if source not in sources:
            remedy = f"{nearest(source, sources.ids)} Add it there, or name another.".strip()
            yield row.fault(f"{what} {source!r} is not in sources*.toml", remedy)


def _unknown_claims(claims: Table[Claim], series: Table[Observation], judgements: Table[Judgement]) -> Iterator[Fault]:
    for row in judgements:
        for claim in row.claims:
            if claim not in claims and claim not in series:
                remedy = f"{nearest(claim, claims.ids | series.ids)} Add it, or name another.".strip()
                yield row.fault(f"claim {claim!r} is not in the evidence", remedy)
        for claim in row.uses:
            if claim not in row.claims:
                remedy = f"{nearest(claim, row.claims)} Add {claim!r} to claims, or take it out of uses.".strip()
                yield row.fault(f"uses {claim!r}, which is not among its claims", remedy)
