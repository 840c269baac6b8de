"""Which targets are fitted and which are kept to judge the fit: by rule, so that nobody chooses.

Targets of the same variable and flow make a stratum, in the order of ``targets.csv``. Of every three that follow each
other one is kept for validation; which of the three is told by the SHA-256 of the stratum's name and the number of the
three, before any value is looked at. A new row goes to the end of its stratum, and moves no other.

What the region's files hold themselves (``input``) is neither: it tests the files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Literal

from panj.region import Target

FIRST = "_first"
"""How the part of a quantity by border ends that is of the first state alone: it stands in the stratum of the whole, so
that telling whose part a number is moves no target between fit and validation."""

AT_BORDERS = "_at_borders"
"""How the part of what a state records ends that is of its borders alone; likewise."""

EVERY = 3
"""Of so many targets one is kept."""


def stratum(target: Target) -> str:
    """The stratum of a target: its variable, that of a part being that of the whole, and its flow."""
    return f"{target.variable.removesuffix(FIRST).removesuffix(AT_BORDERS)}/{target.flow or ''}"


def series(target: Target) -> tuple[str, str, str]:
    """The series of a target, a part of its stratum: its variable, flow and place."""
    return target.variable, target.flow or "", target.place


def turn(name: str, block: int) -> int:
    """Which of the targets of a block is kept for validation, from 0."""
    return int(hashlib.sha256(f"{name}/{block}".encode()).hexdigest(), 16) % EVERY


def uses_by_rule(targets: Iterable[Target]) -> dict[str, Literal["fit", "validation", "input"]]:
    """What every target is used for, by its id, in the order of their file."""
    used: dict[str, Literal["fit", "validation", "input"]] = {}
    seen: dict[str, int] = {}
    for target in targets:
        if target.use == "input":
            used[target.id] = "input"
            continue
        name = stratum(target)
        block, place = divmod(seen.get(name, 0), EVERY)
        seen[name] = seen.get(name, 0) + 1
        used[target.id] = "validation" if place == turn(name, block) else "fit"
    return used
