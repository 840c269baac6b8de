"""`panj score`: published numbers beside a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer


def score(
    run_folder: Annotated[Path, typer.Argument(help="Folder of a finished run.", exists=True, file_okay=False)],
    screen: Annotated[bool, typer.Option("--screen", help="Also list targets that no member reaches.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the same as JSON.")] = False,
) -> None:
    """Say of every published number whether the run meets it.

    Beside each stand the number that the run foretells, with its 50 and 90 % intervals, and whether it was fitted or
    kept for validation. Then coverage, width and error of all together, against three baselines that need no model, and
    for every miss which parameters move it most.
    """
    from rich.console import Console

    from panj.calibration import scores, seen_in, total
    from panj.calibration import screen as screened
    from panj.ensembles import open_run
    from panj.region import open_region
    from panj.reports.score import diagnosis, score_table, screen_lines, total_table

    run = open_run(run_folder)
    region = open_region(run.dataset.attrs["region"])
    if (scenario := run.dataset.attrs["scenario"]) in region.scenarios:
        region = region.overlay(scenario)
    seen = seen_in(run, region)
    rows = scores(seen)
    if as_json:
        told: dict[str, Any] = {"targets": [_row(row) for row in rows]}
        told |= {use: vars(total(rows, use)) for use in ("fit", "validation")}
        if screen:
            told["screen"] = [{"target": one.target.id, "factor": one.factor} for one in screened(seen)]
        typer.echo(json.dumps(_plain(told), indent=1))
        return
    console = Console(highlight=False)
    console.print(score_table(rows, region))
    console.print(total_table(rows))
    if misses := [row for row in rows if row.outcome == "missed" and not row.from_record]:
        console.print("\nMisses")
        for row in misses:
            console.print(f"  ✗ {diagnosis(row, region)}", soft_wrap=True)
    if untold := sorted({f"{row.target.variable}: {row.why}" for row in rows if row.outcome == "no figure"}):
        console.print("\nNo figure")
        for line in untold:
            console.print(f"  – {line}", soft_wrap=True)
    if screen:
        console.print("\nOut of reach of every member")
        for line in screen_lines(screened(seen), region):
            console.print(f"  ✗ {line}", soft_wrap=True)


def _row(row: Any) -> dict[str, Any]:
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
        "baselines": dict(row.baselines),
        "drivers": [{"name": one.name, "correlation": one.correlation} for one in row.drivers or ()],
    }


def _plain(value: Any) -> Any:
    """The same without NaN, which JSON does not know."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and value != value else value
