"""`panj run`: a region's history with many members, and a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from panj.cli import DEFAULT_REGION


def run(
    region: Annotated[str, typer.Argument(help="A region that ships with Panj, or a folder.")] = DEFAULT_REGION,
    members: Annotated[int, typer.Option(help="Draws of every uncertain parameter.", min=1)] = 200,
    scenario: Annotated[str, typer.Option(help="A scenario of the region, laid over its history.")] = "history",
    out: Annotated[Path | None, typer.Option(help="Folder for the results; runs/REGION-SCENARIO if not given.")] = None,
    seed: Annotated[int, typer.Option(help="Of draws and luck; the same seed, the same members.")] = 1,
    batch: Annotated[int, typer.Option(help="Members computed side by side.", min=1)] = 8,
    workers: Annotated[int | None, typer.Option(help="Processes; one a core if not given.", min=1)] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was cut off.")] = False,
    report: Annotated[bool, typer.Option(help="Write report.html at the end.")] = True,
) -> None:
    """Run a region's history month by month, with many members, and write results and a report.

    Every member draws all uncertain parameters and meets its own luck, the same under every scenario. Results are
    written as they arrive; a run that was cut off goes on with --resume.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from panj import ensembles
    from panj.region import open_region
    from panj.reports import summary_table, write_report

    console = Console()
    folder = out or Path("runs") / f"{Path(region).name}-{scenario}"
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    console.print(f"{region}, {scenario}: {members} members, seed {seed}, into {folder}")
    with bar:
        task = bar.add_task("opening and compiling", total=members)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, description="members" if done else "opening and compiling")
            if not console.is_terminal and done:
                console.print(f"  {done} of {total} members")

        finished = ensembles.run(
            region,
            folder,
            scenario=scenario,
            members=members,
            seed=seed,
            batch=batch,
            workers=workers,
            resume=resume,
            progress=show,
        )
    opened = open_region(region)
    console.print(summary_table(finished.dataset, opened))
    unsettled = int((~finished.experiments["converged"]).sum())
    if unsettled:
        console.print(f"[red]✗ {unsettled} of {members} members have a month that did not converge.[/red]")
    if report:
        with console.status("writing the report"):
            page = write_report(folder)
        console.print(f"Report: {page}")
