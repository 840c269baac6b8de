"""A run from beginning to end: plan, batches, results on disk.

Libraries of tables are imported once the crew has its batches: nobody waits for them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from panj.basics.dates import Month, months
from panj.basics.writing import whole
from panj.ensembles.batches import Batches, computed
from panj.ensembles.crate import EXPERIMENTS, METADATA, describe
from panj.ensembles.members import apply
from panj.ensembles.plan import Plan, RunError, batch_for, digests, fingerprint, software
from panj.ensembles.posterior import drawn, read_posterior
from panj.ensembles.store import ARRAYS, Note, Store, read_note
from panj.ensembles.workers import Crew, cores
from panj.region import Region, name_of, open_region
from panj.simulation.needed import LINKS, PARAMETERS
from panj.simulation.quantities import Quantity, quantities

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

CONVERGED = 2e-2
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
    region: str | Path | Region,
    out: Path,
    *,
    scenario: str = "history",
    members: int = 200,
    seed: int = 1,
    cut: Collection[str] = (),
    batch: int | None = None,
    workers: int | Crew | None = None,
    resume: bool = False,
    by: str = "",
    prior: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    meanwhile: Callable[[], object] = lambda: None,
) -> Run:
    """Run a region's history, or a scenario laid over it, with many members.

    Args:
        region: Name of a region that ships, a folder, or a region that is opened.
        out: Folder for the results.
        scenario: Id of a scenario of the region; ``history`` lays nothing over it.
        members: How many.
        seed: Of the study: draws and luck.
        cut: Links of the system's list that are cut: what they lead to feels its cause as it stood at the start.
        batch: Members computed side by side; if not given, that of the run that goes on, or `batch_for` members and
            workers. The same batch on the same machine gives the same bits, whatever the workers.
        workers: Processes, one a core if not given; or a crew that the caller has started.
        resume: Go on with a run in ``out`` if there is one.
        prior: Draw parameters from their priors even where a fit left draws with the region.
        by: The organisation that runs it; named in the run's description.
        progress: Called with members done and in all, at the start and after every batch.
        meanwhile: Called once all workers have something to do.

    Raises:
        RegionError: The region has faults.
        RunError: The folder or the plan do not allow it, or a batch failed; what is finished is kept.
    """
    opened = region if isinstance(region, Region) else open_region(region)
    laid = under(opened, scenario)
    begun = read_note(out) if resume else None
    hired = cores() if workers is None else workers
    if isinstance(hired, int) and hired < 1:
        raise RunError(f"workers is {hired}. Ask for at least 1.")
    count = hired.count if isinstance(hired, Crew) else hired
    if batch is None:
        batch = begun.plan.batch if begun else batch_for(members, count)
    plan = plan_of(opened, scenario, members, batch, seed, cut, prior=prior)
    if out.resolve().is_relative_to(opened.folder.resolve()):
        raise RunError(f"{out} lies inside the region, whose files are what the run is made of. Choose another --out.")
    store = (Store.resume if begun else Store.begin)(out, Note(plan, _now(), by=by), quantities())
    progress(store.note.members_done, members)
    if store.note.ended is None:
        wanted = {plan.batches[number]: number for number in store.wanted}
        start = Batches(computed(laid), seed, batch, tuple(plan.cut.split()), prior)
        with nullcontext(hired) if isinstance(hired, Crew) else Crew(min(count, len(wanted))) as crew:
            answers = crew.compute(start, list(wanted))
            if not store.note.finished:
                store.prepare(coordinates(laid), attributes(laid, plan))
            meanwhile()
            for done, results in answers:
                store.write(wanted[done], results)
                progress(store.note.members_done, members)
        store.join()
        with whole(out / EXPERIMENTS) as new:
            experiments(laid, plan, out).to_parquet(new, index=False)
        store.close(_now())
    if not (out / METADATA).exists():
        describe(out)
    return open_run(out)


def under(region: Region, scenario: str) -> Region:
    """The region under one of its scenarios, if the simulation can run it.

    Raises:
        RunError: It has no such scenario, or lacks a parameter, or changes one at a date.
    """
    laid = region
    if scenario != "history":
        try:
            laid = region.overlay(scenario)
        except KeyError as error:
            known = ", ".join(dict.fromkeys(["history", *region.scenarios]))
            raise RunError(f"{error.args[0]} There are: {known}.") from None
    if missing := [name for name in PARAMETERS if name not in laid.parameters]:
        raise RunError(f"parameters.toml of {region.title} lacks what the simulation needs: {', '.join(missing)}.")
    if dated := [f"{factor.parameter} from {factor.since}" for factor in laid.factors if factor.since]:
        raise RunError(
            f"The scenario {scenario} changes {', '.join(dated)}, and a parameter can only be changed for the whole "
            "history as yet. Leave out the parameter, or the date on which the scenario begins."
        )
    return laid


def plan_of(
    region: Region,
    scenario: str,
    members: int,
    batch: int,
    seed: int,
    cut: Collection[str] = (),
    *,
    prior: bool = False,
) -> Plan:
    """The plan of a run.

    Raises:
        RunError: A number is out of its range, or a link cannot be cut.
    """
    if unknown := sorted(set(cut) - set(LINKS)):
        raise RunError(f"{', '.join(unknown)} cannot be cut. Links that can be cut: {', '.join(LINKS)}.")
    for what, number, least in (("members", members, 1), ("batch", batch, 1), ("seed", seed, 0)):
        if number < least:
            raise RunError(f"{what} is {number}. Ask for at least {least}.")
    links = " ".join(sorted(set(cut)))
    draws = "prior" if prior or read_posterior(region) is None else "posterior"
    return Plan(name_of(region), scenario, members, batch, seed, digests(region.folder), software(), links, draws)


def open_run(folder: str | Path) -> Run:
    """Open a finished run.

    Raises:
        RunError: There is none, or it is not finished.
    """
    import pandas as pd
    import xarray as xr

    folder = Path(folder)
    note = read_note(folder)
    if note is None:
        raise RunError(f"There is no run in {folder}. Begin one with: panj run REGION --out {folder}")
    if note.ended is None:
        raise RunError(f"The run in {folder} is not finished ({note.done}). Give its command again with --resume.")
    return Run(
        folder=folder,
        dataset=xr.open_zarr(folder / ARRAYS, chunks=None),
        experiments=pd.read_parquet(folder / EXPERIMENTS),
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
        "cut": plan.cut,
        "draws": plan.draws,
        "version": plan.software["panj"],
        "inputs": fingerprint(plan.inputs),
    }


def experiments(region: Region, plan: Plan, folder: Path) -> pd.DataFrame:
    """One row a member: its draws (``p:name``), whether it converged, scalar outcomes before and after the pivot."""
    import pandas as pd
    import xarray as xr

    numbers = range(plan.members)
    draws = apply(drawn(region, numbers, plan.seed, prior=plan.draws == "prior"), region.factors)
    data = xr.open_zarr(folder / ARRAYS, chunks=None)
    worst = data["residual"].max("month", skipna=False).to_numpy()
    columns: dict[str, Any] = {"member": np.arange(plan.members)}
    columns |= {f"p:{name}": values for name, values in draws.items()}
    columns |= {"converged": worst < CONVERGED, "worst_residual": worst}
    for quantity in quantities():
        if quantity.axes == ("member", "month") and quantity.knowledge != "diagnostic":
            for name, (first, last) in {"before": region.before, "after": region.after}.items():
                columns[f"{quantity.name}.{name}"] = _mean(data, quantity, first, last)
    return pd.DataFrame(columns)


def _mean(data: xr.Dataset, quantity: Quantity, first: Month, last: Month) -> Any:
    return data[quantity.name].sel(month=slice(str(first.first), str(last.last))).mean("month").to_numpy()


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
