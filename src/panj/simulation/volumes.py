"""What would set out: pairs of places and their volumes, month by month, and who stands in which queue."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from panj.basics.dates import Month
from panj.region import Region
from panj.region.flows import Flow, Pair
from panj.region.volumes import yearly


def monthly(pair: Pair, clock: Sequence[Month]) -> NDArray[np.float64]:
    """Volume of a pair by month [unit/month]: linear between dated points, flat outside."""
    return np.asarray(yearly(clock, pair.volume)) / 12


def heavy(region: Region, clock: Sequence[Month], least: float = 0.005) -> tuple[str, ...]:
    """Flows that make queues: at least this share of all journeys of their kind of counter, in some month.

    The others see queues and searches but do not change them, so passage can be solved for them once a month, after the
    queues have settled.
    """
    journeys = {
        flow.id: sum((monthly(pair, clock) for pair in flow.pair), np.zeros(len(clock))) / flow.lot
        for flow in region.flows.values()
    }
    total = {
        by_vehicle: sum(
            (journeys[f.id] for f in region.flows.values() if in_vehicle(f) == by_vehicle), np.zeros(len(clock))
        )
        for by_vehicle in (True, False)
    }
    return tuple(
        f.id
        for f in region.flows.values()
        if f.unit != "kg" and np.any(journeys[f.id] > least * np.maximum(total[in_vehicle(f)], 1e-9))
    )


def in_vehicle(flow: Flow) -> bool:
    """Whether a flow stands in the queue of goods vehicles, and not in that of travellers."""
    return flow.traveller in {"lorry", "train"}
