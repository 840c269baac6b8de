"""What a source concludes beside what the model answers: each trial member by member, and a verdict for each thesis.

A member agrees with a trial where its change lies in the range that the thesis asks for. A trial agrees where nine
members in ten do, disagrees where no more than one in ten does, and else cannot say. Nothing here is fitted: a thesis
that the model does not support is told as such.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rich.table import Table
from rich.text import Text

from panj.basics.dates import Month, first_day, last_day
from panj.basics.faults import Fault
from panj.basics.words import counted
from panj.calibration.seen import unit_of
from panj.ensembles import Run, RunError, open_run
from panj.ensembles.store import read_note
from panj.region import strangers
from panj.reports.answer import without_pivot
from panj.reports.compare import FEW, mismatches
from panj.reports.summary import Interval, interval, over_period, pick
from panj.reports.words import Scale, change_suffix, scale_of, signed, step_of
from panj.simulation.quantities import quantities

if TYPE_CHECKING:
    from panj.region import Region, Thesis, Trial

Word = Literal["agrees", "in part", "does not agree", "cannot say"]

MOST, LEAST = 0.9, 0.1
"""Share of members from which a trial agrees, and up to which it disagrees."""

NOISE = 1e-3
"""Relative change below which a member counts as unchanged: passage is not solved finer."""

MANY = 5.0
"""Growth from which a ratio is told as a factor: ``×40`` and not ``+3,900 %``."""

MARKS: dict[Word, str] = {"agrees": "✓", "in part": "◐", "does not agree": "✗", "cannot say": "?"}


@dataclass(frozen=True)
class Tried:
    """A trial with its answer.

    Attributes:
        trial: What was asked.
        a: The quantity in the run without; None where there is no answer.
        b: In the run with.
        change: B against A, member by member, by the trial's measure.
        share: Of members whose change lies where the thesis wants it.
        members: That count: those that converged in both runs and have a figure.
        unit: Of ``a`` and ``b``.
        word: The verdict.
        why: Why there is no answer.
    """

    trial: Trial
    a: Interval | None = None
    b: Interval | None = None
    change: Interval | None = None
    share: float | None = None
    members: int = 0
    unit: str = "1"
    word: Word = "cannot say"
    why: str = ""


@dataclass(frozen=True)
class Answered:
    """A thesis with the answers to its trials and the verdict that they add up to."""

    thesis: Thesis
    tried: tuple[Tried, ...]

    @property
    def word(self) -> Word:
        """All agree, none does, none can say; else in part."""
        words = {one.word for one in self.tried}
        if len(words) == 1:
            return next(iter(words))
        return "in part" if "agrees" in words else "does not agree" if "does not agree" in words else "cannot say"


def faults_of(theses: Iterable[Thesis]) -> list[Fault]:
    """What theses name that no run of this version holds."""
    held = {one.name: one.axes for one in quantities()}
    return [
        fault
        for thesis in theses
        for number, trial in enumerate(thesis.trial, start=1)
        for fault in strangers(thesis, f"trial[{number}]", trial, held)
    ]


def scenarios_of(theses: Iterable[Thesis]) -> tuple[str, ...]:
    """The scenarios that theses compare, the history first."""
    named = {name: None for thesis in theses for trial in thesis.trial for name in (trial.a, trial.b)}
    return tuple(sorted(named, key=lambda name: name != "history"))


def answers(
    theses: Iterable[Thesis], runs: Mapping[str, Run], region: Region, pair: Collection[str] = ()
) -> tuple[Answered, ...]:
    """Theses with the answers that some runs give.

    Args:
        theses: To be answered.
        runs: By scenario; a trial whose scenario is not among them has no answer.
        region: Of the runs.
        pair: Only trials between these two scenarios, and only theses that have one; empty: all.
    """
    found = []
    for thesis in theses:
        trials = [trial for trial in thesis.trial if not pair or {trial.a, trial.b} == set(pair)]
        if trials:
            found.append(Answered(thesis, tuple(answer(trial, runs, region) for trial in trials)))
    return tuple(found)


def answer(trial: Trial, runs: Mapping[str, Run], region: Region) -> Tried:
    """A trial with the answer of two runs."""
    if gone := [name for name in (trial.a, trial.b) if name not in runs]:
        return Tried(trial, why=f"{' and '.join(gone)} not run")
    a, b = runs[trial.a], runs[trial.b]
    good = np.flatnonzero(a.experiments["converged"].to_numpy() & b.experiments["converged"].to_numpy())
    if good.size == 0:
        return Tried(trial, why="no member converged in both runs")
    sets = [run.dataset.isel(member=good) for run in (a, b)]
    if missing := [name for name in filter(None, (trial.quantity, trial.of)) if any(name not in one for one in sets)]:
        return Tried(trial, why=f"the runs have no {missing[0]}")
    first, second = (np.broadcast_to(_means(one, trial, region), good.shape) for one in sets)
    change = _change(first, second, trial)
    known = np.isfinite(change)
    if not known.any():
        return Tried(trial, why="no member has a figure")
    share = float(agreeing(change[known], trial.low, trial.high).mean())
    word: Word = "agrees" if share >= MOST else "does not agree" if share <= LEAST else "cannot say"
    unit = "1" if trial.of or trial.rest else unit_of(sets[0], trial.quantity, trial.at.get("flow", ()), region)
    ends = (interval(first[known]), interval(second[known]))
    return Tried(trial, *ends, interval(change), share, int(known.sum()), unit, word)


def agreeing(change: NDArray[np.float64], low: float | None, high: float | None) -> NDArray[np.bool_]:
    """Which changes lie in a range; where its one bound is nought, those that rise or fall and not those that stay."""
    if high is None and low == 0:
        return change > 0
    if low is None and high == 0:
        return change < 0
    return (change >= (-np.inf if low is None else low)) & (change <= (np.inf if high is None else high))


def _means(dataset: xr.Dataset, trial: Trial, region: Region) -> NDArray[np.float64]:
    """The quantity of a trial in one run over its months, by member."""
    values = pick(dataset, trial.quantity, trial.at, trial.over)
    if trial.of:
        values = values / pick(dataset, trial.of, trial.at, trial.over)
    if trial.rest:
        values = 1 - values
    return np.asarray(over_period(values, period_of(trial, region)).to_numpy(), dtype=float)


def period_of(trial: Trial, region: Region) -> tuple[Month, Month]:
    """The months over which a trial takes means."""
    first = Month(first_day(trial.from_)) if trial.from_ else region.after[0]
    return first, Month(last_day(trial.to)) if trial.to else region.after[1]


def _change(a: NDArray[np.float64], b: NDArray[np.float64], trial: Trial) -> NDArray[np.float64]:
    """B against A by the trial's measure; what is finer than passage is solved is no change."""
    change = np.where(abs(b - a) > NOISE * np.maximum(abs(a), abs(b)), b - a, 0.0)
    match trial.measure:
        case "ratio":
            return np.asarray(np.divide(change, a, out=np.full_like(change, np.nan), where=a != 0))
        case "prices":
            return np.asarray(np.expm1(change))
    return change


