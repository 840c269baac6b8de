"""Draws of parameters that a fit left with a region: ``posterior.csv``, and what made them in ``posterior.toml``.

They take the place of draws from the priors in every run that does not ask for those. Member 41 is row 41, and begins
again with the first row where there are more members than rows.
"""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from panj.basics.writing import whole, write
from panj.ensembles.members import draw
from panj.ensembles.plan import RunError, digests
from panj.region import Region

DRAWS = "posterior.csv"
NOTE = "posterior.toml"

Draws = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Posterior:
    """Draws that were fitted.

    Attributes:
        draws: One value a row, by the name of the parameter.
        note: What made them: ``method``, ``members``, ``steps``, ``seed``, ``made``, ``panj``, ``targets`` (ids that
            were fitted), ``inputs`` (SHA-256 of each file of the region that was read).
    """

    draws: Draws
    note: Mapping[str, Any]

    @property
    def rows(self) -> int:
        """How many draws there are."""
        return len(next(iter(self.draws.values())))

    def of(self, members: Sequence[int]) -> Draws:
        """The draws of some members."""
        rows = np.asarray(list(members)) % self.rows
        return {name: values[rows] for name, values in self.draws.items()}

    def changed(self, region: Region) -> list[str]:
        """Files of the region that are not what the fit read, by name."""
        was, now = self.note["inputs"], inputs(region)
        return sorted(name for name in {*was, *now} if was.get(name) != now.get(name))

    def said(self, region: Region) -> str:
        """In a line: what these draws are, and whether they are out of date."""
        note = self.note
        line = (
            f"{self.rows} draws fitted to {len(note['targets'])} published numbers ({note['method']}, {note['made']})"
        )
        if changed := self.changed(region):
            line += f"; since then {', '.join(changed)} changed, so fit again or use --prior"
        return line


def inputs(region: Region) -> dict[str, str]:
    """SHA-256 of the files that decide a fit: all of the region's but its scenarios and the draws themselves."""
    left_out = (DRAWS, NOTE)
    every = digests(region.folder).items()
    return {name: sha for name, sha in every if name not in left_out and not name.startswith("scenarios/")}


def read_posterior(region: Region) -> Posterior | None:
    """The draws that lie with a region; None where there are none.

    Raises:
        RunError: They are of other parameters than the region has.
    """
    table, note = region.folder / DRAWS, region.folder / NOTE
    if not (table.exists() and note.exists()):
        return None
    with table.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    columns = np.asarray(rows, float).T
    draws = dict(zip(head, columns, strict=True))
    if set(draws) != set(region.parameters):
        strangers = sorted(set(draws) ^ set(region.parameters))
        raise RunError(
            f"{table} holds other parameters than parameters.toml: {', '.join(strangers)}. Fit again, or use --prior."
        )
    return Posterior(draws, tomllib.loads(note.read_text(encoding="utf-8")))


def save_posterior(folder: Path, draws: Draws, note: Mapping[str, Any]) -> None:
    """Write draws and what made them into a folder, six digits each."""
    with whole(folder / DRAWS) as new, new.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(draws)
        out.writerows([f"{value:.6g}" for value in row] for row in zip(*draws.values(), strict=True))
    lines = [f"{name} = {json.dumps(value)}" for name, value in note.items() if not isinstance(value, Mapping)]
    for name, table in note.items():
        if isinstance(table, Mapping):
            lines += ["", f"[{name}]", *(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in table.items())]
    write(folder / NOTE, "\n".join(["# What made posterior.csv; written by `panj fit`.", *lines, ""]))


def drawn(region: Region, members: Sequence[int], seed: int, *, prior: bool = False) -> Draws:
    """What some members draw: from the draws that lie with the region, else or if asked from its priors.

    No fit learns what programmes deliver: that is drawn within the ranges of the files, always.
    """
    fitted = None if prior else read_posterior(region)
    found = {} if fitted is None else fitted.of(members)
    uncertain = region.uncertain
    found |= draw([parameter for name, parameter in uncertain.items() if name not in found], members, seed)
    return {name: found[name] for name in uncertain}
