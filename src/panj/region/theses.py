"""What a source concludes, as experiments: which scenarios are compared, and what the answer should be."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from panj.basics.reading import Date, Id, Ids, Name, Number, Row, Text, wrong
from panj.region.figures import Figure


class Trial(Figure):
    """One number that speaks to a thesis: a quantity in two runs, and what the source makes expect of the change.

    Attributes:
        a: The scenario without; ``history`` for none.
        b: The scenario with: the change is that of B against A.
        from_: First month of the mean; by default the first month that the region compares after its pivot.
        to: Last month.
        measure: Of the change, member by member: ``ratio`` (B over A, less one), ``difference`` (B less A), or
            ``prices``: of a logarithm of prices, how much dearer B is than A.
        low: The change is to be at least this; None: no bound. A single bound of nought means a rise or a fall.
        high: At most this.
    """

    a: Text
    b: Text
    quantity: Name
    from_: Date | None = Field(default=None, alias="from")
    to: Date | None = None
    measure: Literal["ratio", "difference", "prices"] = "ratio"
    low: Number | None = None
    high: Number | None = None

    @model_validator(mode="after")
    def _expects_something(self) -> Trial:
        if self.low is None and self.high is None:
            raise wrong("says neither low nor high", "Say what is expected of the change: low = 0.0 is a rise.")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise wrong(f"has low {self.low:g} above high {self.high:g}", "Write low <= high.")
        return self


class Thesis(Row):
    """A conclusion of a source in our own words, and the trials that the model puts it to.

    ``links``: of the list of links, where the thesis is one; ``note``: what a reader has to mind.
    """

    id: Id
    title: Text
    says: Text
    claims: Ids = Field(min_length=1)
    links: Ids = ()
    note: str = ""
    trial: tuple[Trial, ...] = Field(min_length=1)
