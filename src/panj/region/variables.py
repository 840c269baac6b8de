"""The table of recorded variables: what a published number may be of, beside a quantity of a run by its own name."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

GROWTH, RANK = "_growth", "_rank"
"""Endings that make a variable of another: of what is told month by month, of what is told by border."""


@dataclass(frozen=True)
class Variable:
    """One row of ``variables.csv``.

    Attributes:
        name: As targets name it; of an ending, the ending.
        told_by: ``run``: it follows from a run; ``months``: from a run, month by month; ``files``: the region's dated
            files answer it, for targets of use ``input``; ``nothing``: the model does not hold it; ``ending``: it makes
            a variable of another.
        meaning: One clause.
    """

    name: str
    told_by: str
    meaning: str


@cache
def variables() -> tuple[Variable, ...]:
    """All recorded variables, in the order of the table."""
    text = files("panj.region").joinpath("variables.csv").read_text(encoding="utf-8")
    return tuple(Variable(**row) for row in csv.DictReader(text.splitlines()))


def names(held: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Every name that a target may give its variable, and what tells it.

    Args:
        held: The axes of every quantity that a run holds, by name.
    """
    told = {row.name: row.told_by for row in variables() if row.told_by != "ending"}
    quantities = {name: "run" for name, axes in held.items() if {"member", "month"} <= set(axes)}
    monthly = [*quantities, *(name for name, by in told.items() if by == "months")]
    ranked = [name for name in quantities if "border" in held[name]]
    grown = {f"{name}{GROWTH}": "run" for name in monthly}
    return grown | {f"{name}{RANK}": "run" for name in ranked} | told | dict.fromkeys(quantities, "run")
