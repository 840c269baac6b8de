"""What must hold between the files of a region. Each check is a pure function from a draft to faults."""

from __future__ import annotations

from collections.abc import Iterable

from panj.basics.faults import Fault
from panj.region.checks.aspects import aspects
from panj.region.checks.backing import backing
from panj.region.checks.clock import clock, dates
from panj.region.checks.conditions import conditions
from panj.region.checks.evidence import evidence, sources
from panj.region.checks.flows import flows, lacking, parameters, scenario_volumes, targets
from panj.region.checks.geography import borders, crossings, maps, positions, roads, sections, statuses
from panj.region.checks.guards import agencies, guarded, holdings, strength
from panj.region.checks.links import links
from panj.region.checks.quantities import Axes, quantities
from panj.region.checks.regimes import events, programmes, rules, scenarios
from panj.region.checks.theses import theses
from panj.region.draft import Draft

CHECKS = (
    clock,
    borders,
    sections,
    statuses,
    crossings,
    positions,
    roads,
    maps,
    agencies,
    holdings,
    strength,
    guarded,
    rules,
    programmes,
    events,
    flows,
    parameters,
    targets,
    conditions,
    links,
    scenarios,
    scenario_volumes,
    theses,
    aspects,
    dates,
    backing,
    evidence,
    sources,
)


def check(draft: Draft, held: Axes | None = None, needed: Iterable[str] = ()) -> list[Fault]:
    """Every fault between the files of a region, in the order of the checks.

    Args:
        draft: The files as they were read.
        held: The axes of every quantity that a run holds. None: names of quantities are taken as they are.
        needed: Parameters that the simulation cannot run without.
    """
    faults = [fault for check in CHECKS for fault in check(draft)]
    faults += lacking(draft, needed)
    return faults if held is None else [*faults, *quantities(draft, held)]


__all__ = ["Axes", "check", "quantities"]
