"""Checks of flows, parameters and targets."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise
from typing import Any

from panj.basics.codes import border_code
from panj.basics.dates import Month
from panj.basics.faults import Fault, nearest
from panj.basics.reading import Table
from panj.region.checks.clock import is_outside
from panj.region.checks.references import refer
from panj.region.checks.regimes import in_order
from panj.region.draft import Draft
from panj.region.flows import Flow, Parameter, Target
from panj.region.regimes import Scenario

SKEW_TOLERANCE = 0.25
"""How far the median of a symmetric distribution may lie from the middle of its range, as a share of the range."""


COUNTED = ("kg", "t", "person", "USD", "share", "ratio", "rank", "posts", "h", "%")
"""What a target's number counts, beside the units of the region's flows."""

PER = ("", "year", "month", "kg")
"""What a target's number may be counted by."""


def flows(draft: Draft) -> Iterator[Fault]:
    """Flows go between places that exist; every step of a route is a border."""
    for flow in draft.flows:
        seen: set[tuple[str, str]] = set()
        for pair in flow.pair:
            way = f"pair {pair.origin} to {pair.destination}"
            yield from refer(flow, f"{way}: origin", [pair.origin], draft.places)
            yield from refer(flow, f"{way}: destination", [pair.destination], draft.places)
            if pair.factor:
                yield from refer(flow, f"{way}: factor", [pair.factor], draft.parameters)
            if (pair.origin, pair.destination) in seen:
                yield flow.fault(f"{way} stands twice", "Join the two, or take one away.")
            seen.add((pair.origin, pair.destination))
            if pair.origin == pair.destination:
                yield flow.fault(f"{way} leads nowhere", "Mend origin or destination.")
            for volume in pair.volume:
                name = f"{way}: volume at {volume.at}"
                yield from in_order(flow, name, volume.low, volume.value, volume.high)
        yield from _routes(draft, flow)


def scenario_volumes(draft: Draft) -> Iterator[Fault]:
    """Volumes of a scenario are of pairs that exist, each once a month, and not before the scenario holds."""
    ways = {(flow.id, pair.origin, pair.destination) for flow in draft.flows for pair in flow.pair}
    for scenario in draft.scenarios:
        yield from _laid(draft, scenario, ways)


def _laid(draft: Draft, scenario: Scenario, ways: Collection[tuple[str, str, str]]) -> Iterator[Fault]:
    seen: set[tuple[tuple[str, str, str], Month]] = set()
    for row in scenario.volumes:
        yield from refer(row, "flow", [row.flow], draft.flows)
        yield from in_order(row, "low, value, high", row.low, row.value, row.high)
        if row.flow in draft.flows and row.way not in ways:
            pairs = [f"{origin} to {destination}" for flow, origin, destination in ways if flow == row.flow]
            pair = f"{row.origin} to {row.destination}"
            remedy = f"{nearest(pair, pairs)} A scenario changes volumes of pairs that flows.toml has.".strip()
            yield row.fault(f"{row.flow} has no pair {pair}", remedy)
        if (row.way, row.month) in seen:
            yield row.fault(f"has another value in {row.month}", "Keep one entry of the two.")
        seen.add((row.way, row.month))
        if scenario.from_ and row.month < Month(scenario.from_):
            yield row.fault(f"is of {row.at}, and the scenario holds from {scenario.from_}", "Write a later date.")


def _routes(draft: Draft, flow: Flow) -> Iterator[Fault]:
    yield from refer(flow, "worth: state", flow.worth, draft.states)
    for route in flow.route:
        yield from refer(flow, f"route {route.name!r}: state", route.states, draft.states)
        for one, other in pairwise(route.states):
            if one not in draft.states or other not in draft.states:
                continue
            if one == other or border_code(f"{one}-{other}") not in draft.borders:
                fault = f"route {route.name!r} steps from {one} to {other}, and there is no such border"
                yield flow.fault(fault, "Add the states between them, or the border to borders.csv.")


def parameters(draft: Draft) -> Iterator[Fault]:
    """low <= central <= high, inside plausible, and of a distribution that can have them."""
    for parameter in draft.parameters:
        yield from in_order(parameter, "low, central, high", parameter.low, parameter.central, parameter.high)
        least, most = parameter.plausible
        if least > most:
            yield parameter.fault("plausible is reversed", "Write plausible = [min, max].")
            continue
        for name, number in (("low", parameter.low), ("central", parameter.central), ("high", parameter.high)):
            if number is not None and not least <= number <= most:
                fault = f"{name} {number:g} is outside plausible [{least:g}, {most:g}]"
                yield parameter.fault(fault, "Widen plausible or mend the number.")
        yield from _possible(parameter)


