"""`panj fit`: parameters that meet the published numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

from panj.basics.words import counted
from panj.cli import DEFAULT_REGION

if TYPE_CHECKING:
    from rich.console import Console

    from panj.calibration.fitting import Fit
    from panj.calibration.inference import Sampled
    from panj.ensembles.posterior import Draws


class Size(NamedTuple):
    """How much a fit computes: members of an ensemble, and steps; one ensemble more than there are steps."""

    members: int
    steps: int


USUAL = {"esmda": Size(100, 1), "nuts": Size(600, 1)}
"""What a fit computes if nothing else is asked for: the smoother alone what is done in about a minute, for NUTS what an
emulator learns from. It learns from the first ensemble, so that is where its members are; the second shows how far it
errs where the posterior lies."""


def fit(
    region: Annotated[str, typer.Argument(help="A region that ships with Panj, or a folder.")] = DEFAULT_REGION,
    method: Annotated[
        Literal["esmda", "nuts"],
        typer.Option(help="How: an ensemble smoother, or NUTS on an emulator that learns from its members."),
    ] = "esmda",
    begun: Annotated[
        Path | None, typer.Option("--from", help="nuts: folder of a smoother that has run; else it is run first.")
    ] = None,
    draws: Annotated[int, typer.Option(help="nuts: that each of four chains keeps.", min=100)] = 2000,
    check: Annotated[
        bool, typer.Option("--check", help="nuts: rank true values among draws; some minutes. Leaves ranks.svg.")
    ] = False,
    members: Annotated[
        int | None, typer.Option(help="Of the ensemble; 100, or 600 for nuts, if not given.", min=16)
    ] = None,
    steps: Annotated[int | None, typer.Option(help="In which the numbers are taken in; 1 if not given.", min=1)] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for what is finished; runs/fit-REGION if not given.")] = None,
    seed: Annotated[int, typer.Option(help="Of draws, luck and noise.", min=0)] = 1,
    batch: Annotated[int | None, typer.Option(help="Members computed side by side.", min=1)] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; one a core if not given.", min=1)] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a fit that was cut off.")] = False,
    save: Annotated[bool, typer.Option(help="Leave the draws with the region, so that runs use them.")] = True,
) -> None:
    """Fit the uncertain parameters of a region to its published numbers.

    Only numbers marked for fitting are taken in, each with its own error and what the model cannot tell; those kept for
    validation are not looked at. Numbers that no member of the priors reaches are left out and named: the model lacks
    something there. The draws are left with the region, and runs use them unless they are asked for the priors.

    With nuts, an emulator learns from all members of the smoother what each number answers to, NUTS samples its
    posterior, and tempered Monte Carlo looks for modes that NUTS may have missed. Draws of chains that have not met are
    not saved.
    """
    from rich.console import Console

    from panj.calibration.fitting import fit as fitted
    from panj.calibration.fitting import read_plan
    from panj.cli.run import INTERRUPTED, progress_shown
    from panj.ensembles import cores

    if begun and method == "esmda":
        raise typer.BadParameter("--from goes with --method nuts.")
    console = Console(highlight=False)
    folder = begun or out or Path("runs") / f"fit-{Path(region).resolve().name}"
    usual = USUAL[method]
    asked = {"members": members or usual.members, "steps": steps or usual.steps, "seed": seed, "batch": batch}
    plan: dict[str, Any] = read_plan(folder) if begun else asked
    size = f"{counted(plan['members'], 'member')}, {counted(plan['steps'], 'step')}, seed {plan['seed']}"
    title = f"{region}: ensemble smoother, {size}"
    try:
        with progress_shown(console, f"{title}, into {folder}", workers or cores()) as show:
            found = fitted(region, folder, **plan, workers=workers, resume=resume or bool(begun), progress=show)
        _tell(console, found)
        if method == "nuts":
            drawn = _sampled(console, found, folder, draws, seed, check)
    except KeyboardInterrupt:
        typer.echo(f"Stopped. What is finished is kept in {folder}; to go on, add --resume.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    where = found.region.folder if save else folder
    if method == "nuts":
        drawn.save(where)
        posterior = drawn.posterior
    else:
        found.save(where)
        posterior = found.posterior
    _most_moved(console, found.prior, posterior)
    console.print(f"{len(next(iter(posterior.values())))} draws: {where / 'posterior.csv'}", soft_wrap=True)


def _tell(console: Console, found: Fit) -> None:
    """What the smoother took in and left out."""
    import numpy as np

    console.print(
        f"{counted(len(found.targets), 'number')} taken in. Mean square error of a member, in standard deviations of "
        f"both errors: {np.nanmedian(found.before):.3g} before, {np.nanmedian(found.after):.3g} after "
        "(1 is as good as they allow)."
    )
    if told := found.discrepancy.said():
        console.print(told, soft_wrap=True)
    for id, why in found.left_out.items():
        console.print(f"  left out: {id}, {why}", style="dim", soft_wrap=True)


def _sampled(console: Console, found: Fit, folder: Path, draws: int, seed: int, check: bool) -> Sampled:
    """Sample, and tell how well; with ``check``, rank true values and draw the ranks."""
    import numpy as np

    from panj.basics.writing import write
    from panj.calibration.inference import ranked, sample
    from panj.reports.ranks import rank_charts

    with console.status("Learning the emulator") as status:

        def show(what: str, done: int, total: int) -> None:
            status.update(f"{what}: {done} of {total}")

        drawn = sample(found, folder, draws=draws, seed=seed, progress=show)
    explained = drawn.emulator.explained
    console.print(
        f"Emulator of {len(explained)} numbers from {int((found.training.step == 0).sum())} runs of the priors: tells "
        f"{np.median(explained):.0%} of the variance of members left out (median; least {explained.min():.0%})."
    )
    console.print(f"NUTS: {drawn.diagnosis.said()}.", soft_wrap=True)
    console.print(f"Check: {drawn.check.said()}.", soft_wrap=True)
    if check:
        with console.status("Ranking") as status:
            ranks = ranked(drawn, folder, progress=show)
        page = folder / "ranks.svg"
        write(page, rank_charts(ranks, list(found.region.parameters), [one.id for one in found.targets]))
        console.print(f"Ranks: {ranks.said()}. {page}", soft_wrap=True)
    return drawn


def _most_moved(console: Console, prior: Draws, posterior: Draws) -> None:
    """The parameters that moved most."""
    import numpy as np
    from rich.table import Table

    from panj.calibration.fitting import moved

    table = Table(
        "parameter", "prior median", "fitted median", "fitted 90 %", "shift", "spread left", title="Moved most"
    )
    for name, shift, left in moved(prior, posterior)[:12]:
        low, middle, high = np.quantile(posterior[name], [0.05, 0.5, 0.95])
        before = np.median(prior[name])
        table.add_row(
            name, f"{before:.3g}", f"{middle:.3g}", f"{low:.3g} to {high:.3g}", f"{shift:+.2f}", f"{left:.0%}"
        )
    console.print(table)
