"""The case of the benchmarks of a history: the region that ships, with draws and luck of some members."""

from __future__ import annotations

from functools import cache
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from panj.ensembles.members import draw, luck
from panj.region import Region, open_region
from panj.simulation import Simulation, world_of

SEED = 1


@cache
def region() -> Region:
    """The region that ships."""
    return open_region("central-asia")


@cache
def simulation() -> Simulation:
    """The region's clock. What is compiled for it is kept, so that the next time it need not be."""
    jax.config.update("jax_compilation_cache_dir", str(user_cache_path("panj") / "benchmarks"))  # type: ignore[no-untyped-call]
    return Simulation(world_of(region()))


def members(number: int) -> tuple[dict[str, NDArray[Any]], NDArray[np.float32]]:
    """Draws and luck of the first members."""
    draws = draw(list(region().parameters.values()), range(number), SEED)
    return dict(draws), luck(range(number), SEED, simulation().world.luck_shape)
