"""What a report does not know: assumptions, holes, members that failed, quantities without a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xarray as xr

from panj.basics.words import counted
from panj.calibration import has_way
from panj.ensembles.plan import digests, fingerprint
from panj.mechanisms.links import links
from panj.reports.summary import Members
from panj.reports.words import inside, listing, month_text, opening, proper_names

if TYPE_CHECKING:
    from panj.region import BeforeAfter, Region


Hole = tuple[str, str]
"""A head and a sentence."""


def missing(members: Members, region: Region, table: BeforeAfter) -> list[Hole]:
    """What the report does not know, the most weighty first."""
    dataset = members.dataset
    rows = [*_changed(dataset, region), *_cut(dataset), _feedback(dataset), _plans(region), _convergence(members)]
    rows += [("Known to be wrong", gap) for gap in region.gaps]
    rows += [*_stranded(dataset), *_assumed(region)]
    return [*rows, *_confidence(region), *_untested(dataset, region), *_unmeasured(table, region)]


def _changed(dataset: xr.Dataset, region: Region) -> list[Hole]:
    if dataset.attrs.get("inputs") in (None, fingerprint(digests(region.folder))):
        return []
    words = (
        "The files of the region are not those of the run any more. Figures are the run's; names, statuses, rules, "
        "evidence and targets are those of the files as they are now. Run it again to have both from one source."
    )
    return [("The region has changed since the run", words)]


def _cut(dataset: xr.Dataset) -> list[Hole]:
    words = cut_links(str(dataset.attrs.get("cut", "")))
    if not words:
        return []
    told = f"{'; '.join(words)}. What each leads to feels its cause as it stood in the first month."
    return [("Links that are cut in this run", told)]


def cut_links(cut: str) -> list[str]:
    """Links that are cut in a run, in words: ``L64: rigidity to corruption``."""
    found = []
    for name in cut.split():
        parts = [link for link in links() if link.link == name]
        ways = dict.fromkeys(f"{part.cause} to {part.effect}" for part in parts if part.kind == "mechanism")
        found.append(f"{name}: {', '.join(ways)}" if ways else name)
    return found


def _feedback(dataset: xr.Dataset) -> Hole:
    if "integrity" not in dataset:
        return (
            "No feedback in this run",
            "It was made before anybody in the model answered to what happens: corruption does not grow with stricter "
            "rules, attention does not fade, neighbours do not retaliate. Run it again to have that in the numbers.",
        )
    fitted = "fitted to nothing here"
    if dataset.attrs.get("draws") == "posterior":
        fitted = "fitted to the published numbers that are marked so"
    return (
        "What answers, and what does not",
        "Corruption, prices, incomes, opium, users, migrants and militants move from month to month with what passes. "
        f"How strongly is assumed or taken from papers on other places, and {fitted}. Rules, guards and what "
        "donors deliver follow the dated record, unless a scenario lets states react. Epidemics, and what police take "
        "inside a state of other drugs than cannabis, are not in the model.",
    )


def _plans(region: Region) -> Hole:
    return (
        "Where the record ends",
        f"The files report what happened up to {month_text(region.history_until)}. "
        "Later months hold what was planned at that time, not what came about.",
    )


def _convergence(members: Members) -> Hole:
    if not members.failed:
        who = "The one member" if members.total == 1 else f"All {counted(members.total, 'member')}"
        return "Convergence", f"{who} converged in every month."
    share = f"{100 * members.months:.2g} % of all months of all members"
    left_out = f"{'It is' if members.failed == 1 else 'They are'} left out of every figure."
    kept = "As these are most of them, all are shown: trust no figure here."
    return (
        "Convergence",
        f"{members.failed} of {counted(members.total, 'member')} did not converge in every month ({share} did not). "
        f"{left_out if members.left_out else kept}",
    )


def _stranded(dataset: xr.Dataset) -> list[Hole]:
    if "stranded" not in dataset or "sent" not in dataset:
        return []
    means = {name: dataset[name].mean(("member", "month")) for name in ("stranded", "sent")}
    share = 100 * float((means["stranded"] / means["sent"]).max())
    return [
        (
            "Journeys that are cut off",
            "The model follows a journey over a limited number of borders. "
            f"At most {share:.1g} % of a flow is still on the way then, and counts as not arrived.",
        )
    ]


def _assumed(region: Region) -> list[Hole]:
    kinds: tuple[tuple[str, str, list[Any]], ...] = (
        ("parameter", "parameters", list(region.parameters.values())),
        ("dated rule", "dated rules", list(region.rules.values())),
        ("legal status", "legal statuses", list(region.statuses)),
        ("holding of agencies", "holdings of agencies", list(region.holdings)),
        ("figure of strength", "figures of strength", list(region.strength)),
    )
    parts = [
        f"{sum(not row.claims for row in rows)} of {counted(len(rows), one, many)}" for one, many, rows in kinds if rows
    ]
    if not parts:
        return []
    words = f"These rest on no claim, but on an assumption that the files state: {listing(parts)}."
    return [("Assumed, not sourced", words)]


def _confidence(region: Region) -> list[Hole]:
    claims, sources = region.evidence.claims.values(), region.evidence.sources
    if not claims:
        return []
    low = sum(claim.confidence == "low" for claim in claims)
    unseen = sum(sources[claim.source].seen == "general knowledge" for claim in claims)
    words = (
        f"Of {counted(len(claims), 'claim')}, {counted(low, 'has', 'have')} low confidence; "
        f"{counted(unseen, 'comes', 'come')} from general knowledge, no document seen."
    )
    return [("Quality of the evidence", words)]


def _untested(dataset: xr.Dataset, region: Region) -> list[Hole]:
    tested = {target.variable for target in region.targets.values()}
    recorded = {str(name) for name in dataset.data_vars if dataset[name].attrs.get("knowledge") == "recorded"}
    rows = []
    for head, names in (
        ("Recorded quantities that no published number tests", recorded - tested),
        (
            "Published numbers on what the model does not hold yet",
            {name for name in tested if not has_way(name, dataset)},
        ),
    ):
        if names:
            rows.append((head, f"{listing([name.replace('_', ' ') for name in sorted(names)])}.".capitalize()))
    return rows


def _unmeasured(table: BeforeAfter, region: Region) -> list[Hole]:
    bare = [inside(aspect.title, proper_names(region)) for aspect in table.aspects if not aspect.measure]
    return [("Aspects that the model has no quantity for", f"{opening(listing(bare))}.")] if bare else []
