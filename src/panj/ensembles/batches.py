"""A batch of members, from their numbers to their results."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from panj.ensembles.members import apply, luck
from panj.ensembles.posterior import drawn
from panj.ensembles.workers import programs
from panj.evidence import Evidence
from panj.region import Region
from panj.region.geography import Geometry
from panj.simulation.quantities import Quantity, quantities

if TYPE_CHECKING:
    from panj.simulation import Simulation

Results = dict[str, NDArray[Any]]


def computed(region: Region) -> Region:
    """What a worker needs of a region: the same without evidence and shapes, which would be most of what is sent."""
    return replace(region, evidence=Evidence({}, {}, (), {}), geometry=Geometry())


@dataclass(frozen=True)
class Batches:
    """What a worker needs to compute batches; called in it, gives the function that does.

    Attributes:
        region: Under its scenario.
        seed: Of the study.
        size: Members computed side by side: a smaller batch is filled up and cut again, so that every batch is
            compiled and computed like every other.
        cut: Links that are cut.
        prior: Whether members draw from the priors even where fitted draws lie with the region.
    """

    region: Region
    seed: int
    size: int
    cut: tuple[str, ...] = ()
    prior: bool = False

    def __call__(self) -> Callable[[range], Results]:
        """Make the world; it is compiled at its first batch."""
        run = runner(self.region, self.size, self.seed, prior=self.prior)

        def compute(members: range) -> Results:
            whole = range(members.start, members.start + self.size)
            return kept(run(whole, self.cut), len(members))

        return compute


def simulation_of(region: Region, size: int) -> Simulation:
    """The simulation of a region, so many members at once.

    It is compiled when it is first run, if no earlier run left it: that is read while the world is made.
    """
    from panj.simulation import Simulation, world_of

    kept = programs(f"{region.code}-{size}")
    return Simulation(world_of(region), kept)


def runner(
    region: Region, size: int, seed: int, *, prior: bool = False
) -> Callable[[range, Collection[str]], Mapping[str, NDArray[Any]]]:
    """Make the world of a region; give what runs so many members of a study at once with links cut."""
    simulation = simulation_of(region, size)

    def run(members: range, cut: Collection[str]) -> Mapping[str, NDArray[Any]]:
        draws = apply(drawn(region, members, seed, prior=prior), region.factors)
        return simulation.run(draws, luck(members, seed, simulation.world.luck_shape), cut)

    return run


def kept(results: Mapping[str, NDArray[Any]], count: int) -> Results:
    """The results of the first members of a batch, or the mean over them where the members are not kept apart."""
    return {quantity.name: _kept(quantity, results[quantity.name], count) for quantity in quantities()}


def _kept(quantity: Quantity, values: NDArray[Any], count: int) -> NDArray[Any]:
    if "member" in quantity.axes:
        return values[:count]
    if quantity.mean_over_members:
        return np.asarray(values[:count].mean(axis=0, dtype=np.float64))
    return values
