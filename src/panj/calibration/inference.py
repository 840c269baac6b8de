"""Calibrate, emulate, sample: from a finished ensemble smoother to draws by NUTS, kept on disk as they come.

The smoother's first ensemble, draws all over the priors, is what the emulator learns from; the later ones show how far
it errs where the posterior lies.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import panj
from panj.basics.writing import whole
from panj.calibration.emulator import Emulator, Surface, emulate
from panj.calibration.fitting import Fit, values_of
from panj.calibration.ranks import STUDIES, Ranks, calibrated
from panj.calibration.sampling import Chains, Diagnosis, Problem, diagnose, problem_of, sampler, together
from panj.calibration.tempering import Check, check
from panj.ensembles import RunError
from panj.ensembles.posterior import Draws, save_posterior

CHAINS = 4

RANKS = "ranks.npz"

WAY = 3
"""Raised when emulators or chains are made in another way, so that none that is kept is taken for a new one."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is, and of how much."""


def silent(what: str, done: int, total: int) -> None:
    """Shows nothing."""


@dataclass(frozen=True)
class Sampled:
    """The posterior of an emulator, sampled.

    Attributes:
        fit: The smoother that the emulator learned from.
        emulator: Of the targets that the smoother took in.
        problem: The posterior of all parameters.
        chains: That NUTS drew, as standard normal numbers.
        diagnosis: How well.
        check: Tempered Monte Carlo beside it.
        seed: Of it all.
        warmup: Draws of each chain that were thrown away.
    """

    fit: Fit
    emulator: Emulator
    problem: Problem
    chains: Chains
    diagnosis: Diagnosis
    check: Check
    seed: int
    warmup: int

    @property
    def posterior(self) -> Draws:
        """As many draws as the fit had members, evenly spaced, one of each chain in turn."""
        count, length = self.chains.draws.shape[:2]
        each = -(-self.fit.note["members"] // count)
        if each > length:
            raise RunError(f"{count} chains of {length} draws are fewer than {each * count}. Ask for more --draws.")
        kept = np.linspace(0, length - 1, each).astype(int)
        rows = self.chains.draws[:, kept].transpose(1, 0, 2).reshape(each * count, -1)
        return values_of(self.fit.region, rows[: self.fit.note["members"]].T)

    @property
    def note(self) -> Mapping[str, Any]:
        """What made the draws."""
        return {
            **self.fit.note,
            "method": "NUTS on an emulator",
            "made": dt.datetime.now(dt.UTC).date().isoformat(),
            "sampling": {
                "chains": len(self.chains.draws),
                "draws": self.chains.draws.shape[1],
                "warmup": self.warmup,
                "seed": self.seed,
                "rhat": round(float(self.diagnosis.rhat.max()), 4),
                "effective_bulk": round(float(self.diagnosis.bulk.min())),
                "effective_tail": round(float(self.diagnosis.tail.min())),
                "divergences": self.diagnosis.divergent,
                "runs": len(self.fit.training.levels),
                "training": digest(self.fit),
                "check": self.check.said(),
            },
            "explained": {
                target.id: round(float(share), 3)
                for target, share in zip(self.fit.targets, self.emulator.explained, strict=True)
            },
        }

    def save(self, folder: Path) -> None:
        """Leave the draws and what made them in a folder.

        Raises:
            RunError: The chains have not met, so these are no draws of the posterior.
        """
        if not self.diagnosis.mixed:
            raise RunError(
                f"The chains have not met ({self.diagnosis.said()}), so no draws are saved. "
                f"Go on with more draws: the same with --resume --draws {2 * self.chains.draws.shape[1]}; "
                "ensembles and emulator are kept."
            )
        save_posterior(folder, self.posterior, self.note)


def digest(fit: Fit) -> str:
    """SHA-256 of what an emulator learns from and of the numbers that it is held to."""
    training, data = fit.training, fit.data
    arrays = (
        training.levels,
        training.predicted,
        training.member,
        training.step,
        data.observed,
        data.covariance,
        data.sense,
    )
    found = hashlib.sha256(f"{panj.__version__}/{WAY}".encode())
    for array in arrays:
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def sample(
    fit: Fit, out: Path, *, draws: int = 2000, warmup: int = 1000, seed: int = 1, progress: Progress = silent
) -> Sampled:
    """Learn an emulator from the runs of a fit, sample its posterior by NUTS, check it by tempered Monte Carlo.

    The emulator and every chain are kept in ``out`` under the digest of what made them, so a call that was cut off goes
    on where it stopped.

    Args:
        fit: A finished smoother.
        out: Its folder.
        draws: That each of four chains keeps.
        warmup: That each throws away before.
        seed: Of the chains.
        progress: Called as things get done.
    """
    emulator = emulator_of(fit, out, progress)
    problem = problem_of(emulator.surface, fit.data, emulator.covariance())
    name = f"nuts-{digest(fit)[:12]}-{seed}-{warmup}-{draws}"
    chains = []
    for number in range(CHAINS):
        progress("chains", number, CHAINS)
        file = out / f"{name}-{number}.npz"
        if not file.exists():
            one = sampler(warmup, draws)(problem, number, seed)
            _kept(file, draws=one.draws, divergent=one.divergent, leaps=one.leaps)
        with np.load(file) as kept:
            chains.append(Chains(kept["draws"], kept["divergent"], kept["leaps"]))
    progress("chains", CHAINS, CHAINS)
    every = together(chains)
    beside = check(problem, every.flat.mean(axis=0), seed)
    return Sampled(fit, emulator, problem, every, diagnose(every), beside, seed, warmup)


def emulator_of(fit: Fit, out: Path, progress: Progress = silent) -> Emulator:
    """The emulator of a fit: as it is kept in its folder, else learned and kept there."""
    file = out / f"emulator-{digest(fit)[:12]}.npz"
    if not file.exists():
        learned = emulate(fit.training, lambda done, total: progress("emulator", done, total))
        surfaces = (learned.surface, *learned.without)
        arrays = {name: np.stack([getattr(one, name) for one in surfaces]) for name in Surface._fields}
        told = {"form": learned.form, "missed": learned.missed, "step": learned.step, "varied": learned.varied}
        _kept(file, part=learned.part, **told, **arrays)
    with np.load(file) as kept:
        first, *without = (Surface(*parts) for parts in zip(*(kept[name] for name in Surface._fields), strict=True))
        return Emulator(first, kept["form"], kept["missed"], kept["step"], kept["varied"], tuple(without), kept["part"])


def ranked(sampled: Sampled, out: Path, studies: int = STUDIES, progress: Progress = silent) -> Ranks:
    """Simulation-based calibration of the emulator and the sampler on members of the priors; kept in the folder."""
    fit = sampled.fit
    found = calibrated(
        sampled.emulator, fit.training, fit.data, sampled.seed, studies,
        lambda done, total: progress("members taken for the truth", done, total),
    )  # fmt: skip
    _kept(out / RANKS, parameters=found.parameters, targets=found.targets, left=found.left)
    return found


def _kept(file: Path, **arrays: Any) -> None:
    """Write arrays so that a file is whole or not there."""
    with whole(file) as new:
        np.savez(new, allow_pickle=False, **arrays)
