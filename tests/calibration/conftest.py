"""A region that ships, and results of a run that nobody computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import xarray as xr

from panj.ensembles.running import coordinates
from panj.region import Region, open_region
from panj.simulation.quantities import quantities


def invented(region: Region, members: int = 6, seed: int = 1, names: Sequence[str] = ()) -> xr.Dataset:
    """A dataset of the form of a run: every quantity positive and random, or only those named."""
    chance = np.random.default_rng(seed)
    labels = {**coordinates(region), "member": list(range(members))}
    labels["month"] = [np.datetime64(day, "ns") for day in labels["month"]]
    arrays = {}
    for quantity in quantities():
        if names and quantity.name not in names:
            continue
        shape = [len(labels[axis]) for axis in quantity.axes]
        values = chance.uniform(0.2, 0.8, shape).astype(np.float32)
        attributes = {"units": quantity.unit, "kind": quantity.kind, "knowledge": quantity.knowledge}
        arrays[quantity.name] = xr.DataArray(
            values, dims=quantity.axes, coords={axis: labels[axis] for axis in quantity.axes}, attrs=attributes
        )
    return xr.Dataset(arrays)


@pytest.fixture(scope="session")
def tiny() -> Region:
    return open_region("tiny")


@pytest.fixture(scope="session")
def dataset(tiny: Region) -> xr.Dataset:
    return invented(tiny)
