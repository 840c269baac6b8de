"""The table of quantities: what a run computes, in which unit, over which axes, and what it means."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Quantity:
    """One row of ``quantities.csv``.

    Attributes:
        name: As in results.
        kind: stock, flow, share, chance, price, duration, index or number.
        unit: As written on the results.
        axes: Its dimensions, in order.
        knowledge: true, recorded, estimated, rule or diagnostic.
        meaning: One sentence.
    """

    name: str
    kind: str
    unit: str
    axes: tuple[str, ...]
    knowledge: str
    meaning: str

    @property
    def mean_over_members(self) -> bool:
        """Whether only the mean over members is kept: true things without a member axis."""
        return "member" not in self.axes and self.knowledge != "rule"


@cache
def quantities() -> tuple[Quantity, ...]:
    """All quantities, in the order of the table."""
    table = files("panj.simulation").joinpath("quantities.csv").read_text(encoding="utf-8")
    return tuple(
        Quantity(row["name"], row["kind"], row["unit"], tuple(row["axes"].split(";")), row["knowledge"], row["meaning"])
        for row in csv.DictReader(table.splitlines())
    )
