"""Print the reference pages from the tables and the code, so that they cannot say anything else.

`make docs` writes them. Usage: python tools/print_reference.py [FOLDER], where FOLDER stands for `docs`.
"""

from __future__ import annotations

import ast
import csv
import importlib
import inspect
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import panj
from panj.evidence import Claim, Source
from panj.mechanisms.links import KINDS, Link, links
from panj.region import Region, checks, open_region
from panj.region.counts import counts
from panj.region.flows import Parameter
from panj.simulation import quantities
from panj.simulation.month import MONTH
from panj.simulation.society.society import ORDER

REGION = "central-asia"
CODE = Path(panj.__file__).parent
DOCS = Path(__file__).parents[1] / "docs"
FEW = 10
"""Sources that carry fewer claims and observations are not listed one by one."""

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

KNOWLEDGE = {
    "true": "what happens in the model",
    "recorded": "what an agency writes down of it",
    "estimated": "what someone infers",
    "rule": "given by the dated rules and programmes, the same for every member",
    "diagnostic": "tells how well the month was solved",
}


def pages(docs: Path = DOCS) -> dict[str, str]:
    """Every printed page, by its path in `docs`."""
    region = open_region(REGION)
    return {
        "reference/quantities.md": quantities_page(),
        "reference/parameters.md": parameters_page(region),
        "reference/evidence.md": evidence_page(region),
        "reference/checks.md": checks_page(),
        "reference/links.md": links_page(region),
        "model.md": model_page((docs / "model.md").read_text(encoding="utf-8")),
    }


def quantities_page() -> str:
    """Every quantity of a run."""
    page = [*_head("Quantities", "`src/panj/simulation/quantities.csv`")]
    page += ["A run holds these, each with its unit and meaning on it ([results](../results-format.md)). They are", ""]
    used = {quantity.knowledge for quantity in quantities()}
    page += [f"- *{name}*: {meaning}" for name, meaning in KNOWLEDGE.items() if name in used]
    for quantity in quantities():
        page += ["", f"## {quantity.name}", "", f"{quantity.meaning}."]
        page += ["", f"{quantity.kind} [{quantity.unit}], {quantity.knowledge}; by {', '.join(quantity.axes)}."]
    return _text(page)


def parameters_page(region: Region) -> str:
    """Every uncertain number of a region: meaning, range, origin."""
    rows = list(region.parameters.values())
    assumed = sum(not row.claims for row in rows)
    page = [
        *_head("Parameters", f"`src/panj/regions/{region.code}/parameters.toml`"),
        f"The {len(rows)} parameters of {region.title}; each member draws all of them. Low and high are the 5 % and",
        "95 % points, for uniform and loguniform distributions the ends.",
        f"{assumed} of {len(rows)} rest on no claim and are assumed; `panj evidence ID` shows a claim.",
    ]
    titles = ("parameter", "meaning", "low, central, high", "unit", "distribution", "origin")
    for group in dict.fromkeys(row.group for row in rows):
        page += ["", f"## {group.capitalize()}", ""]
        page += _table(titles, [_parameter(row) for row in rows if row.group == group])
    return _text(page)


def _parameter(row: Parameter) -> tuple[str, ...]:
    ends = [f"{value:,.6g}" for value in (row.low, row.central, row.high) if value is not None]
    origin = [", ".join(row.claims)] if row.claims else []
    origin += [f"assumed: {row.assumed.rstrip('.')}"] if row.assumed else []
    return f"`{row.id}`", row.meaning, ", ".join(ends), row.unit, row.distribution, "; ".join(origin)


def evidence_page(region: Region) -> str:
    """How much evidence there is, of what kind, and how much of the region rests on it."""
    evidence = region.evidence
    claims, sources = list(evidence.claims.values()), list(evidence.sources.values())
    series = {row.series for row in evidence.series}
    tallies = counts(region)
    total, backed = sum(tally.number for tally in tallies), sum(tally.backed for tally in tallies)
    rows = [(tally.kind, tally.number, tally.backed, tally.assumed) for tally in tallies]
    rows += [("all", total, backed, total - backed)]
    page = [
        *_head("Evidence", f"the files of `src/panj/regions/{region.code}/`"),
        f"{len(sources)} sources, {len(claims):,} claims, {len(evidence.judgements)} judgements;",
        f"{len(evidence.series):,} observations in {len(series)} series.",
        *("", "## What the region rests on", ""),
        "An entry without a claim says why it is assumed, or bears a source.",
        "",
        *_table(
            ("what", "entries", "with claims", "without", "share without"),
            [(*row, _share(row[3], row[1])) for row in rows],
        ),
    ]
    for attribute in ("role", "kind", "confidence"):
        page += ["", f"## Claims by {attribute}", "", *_counted(attribute, claims)]
    page += ["", "## Sources by kind", "", *_counted("kind", sources)]
    page += ["", "## Sources by what was seen of them", "", *_counted("seen", sources)]
    page += ["", "## Sources by what they carry", ""]
    page += [
        f"Sources of at least {FEW} claims and observations; most others are cited by one row of a compilation.",
        "",
    ]
    page += _table(("source", "what", "claims", "observations"), list(_carried(region)))
    return _text(page)


