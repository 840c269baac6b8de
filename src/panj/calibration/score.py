"""The scoreboard: each target beside what a run says of it, and how good the run is altogether."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from panj.calibration.baselines import BASELINES, baselines, swing
from panj.calibration.diagnosis import Driver, drivers
from panj.calibration.discrepancy import Discrepancy, carried, discrepancy_of, kin
from panj.calibration.observe import Prediction, predictions
from panj.calibration.scales import bound, error_of, kept, off_scale, on_scale, width_itself
from panj.calibration.seen import Seen
from panj.region import Target

Outcome = Literal["within 50 %", "within 90 %", "kept", "missed", "no figure"]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

NODES = ndtri((np.arange(400) + 0.5) / 400)
"""Error and discrepancy of each member's prediction, as points of equal weight."""

PARTS = ("the number itself", "what the model lacks", "parameters and luck")
"""What makes an interval as wide as it is."""

WIDE = 10.0
"""A 90 % interval whose ends lie farther apart than by this factor says little."""


@dataclass(frozen=True)
class Score:
    """A target beside a run.

    Attributes:
        target: The published number.
        predicted: Of a number published under the same errors, quantiles at ``QUANTILES``; None without a figure. What
            is foretold is the recorded number, so its own error and the discrepancy of the model are in it, as wide and
            as lasting as the fitted numbers ask: those like it, itself left out, tell how far off the model is there
            (`carried`).
        model: What members say alone: no error, no discrepancy, no other number; None without a figure.
        outcome: Where the published number lies in it, or whether a bound is kept by the median.
        why: Why there is no figure.
        baselines: What they say, by name; None where one has no figure.
        drivers: Parameters that move the prediction most.
        from_record: The figure is of the region's files.
        parts: Shares of the variance of what is foretold, on the scale of the target, by ``PARTS``; empty without a
            figure.
        swing: How far numbers of its series lie from each other (`baselines.swing`); None where too few tell.
    """

    target: Target
    predicted: tuple[float, ...] | None
    model: tuple[float, ...] | None
    outcome: Outcome
    why: str
    baselines: Mapping[str, float | None]
    drivers: tuple[Driver, ...] | None = ()
    from_record: bool = False
    parts: Mapping[str, float] = field(default_factory=dict)
    swing: float | None = None

    @property
    def passed(self) -> bool:
        """Whether the published number lies in the 90 % interval, or the bound is kept."""
        return self.outcome in ("within 50 %", "within 90 %", "kept")

    @property
    def off(self) -> float | None:
        """Logarithm of predicted over published; None without a figure or where one of them is not positive."""
        if self.predicted is None or min(self.predicted[2], self.target.value) <= 0:
            return None
        return float(np.log(self.predicted[2] / self.target.value))

    @property
    def model_off(self) -> float | None:
        """The same of what members say alone."""
        if self.model is None or min(self.model[2], self.target.value) <= 0:
            return None
        return float(np.log(self.model[2] / self.target.value))

    @property
    def width(self) -> float | None:
        """The factor between the ends of the 90 % interval; None without a figure or where one is not positive."""
        if self.predicted is None or self.predicted[0] <= 0:
            return None
        return self.predicted[4] / self.predicted[0]

    @property
    def wide(self) -> bool:
        """Whether the ends are farther apart than ``WIDE``."""
        return self.width is not None and self.width > WIDE


@dataclass(frozen=True)
class Total:
    """How good a run is on some targets. Numbers that are to be met and bounds that are to be kept count apart.

    Attributes:
        count: Numbers with a figure; ``without``: numbers without one.
        within50: Share of them inside their 50 % interval, which ought to be a half.
        within90: Share inside their 90 % interval, which ought to be nine in ten.
        width: Median factor between the ends of the 90 % interval; ``wide``: how many exceed ``WIDE``; ``wide_itself``:
            those of them that the number's own error alone makes so wide; ``wide_series``: of the others those where
            published numbers of the series swing by more than that, too (`baselines.swing`).
        error: Median absolute logarithm of predicted over published; ``model_error``: of what members say alone.
        bounds: Bounds with a figure; ``bounds_kept``: those that are kept.
        against: For each baseline, the errors of baseline and run where both have a figure, and on how many targets.
    """

    count: int
    without: int
    within50: float
    within90: float
    width: float
    wide: int
    wide_itself: int
    wide_series: int
    error: float
    model_error: float
    bounds: int
    bounds_kept: int
    against: Mapping[str, tuple[float, float, int]]


