"""Overland: what it costs to get from any portal of a state to any other, by flow, once and for all.

Inside a state nothing changes from month to month (design, section 3), so the roads of a state become one fixed matrix
a flow: shortest paths by the flow's own costs of distance and time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import shortest_path

from panj.basics.codes import ends
from panj.region import Region
from panj.region.flows import Flow

WORTH_WHILE = 0.8
"""A way through a neighbour counts as a short cut if it takes less than this share of the time at home (assumed)."""


@dataclass(frozen=True)
class Roads:
    """The roads of one state.

    Attributes:
        portals: Crossings and places of the state, crossings first, each group in the order of the region's tables.
        km: Length of the edges [km]; one row and column a portal, infinite where there is no edge.
        hours: Time on the edges [h]; likewise.
    """

    portals: tuple[str, ...]
    km: NDArray[np.float64]
    hours: NDArray[np.float64]

    def distances(self, per_km: float, per_hour: float) -> NDArray[np.float64]:
        """Least cost between all portals, for a cost per km and per hour; infinite where no way leads."""
        edges = np.isfinite(self.km)
        rows, columns = np.nonzero(edges)
        # an edge of no cost would be no edge to the solver
        cost = np.maximum(per_km * self.km[edges] + per_hour * self.hours[edges], 1e-9)
        graph = coo_array((cost, (rows, columns)), shape=self.km.shape).tocsr()
        return np.asarray(shortest_path(graph, method="D", directed=False))


def roads_of(region: Region, state: str) -> Roads:
    """The roads of one state as matrices; of parallel edges the quicker one counts."""
    crossings = [c.id for c in region.crossings.values() if state in ends(c.border)]
    portals = (*crossings, *(p.id for p in region.places.values() if p.state == state))
    index = {portal: number for number, portal in enumerate(portals)}
    km = np.full((len(portals), len(portals)), np.inf)
    hours = np.full_like(km, np.inf)
    for road in region.roads:
        if road.state == state:
            i, j = index[road.from_], index[road.to]
            if road.hours < hours[i, j]:
                km[i, j] = km[j, i] = road.km
                hours[i, j] = hours[j, i] = road.hours
    return Roads(portals, km, hours)


def blocks(roads: dict[str, Roads], flows: Sequence[Flow]) -> dict[str, dict[str, NDArray[np.float64]]]:
    """Overland cost between the portals of each state, by flow [USD/unit of the flow].

    Returns:
        For each flow's id, for each state's code, a matrix over the state's portals.
    """
    return {
        flow.id: {state: those.distances(flow.cost_per_km, flow.cost_per_hour) for state, those in roads.items()}
        for flow in flows
    }


def short_cuts(region: Region, roads: dict[str, Roads]) -> set[tuple[str, str, str]]:
    """Turns back over the same border that are worth while: through a neighbour from one part of a state to another.

    Going straight back over the border that one has just crossed is barred in general, since it is never of use and
    makes passage ill-posed. The exception is a real short cut: the neighbour's roads from one crossing to the other
    are quicker than the state's own. These are the domestic detours that lines drawn for one country leave behind.

    Returns:
        Triples (crossing in, state passed through, crossing out).
    """
    hours = {state: those.distances(0.0, 1.0) for state, those in roads.items()}
    index = {state: {portal: i for i, portal in enumerate(those.portals)} for state, those in roads.items()}
    found: set[tuple[str, str, str]] = set()
    for border in region.borders.values():
        crossings = [c.id for c in region.crossings.values() if c.border == border.id and c.kind == "post"]
        for home, through in (ends(border.id), ends(border.id)[::-1]):
            at_home = [index[home][c] for c in crossings]
            abroad = [index[through][c] for c in crossings]
            through_neighbour = hours[through][np.ix_(abroad, abroad)]
            quicker = through_neighbour < WORTH_WHILE * hours[home][np.ix_(at_home, at_home)]
            found |= {(crossings[i], through, crossings[j]) for i, j in np.argwhere(quicker) if i != j}
    return found
