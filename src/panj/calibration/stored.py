"""A score as data, and the one that lies with a region: what `panj score RUN --keep` leaves for the model card.

It takes part in no run; it tells of one, and of files that may have changed since.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from panj.basics.writing import write
from panj.calibration.score import Score, Total, total
from panj.calibration.screen import Screened
from panj.ensembles import Run, RunError
from panj.ensembles.plan import SCORE, digests, fingerprint
from panj.region import Region

JUDGED = ("fit", "validation")
"""Uses of which a total is made."""

DIGITS = 4
"""Significant digits of what was computed that are kept with a region; what was published is kept as it was."""


def as_data(rows: Sequence[Score], screened: Iterable[Screened] | None = None) -> dict[str, Any]:
    """Every target and the totals as plain data, without NaN, which JSON does not know."""
    told: dict[str, Any] = {"targets": [_row(row) for row in rows]}
    told |= {use: asdict(total(rows, use)) for use in JUDGED}
    if screened is not None:
        told["screen"] = [{"target": one.target.id, "factor": one.factor} for one in screened]
    plain: dict[str, Any] = _plain(told)
    return plain


def keep_score(region: Region, run: Run, rows: Sequence[Score], screened: Iterable[Screened]) -> Path:
    """Leave a score with the region of its run, and name the file.

    Raises:
        RunError: The run is not of the history as it was.
    """
    told = run.dataset.attrs
    if told["scenario"] != "history" or told["cut"]:
        raise RunError("Only a run of the history with no link cut can be kept as what the model is worth.")
    note = {
        "made": dt.datetime.now(dt.UTC).date().isoformat(),
        "panj": str(told["version"]),
        "scenario": str(told["scenario"]),
        "members": len(run.experiments),
        "converged": int(run.experiments["converged"].sum()),
        "inputs": str(told["inputs"]),
    }
    file = region.folder / SCORE
    text = json.dumps({"run": note} | _rounded(as_data(rows, screened)), indent=1, ensure_ascii=False)
    write(file, text + "\n")
    return file


def kept_score(region: Region) -> dict[str, Any] | None:
    """The score that lies with a region; None where there is none. Its form is that of `as_data`, and ``run``."""
    file = region.folder / SCORE
    if not file.exists():
        return None
    score: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return score


def outdated(score: Mapping[str, Any], region: Region) -> bool:
    """Whether the files of the region are not those of the run that was scored."""
    return bool(score["run"]["inputs"] != fingerprint(digests(region.folder)))


def total_of(score: Mapping[str, Any], use: str) -> Total:
    """How good the scored run is on the targets of one use."""
    data: dict[str, Any] = {name: float("nan") if value is None else value for name, value in score[use].items()}
    return Total(**data)


def _row(row: Score) -> dict[str, Any]:
    target = row.target
    return {
        "id": target.id,
        "variable": target.variable,
        "place": target.place,
        "flow": target.flow,
        "from": target.from_,
        "to": target.to,
        "unit": target.unit,
        "use": target.use,
        "sense": target.sense,
        "published": target.value,
        "predicted": row.predicted,
        "model": row.model,
        "outcome": row.outcome,
        "why": row.why,
        "from_record": row.from_record,
        "baselines": dict(row.baselines),
        "parts": dict(row.parts),
        "swing": row.swing,
        "drivers": [{"name": one.name, "correlation": one.correlation} for one in row.drivers or ()],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and value != value else value


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: part if name == "published" else _rounded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
