"""Flows, parameters and targets."""

from __future__ import annotations

from panj.basics.dates import Month, first_day
from panj.region.accounts.account import Account, Line, day_of, number, topic
from panj.region.accounts.words import name_of
from panj.region.flows import Pair
from panj.region.region import Region
from panj.region.standing import Day
from panj.region.volumes import volume_in


def flow_on(region: Region, id: str, on: Day | None = None) -> Account:
    """A flow on a day: what it is, between which places, how much, on which routes.

    Raises:
        KeyError: The region has no such flow.
    """
    flow = region.flows[id]
    day = day_of(region, on)
    text = f"{flow.purpose}; {number(flow.value_usd)} USD a {flow.unit}, {number(flow.lot)} {flow.unit} a journey"
    glance = [
        Line(text=text, claims=flow.claims, assumed=flow.assumed),
        Line(text=f"travels as: {flow.traveller}; rules for: {flow.class_}", claims=flow.claims),
    ]
    pairs = [_pair_line(region, flow.unit, pair, day) for pair in flow.pair]
    routes = [Line(text=f"{route.name}: {' - '.join(route.states)}", claims=route.claims) for route in flow.route]
    return Account(
        kind="flow",
        id=id,
        title=flow.title,
        on=day,
        topics=(*topic("At a glance", glance), *topic("Volume, before controls", pairs), *topic("Routes", routes)),
    )


def parameter_on(region: Region, name: str, on: Day | None = None) -> Account:
    """A parameter: what it means, how uncertain it is, and why.

    Raises:
        KeyError: The region has no such parameter.
    """
    row = region.parameters[name]
    spread = "" if row.low is None or row.high is None else f" ({row.low:g} to {row.high:g}, {row.distribution})"
    unit = "" if row.unit == "1" else f" {row.unit}"
    glance = [
        Line(text=f"{row.central:g}{unit}{spread}", claims=row.claims, assumed=row.assumed),
        Line(text=f"never outside {row.plausible[0]:g} to {row.plausible[1]:g}; group {row.group}"),
    ]
    topics = tuple(topic("At a glance", glance))
    return Account(kind="parameter", id=name, title=row.meaning, on=day_of(region, on), topics=topics)


def target_on(region: Region, id: str, on: Day | None = None) -> Account:
    """A target: the published number that a recorded variable should meet.

    Raises:
        KeyError: The region has no such target.
    """
    row = region.targets[id]
    spread = "" if row.low is None or row.high is None else f" ({number(row.low)} to {number(row.high)})"
    what = f"{row.variable}, {name_of(region, row.place)}" + (f", {row.flow}" if row.flow else "")
    text = f"{what}: {number(row.value)} {row.unit}{spread}, {row.from_} to {row.to}; for {row.use}"
    topics = tuple(topic("At a glance", [Line(text=text, claims=row.claims)]))
    return Account(kind="target", id=id, title=row.variable, on=day_of(region, on), topics=topics)


def _pair_line(region: Region, unit: str, pair: Pair, on: Day) -> Line:
    """The volume of a pair on a day, and the reasons of the points it lies between."""
    month = Month(first_day(on))
    before = [point for point in pair.volume if point.month <= month] or [pair.volume[0]]
    after = [point for point in pair.volume if point.month > month] or [pair.volume[-1]]
    early, late, value = before[-1], after[0], volume_in(month, pair.volume)
    text = f"{name_of(region, pair.origin)} to {name_of(region, pair.destination)}: {number(round(value))} {unit}/year"
    claims = tuple(dict.fromkeys((*early.claims, *late.claims)))
    return Line(text=text, claims=claims, assumed=early.assumed or late.assumed)
