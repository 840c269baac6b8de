"""How much there is in a region, and how much of it rests on claims."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from panj.region.region import Region
from panj.region.uses import citations


@dataclass(frozen=True)
class Count:
    """Entries of one kind: how many there are, how many rest on claims, how many are assumed or bear only a source."""

    kind: str
    number: int
    backed: int

    @property
    def assumed(self) -> int:
        """Entries without a claim."""
        return self.number - self.backed


def counts(region: Region) -> list[Count]:
    """A row for each kind of entry of a region, in the order of its files."""
    number: Counter[str] = Counter()
    backed: Counter[str] = Counter()
    for use, claims in citations(region):
        number[use.kind] += 1
        backed[use.kind] += bool(claims)
    return [Count(kind, number[kind], backed[kind]) for kind in number if kind != "judgement"]