def runs_beside(folder: Path, region: Region) -> dict[str, Run]:
    """Finished runs of a region's scenarios in the folder that a run lies in, and that compare with it.

    The run itself is among them. Of two runs of one scenario the one whose name comes first counts.
    """
    mine = read_note(folder)
    wanted = {*scenarios_of(region.theses.values()), "history", without_pivot(region)}
    wanted |= {name for name, scenario in region.scenarios.items() if scenario.reacts_from}
    found: dict[str, Run] = {}
    for path in [folder, *sorted(folder.parent.iterdir())] if mine is not None else []:
        try:
            note = read_note(path) if path.is_dir() else None
        except RunError:  # of another version
            continue
        if note is None or mine is None or note.ended is None or note.plan.cut or note.plan.scenario in found:
            continue
        if note.plan.scenario in wanted and not mismatches(mine.plan, note.plan):
            found[note.plan.scenario] = open_run(path)
    return found


# Words


def expected(trial: Trial) -> str:
    """What a thesis asks of a trial: ``rises``, ``falls``, ``at least −10 %``, ``−1 to +1 points``."""
    if trial.high is None and trial.low == 0:
        return "rises"
    if trial.low is None and trial.high == 0:
        return "falls"
    form = _step(Interval(*[max(abs(trial.low or 0), abs(trial.high or 0))] * 5), trial, _unit_of(trial))
    suffix = _suffix(trial, form)
    if trial.low is None or trial.high is None:
        bound, word = (trial.low, "at least") if trial.high is None else (trial.high, "at most")
        return f"{word} {signed(bound or 0.0, form)} {suffix}".strip()
    return f"{signed(trial.low, form)} to {signed(trial.high, form)} {suffix}".strip()


def told_change(one: Tried) -> str:
    """``−7.1 % (90 %: −12 to −3)``; why there is none where there is none."""
    if one.change is None:
        return one.why
    if one.trial.measure == "ratio" and one.change.high90 > MANY:
        low, middle, high = (_factor(value) for value in (one.change.low90, one.change.median, one.change.high90))
        return f"{middle} (90 %: {low} to {high})"
    form = _step(one.change, one.trial, one.unit)
    suffix = _suffix(one.trial, form)
    middle = f"{signed(one.change.median, form)} {suffix}".strip()
    if one.change.certain:
        return middle if one.change.median else "no change"
    return f"{middle} (90 %: {signed(one.change.low90, form)} to {signed(one.change.high90, form)})"


def _factor(ratio: float) -> str:
    """``×0.95``, ``×40``, ``×2,600``: a change as what A is multiplied by."""
    short = float(f"{1 + ratio:.2g}")
    return f"×{short:,.0f}" if short >= 10 else f"×{short:g}"


