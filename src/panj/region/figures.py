"""What a region asks of runs: one number, named by its quantity and where it is taken."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from panj.basics.reading import Row, Text, Truth


class Figure(Row):
    """One number of a run.

    Attributes:
        label: What it is, for readers.
        quantity: Name in quantities.csv.
        at: Labels by axis; an axis that is not named is taken whole.
        over: How what remains beside month and member is joined.
        of: The quantity it is divided by, at the same labels, to make a share; empty: none.
        rest: Show what is left of the whole instead: corruption is the rest of integrity.
    """

    label: Text
    quantity: Text
    at: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    over: Literal["sum", "mean"] = "sum"
    of: str = ""
    rest: Truth = False