def _counted(attribute: str, rows: Sequence[Claim | Source]) -> list[str]:
    tally = Counter(getattr(row, attribute) for row in rows)
    return _table((attribute, "number", "share"), [(name, n, _share(n, len(rows))) for name, n in tally.most_common()])


def _carried(region: Region) -> Iterable[tuple[object, ...]]:
    claims = Counter(claim.source for claim in region.evidence.claims.values())
    observations = Counter(row.source for row in region.evidence.series)
    for id, number in (claims + observations).most_common():
        if number >= FEW:
            source = region.evidence.sources[id]
            what = ", ".join(part for part in (source.producer, source.title, source.date) if part)
            yield f"`{id}`", what, claims[id], observations[id]


def checks_page() -> str:
    """What `panj check` holds between the files of a region."""
    page = [
        *_head("Checks", "the functions in `src/panj/region/checks`"),
        "`panj check FOLDER` reads every file of a region and checks every row by itself. Then this must hold between",
        "them. All faults are named at once, with file, row, fault and remedy.",
        "",
        *_table(("check", "what must hold"), [(f"`{check.__name__}`", _rule(check)) for check in checks.CHECKS]),
    ]
    return _text(page)


def links_page(region: Region) -> str:
    """Every causal link of the essay: what carries it, on whose word, and which test holds it."""
    table = (CODE / "regions" / region.code / "links.csv").read_text(encoding="utf-8")
    claims = {row["link"]: row["claims"].split(";") for row in csv.DictReader(table.splitlines())}
    rows = links()
    tally = Counter(row.kind for row in rows)
    counted = [f"{tally[kind]} {kind}" for kind in KINDS]
    titles = ("link", "cause", "effect", "sign", "kind", "carried by", "paper or claims", "test", "note")
    page = [
        *_head("Links", f"`src/panj/mechanisms/links.csv` and `src/panj/regions/{region.code}/links.csv`"),
        f"The causal links L01 to L91 of the essay in {len(rows)} parts: {', '.join(counted)}.",
        "",
        "The sign is that of the effect when the argument in brackets alone rises; where the essay states a link the",
        "other way round, the note says so. For a mechanism it is held by `tests/mechanisms/test_links.py`, over draws",
        "of all parameters and causes, besides the test that is named. Claims stand with the first part of a link:",
        "those of the essay whose lines are lines of the link.",
        *("", "## Links of the essay", ""),
        *_table(titles, [_link(row, claims) for row in rows if row.link in claims]),
        *("", "## Steps that only a loop names", ""),
        *_table(titles, [_link(row, claims) for row in rows if row.link not in claims]),
    ]
    return _text(page)


def _link(row: Link, claims: dict[str, list[str]]) -> tuple[str, ...]:
    output = "" if row.output in {"", "value"} else f" -> {row.output}"
    said = _runs(claims.get(row.link, [])) if row.part in {"", "a"} else ""
    origin = "; ".join(part for part in (row.source, said) if part)
    where = f"`{row.where}` ({row.argument}{output})"
    return row.id, row.cause, row.effect, row.sign, row.kind, where, origin, f"`tests/{held_by(row)}`", row.note


def held_by(row: Link) -> str:
    """The file of tests, within `tests`, that holds what carries a link."""
    module = row.where.rsplit(".", 1)[0]
    if row.kind == "mechanism":
        own = f"mechanisms/test_{module}.py"
        return own if (DOCS.parent / "tests" / own).exists() else "mechanisms/test_laws.py"
    return TESTS[module if row.kind == "passage" else row.where]


