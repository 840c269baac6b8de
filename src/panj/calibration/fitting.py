"""A fit from beginning to end: ensembles, steps, what is kept on disk, and the draws that a region is left with."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

import panj
from panj.basics.writing import whole, write
from panj.calibration.discrepancy import AS_JUDGED, Discrepancy, covariance, likeliest, noted
from panj.calibration.emulator import Training
from panj.calibration.forward import Forward, Predicted
from panj.calibration.scales import on_scale
from panj.calibration.smoother import Data, assimilate, inflations, misfit
from panj.ensembles import RunError, cores
from panj.ensembles.members import EDGE, chances, draw, quantile
from panj.ensembles.plan import batch_for, fingerprint
from panj.ensembles.posterior import Draws, inputs, save_posterior
from panj.ensembles.running import under
from panj.ensembles.workers import run_batches
from panj.region import Region, Target, open_region

Reals = NDArray[np.float64]

PLAN = "fit.json"

REACH = 2.0
"""A target is taken in if some member of the priors comes this near to it, in standard deviations of both errors.

One that is farther off from all of them tells of what the model lacks; taking it in would drive every parameter that it
hangs on to the end of its range."""

FAR = 10.0
"""No prediction is farther off than this for an emulator, in standard deviations of both errors."""

KNOWN = 0.9
"""Share of members that must have a figure for a target."""

SENSE = {"about": 0, "at most": -1, "at least": 1}


@dataclass(frozen=True)
class Fit:
    """A finished fit.

    Attributes:
        region: That was fitted.
        targets: What was taken in; ``left_out``: the other targets for fitting, each with the reason.
        prior: Draws before, ``posterior``: after; one value a member.
        before: Misfit of each member before, ``after``: after: the mean square of its errors in standard deviations.
        discrepancy: What the fitted numbers tell of all discrepancies together.
        note: What made the draws.
        training: All runs that converged, of every ensemble, with the targets taken in.
        data: Those targets as numbers.
    """

    region: Region
    targets: tuple[Target, ...]
    left_out: Mapping[str, str]
    prior: Draws
    posterior: Draws
    before: Reals
    after: Reals
    discrepancy: Discrepancy
    note: Mapping[str, Any]
    training: Training
    data: Data

    def save(self, folder: Path) -> None:
        """Leave the draws and what made them in a folder: that of the region, so that runs use them."""
        save_posterior(folder, self.posterior, self.note)


def fit(
    region: str | Path,
    out: Path,
    *,
    members: int,
    steps: int,
    seed: int = 1,
    batch: int | None = None,
    workers: int | None = None,
    resume: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Fit:
    """Fit the parameters of a region to its targets for fitting, by an ensemble smoother (`smoother`).

    Every ensemble is computed once more than there are steps: the last one tells what the posterior predicts. Members
    that do not converge there are left out of the draws. What programmes deliver is not fitted: a member meets the same
    deliveries, drawn within their ranges, and the same luck in every ensemble.

    Args:
        region: Name of a region that ships, or a folder.
        out: Folder for what is finished, so that a fit can go on.
        members: Of the ensemble.
        steps: In which the numbers are taken in.
        seed: Of draws, luck and noise.
        batch: Members computed side by side.
        workers: Processes; one a core if not given.
        resume: Go on with the fit in ``out`` if there is one.
        progress: Called with members done and in all.

    Raises:
        RegionError: The region has faults.
        RunError: The folder holds another fit, or a batch failed, or there is nothing to fit.
    """
    opened = open_region(region)
    laid = under(opened, "history")
    crew = workers or cores()
    size = batch or batch_for(members, crew)
    targets = tuple(target for target in opened.targets.values() if target.use == "fit")
    if not targets:
        raise RunError(f"{opened.title} has no targets to fit to.")
    plan = {"region": opened.code, "members": members, "steps": steps, "seed": seed, "batch": size}
    _begin(out, plan | {"inputs": fingerprint(inputs(opened)), "panj": panj.__version__}, resume)
    first = norm.ppf(chances(list(opened.parameters), range(members), seed)).T
    programmes = [row for name, row in laid.uncertain.items() if name not in opened.parameters]
    deliveries = draw(programmes, range(members), seed)
    spans = [range(start, min(start + size, members)) for start in range(0, members, size)]
    seen: list[Reals] = []
    held: list[Reals] = []
    settled: list[NDArray[np.bool_]] = []
    data, chosen, left_out, lacks = None, np.zeros(0, int), dict[str, str](), AS_JUDGED
    levels = first
    progress(0, (steps + 1) * members)
    for step in range(steps + 1):
        if data is not None:
            levels = assimilate(first, [one[chosen] for one in seen], data, inflations(steps), seed)
        forward = Forward(laid, values_of(opened, levels) | deliveries, Predicted(targets), seed, size)
        predicted, converged = _predicted(out, step, forward, spans, crew, progress, members * steps + members)
        seen.append(predicted)
        held.append(levels)
        settled.append(converged)
        if data is None:
            lacks = likeliest(targets, predicted[:, converged])
            chosen, left_out = taken_in(targets, predicted, lacks)
            if not len(chosen):
                raise RunError(f"No target of {opened.title} is within the reach of its priors.")
            data = data_of([targets[index] for index in chosen], lacks)
    assert data is not None
    kept = settled[-1] if settled[-1].mean() >= 0.5 else np.ones(members, bool)
    used = tuple(targets[index] for index in chosen)
    return Fit(
        opened,
        used,
        left_out,
        values_of(opened, first),
        {name: values[kept] for name, values in values_of(opened, levels).items()},
        misfit(seen[0][chosen], data),
        misfit(seen[-1][chosen][:, kept], data),
        lacks,
        {
            "method": "ES-MDA",
            "members": members,
            "steps": steps,
            "seed": seed,
            "made": dt.datetime.now(dt.UTC).date().isoformat(),
            "panj": panj.__version__,
            "targets": [target.id for target in used],
            "left_out": left_out,
            **noted(lacks),
            "inputs": inputs(opened),
        },
        training_of(held, [one[chosen] for one in seen], settled, data),
        data,
    )


def training_of(
    levels: list[Reals], predicted: list[Reals], converged: list[NDArray[np.bool_]], data: Data
) -> Training:
    """The runs of all ensembles that converged, as an emulator learns from them.

    Args:
        levels: Parameters of each ensemble, parameter by member.
        predicted: Targets of each, target by member.
        converged: Members of each.
        data: The numbers. What lies farther off than ``FAR`` is moved there: a flow of nothing has no logarithm.
    """
    far = FAR * data.spread
    rows = np.concatenate([one.T for one in predicted])
    kept = np.concatenate(converged)
    members = levels[0].shape[1]
    return Training(
        np.concatenate([one.T for one in levels])[kept],
        np.clip(rows, data.observed - far, data.observed + far)[kept],
        np.tile(np.arange(members), len(levels))[kept],
        np.repeat(np.arange(len(levels)), members)[kept],
    )


def read_plan(folder: Path) -> dict[str, Any]:
    """Members, steps, seed and batch of the fit that was begun in a folder.

    Raises:
        RunError: There is none.
    """
    file = folder / PLAN
    if not file.exists():
        raise RunError(f"{folder} holds no fit: {PLAN} is missing. Name the --out of a `panj fit`.")
    begun: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return {name: begun[name] for name in ("members", "steps", "seed", "batch")}


def values_of(region: Region, levels: Reals) -> Draws:
    """Parameters from standard normal numbers, parameter by member: each at the same chance under its prior."""
    chance = np.clip(norm.cdf(levels), EDGE, 1 - EDGE)
    return {name: quantile(row, chance[number]) for number, (name, row) in enumerate(region.parameters.items())}


def data_of(targets: Sequence[Target], discrepancy: Discrepancy = AS_JUDGED) -> Data:
    """Targets as the smoother takes them in."""
    return Data(
        np.asarray([float(on_scale(target, target.value)) for target in targets]),
        covariance(targets, discrepancy),
        np.asarray([SENSE[target.sense] for target in targets]),
    )


def taken_in(
    targets: tuple[Target, ...], predicted: Reals, discrepancy: Discrepancy = AS_JUDGED
) -> tuple[NDArray[np.int_], dict[str, str]]:
    """Numbers of the targets that a fit takes in, and why the others are left out.

    Args:
        targets: For fitting.
        predicted: What members of the priors predict, on the scale of each target.
        discrepancy: Of the model.
    """
    chosen, left_out = [], {}
    for index, (target, row) in enumerate(zip(targets, predicted, strict=True)):
        known = row[np.isfinite(row)]
        if known.size < KNOWN * row.size:
            left_out[target.id] = "no figure"
            continue
        data = data_of([target], discrepancy)
        gaps = np.abs(known - data.observed) / data.spread
        kept = (known - data.observed) * data.sense >= 0 if data.sense[0] else np.zeros(known.shape, bool)
        if kept.any() or gaps.min() <= REACH:
            chosen.append(index)
        else:
            left_out[target.id] = f"out of reach: the nearest member is {gaps.min():.1f} standard deviations off"
    return np.asarray(chosen, int), left_out


def _begin(out: Path, plan: Mapping[str, Any], resume: bool) -> None:
    """Note the plan of a fit in a new folder, or see that it is that of the one begun there.

    Raises:
        RunError: The folder holds something else.
    """
    file = out / PLAN
    if resume and file.exists():
        begun = json.loads(file.read_text(encoding="utf-8"))
        if other := [name for name in plan if begun.get(name) != plan[name]]:
            raise RunError(f"The fit in {out} was begun with other {', '.join(other)}. Choose another --out.")
        return
    if out.exists() and any(out.iterdir()):
        raise RunError(f"{out} is not empty. Add --resume to go on with a fit, or choose another --out.")
    out.mkdir(parents=True, exist_ok=True)
    write(file, json.dumps(dict(plan), indent=1))


def _predicted(
    out: Path,
    step: int,
    forward: Forward,
    spans: list[range],
    crew: int,
    progress: Callable[[int, int], None],
    total: int,
) -> tuple[Reals, NDArray[np.bool_]]:
    """What an ensemble predicts, batch by batch; what is finished is read from disk."""
    files = {span: out / f"step-{step}-from-{span.start:05d}.npz" for span in spans}
    wanted = [span for span in spans if not files[span].exists()]
    done = step * spans[-1].stop + sum(len(span) for span in spans if span not in wanted)
    if len(wanted) < len(spans):
        progress(done, total)
    for span, result in run_batches(forward, wanted, crew) if wanted else ():
        with whole(files[span]) as new:
            np.savez(new, allow_pickle=False, **result)
        done += len(span)
        progress(done, total)
    parts = []
    for span in spans:
        with np.load(files[span]) as part:
            parts.append((part["measured"], part["converged"]))
    return np.concatenate([one for one, _ in parts], axis=1), np.concatenate([one for _, one in parts])


def moved(prior: Draws, posterior: Draws) -> list[tuple[str, float, float]]:
    """Parameters by how far they moved: name, shift of the mean and what is left of the spread, on normal scale."""
    rows = []
    for name, before in prior.items():
        after = posterior[name]
        if np.ptp(before) == 0:
            continue
        order = (np.searchsorted(np.sort(before), after) + 0.5) / len(before)
        level = norm.ppf(np.clip(order, 0.5 / len(before), 1 - 0.5 / len(before)))
        rows.append((name, float(level.mean()), float(level.std())))
    return sorted(rows, key=lambda row: -abs(row[1]))
