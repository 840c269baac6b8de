"""Dated rules as arrays: how far each lever is pulled, by month, directed link and class of traveller.

Conventions: where several rules on one lever meet, the strictest holds; a waiver takes away its share of visas,
an exemption its share of all that it applies to (see ``docs/region-format.md``). A rule that holds for part of
a month counts for that part.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panj.basics.codes import ends
from panj.basics.dates import Month, first_day, last_day, months
from panj.region import Region
from panj.region.regimes import Rule

CLASSES = ("persons", "residents", "traders", "freight", "transit", "third-country")
"""Classes of travellers that rules tell apart."""

RESTRICTIVE = ("visa", "check", "closure", "hours", "duty", "fee", "import-limit", "currency-limit", "transit-halt")
ON_THE_LINE = ("fence", "mines", "garrison", "cooperation")
WEIGHTS = {"visa": 0.5, "check": 0.3, "import-limit": 0.3, "closure": 1.0, "hours": 0.5}
"""What each lever, pulled in full, takes from an open border in the reported rigidity (assumed)."""

OPACITY = {"visa": 0.5, "check": 0.5, "import-limit": 0.5, "closure": 1.0}
"""The same for what a traveller meets at the counter, which is what officials can sell (assumed)."""

EASING = {"waiver": ("visa",), "exemption": ("visa", "check", "import-limit", "currency-limit", "fee")}


@dataclass(frozen=True)
class Levers:
    """How far the levers are pulled.

    Attributes:
        by_class: For each restrictive lever, month x link x class [strength 0-1; ``duty`` share of value where the
            rule gives one; ``fee`` USD].
        on_line: For each lever that acts on the line itself, month x crossing [strength 0-1].
        rigidity: Month x border, 0 free to 1 shut: the mean over classes and directions of what visas, checks, limits
            and closures leave of an open border.
        exemption: Month x border, how far residents are exempt, 0-1: mean over crossings and directions.
    """

    by_class: dict[str, NDArray[np.float32]]
    on_line: dict[str, NDArray[np.float32]]
    rigidity: NDArray[np.float32]
    exemption: NDArray[np.float32]


def levers(region: Region) -> Levers:
    """Lay all rules of a region on the clock. Links are ordered crossing by crossing, first a to b, then b to a."""
    clock = months(region.start, region.end)
    crossings = list(region.crossings.values())
    shape = (len(clock), 2 * len(crossings), len(CLASSES))
    pulled = {lever: np.zeros(shape, np.float32) for lever in (*RESTRICTIVE, *EASING)}
    on_line = {lever: np.zeros((len(clock), len(crossings)), np.float32) for lever in ON_THE_LINE}
    of_border: dict[str, list[int]] = {border: [] for border in region.borders}
    for number, crossing in enumerate(crossings):
        of_border[crossing.border].append(number)
    for rule in region.rules.values():
        held = share_held(rule, clock)[:, None]
        where = [
            n
            for n in of_border[rule.border]
            if not rule.scope or {crossings[n].id, crossings[n].section} & set(rule.scope)
        ]
        if rule.lever in ON_THE_LINE:
            on_line[rule.lever][:, where] = np.maximum(on_line[rule.lever][:, where], held * rule.value)
            continue
        links = [2 * n + way for n in where for way in _ways(rule)]
        classes = range(len(CLASSES)) if "all" in rule.applies_to else [CLASSES.index(c) for c in rule.applies_to]
        for number in classes:
            now = pulled[rule.lever][:, links, number]
            pulled[rule.lever][:, links, number] = np.maximum(now, held * rule.value)
    for ease, eased in EASING.items():
        for lever in eased:
            pulled[lever] *= 1 - np.minimum(pulled[ease], 1.0)
    by_class = {lever: pulled[lever] for lever in RESTRICTIVE}
    exempt = pulled["exemption"][:, :, CLASSES.index("residents")]
    numbers = [[2 * n + way for n in those for way in (0, 1)] for those in of_border.values()]
    free = [exempt[:, those].mean(axis=1) if those else np.zeros(len(clock)) for those in numbers]
    rigidity = _rigidity(by_class, list(of_border.values()))
    return Levers(by_class, on_line, rigidity, np.minimum(np.stack(free, axis=1), 1.0).astype(np.float32))


def share_held(rule: Rule, clock: Sequence[Month]) -> NDArray[np.float32]:
    """Share of each month's days on which a rule holds, 0-1."""
    return share_between(first_day(rule.from_), last_day(rule.to) if rule.to else clock[-1].last, clock)


def share_between(start: dt.date, end: dt.date, clock: Sequence[Month]) -> NDArray[np.float32]:
    """Share of each month's days from one day to another, both included, 0-1; nothing where the end comes first."""
    first, last = Month(start) - clock[0], Month(end) - clock[0]
    held = np.zeros(len(clock), np.float32)
    held[max(first, 0) : max(last + 1, 0)] = 1
    for number in {first, last} & set(range(len(clock))):
        month = clock[number]
        held[number] = max(0, (min(end, month.last) - max(start, month.first)).days + 1) / month.days
    return held


def _ways(rule: Rule) -> tuple[int, ...]:
    """Directions of a border that a rule concerns: 0 from the first state of the code to the second, 1 back."""
    if rule.imposed_by not in ends(rule.border) or rule.direction == "both":
        return (0, 1)
    into = 1 if rule.imposed_by == ends(rule.border)[0] else 0
    return (into,) if rule.direction == "in" else (1 - into,)


def left_open(pulled: Mapping[str, NDArray[np.float32]], weights: Mapping[str, float]) -> NDArray[np.float32]:
    """What levers leave of an open border, 1 to 0: the product over levers of 1 - weight x strength."""
    left = np.ones_like(pulled["visa"])
    for lever, weight in weights.items():
        left *= 1 - weight * np.minimum(pulled[lever], 1.0)
    return left


def _rigidity(by_class: dict[str, NDArray[np.float32]], of_border: list[list[int]]) -> NDArray[np.float32]:
    left = left_open(by_class, WEIGHTS)
    links = [[2 * n + way for n in numbers for way in (0, 1)] for numbers in of_border]
    unruled = np.ones(len(left))
    open_ = [left[:, those].mean(axis=(1, 2)) if those else unruled for those in links]
    return (1 - np.stack(open_, axis=1)).astype(np.float32)
