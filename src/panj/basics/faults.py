"""Faults: what is wrong, where, and how to mend it; all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from panj.basics.words import counted


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        file: Path inside the folder that was read.
        row: Where in it: ``row 12``, ``[[rule]] no-so-visa``, ``line 3``.
        fault: What is wrong, as a short clause.
        remedy: What to write instead, as a sentence.
    """

    file: str
    row: str
    fault: str
    remedy: str

    def __str__(self) -> str:
        return _told([self.row], self.fault, self.remedy)


class PanjError(ValueError):
    """Something that its user can mend; the text says what is wrong and what to do."""


class FaultsError(PanjError):
    """Something that was read has faults; carries every one of them in ``faults``."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(report(faults))


def report(faults: Iterable[Fault]) -> str:
    """Faults grouped by file, in the order of the files, ready to print; rows with the same fault are told together."""
    by_file: dict[str, list[Fault]] = {}
    for fault in faults:
        by_file.setdefault(fault.file, []).append(fault)
    blocks = []
    for file, those in by_file.items():
        rows: dict[tuple[str, str], list[str]] = {}
        for fault in those:
            rows.setdefault((fault.fault, fault.remedy), []).append(fault.row)
        blocks += [problems(those, f"in {file}"), *(_told(same, *words) for words, same in rows.items())]
    return "\n".join(blocks)


def problems(faults: Sequence[object], where: str) -> str:
    """What stands above a list of faults: ``2 problems in the network``."""
    return f"{counted(len(faults), 'problem')} {where}"


def _told(rows: Sequence[str], fault: str, remedy: str) -> str:
    return f"  * {'; '.join(rows)}: {fault}\n      {remedy}"


def nearest(word: str, known: Iterable[str]) -> str:
    """A sentence that names the known words nearest to a wrong one; empty if none is near."""
    near = get_close_matches(word, list(known), n=2, cutoff=0.6)
    return f"Nearest: {' or '.join(map(repr, near))}." if near else ""


def unknown(word: str, kind: str, whole: str, known: Iterable[str]) -> str:
    """What is said of a word that names nothing: ``'NO-SX' is not a border of tiny. Nearest: 'NO-SO'.``"""
    return f"{word!r} is not a {kind} of {whole}. {nearest(word, known)}".strip()
