"""What must hold between the files of a region. Each check is a pure function from a draft to faults."""

from __future__ import annotations

from panj.basics.faults import Fault
from panj.region.checks.backing import backing
from panj.region.checks.clock import clock, dates
from panj.region.checks.conditions import conditions
from panj.region.checks.evidence import evidence, sources
from panj.region.checks.flows import flows, parameters, targets
from panj.region.checks.geography import borders, crossings, maps, positions, roads, sections, statuses
from panj.region.checks.guards import agencies, guarded, holdings, strength
from panj.region.checks.links import links
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
    theses,
    dates,
    backing,
    evidence,
    sources,
)


def check(draft: Draft) -> list[Fault]:
    """Every fault between the files of a region, in the order of the checks."""
    return [fault for check in CHECKS for fault in check(draft)]


__all__ = ["check"]
