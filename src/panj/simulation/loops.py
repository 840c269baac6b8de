"""The feedback loops of the system's list: which links to cut to open each, and where to look. Needs no JAX."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Loop:
    """A feedback loop.

    Attributes:
        loop: Its id in the list, R.. or B...
        kind: ``reinforcing`` or ``balancing``, as the list says.
        name: In words.
        cut: Links that open it, of its own: no other loop is opened at them; empty where the model does not have it.
        quantity: In which its work is seen; empty likewise.
        note: What of it is missing, is not cut with it, or acts only where a scenario lets states react.
    """

    loop: str
    kind: str
    name: str
    cut: tuple[str, ...]
    quantity: str
    note: str


@cache
def loops() -> tuple[Loop, ...]:
    """All loops of the list, in its order."""
    text = (files("panj.simulation") / "loops.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(
        Loop(row["loop"], row["kind"], row["name"], tuple(row["cut"].split()), row["quantity"], row["note"])
        for row in rows
    )
