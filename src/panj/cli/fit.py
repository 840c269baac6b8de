"""`panj fit`: parameters that meet the published numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from panj.cli import DEFAULT_REGION


def fit(
    region: Annotated[str, typer.Argument(help="A region that ships with Panj, or a folder.")] = DEFAULT_REGION,
    method: Annotated[Literal["esmda"], typer.Option(help="How: an ensemble smoother.")] = "esmda",
    members: Annotated[int, typer.Option(help="Of the ensemble.", min=16)] = 200,
    steps: Annotated[int, typer.Option(help="In which the numbers are taken in.", min=1)] = 4,
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
    """
    import numpy as np
    from rich.console import Console
    from rich.table import Table

    from panj.calibration.fitting import fit as fitted
    from panj.calibration.fitting import moved
    from panj.cli.run import INTERRUPTED, progress_shown
    from panj.ensembles import cores

    console = Console(highlight=False)
    folder = out or Path("runs") / f"fit-{Path(region).resolve().name}"
    title = f"{region}: {method}, {members} members, {steps} steps, seed {seed}, into {folder}"
    try:
        with progress_shown(console, title, workers or cores()) as show:
            found = fitted(
                region, folder, members=members, steps=steps, seed=seed, batch=batch, workers=workers, resume=resume,
                progress=show,
            )  # fmt: skip
    except KeyboardInterrupt:
        typer.echo(f"Stopped. What is finished is kept in {folder}; to go on, add --resume.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    console.print(
        f"{len(found.targets)} numbers taken in. Mean square error of a member, in standard deviations of both errors: "
        f"{np.nanmedian(found.before):.3g} before, {np.nanmedian(found.after):.3g} after (1 is as good as they allow)."
    )
    for id, why in found.left_out.items():
        console.print(f"  left out: {id}, {why}", style="dim", soft_wrap=True)
    table = Table(
        "parameter", "prior median", "fitted median", "fitted 90 %", "shift", "spread left", title="Moved most"
    )
    for name, shift, left in moved(found)[:12]:
        low, middle, high = np.quantile(found.posterior[name], [0.05, 0.5, 0.95])
        before = np.median(found.prior[name])
        table.add_row(
            name, f"{before:.3g}", f"{middle:.3g}", f"{low:.3g} to {high:.3g}", f"{shift:+.2f}", f"{left:.0%}"
        )
    console.print(table)
    where = found.region.folder if save else folder
    found.save(where)
    console.print(f"{len(next(iter(found.posterior.values())))} draws: {where / 'posterior.csv'}", soft_wrap=True)
