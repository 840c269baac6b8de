"""Results on disk: arrays that grow by batches of members, and a note of what is finished.

Every batch is written whole before it is noted, and the note is replaced in one step, so a killed run loses only what
was under way.
"""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from panj.basics.words import counted
from panj.basics.writing import write
from panj.ensembles.plan import Plan, RunError
from panj.simulation.quantities import Quantity

if TYPE_CHECKING:
    import zarr

ARRAYS = "trajectories.zarr"
PROGRESS = "progress.json"
PARTS = "parts"
"""Folder of what is kept as a mean over members, one file a batch, until all batches are there."""

HALF = ".partial"
"""Ending that Zarr gives a file until it is whole: what was being written when the run was killed."""

Results = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Note:
    """What ``progress.json`` says.

    Attributes:
        plan: Of the run.
        started: When it was begun, in ISO 8601.
        finished: Numbers of the batches that are written.
        ended: When all was written; None before.
        by: The organisation that runs it; empty where none is named.
    """

    plan: Plan
    started: str
    finished: tuple[int, ...] = ()
    ended: str | None = None
    by: str = ""

    @property
    def members_done(self) -> int:
        """Members in the batches that are written."""
        return sum(len(self.plan.batches[batch]) for batch in self.finished)

    @property
    def done(self) -> str:
        """The same in words."""
        return f"{self.members_done} of {counted(self.plan.members, 'member')}"


def read_note(folder: Path) -> Note | None:
    """The note in a folder; ``None`` where no run was begun.

    Raises:
        RunError: The note is none of ours.
    """
    path = folder / PROGRESS
    if not path.exists():
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Note(Plan(**said["plan"]), said["started"], tuple(said["finished"]), said["ended"], said.get("by", ""))
    except (ValueError, KeyError, TypeError):
        raise RunError(f"{path} was written by another version of Panj. Choose another --out.") from None


