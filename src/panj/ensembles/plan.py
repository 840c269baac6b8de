"""The plan of a run: all that decides its results, to the bit."""

from __future__ import annotations

import hashlib
import math
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

import panj
from panj.basics.faults import PanjError

LIBRARIES = ("jax", "jaxlib", "numpy", "scipy")
"""What computes beside Panj itself."""


MOST = 64
"""Members a batch, at most: more are hardly faster, need more memory, and more is lost when a run is cut off."""

FEW = 4
"""Members a batch, at least, where there are as many: each takes longer in a smaller one."""


def batch_for(members: int, workers: int) -> int:
    """Members a batch, so that all workers have the same to do and no batch is filled up with more than a few.

    The batches are as many as there are workers, or a multiple where they would be larger than ``MOST``; fewer where
    they would be smaller than ``FEW``.
    """
    members = max(members, 1)
    rounds = math.ceil(members / (MOST * workers))
    return math.ceil(members / max(1, min(rounds * workers, members // FEW)))


def crew_for(members: int, batch: int | None, workers: int) -> int:
    """Workers that have something to do: no more than there are batches, of `batch_for` members if no size is given."""
    return min(workers, math.ceil(members / (batch or batch_for(members, workers))))


SCORE = "score.json"
"""What a run of a region was found to be worth."""

READ_LATER = ("before_after.toml", "theses.toml", SCORE)
"""Files of a region that say what is asked of runs, or tell of one: to change them makes no run another."""


class RunError(PanjError):
    """A run cannot begin, go on or be opened; the message says why and what to do."""


@dataclass(frozen=True)
class Plan:
    """What a run is made of; a run is resumed only by the same plan.

    Attributes:
        region: Name of a region that ships, or the whole path of a folder.
        scenario: Id; ``history`` for none.
        members: How many.
        batch: Members computed side by side. Draws and luck do not depend on it; results do as far as they are rounded:
            with another batch they agree as nearly as passage has converged (§14).
        seed: Of the study.
        inputs: SHA-256 of each file of the region.
        software: Version of each program that computes.
        cut: Links of the system's list that are cut, in one word each.
    """

    region: str
    scenario: str
    members: int
    batch: int
    seed: int
    inputs: dict[str, str]
    software: dict[str, str]
    cut: str = ""
    draws: str = "prior"

    @property
    def batches(self) -> list[range]:
        """Members of each batch."""
        return [range(first, min(first + self.batch, self.members)) for first in range(0, self.members, self.batch)]

    @property
    def apart_from_others(self) -> Plan:
        """The same plan without the files of other scenarios, which it does not read."""
        own = f"scenarios/{self.scenario}.toml"
        kept = {name: sha for name, sha in self.inputs.items() if name == own or not name.startswith("scenarios/")}
        return replace(self, inputs=kept)

    def differences(self, now: Plan) -> list[str]:
        """What another plan has otherwise, in words."""
        ours, theirs = asdict(self), asdict(now)
        settings = [
            f"{name}: {was}, now {theirs[name]}"
            for name, was in ours.items()
            if not isinstance(was, dict) and was != theirs[name]
        ]
        programs = [
            f"{name}: {self.software.get(name, 'none')}, now {now.software.get(name, 'none')}"
            for name in _differing(self.software, now.software)
        ]
        files = [
            f"{name}: {'new' if name not in self.inputs else 'changed' if name in now.inputs else 'gone'}"
            for name in _differing(self.inputs, now.inputs)
        ]
        return settings + programs + files


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a region that a run is made of, by its path in the folder.

    Hidden files do not count, nor those that are read when all is done: what is asked of runs (``READ_LATER``).
    """
    paths = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.as_posix(): hashlib.sha256((folder / path).read_bytes()).hexdigest()
        for path in paths
        if not any(part.startswith((".", "__pycache__")) for part in path.parts) and path.name not in READ_LATER
    }


def fingerprint(inputs: Mapping[str, str]) -> str:
    """One SHA-256 over names and digests of all inputs."""
    return hashlib.sha256("".join(f"{name} {inputs[name]}\n" for name in sorted(inputs)).encode()).hexdigest()


def software() -> dict[str, str]:
    """Versions of all that computes."""
    return {"panj": panj.__version__, "python": platform.python_version()} | {name: version(name) for name in LIBRARIES}


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]
