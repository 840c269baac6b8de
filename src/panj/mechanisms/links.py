"""Links: which part of the code or of a region carries each causal link of the essay, as a table.

`links.csv` has a row for every part of a link. It is held to the code by tests, read by the printed page on links, and
needs no JAX. Which claims of a region stand behind a link is the region's matter: its own `links.csv`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

KINDS = ("mechanism", "passage", "initial condition", "rule", "event")
"""What may carry a link: a function here, the equilibrium of passage, or the files of a region."""


@dataclass(frozen=True)
class Link:
    """One part of a causal link, or of the feedback loop that alone names it.

    Attributes:
        link: Number of the link (L01 to L91) or of the loop (R1 to R13, B1 to B9).
        part: Letter, where a link has more parts than one.
        cause: What acts.
        effect: What it acts on.
        sign: ``+``, ``-`` or ``0``: how `output` moves when `argument` alone rises.
        kind: One of `KINDS`.
        where: `module.function` of the mechanisms; `package.module.function` of passage; a file of the region.
        argument: Of the function, or column (of a table) or key (of the entries) of the file.
        output: Of a mechanism: ``value``, or the field of its result; else empty.
        source: Papers, or ``assumed``; empty for what a region's files carry with their own claims.
        note: What else has to be known.
    """

    link: str
    part: str
    cause: str
    effect: str
    sign: str
    kind: str
    where: str
    argument: str
    output: str
    source: str
    note: str

    @property
    def id(self) -> str:
        """Link and part, such as L13b."""
        return self.link + self.part


@cache
def links() -> tuple[Link, ...]:
    """All rows, in the order of the table: links first, then steps that only a loop names."""
    table = files("panj.mechanisms").joinpath("links.csv").read_text(encoding="utf-8")
    return tuple(Link(**row) for row in csv.DictReader(table.splitlines()))
