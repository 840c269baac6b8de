"""The answer of a report in words, made from numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xarray as xr

from panj.reports.summary import Period
from panj.reports.table import Line, arrivals, securities
from panj.reports.words import listing, month_text, moved, scale_of, verdict

if TYPE_CHECKING:
    from panj.region import Region


def answer(dataset: xr.Dataset, region: Region) -> dict[str, Any]:
    """The answer in one paragraph, and the flows sorted by what can be said of their change."""
    arrived = arrivals(dataset, region)
    flows = [(head, _heard(arrived, tone)) for tone, head in _TONES]
    parts = []
    for line in securities(dataset, region):
        form = scale_of((line.comparison.before, line.comparison.after), line.unit)
        parts.append(f"{_STARTS[line.title]} {moved(line.comparison, form)}")
    spans = f"From the months before {lower_the(region.pivot.name)} ({span(region.before)}) to those after it"
    first = f"{spans} ({span(region.after)}), {'; '.join(parts)}." if parts else ""
    return {"paragraph": " ".join([first, *(_counts(head, heard) for head, heard in flows)]).strip(), "flows": flows}


def _counts(head: str, heard: dict[str, list[str]]) -> str:
    """``Of 9 harmful flows, 5 arrive in larger amounts and 4 show no change that can be told from none.``"""
    total = sum(map(len, heard.values()))
    if total == 0:
        return ""
    told = [
        f"{len(heard[kind])} {one if len(heard[kind]) == 1 else many} {rest}"
        for kind, one, many, rest in (
            ("up", "arrives", "arrive", "in larger amounts"),
            ("down", "arrives", "arrive", "in smaller amounts"),
            ("unclear", "shows", "show", "no change that can be told from none"),
            ("unknown", "has", "have", "no figure"),
        )
        if heard[kind]
    ]
    return f"Of {total} {head.lower()}, {listing(told)}."


_STARTS = {
    "Suppression": "the share of harmful traffic, by value, that does not arrive",
    "Communication": "the share of honest travel and trade that takes place",
}
_TONES = (("harmful", "Harmful flows"), ("honest", "Honest flows"))


def _heard(lines: list[Line], tone: str) -> dict[str, list[str]]:
    """The flows of one tone, sorted by what can be said of the change in what arrives."""
    heard: dict[str, list[str]] = {"up": [], "down": [], "unclear": [], "same": [], "unknown": []}
    for line in lines:
        if line.tone == tone:
            heard[verdict(line.comparison.change)].append(line.title)
    heard["unclear"] += heard.pop("same")
    return heard


def lower_the(name: str) -> str:
    """A name for the middle of a sentence."""
    return f"the {name[4:]}" if name.startswith("The ") else name


def unchanged(aspects: list[dict[str, Any]]) -> str:
    """Aspects with the measures whose change cannot be told from none."""
    parts = []
    for row in aspects:
        labels = [one["label"] for one in row["numbers"] if one["verdict"] in ("unclear", "same")]
        if labels:
            parts.append(f"{row['aspect'].title} ({listing(labels)})")
    return listing(parts)


def span(period: Period) -> str:
    """``Sep 2000 to Aug 2001``."""
    return f"{month_text(period[0])} to {month_text(period[1])}"
