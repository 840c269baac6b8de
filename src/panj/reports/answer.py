"""The answer of a report in words, made from numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from panj.basics.dates import last_day
from panj.basics.words import counted
from panj.reports.summary import Period, interval, over_period
from panj.reports.table import SECURITIES, Line, arrivals, securities
from panj.reports.words import (
    inside,
    listing,
    lower_the,
    month_text,
    opening,
    proper_names,
    scale_of,
    signed,
    step_of,
    verdict,
)

if TYPE_CHECKING:
    from panj.ensembles import Run
    from panj.region import Region


def answer(dataset: xr.Dataset, region: Region) -> dict[str, Any]:
    """The answer in short: a head and a sentence for each security, and the flows sorted by what changed for them."""
    arrived = arrivals(dataset, region)
    flows = [(head, _heard(arrived, tone, proper_names(region))) for tone, head in _TONES]
    return {
        "securities": [_told(line, region) for line in securities(dataset, region)],
        "flows": flows,
        "counts": " ".join(_counts(head, heard) for head, heard in flows).strip(),
    }


def _told(line: Line, region: Region) -> dict[str, str]:
    """One of the two securities in words: ``Of every 100 dollars’ worth of harmful traffic, 25 did not arrive ...``."""
    before, after, change = line.comparison.before, line.comparison.after, line.comparison.change
    said = verdict(change)
    head = _HEADS[line.title][said]
    if before is None or after is None or change is None:
        return {"tone": line.tone, "head": head, "text": "The run has no figure for both periods."}
    form = scale_of((before, after), line.unit)
    step = step_of(change, form)
    whole, did = _WHOLE[line.title]
    text = (
        f"Of every 100 dollars’ worth of {whole}, {form.bare(before.median)} {did} before "
        f"{lower_the(region.pivot.name)} and {form.bare(after.median)} after it."
    )
    if not change.certain:
        low, high = (signed(end, step) for end in (change.low90, change.high90))
        text += f" Nine in ten of the model’s histories put the change between {low} and {high}"
        text += ": it could be either way." if said == "unclear" else "."
    return {"tone": line.tone, "head": head, "text": text}


_HEADS = {
    "Suppression": {
        "up": "More of what harms is stopped.",
        "down": "Less of what harms is stopped.",
        "unclear": "No clear change in how much of what harms is stopped.",
        "same": "As much of what harms is stopped as before.",
        "unknown": "How much of what harms is stopped is not known.",
    },
    "Communication": {
        "up": "More honest travel and trade takes place.",
        "down": "Less honest travel and trade takes place.",
        "unclear": "No clear change in honest travel and trade.",
        "same": "Honest travel and trade is as it was.",
        "unknown": "How much honest travel and trade takes place is not known.",
    },
}
_WHOLE = {
    "Suppression": ("harmful traffic that would cross", "did not arrive"),
    "Communication": ("honest travel and trade that would cross", "took place"),
}


def without_pivot(region: Region) -> str | None:
    """The scenario that takes away the event of the pivot, if the region has one."""
    day = last_day(region.pivot.date)
    those = {event.id for event in region.events.values() if last_day(event.from_) == day}
    return next((id for id, one in region.scenarios.items() if those & set(one.drop_events)), None)


def caused(beside: Mapping[str, Run], region: Region) -> str:
    """What the event itself changed, against the same months without it; empty where there are no two such runs."""
    name = without_pivot(region)
    if name is None or not {name, "history"} <= set(beside):
        return ""
    runs = (beside[name], beside["history"])
    good = np.flatnonzero(np.logical_and(*(run.experiments["converged"].to_numpy() for run in runs)))
    parts = []
    for quantity, title, _, _ in SECURITIES if good.size else ():
        without, with_it = (over_period(run.dataset[quantity].isel(member=good), region.after) for run in runs)
        change = interval((with_it - without).to_numpy())
        if change is not None:
            step = step_of(change, scale_of((change,), "1"))
            spread = f"{signed(change.low90, step)} to {signed(change.high90, step)}"
            doubt = ", which could be either way" if change.straddles_zero else ""
            parts.append(f"{title.lower()} changes by {signed(change.median, step)} points (90 %: {spread}){doubt}")
    if not parts:
        return ""
    return f"Against the same months without it ({name}, {counted(good.size, 'member')}), {'; '.join(parts)}."


def _counts(head: str, heard: dict[str, list[str]]) -> str:
    """``Of 9 harmful flows, 5 arrive in larger amounts and 4 show no change that can be told from none.``"""
    total = sum(map(len, heard.values()))
    if total == 0:
        return ""
    told = [
        f"{counted(len(heard[kind]), one, many)} {rest}"
        for kind, one, many, rest in (
            ("up", "arrives", "arrive", "in larger amounts"),
            ("down", "arrives", "arrive", "in smaller amounts"),
            ("unclear", "shows", "show", "no change that can be told from none"),
            ("unknown", "has", "have", "no figure"),
        )
        if heard[kind]
    ]
    return f"Of {total} {head.lower()}, {listing(told)}."


_TONES = (("harmful", "Harmful flows"), ("honest", "Honest flows"))


def _heard(lines: list[Line], tone: str, proper: Collection[str]) -> dict[str, list[str]]:
    """The flows of one tone, named as inside a sentence, sorted by what can be said of the change in what arrives."""
    heard: dict[str, list[str]] = {"up": [], "down": [], "unclear": [], "same": [], "unknown": []}
    for line in lines:
        if line.tone == tone:
            heard[verdict(line.comparison.change)].append(inside(line.title, proper))
    heard["unclear"] += heard.pop("same")
    return heard


def unchanged(aspects: list[dict[str, Any]], region: Region) -> str:
    """Aspects with the measures whose change cannot be told from none."""
    parts, proper = [], proper_names(region)
    for row in aspects:
        labels = [inside(one["label"], proper) for one in row["numbers"] if one["verdict"] in ("unclear", "same")]
        if labels:
            parts.append(f"{inside(row['aspect'].title, proper)} ({listing(labels)})")
    return opening(listing(parts))


def span(period: Period) -> str:
    """``Sep 2000 to Aug 2001``."""
    return f"{month_text(period[0])} to {month_text(period[1])}"
