"""The scale on which a target errs, and how much."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from panj.region import Target

RANGE = 3.29
"""Standard deviations of a normal distribution between its 5 and 95 %, as ``low`` and ``high`` of a target are."""

QUALITY = {"high": 0.1, "medium": 0.25, "low": 0.5}
"""Standard deviation of the logarithm, or the log odds, of a number without a range, by its quality (assumed)."""

LEAST = 1e-9
"""Smaller predictions, over the observed number, are taken as this: nothing at all is nine orders too little."""


def whole(target: Target) -> float:
    """What a share of a target's unit is a share of: 1, or 100 where it is in per cent."""
    return 100.0 if target.unit.startswith("percent") else 1.0


def on_scale(target: Target, values: ArrayLike) -> NDArray[np.float64]:
    """Numbers in the unit of a target, on the scale on which it errs."""
    numbers = np.asarray(values, float)
    match target.error:
        case "lognormal":
            return np.asarray(np.log(np.maximum(numbers, LEAST * target.value)))
        case "logit-normal":
            share = numbers / whole(target)
            return np.asarray(logit(np.clip(share, LEAST, 1 - LEAST)))
    return numbers


def off_scale(target: Target, values: ArrayLike) -> NDArray[np.float64]:
    """The way back: numbers on the scale of a target, in its unit."""
    numbers = np.asarray(values, float)
    match target.error:
        case "lognormal":
            return np.asarray(np.exp(numbers))
        case "logit-normal":
            return np.asarray(whole(target) * expit(numbers))
    return numbers


def error_of(target: Target) -> float:
    """Standard deviation of the published number on its scale: how well it is known, and the chance of a few finds."""
    return math.hypot(_known(target), chance_of(target.finds) if target.finds else 0.0)


def chance_of(finds: float) -> float:
    """Standard deviation of the logarithm of the weight of so many finds [1]: ``sqrt(log(1 + 2 / finds))``.

    Finds come by chance, and lots vary as much as their mean, so the sum has the relative variance ``2 / finds``
    (a compound Poisson sum); a lognormal number of that variance has this one of its logarithm.
    """
    return math.sqrt(math.log1p(2 / finds))


def _known(target: Target) -> float:
    """From its range, else by its quality."""
    if target.low is not None and target.high is not None and target.high > target.low:
        low, high = on_scale(target, [target.low, target.high])
        return float(high - low) / RANGE
    size = abs(target.value) if target.error == "normal" else 1.0
    return QUALITY[target.quality] * size


def width_itself(target: Target) -> float:
    """The factor between the ends of the 90 % interval that the number's own error alone leaves."""
    low, high = off_scale(target, _ends(target, error_of(target)))
    return float(high / low) if low > 0 else math.inf


def published(target: Target) -> tuple[float, float]:
    """The range of the published number on its scale; of its quality where the source gives none."""
    if target.low is not None and target.high is not None:
        low, high = on_scale(target, [target.low, target.high])
        return float(low), float(high)
    return _ends(target, _known(target))


def _ends(target: Target, error: float) -> tuple[float, float]:
    """5 and 95 % of the number on its scale, with so large an error."""
    middle, half = float(on_scale(target, target.value)), error * RANGE / 2
    return middle - half, middle + half


def spread_of(target: Target, factor: float = 1.0) -> float:
    """Standard deviation between the model with all parameters right and the recorded number, on its scale.

    The number's own error, and what the model cannot tell: its discrepancy as the files judge it, times the factor that
    the fitted numbers ask for (`discrepancy`). This is all that stands between a member and a number, wherever the two
    meet: smoother, posterior, score.
    """
    return math.hypot(error_of(target), factor * target.discrepancy)


def bound(target: Target) -> float | None:
    """The lenient end of the range of a target that is a bound; None for one that is to be met."""
    match target.sense:
        case "at most":
            return target.high if target.high is not None else target.value
        case "at least":
            return target.low if target.low is not None else target.value
    return None


def kept(target: Target, value: float) -> bool:
    """Whether a number keeps to a target that is a bound; True where it is none."""
    end = bound(target)
    return end is None or (value <= end if target.sense == "at most" else value >= end)
