"""`panj loops`: what each feedback loop of the system does."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from panj.basics.words import counted
from panj.cli import DEFAULT_REGION


def loops(
    region: Annotated[str, typer.Argument(help="A region that ships with Panj, or a folder.")] = DEFAULT_REGION,
    members: Annotated[int, typer.Option(help="Draws of every uncertain parameter.", min=2)] = 16,
    scenario: Annotated[str, typer.Option(help="A scenario of the region, laid over its history.")] = "history",
    seed: Annotated[int, typer.Option(help="Of draws and luck.", min=0)] = 1,
    workers: Annotated[int | None, typer.Option(help="Processes; one a core if not given.", min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the same as JSON.")] = False,
) -> None:
    """Cut every feedback loop in turn and say what it adds: the same members with the loop closed and with it cut.

    The table gives the change of one quantity over the last three years, in per cent of what it is with the loop cut:
    the median and the 90 % interval over members, in how many members the sign is that of the median, and after how
    many months half of the effect is reached. Loops that the model does not have are listed with the reason.
    """
    from rich.console import Console
    from rich.table import Table

    from panj.cli.run import progress_shown
    from panj.ensembles import CONVERGED, cores, run_cuts
    from panj.reports.loops import gain
    from panj.simulation.loops import loops as all_loops

    console = Console(highlight=False, stderr=as_json)
    there = [loop for loop in all_loops() if loop.cut]
    title = f"{region}, {scenario}: {counted(len(there), 'loop')}, {counted(members, 'member')}, seed {seed}"
    with progress_shown(console, title, workers or cores()) as show:
        runs = run_cuts(
            region, [(), *(loop.cut for loop in there)], [loop.quantity for loop in there],
            scenario=scenario, members=members, seed=seed, workers=workers, progress=show,
        )  # fmt: skip
    closed, cut = runs[0], dict(zip((loop.loop for loop in there), runs[1:], strict=True))
    rows = []
    for loop in all_loops():
        row: dict[str, object] = {"loop": loop.loop, "kind": loop.kind, "name": loop.name, "note": loop.note}
        if loop.cut:
            run = cut[loop.loop]
            good = (closed["residual"].max(axis=1) < CONVERGED) & (run["residual"].max(axis=1) < CONVERGED)
            row |= {"cut": list(loop.cut), "quantity": loop.quantity, "members": int(good.sum())}
            if good.any():
                row |= gain(closed[loop.quantity][good], run[loop.quantity][good])._asdict()
        rows.append(row)
    if as_json:
        typer.echo(json.dumps(rows, indent=1))
        return
    table = Table("loop", "seen in", "adds (90 %)", "same\nsign", "months\nto half")
    for row in rows:
        if "median" in row:
            table.add_row(f"{row['loop']} {row['name']}", str(row["quantity"]).replace("_", " "), *_told(row))
    console.print(table)
    for row in rows:
        if row["note"] or "median" not in row:
            console.print(f"{row['loop']}: {row['note'] or 'no member converged in both'}.", style="dim")


def _told(row: dict[str, object]) -> tuple[str, str, str]:
    low, median, high, same, months = (float(str(row[name])) for name in ("low", "median", "high", "same", "months"))
    if not median:
        return "nothing", "", ""
    return f"{_percent(median)} ({_percent(low)} to {_percent(high)})", f"{same:.0%}", f"{months:.0f}"


def _percent(share: float) -> str:
    return f"{100 * share:+.{0 if abs(share) >= 0.1 else 1}f} %".replace("-", "−")
