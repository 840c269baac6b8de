"""The tests read as data: what each says, in which room, of which kind. Nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from panj.mechanisms.links import links

from .printing import CODE, ROOT, sentence

KINDS = {
    "law": "holds whatever the inputs: conservation, bounds, signs, order, batch equals loop",
    "exact answer": "a closed form, brute force, central differences, a plain reference, a problem with a known answer",
    "published number": "a number or case of a paper or a claim",
    "fault": "what is wrong is refused or named, with its remedy",
    "record": "the region's files and evidence say what their sources say, and hang together",
    "use": "runs, results, reports, commands and pages are what they say",
    "golden run": "results of an earlier version, kept",
}
"""Kinds of tests. Which one a test is, is told by its words (`_kind`)."""

ORDER = (
    "mechanisms",
    "passage",
    "simulation",
    "calibration",
    "evidence",
    "region",
    "ensembles",
    "reports",
    "cli",
    "docs",
)
"""Rooms, those of the model first."""

MODEL = ORDER[:4]

EXACT = re.compile(
    r"\b(?:exact|reference|erlang|logit|equation|simulated|matrix)\b"
    r"|closed form|brute force|central differences|known function|found again|square root|written out"
)
FAULT = re.compile(r"\bfaults?\b|(?:refused|named)$")
PAPER = re.compile(r"[A-Z][\w’'-]+(?: (?:&|and) [A-Z][\w-]+| et al\.| and others)?,? \(?(?:18|19|20)\d\d\b|\bPE\d{3}\b")
PUBLISHED = re.compile(r"\b(?:published|reported|surveys|polls)\b")


@dataclass(frozen=True)
class Proof:
    """One test.

    Attributes:
        room: Folder within `tests`.
        file: Path within `tests`.
        name: Of the function, without ``test_``.
        says: First paragraph of its docstring; mostly empty.
        kind: One of `KINDS`.
        drawn: Whether its cases are drawn at random (Hypothesis).
        cases: Whether it runs over a list of cases.
    """

    room: str
    file: str
    name: str
    says: str
    kind: str
    drawn: bool
    cases: bool

    @property
    def told(self) -> str:
        """Its name as a sentence, and what it adds."""
        shown = _names() | {"erlang": "Erlang"}
        words = re.sub(r"\b[a-z]+\b", lambda word: shown.get(word[0], word[0]), self.name.replace("_", " "))
        words = re.sub(r"(?<=\w) s\b", "'s", words)
        return f"{words[0].upper()}{words[1:]}." + (f" {self.says}" if self.says else "")


@cache
def proofs() -> tuple[Proof, ...]:
    """All tests, room by room."""
    found = []
    for room in ORDER:
        for path in sorted((ROOT / "tests" / room).rglob("test_*.py")):
            found += list(_of(path, room))
    return tuple(found)


def _of(path: Path, room: str) -> Iterable[Proof]:
    text = path.read_text(encoding="utf-8")
    file = path.relative_to(ROOT / "tests").as_posix()
    for part in ast.walk(ast.parse(text)):
        if not (isinstance(part, ast.FunctionDef) and part.name.startswith("test_")):
            continue
        marks = " ".join(ast.unparse(mark) for mark in part.decorator_list)
        drawn = "given(" in marks
        body = ast.get_source_segment(text, part) or ""
        says = sentence(ast.get_docstring(part) or "")
        kind = _kind(part.name, body, room, drawn)
        yield Proof(room, file, part.name.removeprefix("test_"), says, kind, drawn, "parametrize(" in marks)


def _kind(name: str, body: str, room: str, drawn: bool) -> str:
    words = name.replace("_", " ")
    if "golden" in words:
        return "golden run"
    if FAULT.search(words) or ("raises(" in body and "assert " not in body):
        return "fault"
    if room in MODEL and (PAPER.search(body) or PUBLISHED.search(words) or set(words.split()) & set(_names())):
        return "published number"
    if room in MODEL and EXACT.search(words):
        return "exact answer"
    if room in MODEL or drawn:
        return "law"
    return "record" if room in ("region", "evidence") else "use"


@cache
def _names() -> dict[str, str]:
    """Names of authors behind the mechanisms, by the same in small letters."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((CODE / "mechanisms").glob("*.py"))]
    names = re.findall(r"\b([A-Z][a-zé]+), (?:[A-Z]\. ?)+", " ".join(texts))
    names += re.findall(r"\b[A-Z][a-zé]{2,}", " ".join(row.source for row in links()))
    return {name.lower(): name for name in names if name != "Erlang"}
