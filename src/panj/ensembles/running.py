"""A run from beginning to end: plan, batches, results on disk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

import panj
from panj.basics.dates import Month, months
from panj.ensembles.crate import METADATA, digest, write_crate
from panj.ensembles.members import apply, draw
from panj.ensembles.store import ARRAYS, Plan, RunError, Store, is_complete
from panj.ensembles.workers import cores, run_batches
from panj.region import Region, open_region
from panj.simulation.quantities import Quantity, quantities

BATCH = 8
"""Members a batch."""

CONVERGED = 1e-2
"""A member's month counts as converged if passage is this near to its fixed point."""


@dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes:
        folder: Where it lies.
        dataset: The trajectories, opened lazily.
        experiments: One row a member: parameters and scalar outcomes.
        crate: The run's description.
    """

    folder: Path
    dataset: xr.Dataset
    experiments: pd.DataFrame
    crate: dict[str, Any]


def run(
    region: str,
    out: Path,
    *,
    scenario: str = "history",
    members: int = 200,
    seed: int = 1,
    batch: int = BATCH,
    workers: int | None = None,
    resume: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Run:
    """Run a region's history, or a scenario laid over it, with many members.

    Args:
        region: Name of a region that ships, or a folder.
        out: Folder for the results.
        scenario: Id of a scenario of the region; ``history`` lays nothing over it.
        members: How many.
        seed: Of the study: draws and luck.
        batch: Members computed side by side.
        workers: Processes; one a core if not given.
        resume: Go on with a run in ``out`` if there is one.
        progress: Called with members done and in all, after every batch.

    Raises:
        RegionError: The region has faults.
        RunError: The folder or the plan do not allow it.
    """
    opened = open_region(region)
    laid = opened if scenario == "history" else overlaid(opened, scenario)
    if members < 1:
        raise RunError(f"{members} members are none. Ask for at least 1.")
    plan = Plan(region, digest(opened.folder), scenario, members, min(batch, members), seed, panj.__version__)
    if resume and (out / "progress.json").exists():
        store = Store.resume(out, plan)
    else:
        store = Store.begin(out, plan, quantities(), coordinates(laid), attributes(laid, plan))
    started = _now()
    wanted = [number for number in range(len(plan.batches)) if number not in store.finished]
    progress(_done(plan, store), members)
    if wanted:
        for number, results in run_batches(plan, wanted, workers or cores()):
            store.write(number, results, quantities())
            progress(_done(plan, store), members)
    if not is_complete(out):
        experiments(laid, plan, out).to_parquet(out / "experiments.parquet", index=False)
        write_crate(out, plan, opened.folder, opened.title, started, _now())
        store.finish(quantities())
    return open_run(out)


def overlaid(region: Region, scenario: str) -> Region:
    """The region under a scenario of its own.

    Raises:
        RunError: It has no such scenario.
    """
    try:
        return region.overlay(scenario)
    except KeyError as error:
        raise RunError(str(error.args[0])) from None


def open_run(folder: str | Path) -> Run:
    """Open a finished run.

    Raises:
        RunError: There is none, or it is not finished.
    """
    import json

    folder = Path(folder)
    if not is_complete(folder):
        raise RunError(f"The run in {folder} is not finished. Go on with it: panj run ... --out {folder} --resume")
    return Run(
        folder=folder,
        dataset=xr.open_zarr(folder / ARRAYS, consolidated=False, chunks=None),
        experiments=pd.read_parquet(folder / "experiments.parquet"),
        crate=json.loads((folder / METADATA).read_text(encoding="utf-8")),
    )


def coordinates(region: Region) -> dict[str, list[Any]]:
    """Labels of every axis but the member."""
    return {
        "month": [month.first for month in months(region.start, region.end)],
        "flow": list(region.flows),
        "border": list(region.borders),
        "state": list(region.states),
        "crossing": list(region.crossings),
        "route": [f"{flow.id}: {route.name}" for flow in region.flows.values() for route in flow.route],
    }


def attributes(region: Region, plan: Plan) -> dict[str, Any]:
    """What a run says of itself, on its arrays."""
    return {
        "title": region.title,
        "region": plan.region,
        "scenario": plan.scenario,
        "members": plan.members,
        "seed": plan.seed,
        "version": plan.version,
        "inputs": plan.inputs,
    }


def experiments(region: Region, plan: Plan, folder: Path) -> pd.DataFrame:
    """One row a member: its draws (``p:name``), whether it converged, scalar outcomes before and after the pivot."""
    numbers = range(plan.members)
    draws = apply(draw(list(region.parameters.values()), numbers, plan.seed), region.factors)
    data = xr.open_zarr(folder / ARRAYS, consolidated=False, chunks=None)
    columns: dict[str, Any] = {"member": np.arange(plan.members)}
    columns |= {f"p:{name}": values for name, values in draws.items()}
    worst = data["residual"].max("month").to_numpy()
    columns |= {"converged": worst < CONVERGED, "worst_residual": worst}
    for quantity in quantities():
        if quantity.axes == ("member", "month") and quantity.knowledge != "diagnostic":
            for name, (first, last) in {"before": region.before, "after": region.after}.items():
                columns[f"{quantity.name}.{name}"] = _mean(data, quantity, first, last)
    return pd.DataFrame(columns)


def _mean(data: xr.Dataset, quantity: Quantity, first: Month, last: Month) -> Any:
    return data[quantity.name].sel(month=slice(str(first.first), str(last.last))).mean("month").to_numpy()


def _done(plan: Plan, store: Store) -> int:
    return sum(len(plan.batches[number]) for number in store.finished)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