def _runs(ids: Sequence[str]) -> str:
    """Ids in their order, three or more that follow each other as a run: S001-S005."""
    runs: list[list[str]] = []
    for id in ids:
        if runs and int(id[1:]) == int(runs[-1][-1][1:]) + 1:
            runs[-1].append(id)
        else:
            runs.append([id])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def _rule(check: Callable[..., object]) -> str:
    """What a check holds; where it points to another function of its file, what that one holds."""
    first = _first(check)
    other = re.search(r"see `(\w+)`", first)
    return _first(getattr(sys.modules[check.__module__], other[1])) if other else first


def model_page(text: str) -> str:
    """The page on the model with its printed parts renewed.

    Raises:
        ValueError: A printed part is missing, or there twice.
    """
    parts = {
        "month": _month(),
        "society": _society(),
        "constants": _constants(),
        "mechanisms": _mechanisms(),
        "unwired": _unwired(),
    }
    for name, lines in parts.items():
        begin, end = f"<!-- printed: {name} -->", "<!-- end -->"
        found = re.findall(f"{begin}.*?{end}", text, flags=re.DOTALL)
        if len(found) != 1:
            raise ValueError(f"docs/model.md has {len(found)} parts {begin!r}. Write one, closed by {end!r}.")
        text = text.replace(found[0], "\n".join([begin, *lines, end]))
    return text


def _month() -> list[str]:
    return [f"{number}. *{step.__name__}*: {_first(step)}" for number, step in enumerate(MONTH, start=1)]


def _society() -> list[str]:
    rooms = (importlib.import_module(f"panj.simulation.society.{name}") for name in ORDER)
    return [
        f"{number}. `{room.__name__.rpartition('.')[2]}.py`: {_first(room)}" for number, room in enumerate(rooms, 1)
    ]


def _constants() -> list[str]:
    rows = [
        (f"`{name}`", value, meaning, f"`{path.relative_to(CODE).as_posix()}`")
        for room in ("simulation", "ensembles")
        for path in sorted((CODE / room).rglob("*.py"))
        for name, value, meaning in _numbers(path)
    ]
    return _table(("name", "value", "meaning", "in"), rows)


def _numbers(path: Path) -> Iterable[tuple[str, str, str]]:
    """Numbers at the top of a file that are followed by a sentence."""
    for line, after in pairwise(ast.parse(path.read_text(encoding="utf-8")).body):
        match line, after:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int() | float() as value)),
                ast.Expr(value=ast.Constant(value=str() as meaning)),
            ):
                yield name, f"{value:g}", " ".join(meaning.split())


def _mechanisms() -> list[str]:
    rows = [
        (f"`{path.stem}.{part.name}`", _sentence(ast.get_docstring(part) or ""))
        for path in sorted((CODE / "mechanisms").glob("[a-z]*.py"))
        if path.stem != "links"
        for part in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(part, ast.FunctionDef) and not part.name.startswith("_")
    ]
    return _table(("function", "what"), rows)


def _unwired() -> list[str]:
    """Functions of mechanisms that neither the simulation nor another function of theirs calls, file by file."""
    within = {path: path.read_text(encoding="utf-8") for path in sorted((CODE / "mechanisms").glob("[a-z]*.py"))}
    called = set[str]()
    for text in (path.read_text(encoding="utf-8") for path in sorted((CODE / "simulation").rglob("*.py"))):
        imports = (part for part in ast.parse(text).body if isinstance(part, ast.ImportFrom))
        called |= {f"{part.module}.{one.name}" for part in imports for one in part.names}
    rows = []
    for path, text in within.items():
        names = [part.name for part in ast.parse(text).body if isinstance(part, ast.FunctionDef)]
        own = {
            node.func.id
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        bare = [
            f"`{name}`"
            for name in names
            if not name.startswith("_") and name not in own and f"panj.mechanisms.{path.stem}.{name}" not in called
        ]
        if bare and path.stem != "links":
            rows.append(f"- `{path.stem}`: {', '.join(bare)}")
    return rows


def _first(what: object) -> str:
    return _sentence(inspect.getdoc(what) or "")


def _sentence(docstring: str) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join(docstring.split("\n\n")[0].replace("``", "`").split())


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else ""


def _head(title: str, origin: str) -> list[str]:
    return [f"# {title}", "", f"*Printed by `make docs`; to change this page, change {origin}.*", ""]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell).replace("|", "\\|") for cell in row] for row in rows]
    return ["| " + " | ".join(line) + " |" for line in [list(head), ["---"] * len(head), *cells]]


def _text(lines: Iterable[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip() + "\n"


def main(docs: Path) -> None:
    """Write every page and name it."""
    for name, text in pages().items():
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS)
