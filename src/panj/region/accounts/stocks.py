"""What the record says of the stocks that the model moves: conditions of the day, published numbers, claims.

The record holds no figure of most of them: corruption or tension is nobody's statistic. What is shown is what they are
made from, and who says so. Figures come from a run; `panj.reports.standing` puts them beside the record.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from panj.basics.codes import ends
from panj.basics.dates import Month, first_day, last_day
from panj.evidence import Claim
from panj.mechanisms.links import links
from panj.region.accounts.account import Line, Topic, number
from panj.region.conditions import CONDITIONS, Condition, value_in
from panj.region.flows import Target
from panj.region.region import Region
from panj.region.standing import covers
from panj.region.uses import span

STATEMENTS = 4
"""Statements shown of each stock; `panj evidence --place` has all of them."""


WIDE = 2
"""Rank of a claim on the whole region; one on other places ranks below it."""


@dataclass(frozen=True)
class Stock:
    """One row of ``stocks.csv``.

    Attributes:
        quantity: Its name in quantities.csv.
        axis: Where it stands: ``border``, ``state`` or ``region``.
        title: In words.
        shown: How the quantity is shown: empty, as it is; ``rest``: what is left of the whole, as corruption is of
            integrity; ``dearer``: a logarithm of prices as the share by which one is above the other.
        functions: Of the mechanisms that move it; the links that they carry lead to its claims.
        conditions: Names of conditions that bear on it.
        published: Variables of targets that speak of it.
    """

    quantity: str
    axis: str
    title: str
    shown: str
    functions: tuple[str, ...]
    conditions: tuple[str, ...]
    published: tuple[str, ...]


@cache
def stocks() -> tuple[Stock, ...]:
    """All stocks that an account tells, in the order of the table."""
    text = files("panj.region").joinpath("stocks.csv").read_text(encoding="utf-8")
    return tuple(
        Stock(
            quantity=row["quantity"],
            axis=row["axis"],
            title=row["title"],
            shown=row["shown"],
            functions=_parts(row["functions"]),
            conditions=_parts(row["conditions"]),
            published=_parts(row["published"]),
        )
        for row in csv.DictReader(text.splitlines())
    )


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split(";") if part)


def stock_topics(region: Region, code: str, day: str) -> tuple[Topic, ...]:
    """A topic for each stock of a state or border on a day: conditions, published numbers, what sources say."""
    places = (code, *ends(code)) if "-" in code else (code,)
    return tuple(
        Topic(title=stock.title, lines=lines)
        for stock in stocks()
        if stock.axis != "state" or "-" not in code
        if (lines := tuple(_lines(region, stock, code, places, day)))
    )


def _lines(region: Region, stock: Stock, code: str, places: tuple[str, ...], day: str) -> Iterator[Line]:
    for name in stock.conditions:
        yield from _condition_lines(region, name, code, places, day)
    for target in region.targets.values():
        if target.variable in stock.published and target.place in (code, "region"):
            yield _published(target)
    yield from (Line(text=claim.statement, claims=(claim.id,)) for claim in statements(region, stock, code, day))


def _condition_lines(region: Region, name: str, code: str, places: tuple[str, ...], day: str) -> Iterator[Line]:
    """What a condition is on a day at each of some places that it has there."""
    kind, month = CONDITIONS[name], Month(last_day(day))
    rows: dict[str, list[Condition]] = {}
    for row in region.conditions:
        mine = row.place in places or (kind.axis == "region") or (">" in row.place and _side(row.place, code))
        if row.quantity == name and mine:
            rows.setdefault(row.place, []).append(row)
    for place, those in rows.items():
        said = sorted(those, key=lambda row: row.month)
        past = [row for row in said if row.month <= month]
        if kind.course == "pulse" and not (past and month - past[-1].month < 12):
            continue
        value = past[-1].value if kind.course == "pulse" else value_in(month, said, kind)
        unit = {"0-1": "on a scale from 0 to 1", "size": "times the largest"}.get(kind.unit, kind.unit)
        since = f", {past[-1].at}" if past else f"; first said of {said[0].at}"
        at = f", {place}" if place else ""
        near = past[-1] if past else said[0]
        text = f"{kind.meaning}{at}: {number(value)} {unit}{since}"
        yield Line(text=text, claims=near.claims, assumed=near.assumed or ("" if near.claims else near.note))


def _side(place: str, code: str) -> bool:
    """Whether a side of a border belongs to a border or a state."""
    states = place.split(">")
    return set(states) == set(ends(code)) if "-" in code else states[0] == code


def _published(target: Target) -> Line:
    spread = ""
    if target.low is not None and target.high is not None and target.low < target.high:
        spread = f" ({number(target.low)} to {number(target.high)})"
    name = target.variable.replace("_", " ")
    when = span(target.from_, target.to)
    text = f"Published, {name}, {when}: {number(target.value)}{spread} {target.unit}"
    return Line(text=text, claims=target.claims)


def statements(region: Region, stock: Stock, code: str, day: str) -> tuple[Claim, ...]:
    """Claims behind the links that move a stock which speak of a place, or of the whole region, and hold on a day.

    Those that name the place go first; of these, those that were in force last. At most `STATEMENTS` are given.
    """
    named = {link.link for link in links() if link.where in stock.functions}
    ids = dict.fromkeys(id for name in named & set(region.links) for id in region.links[name].claims)
    claims = [claim for id in ids if (claim := region.evidence.claims.get(id)) is not None]
    here = [claim for claim in claims if _rank(claim, code) <= WIDE and _holds(claim, day)]
    return tuple(sorted(here, key=lambda claim: (_rank(claim, code), claim.id))[:STATEMENTS])


def _rank(claim: Claim, code: str) -> int:
    """How near a claim is to a place: of it, of one of its states or borders, of the region, of elsewhere."""
    if code in claim.places:
        return 0
    if "region" in claim.places:
        return WIDE
    near = ends(code) if "-" in code else [place for place in claim.places if code in place.split("-")]
    return 1 if set(near) & set(claim.places) else WIDE + 1


def _holds(claim: Claim, day: str) -> bool:
    """Whether a claim may hold on a day: one without dates may."""
    return covers(day, claim.holds_from, None) and not _ended(claim, day)


def _ended(claim: Claim, day: str) -> bool:
    return claim.holds_to is not None and last_day(claim.holds_to) < first_day(day)
