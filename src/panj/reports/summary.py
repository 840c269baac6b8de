"""Summaries of a run: intervals over members, means over a period, what changed between two periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from panj.basics.dates import Month
from panj.ensembles.running import CONVERGED

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Ends of the 90 % interval, ends of the 50 % interval, and between them the median."""

ROUNDING = 1e-6
"""Relative difference of two numbers that single precision does not tell apart."""

Period = tuple[Month, Month]


@dataclass(frozen=True)
class Interval:
    """The median over members with its 50 % and 90 % intervals; five equal numbers where nothing varies.

    Attributes:
        low90: 5 % quantile.
        low50: 25 % quantile.
        median: 50 % quantile.
        high50: 75 % quantile.
        high90: 95 % quantile.
    """

    low90: float
    low50: float
    median: float
    high50: float
    high90: float

    @property
    def certain(self) -> bool:
        """Whether every member says the same but for rounding, as for a dated rule."""
        return self.high90 - self.low90 <= ROUNDING * max(abs(self.low90), abs(self.high90))

    @property
    def straddles_zero(self) -> bool:
        """Whether the 90 % interval holds zero: the sign is not known."""
        return self.low90 <= 0 <= self.high90

    def times(self, factor: float) -> Interval:
        """The same interval in another unit; the factor is positive."""
        return Interval(*(factor * value for value in (self.low90, self.low50, self.median, self.high50, self.high90)))


@dataclass(frozen=True)
class Comparison:
    """One quantity in two periods; each part is None where no member has a figure.

    Attributes:
        before: Mean over the months before the pivot.
        after: Mean over the months after it.
        change: After less before, taken member by member.
    """

    before: Interval | None
    after: Interval | None
    change: Interval | None


def interval(values: NDArray[np.floating] | Sequence[float]) -> Interval | None:
    """Quantiles over members; members without a figure are left out; None if none has one."""
    known = np.asarray(values, dtype=float).ravel()
    known = known[np.isfinite(known)]
    if known.size == 0:
        return None
    return Interval(*(float(quantile) for quantile in np.quantile(known, QUANTILES)))


def fan(values: xr.DataArray) -> NDArray[np.float64]:
    """Quantiles month by month [quantile, month]; a month without figures is NaN.

    Args:
        values: Axes ``month`` and perhaps ``member``.
    """
    if "member" not in values.dims:
        return np.repeat(values.to_numpy().astype(float)[None, :], len(QUANTILES), axis=0)
    return quantiles(values.transpose("member", "month").to_numpy(), QUANTILES)


def quantiles(values: NDArray[np.floating], at: Sequence[float]) -> NDArray[np.float64]:
    """Quantiles over the first axis [quantile, ...], linear between members; those without a figure are left out.

    Where no member has a figure there is none. (numpy.nanquantile does the same, a hundred times slower.)
    """
    ordered = np.sort(np.where(np.isfinite(values), values, np.nan).astype(float), axis=0)
    count = np.isfinite(ordered).sum(axis=0)
    result = np.empty((len(at), *ordered.shape[1:]))
    for index, share in enumerate(at):
        place = share * np.maximum(count - 1, 0)
        below = np.floor(place).astype(int)
        low = np.take_along_axis(ordered, below[None], axis=0)[0]
        high = np.take_along_axis(ordered, np.minimum(below + 1, np.maximum(count - 1, 0))[None], axis=0)[0]
        result[index] = low + (place - below) * (high - low)
    return result


def over_period(values: xr.DataArray, period: Period) -> xr.DataArray:
    """Mean over the months of a period, both ends included; months without a figure are left out."""
    first, last = (pd.Timestamp(month.first) for month in period)
    with np.errstate(invalid="ignore"):
        return values.sel(month=slice(first, last)).mean("month")


def compare(values: xr.DataArray, before: Period, after: Period) -> Comparison:
    """Before, after and change of a quantity with axes ``month`` and perhaps ``member``."""
    early, late = (over_period(values, period).to_numpy() for period in (before, after))
    change = late - early
    change = np.where(abs(change) > ROUNDING * np.maximum(abs(early), abs(late)), change, change * 0)
    return Comparison(interval(early), interval(late), interval(change))


def pick(
    dataset: xr.Dataset,
    quantity: str,
    at: Mapping[str, str | Sequence[str]] | None = None,
    over: Literal["sum", "mean"] = "sum",
) -> xr.DataArray:
    """One quantity at some labels, the other axes summed or averaged; axes ``month`` and perhaps ``member`` remain.

    A sum with a missing part is missing; a mean is over the parts that are known.

    Raises:
        KeyError: The dataset has no such quantity, axis or label.
    """
    values = dataset[quantity]
    for axis, labels in (at or {}).items():
        chosen = [labels] if isinstance(labels, str) else list(labels)
        values = values.sel({axis: chosen})
    rest = [axis for axis in values.dims if axis not in ("member", "month")]
    if not rest:
        return values
    return values.sum(rest, skipna=False) if over == "sum" else values.mean(rest)


@dataclass(frozen=True)
class Members:
    """The members of a run that figures are made of.

    Attributes:
        dataset: Their trajectories.
        total: Members of the run.
        failed: Those with a month in which passage did not converge.
        months: Share of all months of all members in which it did not.
        left_out: Whether those that failed are left out; where most failed, all are kept.
    """

    dataset: xr.Dataset
    total: int
    failed: int
    months: float
    left_out: bool


def settled_members(dataset: xr.Dataset) -> Members:
    """The members that converged in every month, or all of them where fewer than half did."""
    residual = dataset["residual"].transpose("member", "month").to_numpy()
    open_months = ~(residual < CONVERGED)
    failed = open_months.any(axis=1)
    left_out = bool(0 < failed.sum() <= failed.size / 2)
    kept = dataset.isel(member=np.flatnonzero(~failed)) if left_out else dataset
    return Members(kept, int(failed.size), int(failed.sum()), float(open_months.mean()), left_out)
