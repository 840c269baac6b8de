"""Rows of a region as lines in words."""

from __future__ import annotations

from panj.basics.words import counted
from panj.region.accounts.account import Line, number, percent
from panj.region.conditions import Condition
from panj.region.geography import Crossing
from panj.region.guards import Agency, Holding, Strength
from panj.region.regimes import Delivery, Event, Programme, Rule
from panj.region.region import Region
from panj.region.standing import Day, delimited_share, open_sections, statuses_known
from panj.region.uses import condition_words, span
from panj.region.volumes import PairVolume


def settled_words(region: Region, border: str, on: Day) -> str:
    """How much of a border both sides have agreed upon on a day; what is not known is not told as none."""
    if not statuses_known(region, border, on):
        return "legal status not known"
    still_open = open_sections(region, border, on)
    open_text = counted(len(still_open), "open section") if still_open else "no open section"
    return f"{percent(delimited_share(region, border, on))} delimited, {open_text}"


def rule_line(region: Region, rule: Rule, border: bool = False) -> Line:
    """A rule: what it is called, who imposes what on whom, how hard, since when; ``border``: with its border's code."""
    by = "both sides" if rule.imposed_by == "both" else region.states[rule.imposed_by].name
    way = {"in": "on the way in", "out": "on the way out", "both": "both ways"}[rule.direction]
    who = "all" if "all" in rule.applies_to else ", ".join(rule.applies_to)
    where = f", at {', '.join(name_of(region, id) for id in rule.scope)}" if rule.scope else ""
    how = f"{rule.lever} by {by} for {who} {way}, {rule.value:g} {rule.unit}{where}"
    title = f"{rule.border}: {rule.title}" if border else rule.title
    return Line(text=f"{title}: {how} ({span(rule.from_, rule.to)})", claims=rule.claims, assumed=rule.assumed)


def post_line(region: Region, post: Crossing, border: bool = False) -> Line:
    """A post: names, mode, category, booths, dates, and what passes it for reasons outside the study."""
    lanes = "booths not known" if post.lanes is None else f"{post.lanes:g} {'booth' if post.lanes == 1 else 'booths'}"
    dates = ", ".join(
        part
        for part in (
            f"opened {post.opened}" if post.opened else "opening not known",
            f"closed {post.closed}" if post.closed else "",
        )
        if part
    )
    where = f" ({post.border})" if border else ""
    kinds = {"goods vehicles": post.other_vehicles, "travellers": post.other_travellers}
    others = " and ".join(f"{number(many)} {kind}" for kind, many in kinds.items() if many)
    beside = f"; {others} a month pass outside the study" if others else ""
    text = f"{post.name}{where}: {post.mode}, {post.category}, {lanes}, {dates}{beside}"
    return Line(text=text, claims=post.claims, assumed=post.assumed, source=post.source)


def programme_line(programme: Programme) -> Line:
    """A programme: title, donor, recipients, money in all."""
    money = sum(delivery.usd for delivery in programme.deliveries)
    dates = span(
        min((delivery.from_ for delivery in programme.deliveries), default=None),
        max((delivery.to for delivery in programme.deliveries), default=None),
    )
    sum_of = f", {number(money)} USD" if programme.deliveries else ", sum not known"
    text = f"{programme.title}: {programme.donor} to {', '.join(programme.recipients)}{sum_of} ({dates or 'undated'})"
    return Line(text=text, claims=programme.claims)


def delivery_line(delivery: Delivery) -> Line:
    """A delivery: what, how much, when."""
    low, high = delivery.low, delivery.high
    spread = f" ({number(low)} to {number(high)})" if low is not None and high is not None else ""
    text = f"{delivery.kind}: {number(delivery.usd)} USD{spread}, {span(delivery.from_, delivery.to)}"
    return Line(text=text, claims=delivery.claims, assumed=delivery.assumed)


def event_line(event: Event) -> Line:
    """An event: when, what."""
    return Line(text=f"{span(event.from_, event.to)}: {event.title}", claims=event.claims)


def condition_line(row: Condition) -> Line:
    """What a condition says, from when."""
    return Line(text=f"{row.at}: {condition_words(row)}", claims=row.claims, assumed=row.assumed)


def volume_line(region: Region, row: PairVolume) -> Line:
    """What a scenario says of the volume of a pair, from when."""
    way = f"{name_of(region, row.origin)} to {name_of(region, row.destination)}"
    flow = region.flows[row.flow]
    text = f"{row.at}: {flow.title}, {way}: {number(row.value)} {flow.unit}/year"
    return Line(text=text, claims=row.claims, assumed=row.assumed)


def holding_line(region: Region, row: Holding, whose: bool = True) -> Line:
    """What an agency holds, and when; ``whose``: with its name."""
    agency = f"{region.agencies[row.agency].name}, " if whose else ""
    where = "the whole border " * (row.section in region.borders) + name_of(region, row.section)
    text = f"{agency}{where}, {row.side} side ({span(row.from_, row.to) or 'undated'})"
    return Line(text=text, claims=row.claims, assumed=row.assumed)


def strength_line(region: Region, row: Strength, whose: bool = True) -> Line:
    """What an agency had at a place and date; ``whose``: with its name."""
    parts = [
        f"{number(row.staff)} persons" if row.staff is not None else "staff not known",
        f"equipment worth {number(row.equipment_usd)} USD" if row.equipment_usd is not None else "equipment not known",
        f"skill {row.skill:g}" if row.skill is not None else "skill not known",
    ]
    agency = f"{region.agencies[row.agency].name}, " if whose else ""
    text = f"{agency}{name_of(region, row.section)}, {row.side} side: {', '.join(parts)} ({row.date})"
    return Line(text=text, claims=row.claims, assumed=row.assumed)


def note_lines(row: Agency | Rule | Programme | Event) -> list[Line]:
    """The note of a row; none if it has none."""
    return [Line(text=row.note, claims=row.claims)] if row.note else []


def name_of(region: Region, id: str) -> str:
    """The name of a section, crossing or place; a code stays as it is."""
    row = region.sections.get(id) or region.crossings.get(id) or region.places.get(id)
    if row is not None and id in region.crossings and region.crossings[id].kind == "green":
        return f"the green border of {region.sections[region.crossings[id].section].name}"
    return row.name if row is not None else id