class Store:
    """The folder of one run while it is being written."""

    def __init__(self, folder: Path, note: Note, quantities: Sequence[Quantity]) -> None:
        self.folder, self.note, self.quantities = folder, note, quantities

    @classmethod
    def begin(cls, folder: Path, note: Note, quantities: Sequence[Quantity]) -> Store:
        """Note a new run in a new or empty folder.

        Raises:
            RunError: There is something in the folder.
        """
        if folder.exists() and any(folder.iterdir()):
            there = read_note(folder)
            if there is None:
                raise RunError(f"{folder} is not empty, and there is no run in it. Choose another --out.")
            state = "a finished run" if there.ended else f"a run with {there.done} done"
            raise RunError(f"{folder} holds {state}. Add --resume to go on from there, or choose another --out.")
        folder.mkdir(parents=True, exist_ok=True)
        store = cls(folder, note, quantities)
        store._write(note)
        return store

    @classmethod
    def resume(cls, folder: Path, note: Note, quantities: Sequence[Quantity]) -> Store:
        """Go on with the run of a note; what was half written is gone.

        Raises:
            RunError: There is none, or it was begun with another plan.
        """
        begun = read_note(folder)
        if begun is None:
            raise RunError(f"There is no run in {folder}. Leave out --resume to begin one.")
        if differences := begun.plan.differences(note.plan):
            listed = "".join(f"\n  * {difference}" for difference in differences)
            remedy = "Ask for the same again, or choose another --out."
            raise RunError(f"The run in {folder} was begun with other inputs:{listed}\n{remedy}")
        for half in (folder / ARRAYS).rglob(f"*{HALF}"):
            half.unlink()
        return cls(folder, begun, quantities)

    @property
    def wanted(self) -> list[int]:
        """Numbers of the batches still to be computed."""
        return [batch for batch in range(len(self.note.plan.batches)) if batch not in self.note.finished]

    def prepare(self, labels: Mapping[str, Sequence[Any]], attributes: Mapping[str, Any]) -> None:
        """Make empty arrays: all missing, with their labels, units and meanings; what was there is gone."""
        import zarr

        plan = self.note.plan
        root = zarr.open_group(str(self.folder / ARRAYS), mode="w", zarr_format=3, attributes=dict(attributes))
        labels = dict(labels) | {"member": range(plan.members)}
        for axis, names in labels.items():
            _write_labels(root, axis, names)
        for quantity in self.quantities:
            shape = tuple(len(labels[axis]) for axis in quantity.axes)
            root.create_array(
                quantity.name,
                shape=shape,
                chunks=tuple(
                    max(1, min(plan.batch, length)) if axis == "member" else max(1, length)
                    for axis, length in zip(quantity.axes, shape, strict=True)
                ),
                dtype="float32",
                dimension_names=quantity.axes,
                fill_value=float("nan"),
                attributes={
                    "units": quantity.unit,
                    "long_name": quantity.meaning,
                    "knowledge": quantity.knowledge,
                    "kind": quantity.kind,
                },
            )

    def write(self, batch: int, results: Results) -> None:
        """Write a batch whole, then note it as finished.

        Args:
            batch: Its number.
            results: Of its members; what has no member axis is the mean over them, or a rule.
        """
        root = self._root()
        members = self.note.plan.batches[batch]
        means = {}
        for quantity in self.quantities:
            values = results[quantity.name]
            if quantity.mean_over_members:
                means[quantity.name] = values
            elif "member" in quantity.axes:
                _array(root, quantity.name)[members.start : members.stop] = values
            elif batch == 0:
                _array(root, quantity.name)[...] = values
        self._part(batch).parent.mkdir(exist_ok=True)
        np.savez(self._part(batch), allow_pickle=False, **means)
        self._write(replace(self.note, finished=(*self.note.finished, batch)))

    def join(self) -> None:
        """Join what is kept as a mean over members, batch by batch, and gather the metadata in one place."""
        import zarr
        from zarr.errors import ZarrUserWarning

        root = self._root()
        plan = self.note.plan
        for quantity in self.quantities:
            if quantity.mean_over_members:
                array = _array(root, quantity.name)
                total = np.zeros(array.shape)
                for batch, members in enumerate(plan.batches):
                    with np.load(self._part(batch)) as part:
                        total += part[quantity.name].astype(float) * len(members)
                array[...] = (total / plan.members).astype(np.float32)
        with warnings.catch_warnings():
            # Zarr says that gathered metadata are not in its standard yet; readers that do not know them pass over them
            warnings.simplefilter("ignore", ZarrUserWarning)
            zarr.consolidate_metadata(str(self.folder / ARRAYS))

    def close(self, ended: str) -> None:
        """Note the run as finished and take away what only it needed."""
        self._write(replace(self.note, ended=ended))
        shutil.rmtree(self.folder / PARTS, ignore_errors=True)

    def _root(self) -> zarr.Group:
        import zarr

        return zarr.open_group(str(self.folder / ARRAYS), mode="r+", zarr_format=3, use_consolidated=False)

    def _part(self, batch: int) -> Path:
        return self.folder / PARTS / f"{batch:05d}.npz"

    def _write(self, note: Note) -> None:
        self.note = note
        write(self.folder / PROGRESS, json.dumps(asdict(note), indent=1))


def _array(root: zarr.Group, name: str) -> zarr.Array[Any]:
    return cast("zarr.Array[Any]", root[name])


def _write_labels(root: zarr.Group, axis: str, names: Sequence[Any]) -> None:
    """Write the labels of an axis as its coordinate: months as days since 1970, members as numbers, others as text."""
    if axis == "month":
        values: NDArray[Any] = np.asarray(names, "datetime64[D]").astype("int64")
        attributes: dict[str, Any] = {"units": "days since 1970-01-01", "calendar": "proleptic_gregorian"}
    elif axis == "member":
        values, attributes = np.asarray(names, "int64"), {}
    else:
        values, attributes = np.asarray([str(name) for name in names], object), {}
    dtype = str if values.dtype == object else "int64"
    array = root.create_array(axis, shape=values.shape, dtype=dtype, dimension_names=(axis,), attributes=attributes)
    array[...] = values
