"""`panj run`: a region's history with many members, and a report."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from panj.basics.words import counted
from panj.cli import DEFAULT_REGION

if TYPE_CHECKING:
    from rich.console import Console

    from panj.reports import Prepared

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells expect it."""


def run(
    region: Annotated[str, typer.Argument(help="A region that ships with Panj, or a folder.")] = DEFAULT_REGION,
    members: Annotated[int, typer.Option(help="Draws of every uncertain parameter.", min=1)] = 200,
    scenario: Annotated[str, typer.Option(help="A scenario of the region, laid over its history.")] = "history",
    out: Annotated[Path | None, typer.Option(help="Folder for the results; runs/REGION-SCENARIO if not given.")] = None,
    seed: Annotated[int, typer.Option(help="Of draws and luck; the same seed, the same members.", min=0)] = 1,
    cut: Annotated[
        list[str] | None, typer.Option(help="A link of the system's list to cut, L64 say; may be given several times.")
    ] = None,
    batch: Annotated[
        int | None, typer.Option(help="Members computed side by side; by members and workers if not given.", min=1)
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; one a core if not given.", min=1)] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was cut off, or begin it.")] = False,
    by: Annotated[str, typer.Option(help="Organisation that runs it, to be named in the run's description.")] = "",
    prior: Annotated[
        bool, typer.Option("--prior", help="Draw from the priors, though fitted draws are there.")
    ] = False,
    report: Annotated[bool, typer.Option(help="Write report.html at the end.")] = True,
) -> None:
    """Run a region's history month by month, with many members, and write results and a report.

    Every member draws all uncertain parameters, from what a fit left with the region or else from their priors, and
    meets its own luck, the same under every scenario. Results are written as they arrive; a run that was cut off goes
    on with --resume.
    """
    from panj.ensembles.plan import crew_for
    from panj.ensembles.workers import Crew, cores

    folder = out or Path("runs") / _folder_name(region, scenario, cut or ())
    count = workers or cores()
    with nullcontext(count) if resume else Crew(crew_for(members, batch, count)) as crew:  # before all that takes time
        from rich.console import Console

        from panj import ensembles
        from panj.region import open_region

        console = Console(highlight=False)
        opened = open_region(region)
        fitted = None if prior else ensembles.read_posterior(opened)
        title = f"{region}, {scenario}: {counted(members, 'member')}, seed {seed}, into {folder}"
        title += f"\nParameters: {fitted.said(opened) if fitted else 'drawn from their priors'}"
        done = 0

        @cache
        def prepared() -> Prepared:
            from panj.reports import prepare

            return prepare(opened, scenario)

        try:
            with progress_shown(console, title, count) as show:

                def note(finished: int, total: int) -> None:
                    nonlocal done
                    done = finished
                    show(finished, total)

                finished = ensembles.run(
                    opened,
                    folder,
                    scenario=scenario,
                    members=members,
                    seed=seed,
                    cut=cut or (),
                    batch=batch,
                    workers=crew,
                    resume=resume,
                    by=by,
                    prior=prior,
                    progress=note,
                    meanwhile=prepared if report else partial(import_module, "panj.reports"),
                )
        except KeyboardInterrupt:
            typer.echo(
                f"Stopped. {done} of {counted(members, 'member')} are kept in {folder}; "
                "to go on, give the same command again with --resume.",
                err=True,
            )
            raise typer.Exit(INTERRUPTED) from None
    from panj.reports import summary_table, write_report

    console.print(summary_table(finished.dataset, opened))
    if report:
        with console.status("Writing the report"):
            page = write_report(finished, prepared())
            ensembles.describe(folder)
        console.print(f"Report: {page}", soft_wrap=True)
    console.print(f"Results: {folder}", soft_wrap=True)


def _folder_name(region: str, scenario: str, cut: Collection[str]) -> str:
    without = "".join(f"-without-{link}" for link in sorted(set(cut)))
    return f"{Path(region).resolve().name}-{scenario}{without}"


@contextmanager
def progress_shown(console: Console, title: str, workers: int) -> Iterator[Callable[[int, int], None]]:
    """Show how far a run is: a bar on a terminal, else a line for every tenth. Gives what is to be called with both."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from panj.ensembles import time_left

    bar = Progress(
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
        console=console,
        disable=not console.is_terminal,
    )
    task = bar.add_task("", total=None, left="", visible=False)
    reports: list[tuple[float, int]] = []

    def show(done: int, total: int) -> None:
        if not reports:
            console.print(title, soft_wrap=True)
        tenth = not reports or done * 10 // total > reports[-1][1] * 10 // total
        reports.append((time.monotonic(), done))
        left = ""
        if done < total and (ahead := time_left(reports, total, workers)):
            left = f"{'at most' if ahead.at_most else 'about'} {duration(ahead.seconds)} left"
        words = (
            f"{done} of {counted(total, 'member')}" if len(reports) > 1 or done == total else "compiling, first members"
        )
        bar.update(task, completed=done, total=total, description=words, left=left, visible=True)
        if not console.is_terminal and tenth:
            console.print(", ".join(["  " + words, left] if left else ["  " + words]))

    with bar:
        yield show


def duration(seconds: float) -> str:
    """A time in words, no finer than it is known: ``40 s``, ``3 min``, ``1 h 20 min``."""
    if seconds < 60:
        return f"{max(5, round(seconds / 5) * 5)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
