"""How long does a whole history take, a member and core?"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from benchmarks.case import members, simulation
from benchmarks.passage import matmul_rate
from benchmarks.rows import Row
from panj.passage.stages import teams_of
from panj.simulation.history import SETTLING
from panj.simulation.passing import busy_and_quiet

MEMBERS = 64

SWEEPS_TAKEN = 10
"""Loadings of busy flows in a month, about, of a whole batch (measured)."""


def measure() -> list[Row]:
    """All months, crossings and flows of the region that ships, one batch on one core; processor time."""
    draws, luck = members(MEMBERS)
    cold = _seconds(draws, luck)  # compiles
    warm = _seconds(draws, luck)
    speed = _operations() / warm / 1e9
    pairs = len(simulation().world.pair_flow)
    what = f"history of central-asia, batch of {MEMBERS}, a member"
    note = f"{speed:.3g} GFLOP/s in products of passage; {pairs} pairs, {1e3 * warm / MEMBERS / pairs:.2g} ms each"
    compiled = Row("compilation of a history", cold - warm, "s")
    return [compiled, Row(what, warm / MEMBERS, "s", 0.15, of_rate=speed / matmul_rate(), note=note)]


def _seconds(*batch: object) -> float:
    begun = time.process_time()
    simulation().run(*batch)  # type: ignore[arg-type]
    return time.process_time() - begun


def _operations() -> float:
    """What the loadings of all months need in matrix products; routes, radius and all else are left out."""
    world = simulation().world
    busy, quiet = (_multiplications(pairs) for pairs in busy_and_quiet(world))
    month = 4.0 * MEMBERS * (SWEEPS_TAKEN * busy + quiet)
    return (len(world.clock) + SETTLING) * month


def _multiplications(pairs: NDArray[np.int_]) -> int:
    """In the products of one sweep over the stages of some pairs, a member."""
    world = simulation().world
    topology = world.network.topology.only(pairs.tolist())
    horizon = tuple(tuple(row[pair] for pair in pairs) for row in world.horizon)
    return sum(team.multiplications for team in teams_of(topology, horizon, MEMBERS))
