"""The command `panj show`: one thing of a region as it stood on a day, with the claim behind each line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from panj.basics.dates import last_day
from panj.region import Account, Line, account_of, open_region

WIDTH = 100
"""Most columns that a table takes."""


def show(
    what: Annotated[str, typer.Argument(help="An id, code or name; a border by its two states, in either order.")],
    on: Annotated[str | None, typer.Option(metavar="DATE", help="YYYY, YYYY-MM or YYYY-MM-DD.")] = None,
    region: Annotated[str, typer.Option(help="A region that ships, or the path of a folder.")] = "central-asia",
    run: Annotated[
        Path | None, typer.Option(help="A finished run: its values beside the record.", metavar="FOLDER")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show a border, state, section, post, place, agency, rule, programme, event, flow, parameter or scenario.

    A year or month stands for its last day. Without a date: the last day of the region's history. Each line ends in the
    claims behind it; `panj evidence ID` shows one. A state or border also tells what is known of corruption, tension,
    capability, use, prices, incomes and attention there; with --run, what a run of the model has that month, with the
    median and the 50 and 90 % intervals over its members.
    """
    try:
        day = on and last_day(on)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--on") from None
    opened = open_region(region)
    account = account_of(opened, what, day or None)
    if day and not opened.start.first <= day <= opened.end.last:
        typer.echo(
            f"{day} is outside the region's time, {opened.start} to {opened.end}: its files tell little.", err=True
        )
    if run is not None:
        from panj.ensembles import open_run
        from panj.reports.standing import with_model

        account = with_model(account, opened, open_run(run))
    if as_json:
        print(account.model_dump_json(indent=2))
    elif sys.stdout.isatty():
        _draw(account, Console())
    else:
        print(plain(account))


def plain(account: Account) -> str:
    """The account as text: one line a statement, its claims in brackets at the end."""
    blocks = [f"{account.title} ({account.id}), {account.kind}, on {account.on}"]
    for topic in account.topics:
        lines = [f"  {line.text}" + (f"  [{backing}]" if (backing := _backing(line)) else "") for line in topic.lines]
        blocks.append("\n".join([topic.title, *lines]))
    return "\n\n".join(blocks)


def _draw(account: Account, console: Console) -> None:
    """The account as tables."""
    console.print(f"[bold]{escape(account.title)}[/bold] ({account.id}), {account.kind}, on {account.on}")
    width = min(console.width, WIDTH)
    for topic in account.topics:
        table = Table(title=topic.title, title_justify="left", title_style="bold", box=None, width=width)
        table.show_header = False
        table.add_column(ratio=1, overflow="fold")
        table.add_column(width=min(24, width // 4), overflow="fold", style="dim")
        for line in topic.lines:
            table.add_row(escape(line.text), escape(_backing(line)))
        console.print()
        console.print(table)


def _backing(line: Line) -> str:
    """The claims behind a line; what else it rests on where they say only part of it, or nothing."""
    if line.claims:
        return ", ".join(line.claims) + ("; part assumed" if line.assumed else "")
    if line.source:
        return line.source if line.source.startswith("model, ") else f"source: {line.source}"
    return f"assumed: {line.assumed}" if line.assumed else ""
