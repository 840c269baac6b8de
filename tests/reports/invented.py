"""An invented run over the labels of any region: right shapes and units, plausible numbers, no model behind them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources

import numpy as np
import pandas as pd
import xarray as xr

from panj.basics.dates import months
from panj.region import Region


@dataclass(frozen=True)
class InventedRun:
    dataset: xr.Dataset

    @property
    def experiments(self) -> pd.DataFrame:
        members = self.dataset["member"].to_numpy()
        return pd.DataFrame({"member": members, "converged": True, "p:luck": np.linspace(0, 1, len(members))})


def invent_run(region: Region, members: int = 20, failed: int = 1, seed: int = 7) -> InventedRun:
    luck = np.random.default_rng(seed)
    clock = months(region.start, region.end)
    labels: dict[str, list[object]] = {
        "member": list(range(members)),
        "month": [np.datetime64(month.first, "ns") for month in clock],
        "flow": list(region.flows),
        "border": list(region.borders),
        "state": list(region.states),
        "crossing": list(region.crossings),
        "route": [f"{flow.id}: {route.name}" for flow in region.flows.values() for route in flow.route],
    }
    time = np.linspace(0, 1, len(clock))
    season = 1 + 0.1 * np.sin(np.arange(len(clock)) * np.pi / 6)
    data = {}
    with resources.files("panj").joinpath("simulation", "quantities.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        axes = row["axes"].split(";")
        if not all(labels[axis] for axis in axes):
            continue
        shape = [len(labels[axis]) for axis in axes]
        size = np.exp(luck.normal(0, 0.8, [1 if axis in ("member", "month") else len(labels[axis]) for axis in axes]))
        draw = np.exp(luck.normal(0, 0.25, [len(labels[axis]) if axis == "member" else 1 for axis in axes]))
        course = (0.5 + time * luck.uniform(0.3, 1.5)) * season
        along = course.reshape([-1 if axis == "month" else 1 for axis in axes])
        values = np.broadcast_to(size * draw * along, shape) * {"USD/month": 2e5, "USD": 5e6, "person": 900}.get(
            row["unit"], 8.0
        )
        if row["unit"] == "1":
            values = 0.6 * np.broadcast_to(draw * along, shape) / 2.5
        data[row["name"]] = (
            axes,
            values.astype(np.float32),
            {"units": row["unit"], "long_name": row["meaning"], "knowledge": row["knowledge"]},
        )
    dataset = xr.Dataset(data, coords=labels)
    volumes = xr.DataArray(
        10.0 ** luck.uniform(1, 5, len(region.flows)), dims="flow", coords={"flow": list(region.flows)}
    )
    for name, share in (("potential", 1.0), ("sent", 0.9), ("arrived", 0.6), ("seized", 0.1), ("stranded", 0.001)):
        if name not in dataset:
            continue
        attrs = dataset[name].attrs
        dataset[name] = (dataset["potential"] * 0 + volumes) * share * (1 + 0.2 * (dataset["suppression"] - 0.3))
        dataset[name].attrs = attrs
    attrs = dataset["passed_green"].attrs
    dataset["passed_green"] = dataset["passed"] * 0.3
    dataset["passed_green"].attrs = attrs
    dataset["residual"][:] = 1e-3
    dataset["residual"][:failed, 5] = 1.0
    dataset.attrs = {"region": region.code, "scenario": "history", "seed": seed, "version": "0.1.0"}
    return InventedRun(dataset)