def scores(seen: Seen) -> list[Score]:
    """Every target of a region beside a run, in the order of the file."""
    targets, discrepancy = list(seen.region.targets.values()), discrepancy_of(seen.region)
    every = predictions(seen)
    rules = baselines(seen, targets)
    found = []
    for one in every:
        said = rules[one.target.id]
        if one.values is None:
            found.append(Score(one.target, None, None, "no figure", one.why, said, from_record=one.from_record))
            continue
        levels = on_scale(one.target, one.values[np.isfinite(one.values)])
        moved, spread = corrected(one, fitted_beside(one, every), discrepancy)
        predicted = _back(one.target, foretold(moved, spread))
        model = _back(one.target, np.quantile(levels, QUANTILES))
        by = () if one.from_record else drivers(seen.region, seen.draws, one.values)
        outcome = judge(one.target, predicted)
        parts, swings = parts_of(one.target, moved, spread), swing(one.target, targets)
        found.append(Score(one.target, predicted, model, outcome, "", said, by, one.from_record, parts, swings))
    return found


def fitted_beside(one: Prediction, every: Sequence[Prediction]) -> list[Prediction]:
    """Numbers that were to be fitted and have their discrepancy in common with the one foretold, without itself."""
    known = {
        other.target.id: other
        for other in every
        if other.target.use == "fit" and other.target.id != one.target.id and other.values is not None
    }
    return [known[target.id] for target in kin(one.target, [other.target for other in known.values()])]


def corrected(
    one: Prediction, beside: Sequence[Prediction], discrepancy: Discrepancy
) -> tuple[NDArray[np.float64], float]:
    """Members of a prediction on its scale, each moved by how far it is off on numbers beside, and the spread left.

    Members without a figure of any of them are left out.
    """
    levels = np.asarray([on_scale(row.target, row.values) for row in (one, *beside) if row.values is not None])
    levels = levels[:, np.isfinite(levels).all(axis=0)]
    published = np.asarray([float(on_scale(row.target, row.target.value)) for row in beside])
    weight, spread = carried(one.target, [row.target for row in beside], discrepancy)
    return levels[0] + weight @ (published[:, None] - levels[1:]), spread


def parts_of(target: Target, levels: NDArray[np.float64], spread: float) -> dict[str, float]:
    """Shares of the variance of what is foretold: of the number itself, of what the model lacks, and of members.

    Args:
        target: That is foretold.
        levels: Members, each moved by what other numbers tell, on its scale.
        spread: Standard deviation between a member so moved and the published number.
    """
    number, members = error_of(target) ** 2, float(np.var(levels))
    lacks = max(spread**2 - number, 0.0)
    whole = number + lacks + members
    return dict(zip(PARTS, (part / whole for part in (number, lacks, members)), strict=True)) if whole > 0 else {}


def foretold(levels: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """Quantiles of a published number, on its scale: members, each with an error of its own."""
    return np.quantile(levels[:, None] + spread * NODES, QUANTILES)


def _back(target: Target, levels: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(value) for value in off_scale(target, levels))


def judge(target: Target, predicted: Sequence[float]) -> Outcome:
    """Where the published number lies in its prediction; for a bound whether the median keeps it."""
    low90, low50, median, high50, high90 = predicted
    if bound(target) is not None:
        return "kept" if kept(target, median) else "missed"
    slack = 1e-9 * abs(target.value)  # what is the same in every member may differ by rounding
    if low50 - slack <= target.value <= high50 + slack:
        return "within 50 %"
    return "within 90 %" if low90 - slack <= target.value <= high90 + slack else "missed"


def total(rows: Sequence[Score], use: str) -> Total:
    """How good a run is on the targets of one use."""
    mine = [row for row in rows if row.target.use == use]
    numbers = [row for row in mine if bound(row.target) is None]
    met = [row for row in numbers if row.predicted is not None]
    bounds = [row for row in mine if bound(row.target) is not None and row.predicted is not None]
    widths = [row.width for row in met if row.width is not None]
    wide = [row for row in met if row.wide]
    itself = [width_itself(row.target) > WIDE for row in wide]
    errors = {row.target.id: abs(row.off) for row in met if row.off is not None}
    alone = [abs(row.model_off) for row in met if row.model_off is not None]
    against = {}
    for name in BASELINES:
        pairs = [
            (abs(np.log(said / row.target.value)), errors[row.target.id])
            for row in met
            if row.target.id in errors and (said := row.baselines[name]) is not None and said > 0
        ]
        if pairs:
            theirs, ours = np.median(np.asarray(pairs), axis=0)
            against[name] = (float(theirs), float(ours), len(pairs))
    return Total(
        count=len(met),
        without=len(numbers) - len(met),
        within50=_share([row.outcome == "within 50 %" for row in met]),
        within90=_share([row.passed for row in met]),
        width=float(np.median(widths)) if widths else float("nan"),
        wide=len(wide),
        wide_itself=sum(itself),
        wide_series=sum((row.swing or 0) > WIDE for row, by_itself in zip(wide, itself, strict=True) if not by_itself),
        error=float(np.median(list(errors.values()))) if errors else float("nan"),
        model_error=float(np.median(alone)) if alone else float("nan"),
        bounds=len(bounds),
        bounds_kept=sum(row.passed for row in bounds),
        against=against,
    )


def _share(facts: Sequence[bool]) -> float:
    return sum(facts) / len(facts) if facts else float("nan")
