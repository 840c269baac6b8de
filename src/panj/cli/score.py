"""`panj score`: published numbers beside a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def score(
    run_folder: Annotated[Path, typer.Argument(help="Folder of a finished run.", exists=True, file_okay=False)],
    screen: Annotated[bool, typer.Option("--screen", help="Also list targets that no member reaches.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the score with the region, for its model card.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the same as JSON.")] = False,
) -> None:
    """Say of every published number whether the run meets it.

    Beside each stand the number that the run foretells, with its 50 and 90 % intervals, and whether it was fitted or
    kept for validation. Then coverage, width and error of all together, against three baselines that need no model, for
    every miss which parameters move it most, and for every wide interval what makes it so.
    """
    from rich.console import Console

    from panj.calibration import scores, seen_in
    from panj.calibration import screen as screened
    from panj.calibration.discrepancy import discrepancy_of
    from panj.calibration.stored import as_data, keep_score
    from panj.ensembles import open_run
    from panj.region import open_region
    from panj.reports.score import diagnosis, score_table, screen_lines, total_table, wide_lines

    run = open_run(run_folder)
    region = open_region(run.dataset.attrs["region"])
    if (scenario := run.dataset.attrs["scenario"]) in region.scenarios:
        region = region.overlay(scenario)
    seen = seen_in(run, region)
    rows = scores(seen)
    if keep:
        typer.echo(f"Left with the region: {keep_score(region, run, rows, screened(seen))}", err=True)
    if as_json:
        typer.echo(json.dumps(as_data(rows, screened(seen) if screen else None), indent=1))
        return
    console = Console(highlight=False)
    console.print(score_table(rows, region, console.width))
    console.print(total_table(rows))
    if told := discrepancy_of(region).said():
        console.print(told, soft_wrap=True)
    if misses := [row for row in rows if row.outcome == "missed" and not row.from_record]:
        console.print("\nMisses")
        for row in misses:
            console.print(f"  ✗ {diagnosis(row, region)}", soft_wrap=True)
    if wide := wide_lines(rows, region):
        console.print("\nWide: ends of the 90 % interval apart by more than ten times, and what makes them so")
        for line in wide:
            console.print(f"  ↔ {line}", soft_wrap=True)
    if untold := sorted({f"{row.target.variable}: {row.why}" for row in rows if row.outcome == "no figure"}):
        console.print("\nNo figure")
        for line in untold:
            console.print(f"  – {line}", soft_wrap=True)
    if screen:
        console.print("\nOut of reach of every member")
        for line in screen_lines(screened(seen), region):
            console.print(f"  ✗ {line}", soft_wrap=True)
