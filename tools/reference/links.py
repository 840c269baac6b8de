"""The page on causal links, and which test holds what carries each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from panj.mechanisms.links import KINDS, Link, links
from panj.region import Region

from .printing import ROOT, head, table, text

TESTS = {
    "passage.loading": "passage/test_loading.py",
    "simulation.crossing": "simulation/test_history.py",
    "strength.csv": "region/test_institutions.py",
    "events.toml": "region/test_institutions.py",
    "sections.csv": "region/test_geography.py",
    "statuses.csv": "region/test_geography.py",
    "crossings.csv": "region/test_geography.py",
}
"""Tests of what carries links without being a mechanism."""


def links_page(region: Region) -> str:
    """Every causal link of the essay: what carries it, on whose word, and which test holds it."""
    claims = {row.link: row.claims for row in region.links.values()}
    rows = links()
    tally = Counter(row.kind for row in rows)
    counted = [f"{tally[kind]} {kind}" for kind in KINDS]
    titles = ("link", "cause", "effect", "sign", "kind", "carried by", "paper or claims", "test", "note")
    page = [
        *head("Links", f"`src/panj/mechanisms/links.csv` and `src/panj/regions/{region.code}/links.csv`"),
        f"The causal links L01 to L91 of the essay in {len(rows)} parts: {', '.join(counted)}.",
        "",
        "The sign is that of the effect when the argument in brackets alone rises; where the essay states a link the",
        "other way round, the note says so. For a mechanism it is held by `tests/mechanisms/test_links.py`, over draws",
        "of all parameters and causes, besides the test that is named. Claims stand with the first part of a link:",
        "those of the essay whose lines are lines of the link.",
        *("", "## Links of the essay", ""),
        *table(titles, [link(row, claims) for row in rows if row.link in claims]),
        *("", "## Steps that only a loop names", ""),
        *table(titles, [link(row, claims) for row in rows if row.link not in claims]),
    ]
    return text(page)


def link(row: Link, claims: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Cells of a link."""
    output = "" if row.output in {"", "value"} else f" -> {row.output}"
    origin = word_of(row, claims)
    where = f"`{row.where}` ({row.argument}{output})"
    return row.id, row.cause, row.effect, row.sign, row.kind, where, origin, f"`tests/{held_by(row)}`", row.note


def word_of(row: Link, claims: Mapping[str, Sequence[str]]) -> str:
    """On whose word a link stands: papers, and with its first part the claims of the region."""
    said = _runs(claims.get(row.link, ())) if row.part in {"", "a"} else ""
    return "; ".join(part for part in (row.source, said) if part)


def held_by(row: Link) -> str:
    """The file of tests, within `tests`, that holds what carries a link."""
    module = row.where.rsplit(".", 1)[0]
    return laws_of(module) if row.kind == "mechanism" else TESTS[module if row.kind == "passage" else row.where]


def laws_of(file: str) -> str:
    """The file of tests, within `tests`, that holds a file of mechanisms."""
    own = f"mechanisms/test_{file}.py"
    return own if (ROOT / "tests" / own).exists() else "mechanisms/test_laws.py"


def _runs(ids: Sequence[str]) -> str:
    """Ids in their order, three or more that follow each other as a run: S001-S005."""
    runs: list[list[str]] = []
    for id in ids:
        if runs and int(id[1:]) == int(runs[-1][-1][1:]) + 1:
            runs[-1].append(id)
        else:
            runs.append([id])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)
