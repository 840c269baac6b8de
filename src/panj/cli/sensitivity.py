"""`panj sensitivity`: which parameters move the answers, and which facts would narrow them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from panj.basics.words import counted


def sensitivity(
    run_folder: Annotated[Path, typer.Argument(help="Folder of a finished run.", exists=True, file_okay=False)],
    outcome: Annotated[
        list[str] | None, typer.Option(help="A quantity by month, opium say; may be given several times.")
    ] = None,
    most: Annotated[int, typer.Option(help="Parameters that are shown for each outcome.", min=1)] = 8,
    morris: Annotated[
        int, typer.Option(help="Also step through the priors: trajectories, each a member for every parameter.", min=0)
    ] = 0,
    workers: Annotated[int | None, typer.Option(help="Processes for it; one a core if not given.", min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the same as JSON.")] = False,
) -> None:
    """Say which parameters move the answers of a run, and which five facts would narrow them most.

    By the members of the run: the share of each answer's variance that would go if a parameter were known, and its PAWN
    index. What chance alone would bring among so many parameters is not told. With --morris new members are computed
    that step through all parameters one at a time.
    """
    from rich.console import Console
    from rich.table import Table

    from panj.calibration.seen import draws_of, seen_in
    from panj.calibration.sensitivity import HEADLINES, effects, facts, influences, outcomes
    from panj.cli.run import progress_shown
    from panj.ensembles import cores, open_run
    from panj.region import open_region

    run = open_run(run_folder)
    region = open_region(run.dataset.attrs["region"])
    if (scenario := run.dataset.attrs["scenario"]) in region.scenarios:
        region = region.overlay(scenario)
    members = seen_in(run, region).dataset["member"].to_numpy()
    table = run.experiments.set_index("member", drop=False).loc[members]
    names = tuple(outcome or HEADLINES)
    draws = draws_of(run.experiments, members)
    found = {label: influences(draws, values) for label, values in outcomes(table, names).items()}
    best = facts(found)
    stepped = {}
    console = Console(highlight=False, stderr=as_json)
    if morris:
        ways = counted(morris, "trajectory", "trajectories")
        title = f"{region.title}: {ways} through {counted(len(region.parameters), 'parameter')}"
        with progress_shown(console, title, workers or cores()) as show:
            stepped = effects(region, names=names, trajectories=morris, workers=workers, progress=show)
    if as_json:
        told = {"facts": [asdict(one) for one in best]}
        told |= {"influences": {label: [asdict(row) for row in rows] for label, rows in found.items()}}  # type: ignore[dict-item]
        told |= {"morris": {label: [asdict(row) for row in rows] for label, rows in stepped.items()}}  # type: ignore[dict-item]
        typer.echo(json.dumps(told, indent=1))
        return
    for label, rows in found.items():
        shown = Table("parameter", "variance that knowing it takes away", "PAWN", "meaning", title=label)
        for row in rows[:most]:
            if row.beyond_chance:
                meaning = region.uncertain[row.parameter].meaning
                shown.add_row(row.parameter, f"{row.known:.0%}", f"{row.pawn:.2f}", meaning)
        if shown.row_count:
            console.print(shown)
        else:
            console.print(f"{label}: no parameter stands out from chance among {counted(len(members), 'member')}.")
    for label, steps in stepped.items():
        shown = Table("parameter", "effect from end to end", "±", "spread", title=f"{label}, Morris")
        for step in steps[:most]:
            shown.add_row(step.parameter, f"{step.size:.3g}", f"{step.doubt:.2g}", f"{step.spread:.3g}")
        console.print(shown)
    console.print("\nFacts that would narrow these answers most")
    for number, fact in enumerate(best, start=1):
        known = region.uncertain[fact.parameter]
        basis = f"rests on {', '.join(known.claims)}" if known.claims else f"assumed: {known.assumed}"
        console.print(
            f"  {number}. {known.meaning} ({fact.parameter}, {known.low:g} to {known.high:g} {known.unit}; {basis}): "
            f"intervals narrower by {fact.narrower:.0%} in the mean.",
            soft_wrap=True,
        )
    if not best:
        console.print("  None stands out from chance; more members would tell more.")
