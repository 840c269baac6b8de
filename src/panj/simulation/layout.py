"""A region laid out as a world: from tables and dates to arrays over links, flows, sections and months."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from panj.basics.codes import ends
from panj.basics.dates import months
from panj.region import Region
from panj.region.flows import Flow
from panj.region.geography import Crossing
from panj.simulation.choice_set import horizon, network_of
from panj.simulation.exogenous import months_of
from panj.simulation.guards import Guards, drug_mandate, guards, lines
from panj.simulation.rules import levers
from panj.simulation.volumes import heavy, in_vehicle
from panj.simulation.world import Ground, Real, Traits, World

KG = {"kg": 1.0, "tonne": 1000.0}
"""Weight of a unit of goods; units of people have none."""

OVER_WATER = {"bridge", "ferry"}
"""Modes of posts with nothing but a river beside them: who would go round one goes over the green border."""


def world_of(region: Region) -> World:
    """Make the world of a region (or of a region under a scenario)."""
    clock = months(region.start, region.end)
    crossings = list(region.crossings.values())
    flows = list(region.flows.values())
    traits = traits_of(flows)
    network, pairs = network_of(region, crossings, flows)
    most = horizon(region, network)
    laid = levers(region)
    stand = guards(region)
    sections = {section: number for number, section in enumerate(region.sections)}
    borders = {border: number for number, border in enumerate(region.borders)}
    states = {state: number for number, state in enumerate(region.states)}
    members = [region.states[state].kind == "member" for state in region.states]
    state = np.asarray([[states[end] for end in ends(c.border)] for c in crossings]).T
    two_ways = np.stack([_interleave(state[0], state[1]), _interleave(state[1], state[0])])
    access = _per_link(
        np.asarray([[_lets_through(c, flow) and c.kind == "post" for flow in flows] for c in crossings])
    ).T
    names = set(heavy(region, clock))
    series = months_of(region, clock, laid, stand, network, pairs)
    return World(
        region=Ground(region.states, region.places, region.borders, region.flows),
        clock=clock,
        network=network,
        flows=traits,
        heavy=np.asarray([number for number, flow in enumerate(flows) if flow.id in names], int),
        months=series,
        ever_open=np.asarray(series.open).max(axis=0),
        first_volume=np.asarray(series.volume)[0],
        post=_per_link(np.asarray([c.kind == "post" for c in crossings])),
        rail=_per_link(np.asarray([c.mode == "rail" for c in crossings])),
        land=_per_link(
            np.asarray([region.borders[c.border].kind == "land" and c.mode not in OVER_WATER for c in crossings])
        ),
        into_member=np.asarray([members[number] for number in two_ways[1]], np.float32),
        access=access,
        worth=np.asarray(
            [[flow.worth.get(list(states)[left], flow.value_usd) for left in two_ways[0]] for flow in flows], np.float32
        ),
        lanes=_per_link(np.asarray([c.lanes or 1 for c in crossings], np.float32)),
        other_traffic=np.stack(
            [_per_link(np.asarray(of, np.float32)) for of in zip(*map(_other_traffic, crossings), strict=True)]
        ),
        post_share=_post_share(crossings),
        section_border=np.asarray([borders[s.border] for s in region.sections.values()], int),
        section=_per_link(np.asarray([sections[c.section] for c in crossings])),
        border=_per_link(np.asarray([borders[c.border] for c in crossings])),
        side=np.stack([np.tile([0, 1], len(crossings)), np.tile([1, 0], len(crossings))]),
        state=two_ways,
        length=np.asarray([max(section.length_km, 0.1) for section in region.sections.values()], np.float32),
        border_states=np.asarray([[states[end] for end in ends(border)] for border in region.borders], int),
        border_length=np.asarray(
            [
                max(sum(s.length_km for s in region.sections.values() if s.border == border), 1.0)
                for border in region.borders
            ],
            np.float32,
        ),
        kin=np.asarray([_kin(region, border) for border in region.borders], np.float32),
        member=np.asarray(members, np.float32),
        posts_of_state=np.asarray(
            [max(sum(c.kind == "post" and state in ends(c.border) for c in crossings), 1) for state in region.states],
            np.float32,
        ),
        most_foreign=np.stack(
            [
                stand.foreign[:, [s.border == border for s in region.sections.values()]].sum(axis=1).max(axis=0)
                for border in region.borders
            ]
        ),
        line_share=lines(region),
        drug_mandate=drug_mandate(region),
        places=tuple(programme.place for programme in region.programmes.values()),
        budgeted=np.asarray([one.donor == region.budgets_of for one in region.programmes.values()], np.float32),
        reach=stand.reach,
        watch=stand.watch,
        trained=_trained(stand),
        terrain=tuple(section.terrain for section in region.sections.values()),
        pair_flow=np.asarray([[f.id for f in flows].index(flow) for flow, _ in network.pairs], int),
        horizon=most,
        factor=tuple(_factor(flow) for flow in flows),
    )


def traits_of(flows: list[Flow]) -> Traits:
    """Traits of flows, from their rows. People walk; so does what is harmful; honest goods need a road and a post.

    What is harmful hides in declared traffic, unless its row says that it cannot.
    """
    honest = np.asarray([flow.purpose == "honest" for flow in flows])
    goods = np.asarray([in_vehicle(flow) for flow in flows])
    return Traits(
        number=np.arange(len(flows)),
        value=np.asarray([flow.value_usd for flow in flows], np.float32),
        lot=np.asarray([flow.lot for flow in flows], np.float32),
        party=np.asarray([flow.party for flow in flows], np.float32),
        per_hour=np.asarray([flow.cost_per_hour for flow in flows], np.float32),
        spread=np.asarray([flow.spread for flow in flows], np.float32),
        kg=np.asarray([KG.get(flow.unit, 0.0) for flow in flows], np.float32),
        counter=np.where(goods, 0, 1),
        goods=goods,
        harmful=~honest,
        declares=honest,
        hides=~honest & np.asarray([flow.hides for flow in flows]),
        walks=~(honest & goods),
    )


def _trained(stand: Guards) -> float:
    equipment, training = (np.einsum("tp,psk->", of[:, 1], stand.reach) for of in (stand.delivered, stand.training))
    return float(training / max(training + equipment, 1.0))


def _kin(region: Region, border: str) -> float:
    sections = [section for section in region.sections.values() if section.border == border]
    length = sum(section.length_km for section in sections)
    return sum((section.kin or 0.0) * section.length_km for section in sections) / max(length, 1e-9)


def _lets_through(crossing: Crossing, flow: Flow) -> bool:
    """Whether a post of this mode and category is made for this kind of traffic."""
    if crossing.mode == "pedestrian" and in_vehicle(flow):
        return False
    if crossing.category == "local":
        return flow.class_ not in {"freight", "transit", "third-country"}
    if crossing.category == "freight":
        return in_vehicle(flow)
    return crossing.category != "none"


def _other_traffic(crossing: Crossing) -> tuple[float, float]:
    """Goods vehicles and travellers that pass for reasons outside the study [1/month], both ways together."""
    return crossing.other_vehicles or 0.0, crossing.other_travellers or 0.0


def _post_share(crossings: list[Crossing]) -> Real:
    counters = np.asarray([(c.lanes or 1) if c.kind == "post" else 0 for c in crossings], np.float32)
    borders = np.asarray([c.border for c in crossings])
    total = np.asarray([counters[borders == border].sum() for border in borders])
    return _per_link(counters / np.maximum(total, 1))


def _factor(flow: Flow) -> str:
    names = {pair.factor for pair in flow.pair if pair.factor}
    return names.pop() if len(names) == 1 else ""


def _per_link(of_crossings: NDArray[Any]) -> NDArray[Any]:
    return of_crossings.repeat(2, axis=0)


def _interleave(first: NDArray[np.int_], second: NDArray[np.int_]) -> NDArray[np.int_]:
    return np.stack([first, second], axis=1).ravel()
