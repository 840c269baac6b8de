"""Rows of CSV, TOML and JSON files as checked models. Whatever is wrong becomes a fault; the rest is still read.

A `Row` knows the file and the row it came from, so that any later check can name them.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import textwrap
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    Strict,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from panj.basics.codes import border_code
from panj.basics.dates import first_day
from panj.basics.faults import Fault, nearest


class Where(NamedTuple):
    """The file, inside the folder that was read, and the row in it."""

    file: str
    row: str


class Row(BaseModel):
    """One row of a file: frozen, no unknown keys, and it knows where it stands."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False, validate_default=False
    )
    _where: Where | None = PrivateAttr(default=None)

    @property
    def where(self) -> Where:
        """The file and row it was read from; empty words if it was made in Python."""
        return self._where or Where("", "")

    def fault(self, fault: str, remedy: str) -> Fault:
        """A fault of this row."""
        return Fault(*self.where, fault, remedy)


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Table(Generic[R]):
    """The rows of a file that could be read.

    Attributes:
        rows: Those without a fault of their own.
        ids: The ids of all rows, also of those with faults, so that one fault does not make others.
        whole: False where the file could not be read at all: nothing can be said of what it does not hold.
        sound: False where some row has a fault of its own, so that sums and counts say nothing.
    """

    rows: tuple[R, ...] = ()
    ids: frozenset[str] = frozenset()
    whole: bool = True
    sound: bool = True

    def __iter__(self) -> Iterator[R]:
        return iter(self.rows)

    def __contains__(self, id: object) -> bool:
        return not self.whole or id in self.ids


def join(tables: Iterable[Table[R]]) -> Table[R]:
    """Several tables as one."""
    those = list(tables)
    return Table(
        tuple(row for table in those for row in table.rows),
        frozenset().union(*(table.ids for table in those)),
        all(table.whole for table in those),
        all(table.sound for table in those),
    )


# Fields


DATE_FORM = "Write YYYY, YYYY-MM or YYYY-MM-DD."

TYPED = {"numbers": "stand without quotes"}
"""Context of what was read from a file that tells numbers from text: TOML and JSON, where CSV has cells alone."""


def wrong(fault: str, remedy: str) -> PydanticCustomError:
    """What a check of a row raises: the fault, as a clause of which the field is the subject, and its remedy."""
    return PydanticCustomError("panj", "{fault}", {"fault": fault, "remedy": remedy})


def _date(value: object) -> object:
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int):
        value = str(value)
    if value is None:
        return None
    if not isinstance(value, str):
        raise wrong(f"{value!r} is not a date", DATE_FORM)
    try:
        first_day(value)
    except ValueError as error:
        raise wrong(str(error).removesuffix(f" {DATE_FORM}").removesuffix("."), DATE_FORM) from None
    return value


def _not_quoted(value: object, info: ValidationInfo) -> object:
    """Pydantic takes ``true`` for 1 where a number is wanted, and text that looks like a number, as cells do."""
    if isinstance(value, bool):
        raise wrong(f"{str(value).lower()} is not a number", "Write a number, or leave it out if unknown.")
    if isinstance(value, str) and info.context == TYPED:
        remedy = "Take the quotes away." if _is_number(value) else "Write a number, or leave it out if unknown."
        raise wrong(f"{value!r} is {'text' if _is_number(value) else 'not a number'}", remedy)
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _month(value: str) -> str:
    if len(value) != len("2001-09"):
        raise wrong(f"{value} is not a month", "Write YYYY-MM.")
    return value


def _border(value: str) -> str:
    try:
        code = border_code(value)
    except ValueError:
        raise wrong(
            f"{value!r} is not a border", "Write two state codes joined by a hyphen, in alphabetical order."
        ) from None
    if code != value:
        raise wrong(f"{value!r} is not in alphabetical order", f"Write {code!r}.")
    return value


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part for part in (part.strip() for part in value.split(";")) if part)
    return value


def _unless_empty(value: object) -> object:
    return None if value == "" else value


