"""The tiny region as a world, run once for all tests of this room."""

from dataclasses import replace

import numpy as np
import pytest

from panj.ensembles.members import draw, luck
from panj.region import open_region
from panj.simulation import Simulation, world_of

MEMBERS = 4


@pytest.fixture(scope="session")
def tiny():
    region = open_region("tiny")
    return replace(region, end=region.start + 35)


@pytest.fixture(scope="session")
def simulation(tiny):
    return Simulation(world_of(tiny))


@pytest.fixture(scope="session")
def draws(tiny):
    return draw(list(tiny.parameters.values()), range(MEMBERS), 1)


@pytest.fixture(scope="session")
def chance(simulation):
    return luck(range(MEMBERS), 1, simulation.world.luck_shape)


@pytest.fixture(scope="session")
def history(simulation, draws, chance):
    return simulation.run(draws, chance)


@pytest.fixture(scope="session")
def changed(simulation, draws, chance):
    """Runs the same members with some parameters multiplied."""

    def run(**factors):
        return simulation.run({n: np.asarray(v) * factors.get(n, 1.0) for n, v in draws.items()}, chance)

    return run
