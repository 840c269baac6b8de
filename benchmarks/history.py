"""How long does a whole history take, a member and core?"""

from __future__ import annotations

import time

from benchmarks.case import members, simulation
from benchmarks.passage import matmul_rate, operations
from benchmarks.rows import Row
from panj.simulation.history import SETTLING
from panj.simulation.month import HORIZON, SWEEPS, busy_and_quiet

MEMBERS = 16


def measure() -> list[Row]:
    """All months, crossings and flows of the region that ships, one batch on one core; processor time."""
    draws, luck = members(MEMBERS)
    _seconds(draws, luck)  # compiles
    warm = _seconds(draws, luck)
    speed = _operations() / warm / 1e9
    what, note = f"history of central-asia, batch of {MEMBERS}, a member", f"{speed:.3g} GFLOP/s in products of passage"
    return [Row(what, warm / MEMBERS, "s", 0.15, of_rate=speed / matmul_rate(), note=note)]


def _seconds(*batch: object) -> float:
    begun = time.process_time()
    simulation().run(*batch)  # type: ignore[arg-type]
    return time.process_time() - begun


def _operations() -> float:
    """What the loadings of all months need in matrix products; routes, radius and all else are left out."""
    world = simulation().world
    busy, quiet = (world.network.only(pairs.tolist()) for pairs in busy_and_quiet(world))
    month = (SWEEPS + 1) * operations(busy, MEMBERS, HORIZON) + 1.5 * operations(quiet, MEMBERS, HORIZON)
    return (len(world.clock) + SETTLING) * month
