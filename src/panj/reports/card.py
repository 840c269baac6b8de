"""The model card of a region: one page for planners, in plain words (Mitchell et al. 2019)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

import panj
from panj.basics.words import counted
from panj.calibration.stored import JUDGED, kept_score, outdated, total_of
from panj.ensembles import read_posterior
from panj.region import Region
from panj.region.counts import counts
from panj.region.flows import Flow
from panj.reports.score import USES, name_of, total_lines
from panj.reports.words import inside, listing, proper_names, times
from panj.simulation.loops import loops

FARTHEST = 8
"""Misses that the card names."""

NOTHING = 1e-6
"""Share of what was published below which the model has as good as nothing."""

NOT_FITTED = "It has not been fitted: parameters are drawn from their priors."

WELL, HALF = 0.9, 0.5
"""Shares of numbers that a perfect model has inside its 90 and 50 % intervals."""


def card(region: Region, home: str = "") -> str:
    """The card in Markdown.

    Args:
        region: Told of.
        home: Where links to the documentation begin; the folder of the repository if not given.
    """
    score = kept_score(region)
    tallies = counts(region)
    entries, backed = sum(tally.number for tally in tallies), sum(tally.backed for tally in tallies)
    posterior = read_posterior(region)
    environment = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
    environment.filters["counted"] = counted
    template = environment.from_string((files("panj.reports") / "card.md.j2").read_text(encoding="utf-8"))
    return template.render(
        region=region,
        home=home,
        version=panj.__version__,
        states=len(region.states),
        borders=len(region.borders),
        parameters=len(region.parameters),
        fitted=f"{posterior.said(region)}."
        if posterior
        else "It has not been fitted: parameters are drawn from priors.",
        sources=len(region.evidence.sources),
        claims=len(region.evidence.claims),
        judgements=len(region.evidence.judgements),
        entries=entries,
        assumed_share=f"{100 * (1 - backed / entries):.0f} %",
        assumed=sum(not row.claims for row in region.parameters.values()),
        targets=len(region.targets),
        score=score and score["run"],
        changed=" The region's files have changed since: score it again." if score and outdated(score, region) else "",
        table="\n".join(standing(score)) if score else "",
        verdict=_verdict(score) if score else "",
        misses=farthest(score, region) if score else [],
        gaps=[gap.partition(". ")[0].rstrip(".") for gap in region.gaps],
        loops=len(loops()),
        partial=sum(bool(loop.note) for loop in loops()),
        people=listing([inside(flow.title, proper_names(region)) for flow in region.flows.values() if _stopped(flow)]),
    )


def standing(score: Mapping[str, Any]) -> list[str]:
    """How good the scored run is on what was to be fitted and on what was kept, as a table in Markdown."""
    rows = total_lines([total_of(score, use) for use in JUDGED])
    lines = [["", *(USES[use] for use in JUDGED)], ["---"] * 3, *([label, *cells] for label, cells in rows)]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _verdict(score: Mapping[str, Any]) -> str:
    """What the table comes to, on the numbers that no fit has seen or will see."""
    kept = total_of(score, "validation")
    beaten = [name for name, (its, ours, _) in kept.against.items() if ours < its]
    met = "meets" if kept.within90 >= WELL and kept.within50 >= HALF else "does not meet"
    rules = f"beats {len(beaten) or 'none'} of the {len(kept.against)} rules that need no model"
    return f"On the numbers that are kept for validation this run {met} that, and it {rules}."


def farthest(score: Mapping[str, Any], region: Region) -> list[str]:
    """The farthest miss of each variable and flow, the farthest first: ``Users, Northland, 2001: 9 times too low``."""
    worst: dict[tuple[str, str | None], tuple[float, str]] = {}
    for row in score["targets"]:
        target = region.targets.get(row["id"])
        if row["outcome"] != "missed" or row["from_record"] or target is None or target.value <= 0:
            continue
        factor = max(row["model"][2], 0.0) / target.value
        far = abs(math.log(max(factor, NOTHING)))
        key = target.variable, target.flow
        worst[key] = max(worst.get(key, (0.0, "")), (far, f"{name_of(target, region)}, {target.from_}: {off(factor)}"))
    return [said for _, said in sorted(worst.values(), reverse=True)[:FARTHEST]]


def off(factor: float) -> str:
    """A factor of what was published, in words: ``9 times too low``."""
    if factor <= NOTHING:
        return "none at all"
    return f"{times(max(factor, 1 / factor))} too {'high' if factor > 1 else 'low'}"


def _stopped(flow: Flow) -> bool:
    """Whether a flow is of people whom rules mean to stop."""
    return flow.purpose == "harmful" and flow.unit.startswith("person")
