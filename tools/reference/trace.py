"""The printed parts of the page on testing, in the order of TRACE (Grimm et al. 2014; Ayllón et al. 2021)."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from panj.calibration import Score
from panj.calibration.stored import kept_score
from panj.ensembles import read_posterior
from panj.mechanisms.links import KINDS as CARRIERS
from panj.mechanisms.links import links
from panj.region import Region, Target
from panj.region.counts import counts
from panj.reports.card import off, standing
from panj.reports.score import name_of, observed, predicted
from panj.simulation.loops import loops

from .printing import ROOT, renewed, sentence, share, table
from .proofs import KINDS, MODEL, ORDER, Proof, proofs

USES = {"fit": "to be fitted", "validation": "kept for validation", "input": "inputs"}


def trace_page(text: str, region: Region) -> str:
    """The page with its printed parts renewed."""
    score = kept_score(region)
    parts = {
        "data": _data(region),
        "carried": _carried(),
        "kinds": [f"- *{kind}*: {meaning}" for kind, meaning in KINDS.items()],
        "tally": _tally(),
        "laws": _listed("law"),
        "exact": _listed("exact answer"),
        "faults": _listed("fault"),
        "published": _listed("published number"),
        "uses": _uses(region),
        "score": _score(score),
        "fit": _targets(region, "fit", score),
        "screen": _screen(region, score),
        "validation": _targets(region, "validation", score),
        "input": _targets(region, "input", score),
        "undone": _undone(region, score),
    }
    return renewed(text, "trace.md", parts)


def _data(region: Region) -> list[str]:
    evidence = region.evidence
    tallies = counts(region)
    entries, bare = sum(tally.number for tally in tallies), sum(tally.assumed for tally in tallies)
    assumed = sum(not row.claims for row in region.parameters.values())
    return [
        f"- Sources by kind: {_counted(source.kind for source in evidence.sources.values())}.",
        f"- What was seen of them: {_counted(source.seen for source in evidence.sources.values())}.",
        f"- Claims by confidence: {_counted(claim.confidence for claim in evidence.claims.values())}.",
        f"- Judgements between sources that disagree: {len(evidence.judgements)}.",
        f"- Entries of the region without a claim: {bare:,} of {entries:,} ({share(bare, entries)}).",
        f"- Parameters without a claim: {assumed} of {len(region.parameters)}.",
        f"- Quality of the published numbers: {_counted(target.quality for target in region.targets.values())}.",
    ]


def _counted(words: Iterable[str]) -> str:
    return ", ".join(f"{word} {number:,}" for word, number in Counter(words).most_common())


def _carried() -> list[str]:
    kinds = Counter(row.kind for row in links())
    assumed = Counter(row.kind for row in links() if row.source.startswith("assumed"))
    rows = [(kind, kinds[kind], assumed[kind]) for kind in CARRIERS]
    partial = [f"{loop.loop} {loop.name}: {loop.note.rstrip('.')}" for loop in loops() if loop.note]
    return [
        *table(("links carried by", "parts", "of them on no paper: assumed"), rows),
        "",
        f"Of {len(loops())} feedback loops of the list these lack something:",
        "",
        *(f"- {line}." for line in partial),
    ]


def _tally() -> list[str]:
    tally = Counter((proof.kind, proof.room) for proof in proofs())
    rows = [(kind, *(tally[kind, room] for room in ORDER), sum(tally[kind, room] for room in ORDER)) for kind in KINDS]
    sums = [sum(tally[kind, room] for kind in KINDS) for room in ORDER]
    return [
        *table(("kind", *ORDER, "all"), [*rows, ("all", *sums, sum(sums))]),
        "",
        f"{sum(proof.drawn for proof in proofs())} of them are tried on cases drawn at random (Hypothesis), "
        f"{sum(proof.cases for proof in proofs())} run over a list of cases.",
    ]


def _listed(kind: str) -> list[str]:
    """What the tests of one kind say, in the rooms of the model, file by file."""
    mine = [proof for proof in proofs() if proof.kind == kind and proof.room in MODEL]
    page = []
    for file, group in groupby(mine, key=lambda proof: proof.file):
        page += ["", f"`tests/{file}`: {_head(file)}", "", *(_line(proof) for proof in group)]
    return page[1:]


def _head(file: str) -> str:
    return sentence(ast.get_docstring(ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))) or "")


def _line(proof: Proof) -> str:
    return f"- {proof.told}" + (" (cases drawn at random)" if proof.drawn else "")


def _uses(region: Region) -> list[str]:
    tally: Counter[str] = Counter(target.use for target in region.targets.values())
    return [f"{len(region.targets)} targets: {', '.join(f'{tally[use]} {words}' for use, words in USES.items())}."]


def _score(score: Mapping[str, Any] | None) -> list[str]:
    if score is None:
        return ["No score lies with the region. `panj score RUN --keep` leaves one."]
    run = score["run"]
    members = f"{run['members']} members of the history ({run['converged']} converged)"
    return [
        f"A run of {members}, scored {run['made']} by Panj {run['panj']}. A perfect model would have half",
        "of the numbers inside the 50 % intervals and nine in ten inside the 90 % intervals.",
        "",
        *standing(score),
    ]


def _targets(region: Region, use: str, score: Mapping[str, Any] | None) -> list[str]:
    said = {row["id"]: row for row in score["targets"]} if score else {}
    rows = [
        (
            name_of(target, region),
            target.from_ if target.from_ == target.to else f"{target.from_} to {target.to}",
            observed(target),
            target.quality,
            ", ".join(target.claims),
            *_foretold(target, said.get(target.id)),
        )
        for target in region.targets.values()
        if target.use == use
    ]
    return table(("what", "when", "published", "quality", "claims", "foretold: median (90 %)", "outcome"), rows)


def _foretold(target: Target, row: Mapping[str, Any] | None) -> tuple[str, str]:
    if row is None:
        return "", "not scored yet"
    if row["predicted"] is None:
        return "", f"no figure: {row['why']}"
    median, _, within90 = predicted(Score(target, tuple(row["predicted"]), None, row["outcome"], "", {}))
    return f"{median} ({within90})", row["outcome"]


def _screen(region: Region, score: Mapping[str, Any] | None) -> list[str]:
    if score is None:
        return ["No screen lies with the region."]
    if any(row["target"] not in region.targets for row in score["screen"]):
        return ["The screen that lies with the region is of other targets. Type: panj score RUN --keep"]
    out = [row for row in score["screen"] if row["factor"] != 1.0]
    away = [(region.targets[row["target"]], row["factor"]) for row in out]
    lines = [f"- {name_of(target, region)}, {target.from_}: {off(factor or 0.0)}" for target, factor in away]
    return [f"{len(out)} of {len(score['screen'])} targets with a figure are reached by no member:", "", *lines]


def _undone(region: Region, score: Mapping[str, Any] | None) -> list[str]:
    golden = sum(proof.kind == "golden run" for proof in proofs())
    lines = [] if golden else ["- No golden run is kept: nothing tells that results have moved but the changelog."]
    lines += (
        []
        if read_posterior(region)
        else ["- No fit ships: parameters are drawn from priors, and no posterior was judged."]
    )
    lines += [] if score else ["- No score is kept with the region."]
    return lines
