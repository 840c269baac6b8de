"""``panj report``: write the report of a run again, and open it."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer


def report(
    run_folder: Annotated[Path, typer.Argument(help="Folder of a finished run.", exists=True, file_okay=False)],
    open_: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
) -> None:
    """Write the report of a run again: report.html in its folder, one file that needs no network."""
    from panj.ensembles import describe
    from panj.reports import write_report

    path = write_report(run_folder)
    describe(run_folder)  # so that the crate names the report also where the run was made without one
    typer.echo(str(path))
    if open_:
        webbrowser.open(path.resolve().as_uri())