def told_sizes(one: Tried) -> str:
    """``34 % → 41 %``: the medians in both runs."""
    if one.a is None or one.b is None:
        return ""
    form = scale_of((one.a, one.b), one.unit)
    return f"{form.bare(one.a.median)} → {form.full(one.b.median)}"


def _unit_of(trial: Trial) -> str:
    """The unit of a difference where no run is at hand."""
    if trial.of or trial.rest:
        return "1"
    return next((one.unit for one in quantities() if one.name == trial.quantity), "1")


def _step(change: Interval, trial: Trial, unit: str) -> Scale:
    own = unit if trial.measure == "difference" else "1"
    return step_of(change, scale_of((change,), own))


def _suffix(trial: Trial, form: Scale) -> str:
    return change_suffix(form) if trial.measure == "difference" else form.suffix


WIDTH = 100
"""Columns that the terminal's account of theses takes."""


def theses_told(answered: Sequence[Answered], width: int = WIDTH) -> list[Text | Table | str]:
    """Each thesis with its verdict; each trial with what is expected, the change, and how many members agree."""
    parts: list[Text | Table | str] = [_columns("what should change", "expected", "model (90 %)", "agree", width)]
    for one in answered:
        pairs = dict.fromkeys(f"{tried.trial.b} against {tried.trial.a}" for tried in one.tried)
        parts.append(Text(f"{MARKS[one.word]} {one.word.upper()}: {one.thesis.title}", style="bold"))
        parts.append(Text(f"  {', '.join(one.thesis.claims)}. {_only(pairs)}".rstrip(), style="dim"))
        for tried in one.tried:
            share = "" if tried.share is None else f"{round(tried.share * tried.members)}/{tried.members}"
            pair = f" ({tried.trial.b} against {tried.trial.a})" if len(pairs) > 1 else ""
            label = f"{MARKS[tried.word]} {tried.trial.label}{pair}"
            parts.append(_columns(label, expected(tried.trial), told_change(tried), share, width))
        if one.thesis.note:
            parts.append(Text(f"  Mind: {one.thesis.note}", style="dim"))
        parts.append("")
    return parts


def _only(pairs: Iterable[str]) -> str:
    """What is compared, where all trials compare the same."""
    first, *more = pairs
    return "" if more else f"{first[0].upper()}{first[1:]}."


def _columns(label: str, wanted: str, change: str, share: str, width: int) -> Table:
    table = Table(box=None, show_header=False, width=width, padding=(0, 1, 0, 0))
    for cell_width, justify in ((width - 55, "left"), (20, "left"), (26, "left"), (5, "right")):
        table.add_column(width=cell_width, justify=cast("Any", justify), overflow="fold")
    table.add_row(*map(Text, (label, wanted, change, share)))
    return table


def summary_line(answered: Sequence[Answered]) -> str:
    """``Of 14 theses the model supports 5, 4 in part; 3 it does not support, of 2 it cannot say.``"""
    count = {word: sum(one.word == word for one in answered) for word in MARKS}
    line = (
        f"Of {counted(len(answered), 'thesis', 'theses')} the model supports {count['agrees']}, and "
        f"{count['in part']} in part; {count['does not agree']} it does not support, of {count['cannot say']} it "
        "cannot say."
    )
    members = [one.members for thesis in answered for one in thesis.tried if one.members]
    if members and min(members) < FEW:
        line += (
            f" With as few as {counted(min(members), 'member')}, a share of nine in ten hangs on one or two of them."
        )
    return line


def document(answered: Sequence[Answered]) -> list[dict[str, Any]]:
    """All of it as plain objects, for JSON."""
    return [
        one.thesis.model_dump(by_alias=True, exclude={"trial"})
        | {"verdict": one.word, "trials": [_plain(tried) for tried in one.tried]}
        for one in answered
    ]


def _plain(one: Tried) -> dict[str, Any]:
    parts = {name: getattr(one, name) for name in ("share", "members", "unit", "word", "why")}
    ends = {name: asdict(value) if (value := getattr(one, name)) else None for name in ("a", "b", "change")}
    return {"trial": one.trial.model_dump(by_alias=True)} | ends | parts


def view(answered: Sequence[Answered], name: Callable[[str], str] = str) -> list[dict[str, Any]]:
    """What a page shows of theses; ``name`` says how a scenario is called."""
    return [
        {
            "thesis": one.thesis,
            "word": one.word,
            "mark": MARKS[one.word],
            "tried": [
                {
                    "label": tried.trial.label,
                    "pair": f"{name(tried.trial.b)} against {name(tried.trial.a)}",
                    "expected": expected(tried.trial),
                    "change": told_change(tried),
                    "sizes": told_sizes(tried),
                    "share": "" if tried.share is None else f"{round(tried.share * tried.members)} of {tried.members}",
                    "word": tried.word,
                    "mark": MARKS[tried.word],
                }
                for tried in one.tried
            ],
        }
        for one in answered
    ]
