"""Results on disk: arrays that grow by batches of members, and a note of what is finished.

Every batch is written whole before it is noted, and the note is replaced in one step, so a killed run loses only what
was under way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray

from panj.basics.faults import PanjError
from panj.simulation.quantities import Quantity

ARRAYS = "trajectories.zarr"
PROGRESS = "progress.json"


class RunError(PanjError):
    """A run cannot begin, go on or be opened; the message says why and what to do."""


@dataclass(frozen=True)
class Plan:
    """What a run is made of; a run is resumed only by the same plan.

    Attributes:
        region: Name or folder, as given.
        inputs: Digest of the region's files.
        scenario: Id; ``history`` for none.
        members: How many.
        batch: Members a batch; results are reproducible to the bit for the same batch.
        seed: Of the study.
        version: Of Panj.
    """

    region: str
    inputs: str
    scenario: str
    members: int
    batch: int
    seed: int
    version: str

    @property
    def batches(self) -> list[range]:
        """Members of each batch."""
        return [range(first, min(first + self.batch, self.members)) for first in range(0, self.members, self.batch)]


class Store:
    """The folder of one run while it is being written."""

    def __init__(self, folder: Path, plan: Plan, finished: set[int]) -> None:
        self.folder, self.plan, self.finished = folder, plan, finished

    @classmethod
    def begin(
        cls,
        folder: Path,
        plan: Plan,
        quantities: Sequence[Quantity],
        coordinates: Mapping[str, Sequence[Any]],
        attributes: Mapping[str, Any],
    ) -> Store:
        """Make a new folder with empty arrays.

        Raises:
            RunError: The folder exists and is not empty.
        """
        if folder.exists() and any(folder.iterdir()):
            raise RunError(f"{folder} is not empty. Add --resume to go on with the run in it, or choose another --out.")
        folder.mkdir(parents=True, exist_ok=True)
        root = zarr.open_group(str(folder / ARRAYS), mode="w", zarr_format=3)
        root.attrs.update(dict(attributes))
        labels = dict(coordinates) | {"member": list(range(plan.members))}
        for axis, names in labels.items():
            _coordinate(root, axis, names)
        for quantity in quantities:
            shape = tuple(plan.members if axis == "member" else len(labels[axis]) for axis in quantity.axes)
            whole = tuple(
                plan.batch if axis == "member" else length for axis, length in zip(quantity.axes, shape, strict=True)
            )
            array = root.create_array(
                quantity.name,
                shape=shape,
                chunks=tuple(min(c, s) for c, s in zip(whole, shape, strict=True)),
                dtype="float32",
                dimension_names=quantity.axes,
                fill_value=float("nan"),
            )
            array.attrs.update(
                {
                    "units": quantity.unit,
                    "long_name": quantity.meaning,
                    "knowledge": quantity.knowledge,
                    "kind": quantity.kind,
                }
            )
        store = cls(folder, plan, set())
        store._note()
        return store

    @classmethod
    def resume(cls, folder: Path, plan: Plan) -> Store:
        """Go on with a run.

        Raises:
            RunError: There is none, or it was begun with another plan.
        """
        note = _read_note(folder)
        begun = Plan(**note["plan"])
        if begun != plan:
            now = asdict(plan)
            differ = [f"{key}: {was!r}, now {now[key]!r}" for key, was in asdict(begun).items() if was != now[key]]
            raise RunError(
                f"The run in {folder} was begun with other inputs ({'; '.join(differ)}). "
                "Ask for the same again, or choose another --out."
            )
        return cls(folder, plan, set(note["finished"]))

    def write(self, batch: int, results: Mapping[str, NDArray[Any]], quantities: Sequence[Quantity]) -> None:
        """Write a batch whole, then note it as finished."""
        root = zarr.open_group(str(self.folder / ARRAYS), mode="r+", zarr_format=3)
        members = self.plan.batches[batch]
        for quantity in quantities:
            values = np.asarray(results[quantity.name], np.float32)
            if quantity.axes[0] == "member":
                root[quantity.name][members.start : members.stop] = values[: len(members)]
            elif batch == 0 and not quantity.mean_over_members:
                root[quantity.name][...] = values
        parts = {q.name: np.asarray(results[q.name]) for q in quantities if q.mean_over_members}
        np.savez(self._part(batch), **parts)  # type: ignore[arg-type]
        self.finished.add(batch)
        self._note()

    def finish(self, quantities: Sequence[Quantity]) -> None:
        """Join what is kept as a mean over members, batch by batch, and take the parts away."""
        root = zarr.open_group(str(self.folder / ARRAYS), mode="r+", zarr_format=3)
        for quantity in quantities:
            if quantity.mean_over_members:
                total = np.zeros(root[quantity.name].shape)
                for batch, members in enumerate(self.plan.batches):
                    with np.load(self._part(batch)) as part:
                        total += part[quantity.name] * len(members)
                root[quantity.name][...] = (total / self.plan.members).astype(np.float32)
        self._note(complete=True)
        for batch in range(len(self.plan.batches)):
            self._part(batch).unlink(missing_ok=True)
        (self.folder / "parts").rmdir()

    def _part(self, batch: int) -> Path:
        (self.folder / "parts").mkdir(exist_ok=True)
        return self.folder / "parts" / f"{batch:05d}.npz"

    def _note(self, complete: bool = False) -> None:
        note = {"plan": asdict(self.plan), "finished": sorted(self.finished), "complete": complete}
        written = self.folder / (PROGRESS + ".new")
        written.write_text(json.dumps(note, indent=1))
        written.replace(self.folder / PROGRESS)


def is_complete(folder: Path) -> bool:
    """Whether the run in a folder is finished, joined parts included.

    Raises:
        RunError: There is no run.
    """
    return bool(_read_note(folder)["complete"])


def _read_note(folder: Path) -> dict[str, Any]:
    path = folder / PROGRESS
    if not path.exists():
        raise RunError(f"There is no run in {folder}. Leave out --resume to begin one.")
    note: dict[str, Any] = json.loads(path.read_text())
    return note


def _coordinate(root: zarr.Group, axis: str, names: Sequence[Any]) -> None:
    if axis == "month":
        days = np.asarray([np.datetime64(str(month), "D") for month in names])
        values = (days - np.datetime64("1970-01-01", "D")).astype("int64")
        array = root.create_array(axis, shape=values.shape, dtype="int64", dimension_names=(axis,))
        array.attrs.update({"units": "days since 1970-01-01", "calendar": "proleptic_gregorian"})
        array[...] = values
    elif axis == "member":
        array = root.create_array(axis, shape=(len(names),), dtype="int32", dimension_names=(axis,))
        array[...] = np.asarray(names, np.int32)
    else:
        longest = max((len(str(name)) for name in names), default=1)
        array = root.create_array(axis, shape=(len(names),), dtype=f"<U{longest}", dimension_names=(axis,))
        array[...] = np.asarray([str(name) for name in names], dtype=f"<U{longest}")
