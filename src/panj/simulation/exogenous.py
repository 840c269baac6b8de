"""What the files give for each month: rules, guards, deliveries, volumes and conditions, laid on the clock.

Everything that a scenario can change at a date is here. Axes as in `world`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Float

from panj.basics.dates import Month, first_day, last_day
from panj.passage import Network
from panj.region import Region, delimited_share
from panj.region.conditions import Condition
from panj.region.geography import Crossing
from panj.simulation.conditions import conditions
from panj.simulation.guards import Guards
from panj.simulation.rules import CLASSES, OPACITY, Levers, left_open, share_between
from panj.simulation.volumes import monthly
from panj.simulation.world import Months, Real

RECORDED = ("market_wage", "slump", "conflict", "lorry_limit", "operations")
"""Conditions by which the volumes of the files came about."""


def months_of(
    region: Region,
    clock: list[Month],
    laid: Levers,
    stand: Guards,
    network: Network,
    pairs: dict[tuple[str, str], int],
) -> Months:
    """Lay what the files date on the clock.

    Args:
        region: Or a region under a scenario.
        clock: Its months.
        laid: Its rules.
        stand: Its guards.
        network: Its pairs and origins.
        pairs: Number of each pair of flow and destination.
    """
    crossings, flows = region.crossings.values(), region.flows.values()
    of_class = [CLASSES.index(flow.class_) if flow.class_ in CLASSES else 0 for flow in flows]
    rules = {lever: level[:, :, of_class] for lever, level in laid.by_class.items()}
    shut = np.maximum(
        rules.pop("closure"),
        rules.pop("transit-halt") * np.asarray([flow.class_ in {"transit", "freight"} for flow in flows]),
    )
    rules["closure"] = np.minimum(shut, 1.0)
    at_counter = [CLASSES.index("freight"), CLASSES.index("persons")]
    counters = {
        "check": laid.by_class["check"][:, :, at_counter],
        "open": (1 - np.minimum(laid.by_class["closure"], 1)[:, :, at_counter])
        * (1 - np.minimum(laid.by_class["hours"], 1)[:, :, at_counter]),
    }
    line = {lever: level.repeat(2, axis=1) for lever, level in laid.on_line.items()}
    volume = np.zeros((len(clock), len(network.pairs), len(network.origins)), np.float32)
    origins = {place: number for number, (place, _) in enumerate(network.origins)}
    for flow in flows:
        for pair in flow.pair:
            volume[:, pairs[flow.id, pair.destination], origins[pair.origin]] += monthly(pair, clock)

    held = np.arange(len(clock))
    if region.reacts_from is not None:  # from there on the dated rules stand as they stood; the model goes on from them
        held = np.minimum(held, max(0, region.reacts_from - clock[0]))

    def array(series: Any) -> Float[Array, "..."]:
        there: Array = jax.device_put(np.asarray(series, np.float32))  # JAX compiles a conversion for each shape
        return there

    def by_month(given: Iterable[Condition]) -> dict[str, Float[Array, "..."]]:
        return {name: array(series) for name, series in conditions(region, clock, given).items()}

    def dated(series: Any) -> Float[Array, "..."]:
        return array(np.asarray(series)[held])

    outside = by_month(region.conditions)
    record = outside if region.record is None else by_month(region.record)
    return Months(
        open=array(np.stack([_exists(c, clock) for c in crossings], axis=1).repeat(2, axis=1)),
        scale={name: array(factor) for name, factor in _factors(region, clock).items()},
        rules={lever: dated(level.swapaxes(1, 2)) for lever, level in rules.items()},
        counters={name: dated(level.swapaxes(1, 2)) for name, level in counters.items()},
        line={lever: dated(level) for lever, level in line.items()},
        rigidity=dated(1 - left_open(rules, OPACITY).swapaxes(1, 2)),
        staff=dated(stand.line.staff),
        equipment=dated(stand.line.equipment),
        skill=dated(stand.line.skill),
        officers=dated(stand.counters.staff),
        officer_equipment=dated(stand.counters.equipment),
        officer_skill=dated(stand.counters.skill),
        foreign=dated(stand.foreign),
        delivered=array(stand.delivered),
        training=array(stand.training),
        exemption=dated(laid.exemption),
        volume=array(volume),
        conditions=outside,
        record={name: series for name, series in record.items() if name in RECORDED},
        settled=array(_settled(region, clock)),
        reported={"rigidity": array(laid.rigidity), "aid": array(stand.aid)},
        reacts=array([region.reacts_from is not None and month >= region.reacts_from for month in clock]),
    )


def _settled(region: Region, clock: list[Month]) -> list[list[float]]:
    """Share of each border that is delimited, by month: the same until another status begins."""
    begins = sorted({first_day(row.from_) for row in region.statuses})
    begun = [bisect_right(begins, month.last) for month in clock]
    then = {count: month.last for count, month in zip(begun, clock, strict=True)}
    shares = {count: [delimited_share(region, border, on) for border in region.borders] for count, on in then.items()}
    return [shares[count] for count in begun]


def _factors(region: Region, clock: list[Month]) -> dict[str, Real]:
    """Factor on each parameter that the scenario changes at a date, by month."""
    found: dict[str, Real] = {}
    for factor in region.factors:
        if factor.since is not None:
            held = np.asarray([factor.factor if month >= factor.since else 1.0 for month in clock], np.float32)
            found[factor.parameter] = found.get(factor.parameter, np.ones(len(clock), np.float32)) * held
    return found


def _exists(crossing: Crossing, clock: list[Month]) -> Real:
    """Share of each month between the opening and the closing of a crossing."""
    start = first_day(crossing.opened) if crossing.opened else clock[0].first
    end = last_day(crossing.closed) if crossing.closed else clock[-1].last
    return share_between(start, end, clock)
