"""`panj theses`: what sources conclude, put to the test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from panj.cli import DEFAULT_REGION


def theses(
    region: Annotated[str, typer.Argument(help="A region that ships with Panj, or a folder.")] = DEFAULT_REGION,
    members: Annotated[int, typer.Option(help="Draws of every uncertain parameter.", min=1)] = 32,
    only: Annotated[
        list[str] | None, typer.Option(help="A thesis, by its id; may be given several times.", metavar="ID")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of draws and luck.", min=0)] = 1,
    batch: Annotated[int | None, typer.Option(help="Members computed side by side.", min=1)] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; one a core if not given.", min=1)] = None,
    into: Annotated[Path, typer.Option(help="Folder of the runs and of the page.")] = Path("runs"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the same as JSON.")] = False,
) -> None:
    """Put every thesis of a region to the test: run the scenarios that it compares, and hold the answer against it.

    Runs go into INTO/REGION-SCENARIO-MEMBERS, as those of `panj compare`; what is there is not run again, and what was
    cut off goes on. A member agrees with a line where its change is what the source expects. A line agrees where nine
    members in ten do, does not where at most one in ten does, and else cannot say. Ends with a page,
    INTO/REGION-theses-MEMBERS.html.
    """
    from rich.console import Console

    from panj.basics.faults import FaultsError, PanjError, nearest
    from panj.basics.writing import write
    from panj.cli.compare import Asked
    from panj.reports import theses as told
    from panj.reports.report import theses_page

    console = Console(highlight=False, stderr=as_json, soft_wrap=False)
    asked = Asked(region, members, seed, batch, workers, into)
    opened = asked.opened
    if strange := [name for name in only or () if name not in opened.theses]:
        near = nearest(strange[0], opened.theses) or f"There are: {', '.join(opened.theses)}."
        raise PanjError(f"{strange[0]!r} is not a thesis of {opened.title}. {near}")
    wanted = [thesis for id, thesis in opened.theses.items() if not only or id in only]
    if not wanted:
        console.print(f"{opened.title} holds no theses; docs/region-format.md says how to write theses.toml.")
        return
    if faults := told.faults_of(wanted):
        raise FaultsError(faults)
    names = told.scenarios_of(wanted)
    asked.settle(names)
    runs = {}
    for number, name in enumerate(names, start=1):
        console.print(f"Scenario {number} of {len(names)}: {name}")
        runs[name] = asked.run(name, console)
    answered = told.answers(wanted, runs, opened)
    page = into / f"{Path(region).resolve().name}-theses-{members}.html"
    write(page, theses_page(answered, opened, runs))
    if as_json:
        typer.echo(json.dumps(told.document(answered), indent=1, ensure_ascii=False, allow_nan=False))
        return
    for part in (*told.theses_told(answered, min(console.width, told.WIDTH)), told.summary_line(answered)):
        console.print(part)
    console.print(f"Page: {page}", soft_wrap=True)
