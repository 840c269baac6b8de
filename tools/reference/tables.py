"""Reference pages that are one table or a few: quantities, parameters, evidence, checks."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from panj.evidence import Claim, Source
from panj.region import Region, checks
from panj.region.counts import counts
from panj.region.flows import Parameter
from panj.region.variables import variables
from panj.simulation import quantities

from .printing import first, head, share, table, text

FEW = 10
"""Sources that carry fewer claims and observations are not listed one by one."""

KNOWLEDGE = {
    "true": "what happens in the model",
    "recorded": "what an agency writes down of it",
    "estimated": "what someone infers",
    "rule": "given by the dated rules and programmes, the same for every member",
    "diagnostic": "tells how well the month was solved",
}


TOLD_BY = {
    "run": "it follows from a run",
    "months": "the same, month by month, so that its growth can be asked for",
    "files": "the dated files of the region answer it, for targets of use `input`",
    "nothing": "the model does not hold it; [why](../calibration.md)",
    "ending": "it makes a variable of the one that it is written after",
}


def quantities_page() -> str:
    """Every quantity of a run."""
    page = [*head("Quantities", "`src/panj/simulation/quantities.csv` or `src/panj/region/variables.csv`")]
    page += ["A run holds these, each with its unit and meaning on it ([results](../results-format.md)). They are", ""]
    used = {quantity.knowledge for quantity in quantities()}
    page += [f"- *{name}*: {meaning}" for name, meaning in KNOWLEDGE.items() if name in used]
    for quantity in quantities():
        page += ["", f"## {quantity.name}", "", f"{quantity.meaning}."]
        page += ["", f"{quantity.kind} [{quantity.unit}], {quantity.knowledge}; by {', '.join(quantity.axes)}."]
    page += ["", "## Recorded variables", ""]
    page += [
        "A published number (`targets.csv`) is of a quantity by its own name, or of one of these. They are told by",
        "",
    ]
    page += [f"- *{name}*: {meaning}" for name, meaning in TOLD_BY.items()]
    page += [""]
    page += table(("variable", "told by", "meaning"), [(f"`{v.name}`", v.told_by, v.meaning) for v in variables()])
    return text(page)


def parameters_page(region: Region) -> str:
    """Every uncertain number of a region: meaning, range, origin."""
    rows = list(region.parameters.values())
    assumed = sum(not row.claims for row in rows)
    page = [
        *head("Parameters", f"`src/panj/regions/{region.code}/parameters.toml`"),
        f"The {len(rows)} parameters of {region.title}; each member draws all of them. Low and high are the 5 % and",
        "95 % points, for uniform and loguniform distributions the ends.",
        f"{assumed} of {len(rows)} rest on no claim and are assumed; `panj evidence ID` shows a claim.",
    ]
    titles = ("parameter", "meaning", "low, central, high", "unit", "distribution", "origin")
    for group in dict.fromkeys(row.group for row in rows):
        page += ["", f"## {group.capitalize()}", ""]
        page += table(titles, [parameter(row) for row in rows if row.group == group])
    return text(page)


def parameter(row: Parameter) -> tuple[str, ...]:
    """Cells of a parameter: name, meaning, range, unit, distribution, origin."""
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
        *head("Evidence", f"the files of `src/panj/regions/{region.code}/`"),
        f"{len(sources)} sources, {len(claims):,} claims, {len(evidence.judgements)} judgements;",
        f"{len(evidence.series):,} observations in {len(series)} series.",
        *("", "## What the region rests on", ""),
        "An entry without a claim says why it is assumed, or bears a source.",
        "",
        *table(
            ("what", "entries", "with claims", "without", "share without"),
            [(*row, share(row[3], row[1])) for row in rows],
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
    page += table(("source", "what", "claims", "observations"), list(_carried(region)))
    return text(page)


def _counted(attribute: str, rows: Sequence[Claim | Source]) -> list[str]:
    tally = Counter(getattr(row, attribute) for row in rows)
    return table((attribute, "number", "share"), [(name, n, share(n, len(rows))) for name, n in tally.most_common()])


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
        *head("Checks", "the functions in `src/panj/region/checks`"),
        "`panj check FOLDER` reads every file of a region and checks every row by itself. Then this must hold between",
        "them. All faults are named at once, with file, row, fault and remedy.",
        "",
        *table(
            ("check", "what must hold"),
            [(f"`{check.__name__}`", _rule(check)) for check in (*checks.CHECKS, checks.quantities)],
        ),
    ]
    return text(page)


def _rule(check: Callable[..., object]) -> str:
    """What a check holds; where it points to another function of its file, what that one holds."""
    said = first(check)
    other = re.search(r"see `(\w+)`", said)
    return first(getattr(sys.modules[check.__module__], other[1])) if other else said
