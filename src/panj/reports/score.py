"""The scoreboard in words: published numbers beside a run, and how good it is altogether."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Group
from rich.table import Table
from rich.text import Text

from panj.calibration.diagnosis import ENOUGH
from panj.calibration.score import WIDE, Score, Total, total
from panj.calibration.screen import Screened
from panj.calibration.split import series
from panj.calibration.stored import JUDGED
from panj.reports import words

if TYPE_CHECKING:
    from rich.console import RenderableType

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
SHORT = {"fit": "fitted", "validation": "kept", "input": "input"}
"""What a number is used for, in full and in a word."""

HEADS = ("", "when", "use", "published", "foretold", "50 %", "90 %")
NUMBERS, WHEN, PUBLISHED, GAP = HEADS[-3:], 1, 3, " "
"""Columns of the scoreboard for a terminal; those that stand on the right, two that may take more lines than one, and
what stands between."""


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


def observed(target: Target, form: words.Scale | None = None) -> str:
    """The published number, to three digits at least, with its range, to three at most; a bound says that it is one.

    Args:
        target: The number.
        form: How it is written, if not as suits it alone.
    """
    form = form or form_of(target)
    size = target.value * form.factor
    text = words.Scale(form.factor, form.suffix, words.digits(size, max(3, _digits(size)))).full(target.value)
    if target.low is not None and target.high is not None and target.low < target.high:
        low, high = (_rounded(end, form) for end in (target.low, target.high))
        text += f" ({low} to {high})"
    return text if target.sense == "about" else f"{target.sense} {text}"


def predicted(row: Score, form: words.Scale | None = None) -> tuple[str, str, str]:
    """Median, 50 % and 90 % interval of a prediction, written likewise; empty where there is none."""
    if row.predicted is None:
        return "", "", ""
    own = form or form_of(row.target)
    low90, low50, median, high50, high90 = row.predicted
    form = words.Scale(own.factor, own.suffix, _digits(median * own.factor))
    return form.full(median), f"{form.bare(low50)} to {form.bare(high50)}", f"{form.bare(low90)} to {form.bare(high90)}"


def _rounded(value: float, form: words.Scale) -> str:
    """A number to three digits, or fewer if that is all of it; no digit before the point is taken away."""
    size = value * form.factor
    return words.Scale(form.factor, "", words.digits(size, _digits(size))).bare(value)


def _digits(size: float) -> int:
    return min(6, max(0, 2 - math.floor(math.log10(abs(size))))) if size and math.isfinite(size) else 0


def when(target: Target) -> str:
    """The period of a target: ``2001``, ``2001-10 to 2004-06``; whole years without their months."""
    begin, end = target.from_, target.to
    if begin[4:] == "-01" and end[4:] == "-12":
        begin, end = begin[:4], end[:4]
    return begin if begin == end else f"{begin} to {end}"


def by_series(rows: Iterable[Score]) -> list[list[Score]]:
    """Rows of one series in one unit together, by date; what is an input stands apart from what is to be met."""
    found: dict[tuple[str, ...], list[Score]] = {}
    for row in rows:
        key = (*series(row.target), row.target.unit, str(row.target.use == "input"))
        found.setdefault(key, []).append(row)
    return [sorted(line, key=lambda row: (row.target.from_, row.target.to)) for line in found.values()]


def score_table(rows: Iterable[Score], region: Region, width: int) -> Group:
    """The scoreboard for a terminal: series by series, a line each number, in the unit that stands beside the name.

    Args:
        rows: All of them.
        region: With their names.
        width: Of the terminal; where it is narrow, periods and published ranges take two lines.
    """
    parts: list[tuple[str, list[tuple[str, ...]]]] = []
    for line in by_series(rows):
        largest = max((row.target for row in line), key=lambda target: abs(target.value))
        form = form_of(largest)
        plain = words.Scale(form.factor, "", form.decimals)
        unit = f" [{form.suffix}]" if form.suffix else ""
        cells: list[tuple[str, ...]] = [
            (_mark(row), when(row.target), SHORT[row.target.use], observed(row.target, plain), *predicted(row, plain))
            for row in line
        ]
        parts.append((f"{name_of(largest, region)}{unit}", cells))
    every = [HEADS, *(cells for _, lines in parts for cells in lines)]
    widths = [1, *(max(cell_len(cells[column]) for cells in every) for column in range(1, len(HEADS)))]
    over = max(0, sum(widths) + len(GAP) * (len(widths) - 1) - width)
    for column, least in ((WHEN, 10), (PUBLISHED, 12)):
        less = min(over, max(0, widths[column] - least))
        widths[column], over = widths[column] - less, over - less
    shown: list[RenderableType] = [
        "Published numbers and what the run foretells of them, 50 and 90 % intervals",
        ", ".join(f"{mark} {said}" for mark, said, _ in MARKS.values()),
        "",
        _lines([tuple(f"[dim]{head}[/]" for head in HEADS)], widths),
    ]
    for name, lines in parts:
        shown += [Text(name, style="bold"), _lines(lines, widths)]
    return Group(*shown, "")


def _lines(lines: Iterable[tuple[str, ...]], widths: Sequence[int]) -> Table:
    """Some lines of the scoreboard; tables of one set of widths stand in line."""
    table = Table.grid(padding=(0, len(GAP), 0, 0))
    for head, width in zip(HEADS, widths, strict=True):
        table.add_column(width=width, justify="right" if head in NUMBERS else "left")
    for cells in lines:
        table.add_row(*cells)
    return table


def _mark(row: Score) -> str:
    mark, _, colour = MARKS[row.outcome]
    return f"[{colour}]{mark}[/]"


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
    """Series with numbers to be met whose 90 % interval says little, the widest first, and what makes them so wide."""
    wide = by_series(row for row in rows if row.target.sense == "about" and row.wide and row.target.use in JUDGED)
    lines = []
    for line in sorted(wide, key=lambda line: -max(row.width or 0.0 for row in line)):
        each = words.listing(
            [f"{when(row.target)} ({SHORT[row.target.use]}) {words.times(row.width or 0.0)}" for row in line]
        )
        shares = {name: sum(row.parts[name] for row in line) / len(line) for name in line[0].parts}
        parts = sorted(shares.items(), key=lambda part: -part[1])
        made = words.listing([f"{name} {_percent(share)}" for name, share in parts])
        on_average = "on average " if len(line) > 1 else ""
        lines.append(f"{name_of(line[0].target, region)}: {each}. Of the variance {on_average}{made}.{_swings(line)}")
    return lines


def _swings(line: Iterable[Score]) -> str:
    """How far published numbers of a series lie apart by themselves, as a sentence; empty where too few tell."""
    ends = sorted(row.swing for row in line if row.swing)
    if not ends:
        return ""
    first, last = words.times(ends[0]), words.times(ends[-1])
    span = last if first == last else f"{first.removesuffix(' times')} to {last}"
    return f" Published numbers of this series alone leave {span}."


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
