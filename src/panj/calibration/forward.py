"""What an ensemble of parameters predicts of targets, without keeping the runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from panj.calibration.observe import predictions
from panj.calibration.scales import on_scale
from panj.calibration.seen import Seen
from panj.ensembles import CONVERGED
from panj.ensembles.batches import simulation_of
from panj.ensembles.members import apply, luck
from panj.ensembles.running import coordinates
from panj.region import Region, Target
from panj.simulation.quantities import quantities

Results = dict[str, NDArray[Any]]


Measure = Callable[[Seen], NDArray[np.float64]]
"""What is kept of a batch: some numbers by member, the member last. Must survive pickling."""


@dataclass(frozen=True)
class Forward:
    """What a worker needs to compute an ensemble; called in it, gives the function that does, for a batch of members.

    Attributes:
        region: Under its scenario.
        values: Parameters of the whole ensemble, one value a member.
        measure: What is kept of it.
        seed: Of luck.
        size: Members computed side by side.
        luck: Whose luck each member meets, by number; its own if not given, the same in every ensemble.
    """

    region: Region
    values: Mapping[str, NDArray[np.float64]]
    measure: Measure
    seed: int
    size: int
    luck: NDArray[np.int_] | None = None

    def __call__(self) -> Callable[[range], Results]:
        """Make the world; it is compiled at its first batch."""
        simulation = simulation_of(self.region, self.size)
        last = len(next(iter(self.values.values()))) - 1

        def compute(members: range) -> Results:
            whole = np.minimum(np.arange(members.start, members.start + self.size), last)
            draws = {name: values[whole] for name, values in self.values.items()}
            chance = whole if self.luck is None else self.luck[whole]
            run = simulation.run(
                apply(draws, self.region.factors), luck(chance.tolist(), self.seed, simulation.world.luck_shape)
            )
            measured = self.measure(Seen(dataset_of(self.region, run, whole), self.region, draws))
            converged = np.asarray(run["residual"].max(axis=1) < CONVERGED)
            return {"measured": measured[..., : len(members)], "converged": converged[: len(members)]}

        return compute


@dataclass(frozen=True)
class Predicted:
    """Keeps what each member predicts of some targets, on their scales."""

    targets: tuple[Target, ...]

    def __call__(self, seen: Seen) -> NDArray[np.float64]:
        """Target by member."""
        return on_scales(seen, self.targets)


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
