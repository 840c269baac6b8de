"""Pages that are printed from the tables and the code, so that they cannot say anything else.

`printing` knows Markdown, `source` reads the code as data, every other module makes a page or a few. `make docs` writes
them all.
"""

from __future__ import annotations

from pathlib import Path

from panj.region import open_region
from panj.reports.card import card

from .links import links_page
from .model import model_page
from .odd import odd_page
from .printing import DOCS
from .tables import checks_page, evidence_page, parameters_page, quantities_page
from .trace import trace_page

REGION = "central-asia"


def pages(docs: Path = DOCS) -> dict[str, str]:
    """Every page, by its path in `docs`."""
    region = open_region(REGION)

    def by_hand(name: str) -> str:
        return (docs / name).read_text(encoding="utf-8")

    return {
        "reference/quantities.md": quantities_page(),
        "reference/parameters.md": parameters_page(region),
        "reference/evidence.md": evidence_page(region),
        "reference/checks.md": checks_page(),
        "reference/links.md": links_page(region),
        "model.md": model_page(by_hand("model.md")),
        "model-card.md": card(region, home="../"),
        "odd.md": odd_page(by_hand("odd.md"), region),
        "trace.md": trace_page(by_hand("trace.md"), region),
    }


def write(folder: Path) -> None:
    """Write every page and name it."""
    for name, text in pages().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}")
