"""The command `panj new`: a region of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from panj.region.starting import start_region


def new(folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")]) -> None:
    """Start a region of your own: a small invented one that passes every check, to be changed file by file."""
    start_region(folder)
    print(f"{folder} is a small invented region. Change its files, then:\n  panj check {folder}\n  panj run {folder}")
