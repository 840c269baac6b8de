"""Workers: one single-threaded process a core, each with its own copy of the world.

Threads inside a matrix product of this size cost more than they bring, so every library is told to use one.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from platformdirs import user_cache_path

from panj.ensembles.members import apply, draw, luck
from panj.ensembles.store import Plan

SINGLE = {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "NPROC": "1",
}

Results = dict[str, NDArray[Any]]


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Worker:
    """What one process keeps: the world of a region under a scenario, compiled."""

    def __init__(self, region: str, scenario: str) -> None:
        import jax

        jax.config.update("jax_compilation_cache_dir", str(user_cache_path("panj") / "compiled"))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)
        from panj.region import open_region
        from panj.simulation import Simulation, world_of

        opened = open_region(region)
        self.region = opened if scenario == "history" else opened.overlay(scenario)
        self.simulation = Simulation(world_of(self.region))

    def run(self, members: Sequence[int], seed: int) -> Results:
        """Run a batch of members through the whole clock."""
        draws = apply(draw(list(self.region.parameters.values()), members, seed), self.region.factors)
        return self.simulation.run(draws, luck(members, seed, self.simulation.world.luck_shape))


_WORKER: list[Worker] = []


def _start(region: str, scenario: str) -> None:
    _WORKER.append(Worker(region, scenario))


def _batch(first: int, batch: int, seed: int) -> Results:
    # always a whole batch, so that the last one is compiled and computed like every other
    return _WORKER[0].run(range(first, first + batch), seed)


@contextmanager
def _environment() -> Iterator[None]:
    """One thread for every library, in the processes started inside."""
    kept = {name: os.environ.get(name) for name in SINGLE}
    os.environ.update(SINGLE)
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def run_batches(plan: Plan, wanted: Sequence[int], workers: int) -> Iterator[tuple[int, Results]]:
    """Compute batches on all workers; yields each with its results as it is finished, in any order.

    Few batches are under way at a time, so memory does not grow with the number of members.
    """
    region = str(Path(plan.region).resolve()) if Path(plan.region).is_dir() else plan.region
    with (
        _environment(),
        ProcessPoolExecutor(
            max_workers=min(workers, len(wanted)),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(region, plan.scenario),
        ) as pool,
    ):
        left = list(wanted)
        under_way: dict[Future[Results], int] = {}
        while left or under_way:
            while left and len(under_way) < workers + 1:
                number = left.pop(0)
                under_way[pool.submit(_batch, plan.batches[number].start, plan.batch, plan.seed)] = number
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                yield under_way.pop(future), future.result()
