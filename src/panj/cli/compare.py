"""`panj compare`: two runs member by member, or two scenarios that are run first where they are missing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from panj.basics.faults import PanjError
from panj.basics.words import counted
from panj.cli import DEFAULT_REGION
from panj.cli.run import INTERRUPTED, progress_shown

if TYPE_CHECKING:
    from rich.console import Console

    from panj.ensembles import Run
    from panj.ensembles.plan import Plan
    from panj.region import Region

MEMBERS = 200
"""Of two scenarios, if nothing else is asked for and no run stands beside them."""

SEED = 1
"""The same of the seed."""


def compare(
    a: Annotated[str, typer.Argument(help="Folder of a finished run, or a scenario of the region.")],
    b: Annotated[str, typer.Argument(help="The same; B less A is told.")],
    region: Annotated[
        str | None,
        typer.Option(
            help="Whose scenarios: one that ships, or a folder; that of the run beside it, "
            f"else {DEFAULT_REGION}, if not given."
        ),
    ] = None,
    members: Annotated[
        int | None, typer.Option(help=f"Of runs of scenarios; as many as the run beside it, else {MEMBERS}.", min=1)
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help=f"Of draws and luck; that of the run beside it, else {SEED}.", min=0)
    ] = None,
    batch: Annotated[
        int | None, typer.Option(help="Members side by side; that of the run that is there if not given.", min=1)
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; one a core if not given.", min=1)] = None,
    into: Annotated[Path, typer.Option(help="Folder of the runs of scenarios.")] = Path("runs"),
    by: Annotated[
        list[str] | None, typer.Option(help="Tell apart by state, border, flow or year; may be given more than once.")
    ] = None,
    quantity: Annotated[str | None, typer.Option(help="Only this quantity.", metavar="NAME")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write all differences to a file.", metavar="FILE")] = None,
) -> None:
    """Compare two runs member by member: the same draws and the same luck, so all that differs is the scenario.

    A scenario is run first if its run is missing, into INTO/REGION-SCENARIO-MEMBERS; a run that was cut off goes on.
    Beside the folder of a run, a scenario is one of that run's region, with its members, seed and draws.
    Told are B less A and B over A, as medians over members with 50 and 90 % intervals, over the months that the region
    compares after its pivot, or by year; and which differences can be told from none. Where the region holds theses on
    these two scenarios, what its sources conclude is put beside the answer, agreeing or not.
    """
    from rich.console import Console

    from panj.reports.compare import chosen, compare_runs, comparison_tables
    from panj.reports.straying import heading, straying, straying_table
    from panj.reports.theses import answers, document, summary_line, theses_told

    console = Console(highlight=False)
    chosen(by or (), quantity)  # a word that is not known is told before anything is run
    if csv is not None and not csv.parent.is_dir():
        raise PanjError(f"{csv.parent} is no folder. Make it, or name another file with --csv.")
    asked = asked_beside((a, b), region, members, seed, batch, workers, into)
    first, second = asked.runs((a, b), Console(stderr=True, highlight=False) if as_json else console)
    whose = asked.opened
    compared = compare_runs(first, second, whose, by=by or (), quantity=quantity)
    ran = {run.dataset.attrs["scenario"]: run for run in (first, second) if not run.dataset.attrs.get("cut")}
    concluded = answers(whose.theses.values(), ran, whose, pair=ran) if len(ran) == 2 and quantity is None else ()
    if csv:
        compared.frame().to_csv(csv, index=False)
    if as_json:
        everything = compared.document() | {"theses": document(concluded)}
        typer.echo(json.dumps(everything, indent=1, ensure_ascii=False, allow_nan=False))
        return
    for part in comparison_tables(compared, whose):
        console.print(part, markup=False)
    if concluded:
        console.print("\nWhat sources conclude, beside the answer", style="bold")
        for line in (*theses_told(concluded, min(console.width, 100)), summary_line(concluded)):
            console.print(line)
    reacting = [name for name in ran if name in whose.scenarios and whose.scenarios[name].reacts_from]
    for name in reacting if "history" in ran else []:
        if strayed := straying(ran["history"], ran[name], whose, name):
            console.print(f"\n{heading(strayed)}", style="bold")
            console.print(straying_table(strayed))
    if csv:
        console.print(f"All differences: {csv}", soft_wrap=True)


def asked_beside(
    names: tuple[str, str],
    region: str | None,
    members: int | None,
    seed: int | None,
    batch: int | None,
    workers: int | None,
    into: Path,
) -> Asked:
    """Runs as they are asked for: what is not given is that of the first of the two that is a run already."""
    from panj.ensembles.store import read_note

    folders = [Path(name) for name in names if Path(name).is_dir()]
    there = next((note.plan for note in map(read_note, folders) if note is not None), None)
    if there is None:
        region, members, seed = region or DEFAULT_REGION, members or MEMBERS, SEED if seed is None else seed
        return Asked(region, members, seed, batch, workers, into)
    region = there.region if region is None or len(folders) == len(names) else region
    seed = there.seed if seed is None else seed
    return Asked(region, members or there.members, seed, batch, workers, into, prior=there.draws == "prior")


class Asked:
    """Runs of scenarios as they are asked for."""

    def __init__(
        self,
        region: str,
        members: int,
        seed: int,
        batch: int | None,
        workers: int | None,
        into: Path,
        *,
        prior: bool = False,
    ) -> None:
        self.region, self.members, self.seed, self.into = region, members, seed, into
        self.batch, self.workers, self.prior = batch, workers, prior

    @cached_property
    def opened(self) -> Region:
        """The region whose scenarios are meant."""
        from panj.region import open_region

        return open_region(self.region)

    def runs(self, names: tuple[str, str], console: Console) -> list[Run]:
        """Both runs; those of scenarios are made where they are missing, in batches of one size.

        Raises:
            RunError: They could not be compared; told before anything is run.
        """
        from panj.reports.compare import refuse_unlike

        self.settle(names)
        a, b = names
        refuse_unlike(self.folder(a), self.folder(b), self.plan(a), self.plan(b))
        return [self.run(name, console) for name in names]

    def settle(self, names: Iterable[str]) -> int:
        """Members a batch: as asked for, or those of a run that is there."""
        from panj import ensembles
        from panj.ensembles.plan import batch_for
        from panj.ensembles.store import read_note

        begun = [note.plan.batch for note in map(read_note, map(self.folder, names)) if note is not None]
        self.batch = self.batch or next(iter(begun), batch_for(self.members, self.workers or ensembles.cores()))
        return self.batch

    def run(self, name: str, console: Console) -> Run:
        """The run in a folder, or that of a scenario, made where it is missing."""
        from panj import ensembles

        folder = self.folder(name)
        if folder == Path(name):
            return ensembles.open_run(folder)
        return self.made(name, folder, console)

    def plan(self, name: str) -> Plan:
        """What the run in a folder is made of, or that of a scenario is to be made of."""
        from panj import ensembles
        from panj.ensembles import running
        from panj.ensembles.store import read_note

        folder = self.folder(name)
        if folder == Path(name):
            ensembles.open_run(folder)
            note = read_note(folder)
            assert note is not None, "a run that opens has a note"
            return note.plan
        running.under(self.opened, name)
        return running.plan_of(self.opened, name, self.members, self.settle([name]), self.seed, prior=self.prior)

    def folder(self, name: str) -> Path:
        """The folder of a run: the one that is named, or that of a scenario."""
        if Path(name).is_dir():
            return Path(name)
        return self.into / f"{Path(self.region).resolve().name}-{name}-{self.members}"

    def made(self, scenario: str, folder: Path, console: Console) -> Run:
        """The run of a scenario, made or gone on with if it is not finished."""
        from panj import ensembles
        from panj.ensembles.store import read_note

        wanted = self.plan(scenario)
        note = read_note(folder)
        if note is not None and note.ended is not None and note.plan.apart_from_others == wanted.apart_from_others:
            return ensembles.open_run(folder)
        title = f"{self.region}, {scenario}: {counted(self.members, 'member')}, seed {self.seed}, into {folder}"
        try:
            with progress_shown(console, title, self.workers or ensembles.cores()) as show:
                return ensembles.run(
                    self.opened,
                    folder,
                    scenario=scenario,
                    members=self.members,
                    seed=self.seed,
                    batch=wanted.batch,
                    workers=self.workers,
                    resume=True,
                    prior=self.prior,
                    progress=show,
                )
        except KeyboardInterrupt:
            typer.echo(
                f"Stopped. What is finished is kept in {folder}; to go on, give the same command again.", err=True
            )
            raise typer.Exit(INTERRUPTED) from None