def _word(pattern: str, remedy: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not value:
            raise wrong("is empty", remedy)
        if compiled.fullmatch(value) is None:
            raise wrong(f"{value!r} is not of the right form", remedy)
        return value

    return AfterValidator(check)


Id = Annotated[str, _word(r"[a-z0-9]+(-[a-z0-9]+)*", "Write lower-case words joined by hyphens.")]
Name = Annotated[str, _word(r"[a-z][a-z0-9_]*", "Write lower-case words joined by underscores.")]
StateCode = Annotated[str, _word(r"[A-Z]{2}", "Write a code of two capital letters.")]
BorderCode = Annotated[str, AfterValidator(_border)]
Text = Annotated[str, Field(min_length=1)]
Date = Annotated[str, BeforeValidator(_date)]
MonthDate = Annotated[Date, AfterValidator(_month)]
OpenDate = Annotated[Annotated[str, BeforeValidator(_date)] | None, BeforeValidator(_unless_empty)]
Ids = Annotated[tuple[str, ...], BeforeValidator(_split)]
Truth = Annotated[bool, Strict()]
Unquoted = BeforeValidator(_not_quoted)
Number = Annotated[float, Unquoted]
Share = Annotated[Number, Field(ge=0, le=1)]
Positive = Annotated[Number, Field(gt=0)]
NotNegative = Annotated[Number, Field(ge=0)]
Latitude = Annotated[Number, Field(ge=-90, le=90)]
Longitude = Annotated[Number, Field(ge=-180, le=180)]


# Files


def read_text(folder: Path, file: str) -> tuple[str | None, list[Fault]]:
    """The text of a file, or the fault that it is missing or not UTF-8."""
    try:
        text = (folder / file).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None, [Fault(file, "file", "is missing", f"Add {file}; docs/region-format.md says what stands in it.")]
    except OSError as error:
        remedy = "Put a file that you may read in its place."
        return None, [Fault(file, "file", f"cannot be read: {(error.strerror or 'no reason given').lower()}", remedy)]
    except UnicodeDecodeError as error:
        remedy = "Save the file as UTF-8."
        return None, [Fault(file, "file", f"is not UTF-8 text (byte {error.start})", remedy)]
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return None, [Fault(file, f"line {line}", "holds a zero byte", "Save the file as plain UTF-8 text.")]
    return text, []


def read_toml(folder: Path, file: str) -> tuple[dict[str, Any] | None, list[Fault]]:
    """A TOML file, or the fault that it is missing or broken."""
    text, faults = read_text(folder, file)
    if text is None:
        return None, faults
    try:
        return tomllib.loads(text), []
    except tomllib.TOMLDecodeError as error:
        at = re.search(r" \(at (?:(line \d+), column \d+|end of document)\)$", str(error))
        row = (at and at.group(1)) or "last line"
        why = str(error)[: at.start()] if at else str(error)
        why = "a key or a table stands twice" if why == "Cannot overwrite a value" else why
        return None, [Fault(file, row, f"is not TOML: {why}", "Mend the syntax near this line.")]
    except (ValueError, RecursionError):
        return None, [_beyond(file, "TOML")]


def read_json(folder: Path, file: str) -> tuple[Any, list[Fault]]:
    """A JSON file, or the fault that it is missing or broken."""
    text, faults = read_text(folder, file)
    if text is None:
        return None, faults
    try:
        return json.loads(text), []
    except json.JSONDecodeError as error:
        return None, [
            Fault(file, f"line {error.lineno}", f"is not JSON: {error.msg}", "Mend the syntax near this line.")
        ]
    except (ValueError, RecursionError):
        return None, [_beyond(file, "JSON")]


def _beyond(file: str, form: str) -> Fault:
    """The fault of a file that is well formed and still no data."""
    return Fault(
        file, "file", f"is not {form} that can be read", "Look for a number without end, or for too many brackets."
    )


def read_csv(folder: Path, file: str, model: type[R], key: str = "id") -> tuple[Table[R], list[Fault]]:
    """The rows of a CSV file as models.

    Args:
        folder: The folder that is read.
        file: Path of the file inside it.
        model: What a row is; its fields, by alias, are the columns, and all of them must stand in the head.
        key: Column of the id; two rows may not share one. Empty: rows have no id.
    """
    text, faults = read_text(folder, file)
    if text is None:
        return Table(whole=False, sound=False), faults
    records, faults = _records(file, text)
    if not records:
        return Table(whole=False, sound=False), faults or [
            Fault(file, "line 1", "the file is empty", "Write the head of columns.")
        ]
    whole = not faults
    (_, head), *body = records
    columns = {column.alias or name: column for name, column in model.model_fields.items()}
    faults += _head_faults(file, head, list(columns))
    if any(column not in head for column in columns):
        if len(head) == 1 < len(columns):
            fault = "the head is one column"
            faults = [Fault(file, "line 1", fault, f"Separate columns by commas: {','.join(columns)}.")]
        return Table(ids=_ids(head, body, key), whole=False, sound=False), faults
    rows: list[R] = []
    first_lines: dict[str, int] = {}
    for line, cells in body:
        if len(cells) != len(head):
            fault = f"has {len(cells)} cells, the head has {len(head)}"
            faults.append(Fault(file, f"line {line}", fault, "Add or take away commas; quote text that holds one."))
            if key in head[: len(cells)]:
                first_lines.setdefault(cells[head.index(key)].strip(), line)
            continue
        given = dict(zip(head, (cell.strip() for cell in cells), strict=True))
        id = given.get(key, "")
        where = Where(file, f"{id or cells[0].strip()}, line {line}".removeprefix(", "))
        if id and id in first_lines:
            fault = f"the id {id!r} stands in line {first_lines[id]} already"
            faults.append(Fault(*where, fault, "Give each row an id of its own."))
            continue
        first_lines[id] = line
        filled = {
            name: cell for name, cell in given.items() if name in columns and (cell or columns[name].is_required())
        }
        faults += make(rows, model, filled, where, cells=True)
    return Table(tuple(rows), frozenset(first_lines) - {""}, whole, sound=not faults), faults


def read_entries(
    file: str, document: Mapping[str, Any], word: str, model: type[R], key: str = "id"
) -> tuple[Table[R], list[Fault]]:
    """The entries ``[[word]]`` of a TOML document that was read, as models."""
    entries = document.get(word, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return Table(whole=False, sound=False), [
            Fault(file, word, "is not a list of tables", f"Write each one as [[{word}]].")
        ]
    rows: list[R] = []
    faults: list[Fault] = []
    ids: set[str] = set()
    for number, entry in enumerate(entries, start=1):
        id = str(entry.get(key, ""))
        where = Where(file, f"[[{word}]] {id or f'number {number}'}")
        if id and id in ids:
            faults.append(
                Fault(*where, f"the id {id!r} stands in the file already", "Give each entry an id of its own.")
            )
            continue
        ids.add(id)
        faults += make(rows, model, entry, where)
    return Table(tuple(rows), frozenset(ids) - {""}, sound=not faults), faults


def unknown_keys(file: str, document: Mapping[str, Any], known: Iterable[str]) -> list[Fault]:
    """A fault for every key at the top of a TOML document that the format does not have."""
    words = list(known)
    return [
        Fault(file, key, "is not a key of this file", f"{nearest(key, words)} Known: {', '.join(words)}.".strip())
        for key in document
        if key not in words
    ]


def make(rows: list[R], model: type[R], given: Mapping[str, Any], where: Where, *, cells: bool = False) -> list[Fault]:
    """Append the model of what is given to ``rows``, or return what is wrong with it.

    Args:
        rows: Those that could be read so far.
        model: What a row is.
        given: Its values by their names in the file.
        where: It stands.
        cells: Numbers were read as text, from a file that knows nothing else.
    """
    try:
        row = model.model_validate(given, context=None if cells else TYPED)
    except ValidationError as error:
        return [_fault(details, where, model) for details in error.errors(include_url=False) if not _follows(details)]
    row._where = where
    rows.append(row)
    return []


def _records(file: str, text: str) -> tuple[list[tuple[int, list[str]]], list[Fault]]:
    """Lines with cells, each with the number of the line it begins on; the head first."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((before + 1, cells))
            before = reader.line_num
    except csv.Error as error:
        fault = f"is not CSV: {error}"
        return records, [Fault(file, f"line {before + 1}", fault, "Close the quotes that this row opens.")]
    return records, []


def _head_faults(file: str, head: list[str], columns: list[str]) -> list[Fault]:
    faults = [
        Fault(
            file, "line 1", f"the column {name!r} is missing", "Add it to the head; its cells may be empty if unknown."
        )
        for name in columns
        if name not in head
    ]
    faults += [
        Fault(
            file,
            "line 1",
            f"there is no column {name!r} in the format",
            nearest(name, [column for column in columns if column not in head])
            or "Take it away, or write it in 'note'.",
        )
        for name in head
        if name not in columns
    ]
    if len(set(head)) < len(head):
        faults.append(Fault(file, "line 1", "a column stands twice in the head", "Take one away."))
    return faults


def _ids(head: list[str], body: list[tuple[int, list[str]]], key: str) -> frozenset[str]:
    if key not in head:
        return frozenset()
    at = head.index(key)
    return frozenset(cells[at].strip() for _, cells in body if len(cells) > at)


def _follows(details: ErrorDetails) -> bool:
    """Whether a list is called too short only because what stands in it is wrong, which is a fault of its own."""
    return (
        details["type"] == "too_short"
        and bool(details["input"])
        and len(details["input"]) >= details["ctx"]["min_length"]
    )


def _fault(details: ErrorDetails, where: Where, model: type[Row]) -> Fault:
    """One complaint of pydantic in plain words."""
    name = _path(details["loc"])
    given = details["input"]
    context = details.get("ctx", {})
    match details["type"]:
        case "panj":
            return Fault(*where, f"{name} {context['fault']}", context["remedy"])
        case "missing":
            return Fault(*where, f"{name} is missing", f"Write {name}.")
        case "string_too_short" if given == "":
            return Fault(*where, f"{name} is empty", f"Write {name}.")
        case "extra_forbidden":
            known = [column.alias or field for field, column in model.model_fields.items()]
            remedy = nearest(str(details["loc"][-1]), known) or "Take it away, or write it in 'note'."
            return Fault(*where, f"{name} is not in the format", remedy)
        case "literal_error":
            found = re.findall(r"'([^']*)'|\b(\d+)", context["expected"])
            words = [text or number for text, number in found if text or number]
            ways = f"Write one of: {', '.join(words)}." if len(words) > 1 else f"Write {words[0]}."
            fault = f"{name.removesuffix('.[key]')} {given!r} is not a word of the format"
            return Fault(*where, fault, f"{nearest(str(given), words)} {ways}".strip())
        case "float_parsing" | "int_parsing" | "float_type" | "int_type" | "finite_number" | "int_from_float":
            if given == "":
                return Fault(*where, f"{name} is empty", "Write a number.")
            kind = "whole number" if details["type"].startswith("int") else "number"
            return Fault(*where, f"{name} {given!r} is not a {kind}", f"Write a {kind}, or leave it out if unknown.")
        case "bool_type":
            return Fault(*where, f"{name} {given!r} is neither true nor false", "Write true or false, without quotes.")
        case "greater_than_equal":
            return Fault(*where, f"{name} {given} is below {context['ge']:g}", f"Write at least {context['ge']:g}.")
        case "greater_than":
            return Fault(
                *where, f"{name} {given} is not above {context['gt']:g}", f"Write more than {context['gt']:g}."
            )
        case "less_than_equal":
            return Fault(*where, f"{name} {given} is above {context['le']:g}", f"Write at most {context['le']:g}.")
        case "string_type":
            return Fault(*where, f"{name} {_short(given)} is not text", "Write text, in quotes.")
        case "tuple_type" | "list_type":
            return Fault(*where, f"{name} {_short(given)} is not a list", "Write a list, in square brackets.")
        case "dict_type" | "model_type":
            return Fault(*where, f"{name} {_short(given)} is not a table", "Write names and values, in braces.")
        case "too_short" | "too_long":
            wanted = context.get("min_length", context.get("max_length"))
            few = "at least" if details["type"] == "too_short" else "at most"
            return Fault(*where, f"{name} {f'holds {len(given)}' if given else 'is empty'}", f"Write {few} {wanted}.")
        case _:
            return Fault(*where, f"{name} {_short(given)}: {details['msg'].lower()}", f"Mend {name}.")


def _short(given: object) -> str:
    """What was given, as it is written in Python, cut where it is long."""
    return textwrap.shorten(repr(given), 60, placeholder=" ...")


def _path(loc: tuple[int | str, ...]) -> str:
    """``("volume", 0, "at")`` as ``volume[1].at``; numbers count from one, as people do."""
    words = ""
    for step in loc:
        words += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if words else str(step)
    return words or "row"
