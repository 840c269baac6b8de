"""What an ensemble of parameters predicts of targets, without keeping the runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from panj.calibration.observe import Seen, predictions
from panj.calibration.scales import on_scale
from panj.ensembles import CONVERGED
from panj.ensembles.members import apply, luck
from panj.ensembles.running import coordinates
from panj.region import Region, Target
from panj.simulation.quantities import quantities

Results = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Forward:
    """What a worker needs to predict targets; called in it, gives the function that does, for a batch of members.

    Attributes:
        region: Under its scenario.
        values: Parameters of the whole ensemble, one value a member.
        targets: What is predicted.
        seed: Of luck, so that member 41 meets the same in every ensemble of a fit.
        size: Members computed side by side.
    """

    region: Region
    values: Mapping[str, NDArray[np.float64]]
    targets: tuple[Target, ...]
    seed: int
    size: int

    def __call__(self) -> Callable[[range], Results]:
        """Make the world; it is compiled at its first batch."""
        from panj.simulation import Simulation, world_of

        simulation = Simulation(world_of(self.region))
        last = len(next(iter(self.values.values()))) - 1

        def compute(members: range) -> Results:
            whole = np.minimum(np.arange(members.start, members.start + self.size), last)
            draws = {name: values[whole] for name, values in self.values.items()}
            scaled = apply(draws, self.region.factors)
            run = simulation.run(scaled, luck(whole.tolist(), self.seed, simulation.world.luck_shape))
            predicted = on_scales(Seen(dataset_of(self.region, run, whole), self.region, draws), self.targets)
            converged = np.asarray(run["residual"].max(axis=1) < CONVERGED)
            return {"predicted": predicted[:, : len(members)], "converged": converged[: len(members)]}

        return compute


def dataset_of(
    region: Region, results: Mapping[str, NDArray[Any]], members: Sequence[int] | NDArray[np.int_]
) -> xr.Dataset:
    """The results of a batch as they would lie on disk; what is only kept as a mean over members is left out."""
    labels: dict[str, Any] = {**coordinates(region), "member": list(members)}
    labels["month"] = np.asarray(labels["month"], "datetime64[ns]")
    arrays = {
        one.name: xr.DataArray(
            results[one.name],
            dims=one.axes,
            coords={axis: labels[axis] for axis in one.axes},
            attrs={"units": one.unit, "kind": one.kind, "knowledge": one.knowledge},
        )
        for one in quantities()
        if not one.mean_over_members
    }
    return xr.Dataset(arrays)


def on_scales(seen: Seen, targets: Sequence[Target]) -> NDArray[np.float64]:
    """What each member predicts, target by member, on the scale of each target; missing where there is no figure."""
    count = seen.dataset.sizes["member"]
    rows = [
        np.full(count, np.nan) if one.values is None else on_scale(one.target, one.values)
        for one in predictions(seen, targets)
    ]
    return np.asarray(rows, float).reshape(len(targets), count)
