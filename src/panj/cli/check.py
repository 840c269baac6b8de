"""The command `panj check`: a region checked as a whole, every fault at once."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from panj.basics.faults import problems, report
from panj.basics.words import counted
from panj.region import Region, find_region, read_region
from panj.region.counts import counts
from panj.simulation.needed import PARAMETERS
from panj.simulation.quantities import quantities


def check(
    region: Annotated[str, typer.Argument(help="A region that ships, or the path of a folder.")] = "central-asia",
) -> None:
    """Read a region's files, check them as a whole, and name every fault at once with its remedy.

    Ends with 1 if there are faults; otherwise prints what there is, and how much of it rests on claims.
    """
    axes = {quantity.name: quantity.axes for quantity in quantities()}
    opened, faults = read_region(find_region(region), axes, PARAMETERS)
    if opened is None:
        print(f"RegionError: {problems(faults, f'in {region}')}\n{report(faults)}", file=sys.stderr)
        raise typer.Exit(1)
    console = Console(width=None if sys.stdout.isatty() else 80)
    console.print(_table(opened))
    evidence = opened.evidence
    held = {"source": evidence.sources, "claim": evidence.claims, "observation": evidence.series}
    held |= {"judgement": evidence.judgements, "state": opened.states, "road": opened.roads}
    held |= {"scenario": opened.scenarios}
    there = ", ".join(counted(len(rows), one) for one, rows in held.items())
    console.print(f"{there}. No faults.", highlight=False)


def _table(region: Region) -> Table:
    table = Table(title=f"{region.title} ({region.code})", title_justify="left", title_style="bold", box=None)
    table.add_column("what")
    for column in ("entries", "with claims", "assumed or source only"):
        table.add_column(column, justify="right")
    rows = counts(region)
    for row in rows:
        table.add_row(row.kind, f"{row.number:,}", f"{row.backed:,}", f"{row.assumed:,}")
    table.add_row("all", *(f"{sum(getattr(row, name) for row in rows):,}" for name in ("number", "backed", "assumed")))
    return table
