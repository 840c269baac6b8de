"""A border as it stood on a day."""

from __future__ import annotations

from collections.abc import Iterator

from panj.basics.codes import ends
from panj.basics.dates import first_day, last_day
from panj.region.accounts.account import Account, Line, day_of, number, topic
from panj.region.accounts.stocks import stock_topics
from panj.region.accounts.words import (
    event_line,
    post_line,
    programme_line,
    rule_line,
    settled_words,
    strength_line,
)
from panj.region.guards import Strength
from panj.region.region import Region
from panj.region.standing import (
    Day,
    code_of,
    delimited_share,
    events_near,
    holders,
    open_sections,
    posts_open,
    programmes_active,
    rules_in_force,
    sections_of,
    status_of,
    statuses_known,
)


class BorderOn(Account):
    """A border on a day, with the two numbers that are asked for first.

    Attributes:
        delimited: Share of its length that is delimited or demarcated, 0-1; None where the status of a section is not
            known, as before the first that the region tells.
        open_sections: Ids of the sections that are not.
    """

    delimited: float | None
    open_sections: tuple[str, ...]


def border_on(region: Region, border: str, on: Day | None = None) -> BorderOn:
    """A border as it stood; its code in either order. Without a day: at the end of the history.

    Raises:
        KeyError: The region has no such border.
    """
    code = code_of(region, border)
    row = region.borders[code]
    day = day_of(region, on)
    still_open = open_sections(region, code, day)
    delimited = delimited_share(region, code, day) if statuses_known(region, code, day) else None
    length = f", {number(row.length_km)} km" if row.length_km is not None else ", length not known"
    statuses = _status_lines(region, code, day) if row.kind != "air" else []
    summary = [Line(text=f"{row.kind} border{length}", claims=row.claims)]
    if statuses:
        summary.append(Line(text=settled_words(region, code, day), claims=_unique(statuses)))
    places = {code} | {part.id for part in sections_of(region, code)}
    places |= {crossing.id for crossing in region.crossings.values() if crossing.border == code}
    return BorderOn(
        kind="border",
        id=code,
        title=row.name,
        on=day,
        delimited=delimited,
        open_sections=tuple(section.id for section in still_open),
        topics=(
            *topic("At a glance", summary),
            *topic("Legal status", statuses),
            *topic("Guards", _guard_lines(region, code, day)),
            *topic("Strength, last known", _strength_lines(region, code, day)),
            *topic("Posts open", [post_line(region, post) for post in posts_open(region, code, day)]),
            *topic("Regime", [rule_line(region, rule) for rule in rules_in_force(region, code, day)]),
            *topic("Programmes", [programme_line(one) for one in programmes_active(region, day, border=code)]),
            *topic("Events within half a year", [event_line(event) for event in events_near(region, day, places)]),
            *topic("Kin across the line", _kin_lines(region, code)),
            *stock_topics(region, code, day),
        ),
    )


def _status_lines(region: Region, border: str, on: Day) -> list[Line]:
    lines = []
    for section in sections_of(region, border):
        status = status_of(region, section.id, on)
        name = f"{section.name} ({number(section.length_km)} km)"
        if status is None:
            lines.append(Line(text=f"{name}: not known"))
        else:
            text = f"{name}: {status.status} since {status.from_}"
            lines.append(Line(text=text, claims=status.claims, assumed=status.assumed))
    return lines


def _guard_lines(region: Region, border: str, on: Day) -> Iterator[Line]:
    """For each side, each agency with the sections it holds, and the sections of which nothing is known."""
    those = sections_of(region, border)
    for side in ends(border):
        sections_by: dict[str, list[str]] = {}
        claims: dict[str, list[str]] = {}
        reasons: dict[str, str] = {}
        for section in those:
            for holding in holders(region, section.id, side, on):
                sections_by.setdefault(holding.agency, []).append(section.name)
                claims.setdefault(holding.agency, []).extend(holding.claims)
                reasons.setdefault(holding.agency, holding.assumed or holding.note)
        for agency, names in sections_by.items():
            what = "the whole border" if len(names) == len(those) else "; ".join(names)
            text = f"{region.states[side].name}: {region.agencies[agency].name}, {what}"
            yield Line(text=text, claims=tuple(dict.fromkeys(claims[agency])), assumed=reasons[agency])
        if not sections_by:
            yield Line(text=f"{region.states[side].name}: not known")


def _strength_lines(region: Region, border: str, on: Day) -> list[Line]:
    """The last anchor, before the day, of each agency that holds something of the border on the day."""
    sections = [section.id for section in sections_of(region, border)]
    holding = {(row.agency, side) for side in ends(border) for id in sections for row in holders(region, id, side, on)}
    latest: dict[tuple[str, str, str], Strength] = {}
    for row in sorted(region.strength, key=lambda row: first_day(row.date)):
        here = row.section in (border, *sections) and (row.agency, row.side) in holding
        if here and first_day(row.date) <= last_day(on):
            latest[row.agency, row.side, row.section] = row
    return [strength_line(region, row) for row in latest.values()]


def _kin_lines(region: Region, border: str) -> list[Line]:
    return [
        Line(
            text=f"{section.name}: {_kin_word(section.kin)} ({section.kin:g})",
            claims=section.claims,
            assumed=section.assumed,
        )
        for section in sections_of(region, border)
        if section.kin is not None and section.kin > 0
    ]


def _kin_word(kin: float) -> str:
    return "close" if kin >= 0.6 else "some" if kin >= 0.3 else "few"


def _unique(lines: list[Line]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(claim for line in lines for claim in line.claims))