def lacking(draft: Draft, needed: Iterable[str]) -> Iterator[Fault]:
    """A fault for each parameter that the simulation needs and the region lacks."""
    for name in needed:
        if name not in draft.parameters:
            remedy = "Write it; docs/reference/parameters.md says what it means, a region that ships how it looks."
            yield Fault("parameters.toml", f"[{name}]", "is missing, and the simulation needs it", remedy)


def _possible(parameter: Parameter) -> Iterator[Fault]:
    """The distribution can have such quantiles."""
    low, high, kind = parameter.low, parameter.high, parameter.distribution
    if kind == "fixed":
        if any(number not in (None, parameter.central) for number in (low, high)):
            yield parameter.fault("is fixed, but has a range", "Take low and high away, or name a distribution.")
        return
    if low is None or high is None:
        yield parameter.fault(f"is {kind} without low and high", "Write both, or distribution = 'fixed'.")
        return
    if low == high:
        yield parameter.fault(f"is {kind}, but low and high are equal", "Write a range, or distribution = 'fixed'.")
    if kind in ("loguniform", "lognormal") and low <= 0:
        yield parameter.fault(f"is {kind}, but low is {low:g}", "Write positive numbers, or another distribution.")
    if kind == "beta" and not (low > 0 and high < 1):
        yield parameter.fault("is beta, but its range is not inside 0 to 1", "Write 0 < low and high < 1.")
    if kind in ("normal", "lognormal") and low < high and (kind == "normal" or low > 0):
        scale = math.log if kind == "lognormal" else float
        middle = (scale(parameter.central) - scale(low)) / (scale(high) - scale(low)) if parameter.central > 0 else 0.5
        if abs(middle - 0.5) > SKEW_TOLERANCE:
            fault = f"is {kind}, but central {parameter.central:g} is far from the middle of {low:g} and {high:g}"
            yield parameter.fault(fault, "Mend low, central or high, or name another distribution.")


def targets(draft: Draft) -> Iterator[Fault]:
    """Targets stand at places and on flows that exist, in order, on a scale that can hold them."""
    geography = (draft.states, draft.borders, draft.sections, draft.crossings, draft.places)
    anywhere = Table[Any](ids=frozenset({"region"}))
    for target in draft.targets:
        yield from refer(target, "place", [target.place], anywhere, *geography)
        if target.flow:
            yield from refer(target, "flow", [target.flow], draft.flows)
        yield from in_order(target, "low, value, high", target.low, target.value, target.high)
        yield from _on_its_scale(target)
        yield from _in_a_unit(target, [flow.unit for flow in draft.flows])
        if draft.head and is_outside(draft, target.from_, target.to):
            remedy = f"Write dates from {draft.head.start} to {draft.head.end}; what no run can meet is a claim."
            yield target.fault(f"{target.from_} to {target.to} is outside the clock", remedy)


def _in_a_unit(target: Target, units: Iterable[str]) -> Iterator[Fault]:
    """The unit is a word that a number of a run can be told in; whether it fits the variable, `panj score` says."""
    thing, _, per = target.unit.partition("/")
    things = list(dict.fromkeys([*COUNTED, *units]))
    if (thing not in things and not thing.startswith("percent")) or per not in PER:
        likely = [f"{one}/{other}" if other else one for one in things for other in PER]
        remedy = f"Write {', '.join(things)} or percent of something; a rate ends in /{', /'.join(PER[1:])}."
        yield target.fault(f"unit {target.unit!r} is not known", f"{nearest(target.unit, likely)} {remedy}".strip())


def _on_its_scale(target: Target) -> Iterator[Fault]:
    """The number and its range can err as the row says."""
    known = [number for number in (target.low, target.value, target.high) if number is not None]
    whole = 100.0 if target.unit.startswith("percent") else 1.0
    if target.error == "lognormal" and min(known) <= 0:
        yield target.fault(f"errs lognormally, but holds {min(known):g}", "Write error = normal, or positive numbers.")
    if target.error == "logit-normal" and not (min(known) > 0 and max(known) < whole):
        fault = f"errs as log odds, but is not inside 0 to {whole:g}"
        yield target.fault(fault, "Write another error, or numbers inside it.")
