"""A row of the table of budgets, and how it is printed."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        what: What was measured, on what.
        measured: The figure; NaN where it could not be had.
        unit: Of the figure and its budget.
        budget: At most (or at least) so much; None: no budget.
        at_least: Whether the budget is a least.
        of_rate: Share of the core's own rate of float32 matrix products, where the figure has one.
        note: What else to know.
    """

    what: str
    measured: float
    unit: str
    budget: float | None = None
    at_least: bool = False
    of_rate: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Figure over budget, where the budget is not nothing."""
        return None if not self.budget else self.measured / self.budget

    @property
    def missed(self) -> bool:
        """Whether there is a budget and the figure is not within it; a figure that could not be had is not."""
        if self.budget is None:
            return False
        within = self.measured >= self.budget if self.at_least else self.measured <= self.budget
        return math.isnan(self.measured) or not within


HEAD = f"{'what':58s} {'measured':>10s} {'budget':>10s} {'ratio':>6s} {'of rate':>7s}"


def line(row: Row) -> str:
    """A row as text: figure, budget, figure over budget, share of the core's rate, and MISSED where it is."""
    sign = "" if row.budget is None else (">= " if row.at_least else "<= ")
    cells = (
        f"{row.what} [{row.unit}]".ljust(58),
        f"{row.measured:.3g}".rjust(10),
        ("" if row.budget is None else f"{sign}{row.budget:.3g}").rjust(10),
        ("" if row.ratio is None else f"{row.ratio:.2f}").rjust(6),
        ("" if row.of_rate is None else f"{row.of_rate:.0%}").rjust(7),
    )
    return " ".join(cells) + ("  MISSED" if row.missed else "") + (f"  {row.note}" if row.note else "")
