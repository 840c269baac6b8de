"""`panj card`: the model card of a region."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from panj.cli import DEFAULT_REGION


def card(
    region: Annotated[str, typer.Argument(help="A region that ships, or the path of a folder.")] = DEFAULT_REGION,
) -> None:
    """Print one page for those who plan with the model: what it is for, what to refuse, how good it is, where it fails.

    How good it is comes from the score that `panj score RUN --keep` left with the region.
    """
    from rich.console import Console
    from rich.markdown import Markdown

    from panj.region import open_region
    from panj.reports.card import card as written

    text = written(open_region(region))
    if sys.stdout.isatty():
        Console().print(Markdown(text))
    else:
        print(text, end="")
