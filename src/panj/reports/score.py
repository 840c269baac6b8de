"""The scoreboard in words: published numbers beside a run, and how good it is altogether."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from panj.calibration.diagnosis import ENOUGH
from panj.calibration.score import WIDE, Score, Total, total
from panj.calibration.screen import Screened
from panj.calibration.stored import JUDGED
from panj.reports import words

if TYPE_CHECKING:
    from panj.calibration.diagnosis import Driver
    from panj.region import Region, Target

MARKS = {
    "within 50 %": ("●", "inside 50 %", "blue"),
    "within 90 %": ("○", "inside 90 %", "blue"),
    "kept": ("●", "bound kept", "blue"),
    "missed": ("✗", "missed", "bold yellow"),
    "no figure": ("–", "no figure", "dim"),
}
"""Mark, words and colour of each outcome; blue and yellow are told apart by all, and the mark says the same."""

USES = {"fit": "to be fitted", "validation": "kept for validation", "input": "an input"}


def name_of(target: Target, region: Region) -> str:
    """``Recorded seizures, cannabis, Northland``."""
    parts = [target.variable.replace("_", " ").capitalize()]
    if target.flow in region.flows:
        parts.append(words.inside(region.flows[target.flow].title, words.proper_names(region)))
    places = {"region": "the whole region"}
    places |= {code: state.name for code, state in region.states.items()}
    places |= {code: border.name for code, border in region.borders.items()}
    return ", ".join([*parts, places.get(target.place, target.place)])


def form_of(target: Target) -> words.Scale:
    """How numbers of a target are written."""
    return words.scale(abs(target.value), "1" if target.unit == "share" else target.unit)


def observed(target: Target) -> str:
    """The published number with its range, no digit less than the file gives; a bound says that it is one."""
    form = form_of(target)
    told = [value for value in (target.value, target.low, target.high) if value is not None]
    exact = words.Scale(form.factor, form.suffix, max(words.digits(value * form.factor) for value in told))
    text = exact.full(target.value)
    if target.low is not None and target.high is not None and target.low < target.high:
        text += f" ({exact.bare(target.low)} to {exact.bare(target.high)})"
    return text if target.sense == "about" else f"{target.sense} {text}"


def predicted(row: Score) -> tuple[str, str, str]:
    """Median, 50 % and 90 % interval of a prediction; empty where there is none."""
    if row.predicted is None:
        return "", "", ""
    own = form_of(row.target)
    low90, low50, median, high50, high90 = row.predicted
    form = words.Scale(own.factor, own.suffix, _digits(median * own.factor))
    return form.full(median), f"{form.bare(low50)} to {form.bare(high50)}", f"{form.bare(low90)} to {form.bare(high90)}"


def _digits(size: float) -> int:
    return min(6, max(0, 2 - math.floor(math.log10(abs(size))))) if size and math.isfinite(size) else 0


def score_table(rows: Iterable[Score], region: Region) -> Table:
    """The scoreboard for a terminal."""
    table = Table(title="Published numbers and what the run says of them", title_justify="left")
    for head in ("", "target", "use", "published"):
        table.add_column(head)
    for head in ("predicted", "50 %", "90 %"):
        table.add_column(head, justify="right")
    for row in rows:
        mark, _, colour = MARKS[row.outcome]
        median, half, most = predicted(row)
        when = row.target.from_ if row.target.from_ == row.target.to else f"{row.target.from_} to {row.target.to}"
        name = f"{name_of(row.target, region)}, {when}"
        table.add_row(f"[{colour}]{mark}[/]", name, row.target.use, observed(row.target), median, half, most)
    table.caption = ", ".join(f"{mark} {said}" for mark, said, _ in MARKS.values())
    table.caption_justify = "left"
    return table


def total_table(rows: Sequence[Score]) -> Table:
    """How good the run is on what was fitted and on what was kept, beside the baselines."""
    table = Table(title="Altogether", title_justify="left")
    table.add_column("")
    for use in JUDGED:
        table.add_column(USES[use], justify="right")
    for label, cells in total_lines([total(rows, use) for use in JUDGED]):
        table.add_row(label, *cells)
    return table


def total_lines(parts: Sequence[Total]) -> list[tuple[str, list[str]]]:
    """How good a run is as lines: what it is, and one cell for each total."""
    lines = [
        ("numbers with a figure", [f"{one.count} of {one.count + one.without}" for one in parts]),
        ("inside their 50 % interval", [_percent(one.within50) for one in parts]),
        ("inside their 90 % interval", [_percent(one.within90) for one in parts]),
        ("ends of the 90 % interval apart, in the middle", [words.times(one.width) for one in parts]),
        (f"ends apart by more than {WIDE:g} times", [str(one.wide) for one in parts]),
        ("of these by the number's own error alone", [str(one.wide_itself) for one in parts]),
        (
            f"of the others, published numbers swing by more than {WIDE:g} times",
            [str(one.wide_series) for one in parts],
        ),
        ("off, in the middle", [words.times(math.exp(one.error)) for one in parts]),
        ("off, the model alone", [words.times(math.exp(one.model_error)) for one in parts]),
        ("bounds kept, of those with a figure", [f"{one.bounds_kept} of {one.bounds}" for one in parts]),
    ]
    for name in dict.fromkeys(name for one in parts for name in one.against):
        told = [_beside(one.against.get(name)) for one in parts]
        lines.append((f"the rule “{name}” is off, on those that it answers", told))
    return lines


def _beside(errors: tuple[float, float, int] | None) -> str:
    """The median errors of a rule and of the run, where both have a figure, and on how many numbers."""
    if not errors:
        return ""
    rule, run, count = errors
    return f"{words.times(math.exp(rule))}; Panj {words.times(math.exp(run))} ({count})"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if math.isfinite(share) else "no figure"


def _factor(factor: float) -> str:
    if not math.isfinite(factor):
        return ""
    if factor >= 1e6:
        return "more than × 1,000,000"
    return (
        f"× {factor:.2f}" if factor < 10 else f"× {float(f'{factor:.3g}'):,.4g}" if factor < 1e3 else f"× {factor:,.0f}"
    )


def diagnosis(row: Score, region: Region) -> str:
    """Why a number is missed, as far as the run can tell: which way, how far, what moves it, what would settle it."""
    parts = [f"{name_of(row.target, region)}, {row.target.from_}"]
    if row.off is not None:
        way = "too high" if row.off > 0 else "too low"
        parts.append(f"{way} by {_factor(math.exp(abs(row.off)))}")
    return f"{': '.join(parts)}. {moved_by(row.drivers)}"


def wide_lines(rows: Iterable[Score], region: Region) -> list[str]:
    """Numbers to be met whose 90 % interval says little, the widest first, and what makes it so wide."""
    wide = [(row.width, row) for row in rows if row.target.sense == "about" and row.wide and row.width]
    lines = []
    for width, row in sorted(wide, key=lambda one: -one[0]):
        parts = sorted(row.parts.items(), key=lambda part: -part[1])
        made = words.listing([f"{name} {_percent(share)}" for name, share in parts])
        name = f"{name_of(row.target, region)}, {row.target.from_}, {USES[row.target.use]}"
        swings = f" Published numbers of this series alone leave {words.times(row.swing)}." if row.swing else ""
        lines.append(f"{name}: {words.times(width)}. Of the variance {made}.{swings}")
    return lines


def moved_by(found: Sequence[Driver] | None) -> str:
    """What moves a prediction, and which fact would narrow it."""
    if found is None:
        return f"Fewer than {ENOUGH} members: too few to tell what moves it."
    if not found:
        return "No parameter moves it: it hangs on rules, volumes or routes of the files, or a mechanism is missing."
    names = words.listing([f"{one.name} ({one.group}, {one.correlation:+.2f})" for one in found])
    guesses = [words.inside(one.meaning) for one in found if not one.sourced]
    settle = f" Assumed so far, so a source would settle it: {words.listing(guesses)}." if guesses else ""
    return f"Moved most by {names}.{settle}"


def screen_lines(rows: Iterable[Screened], region: Region) -> list[str]:
    """Targets that no member reaches, in words."""
    lines = []
    for row in rows:
        if row.reached:
            continue
        if math.isfinite(row.factor) and row.factor > 0:
            far = f"{'high' if row.factor > 1 else 'low'} by {_factor(max(row.factor, 1 / row.factor))}"
        else:
            far = "far, with nothing at all" if row.factor == 0 else "off"
        lines.append(f"{name_of(row.target, region)}, {row.target.from_}: too {far} at least. {moved_by(row.drivers)}")
    return lines
