"""Numbers and changes in plain English: a minister reads these, not an engineer."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from panj.basics.dates import Month
from panj.reports.summary import Comparison, Interval

if TYPE_CHECKING:
    from panj.region import Region

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STEPS = ((1e9, "billion"), (1e6, "million"))
_PER = {"month": "a month", "year": "a year", "crossing": "a crossing"}
_NAMES = {"1": "", "person": "people", "index": "", "number": "", "ratio": "", "tonne": "t"}
_TINY = 1e-12
_FIRST = re.compile(r"[^\W\d_]+")
_CAPITAL = re.compile(r"\b[A-Z]\w*")


@dataclass(frozen=True)
class Scale:
    """How numbers of one unit and size are written.

    Attributes:
        factor: What a number is multiplied by first.
        suffix: What stands after it: ``%``, ``t a month``, ``million USD a year``.
        decimals: Digits after the point; below zero: the digits before it that are rounded to noughts.
    """

    factor: float
    suffix: str
    decimals: int

    def bare(self, value: float) -> str:
        """The number alone, with thousands set apart and a real minus sign."""
        text = f"{round(value * self.factor, self.decimals):,.{max(0, self.decimals)}f}"
        if text.lstrip("-0.,") == "":
            text = text.lstrip("-")
        return text.replace("-", "−")

    def full(self, value: float) -> str:
        """The number with its unit."""
        joint = "" if self.suffix.startswith("%") and len(self.suffix) > 1 else " "
        return f"{self.bare(value)}{joint}{self.suffix}".strip()


def scale(largest: float, unit: str) -> Scale:
    """The scale in which numbers up to ``largest`` of a unit read best; a unit of ``1`` is written in per cent."""
    size = abs(largest) if math.isfinite(largest) else 0.0
    if unit == "1":
        return Scale(100.0, "%", max(0, _decimals(size * 100, 2)))
    thing, _, per = unit.partition("/")
    factor, word = 1.0, ""
    if thing == "kg" and size >= 1000:
        factor, thing, size = 1e-3, "t", size / 1000
    for step, name in _STEPS:
        if size >= step:
            factor, word, size = factor / step, name, size / step
            break
    tail = " ".join(part for part in (word, _plural(thing), _PER.get(per, f"per {per}" if per else "")) if part)
    return Scale(factor, tail, _decimals(size, 3))


def digits(value: float, most: int = 3) -> int:
    """How many digits after the point a number needs to be told in full; ``most`` at the most."""
    return next((count for count in range(most) if math.isclose(value, round(value, count), rel_tol=1e-9)), most)


def _plural(thing: str) -> str:
    """The name of a unit after a number; words take an s, symbols and shares of something do not."""
    if " of " in thing:
        return thing
    if thing in _NAMES:
        return _NAMES[thing]
    return f"{thing}s" if len(thing) > 3 and thing.islower() and thing[-1].isalpha() and thing[-1] != "s" else thing


def _decimals(size: float, significant: int) -> int:
    if size < _TINY:
        return 0
    return min(6, significant - 1 - math.floor(math.log10(size) + 1e-9))


def scale_of(values: Sequence[Interval | None], unit: str) -> Scale:
    """One scale for several intervals, so that they can be compared by eye: medians that differ are told apart."""
    known = [value for value in values if value]
    ends = [abs(end) for value in known for end in (value.low90, value.high90, value.median)]
    form = scale(max(ends, default=0.0), unit)
    medians = {value.median for value in known}
    for more in range(3):
        finer = Scale(form.factor, form.suffix, form.decimals + more)
        if len({finer.bare(median) for median in medians}) == len(medians):
            return finer
    return form


def step_of(change: Interval | None, form: Scale) -> Scale:
    """The scale for a change of a quantity: its own unit, with digits that suit the size of the change."""
    if change is None:
        return form
    size = form.factor * max(abs(change.low90), abs(change.median), abs(change.high90))
    return Scale(form.factor, form.suffix, min(form.decimals + 2, _decimals(size, 2)))


def interval_text(value: Interval | None, form: Scale) -> str:
    """``34 % (90 %: 28 to 41)``; ``no figure`` where there is none."""
    if value is None:
        return "no figure"
    if value.certain:
        return form.full(value.median)
    return f"{form.full(value.median)} (90 %: {form.bare(value.low90)} to {form.bare(value.high90)})"


def signed(value: float, form: Scale) -> str:
    """The number alone with its sign, ``+3.2`` or ``−3.2``; a zero has none."""
    text = form.bare(value)
    return text if text.startswith("−") or text.strip("0.,") == "" else f"+{text}"


def change_suffix(form: Scale) -> str:
    """The unit of a change: a change of a share is in percentage points."""
    return "points" if form.suffix == "%" else form.suffix


def verdict(change: Interval | None, step: Scale | None = None) -> str:
    """What may be said of a change: ``up``, ``down``, ``unclear``, ``same`` or ``unknown``.

    Args:
        change: The change; ``unclear`` where its 90 % interval holds zero.
        step: How it is written; a change that is written as nought is none.
    """
    if change is None:
        return "unknown"
    if change.certain and change.median == 0:
        return "same"
    if step is not None and not change.straddles_zero and not step.bare(change.median).strip("0.,"):
        return "same"
    if change.straddles_zero:
        return "unclear"
    return "up" if change.median > 0 else "down"


def moved(comparison: Comparison, form: Scale) -> str:
    """What happened to a quantity, as the second half of a sentence: ``rose from 34 % to 41 %, by ...``."""
    before, after, change = comparison.before, comparison.after, comparison.change
    if before is None or after is None or change is None:
        return "has no figure for both periods"
    ends = f"{form.full(before.median)} to {form.full(after.median)}"
    step = step_of(change, form)
    said = verdict(change, step)
    spread = f"{signed(change.low90, step)} to {signed(change.high90, step)} {change_suffix(step)}".strip()
    match said:
        case "up":
            return f"rose from {ends} (90 % interval of the change: {spread})"
        case "down":
            return f"fell from {ends} (90 % interval of the change: {spread})"
        case "same":
            return f"stayed at {form.full(before.median)}"
    return f"went from {ends}, a change that could be either way (90 % interval: {spread})"


def times(factor: float) -> str:
    """A factor in words, two digits: ``7.9 times``."""
    if not math.isfinite(factor):
        return "no figure"
    if factor >= 1e6:
        return "more than 1,000,000 times"
    return f"{factor:.1f} times" if factor < 10 else f"{float(f'{factor:.2g}'):,.0f} times"


def month_text(month: Month) -> str:
    """``Sep 2001``."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def listing(items: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; with semicolons where an item holds a comma."""
    if len(items) < 2:
        return "".join(items)
    comma = "; " if any("," in item for item in items) else ", "
    return f"{comma.join(items[:-1])}{';' if comma == '; ' else ''} and {items[-1]}"


