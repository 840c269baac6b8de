"""Read text, JSON lines, TOML and CSV into rows, and say where each row stands; faults are collected, never raised."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from panj.basics.faults import Fault, nearest


@dataclass(frozen=True)
class Located:
    """A row as it was read.

    Attributes:
        file: Path inside the folder that was read.
        where: ``line 3``, ``row 12``, ``line 40, [[source]]``.
        values: Its cells or keys.
    """

    file: str
    where: str
    values: dict[str, Any]

    @property
    def id(self) -> str:
        """Its id; empty if it has none."""
        name = self.values.get("id")
        return name if isinstance(name, str) else ""

    def fault(self, fault: str, remedy: str) -> Fault:
        """A fault in this row."""
        return Fault(self.file, f"{self.where} {self.id}".rstrip(), fault, remedy)


def read_text(path: Path, file: str, faults: list[Fault]) -> str:
    """The text of a file in UTF-8, with or without a byte-order mark; other bytes are a fault and read as ``?``."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        faults.append(Fault(file, f"line {line}", "the text is not UTF-8", "Save the file again with encoding UTF-8."))
        return raw.decode("utf-8-sig", errors="replace")


def json_lines(text: str, file: str, faults: list[Fault]) -> Iterator[Located]:
    """The objects of a JSON-lines file; blank lines are passed over."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"line {number}"
        try:
            values = json.loads(line)
        except json.JSONDecodeError as error:
            remedy = f"Mend it near column {error.colno}: {error.msg}. One claim is one object on one line."
            faults.append(Fault(file, where, "the line is not JSON", remedy))
            continue
        if isinstance(values, dict):
            yield Located(file, where, values)
        else:
            faults.append(Fault(file, where, "the line is not an object", 'Write one {"id": ..., ...} on each line.'))


def toml_tables(text: str, table: str, file: str, faults: list[Fault]) -> Iterator[Located]:
    """The ``[[table]]`` entries of a TOML file."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = f"line {line[1]}" if line else "last line"
        faults.append(Fault(file, where, f"the file is not TOML: {error}", "Mend this line; the rest was not read."))
        return
    entries = document.pop(table, [])
    for key in document:
        remedy = nearest(key, [table]) or f"Write [[{table}]] above each entry."
        faults.append(Fault(file, key, f"unknown key {key!r}", remedy))
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        faults.append(Fault(file, table, f"{table!r} is not a list of tables", f"Write [[{table}]] above each entry."))
        return
    heads = re.finditer(rf"^[ \t]*\[\[[ \t]*{table}[ \t]*\]\]", text, re.MULTILINE)
    lines = [text.count("\n", 0, head.start()) + 1 for head in heads]
    for number, entry in enumerate(entries):
        where = f"line {lines[number]}, [[{table}]]" if len(lines) == len(entries) else f"[[{table}]] {number + 1}"
        yield Located(file, where, entry)


def csv_rows(text: str, columns: Sequence[str], file: str, faults: list[Fault]) -> Iterator[Located]:
    """The rows of a CSV file with exactly these columns, in any order; the head is row 1. Empty cells are left out."""
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = next(table, [])
        faults.extend(_faults_of_head(head, columns, file))
        for number, cells in enumerate(table, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            row = Located(file, f"row {number}", {key: cell for key, cell in zip(head, cells, strict=False) if cell})
            if len(cells) == len(head):
                yield row
            else:
                remedy = "Give every column a cell, and put quotation marks round text that holds a comma."
                faults.append(row.fault(f"{len(cells)} cells under {len(head)} columns", remedy))
    except csv.Error as error:
        where = f"line {table.line_num}"
        faults.append(Fault(file, where, f"the file is not CSV: {error}", "Mend this line; the rest was not read."))


def _faults_of_head(head: Sequence[str], columns: Sequence[str], file: str) -> Iterator[Fault]:
    for column in columns:
        if column not in head:
            yield Fault(file, "row 1", f"column {column!r} is missing", f"Write the head as {','.join(columns)}.")
    for column in head:
        if column not in columns:
            remedy = nearest(column, columns) or f"Take it out; the columns are {','.join(columns)}."
            yield Fault(file, "row 1", f"unknown column {column!r}", remedy)
    for column in sorted({column for column in head if head.count(column) > 1}):
        yield Fault(file, "row 1", f"column {column!r} stands twice", "Take one of them out.")