def inside(name: str, proper: Collection[str] = ()) -> str:
    """A name for the middle of a sentence: ``contraband goods``; ``Afghan opiates``, where Afghan is a proper name.

    Args:
        name: As it stands in a heading.
        proper: Words that keep their capital: `proper_names` of a region.
    """
    first = _FIRST.match(name)
    if first is None or first.group() in proper or (len(first.group()) > 1 and not first.group()[1:].islower()):
        return name
    return f"{name[:1].lower()}{name[1:]}"


def opening(text: str) -> str:
    """The same text at the beginning of a sentence."""
    return f"{text[:1].upper()}{text[1:]}"


def proper_names(region: Region) -> frozenset[str]:
    """Words of the names of states and places and, of borders, those that bear a capital inside or before a hyphen."""
    whole = [*(state.name for state in region.states.values()), *(place.name for place in region.places.values())]
    found = {word for name in whole for word in _CAPITAL.findall(name)}
    for border in region.borders.values():
        first, *others = border.name.split(" ")
        found |= {word for name in others for word in _CAPITAL.findall(name)}
        found |= set(_CAPITAL.findall(first)) if "-" in first or not others else set()
    return frozenset(found - {"The", "A", "An"})


def lower_the(name: str) -> str:
    """A name for the middle of a sentence."""
    return f"the {name[4:]}" if name.startswith("The ") else name
