"""Three ways to predict a published number without a model; one that does no better explains nothing.

- *No change*: the number that was published last for the same variable, place and flow before.
- *Openness*: in proportion to how open the borders of the place are, 1 less the rigidity of the dated rules.
- *Unit elasticity*: in proportion to the volume that the files give to the flow, and one per cent less for every per
  cent that crossing is dearer, its cost taken as 1 plus rigidity.

The last two have one constant in each stratum: the geometric mean over the targets of it that are fitted, the one
that is predicted left out.

How far apart the ends of an interval by *no change* alone would lie tells how wide the evidence itself is (`swing`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import xarray as xr

from panj.basics.codes import ends
from panj.basics.dates import Month, first_day, last_day
from panj.calibration.discrepancy import middle
from panj.calibration.scales import RANGE, on_scale
from panj.calibration.seen import NoFigure, Seen, member_states, window
from panj.calibration.split import series, stratum
from panj.region import Region, Target

Driver = Callable[[Seen, Target], float | None]

NEAR = 2.5
"""Years between the middles of periods that are next to each other, at most: one year may be missing."""

MIDDLE = 0.6745
"""Standard deviation that half of normal numbers lie within."""

FEWEST = 3
"""Steps from a number to the next that tell how a series swings."""


def rate(target: Target, value: float) -> float:
    """A number as the model counts it, as a monthly rate where it counts what happened in some months."""
    value = value / target.factor
    if target.unit.endswith("/year"):
        return value / 12
    if target.variable.startswith("recorded_") and target.unit in ("kg", "t", "person"):
        return value / (Month(last_day(target.to)) - Month(first_day(target.from_)) + 1)
    return value


def no_change(target: Target, others: Sequence[Target]) -> float | None:
    """The last number published before, of the same variable, place and flow; None for the first."""
    earlier = [one for one in others if series(one) == series(target) and last_day(one.to) < first_day(target.from_)]
    if not earlier:
        return None
    last = max(earlier, key=lambda one: (last_day(one.to), one.id))
    return rate(last, last.value) / rate(target, 1.0)


def swing(target: Target, others: Sequence[Target]) -> float | None:
    """How far numbers of a series lie from each other, as a factor between the ends of a 90 % interval by *no change*.

    From how far a number lies from the one before it, on the scale of the target, in the middle of all steps, so that
    one strange report does not make a series wide; at most ``NEAR`` years lie between the middles of the periods. The
    target itself is left out, so its own value is not looked at. None where fewer than ``FEWEST`` steps tell.

    Args:
        target: The number; bounds have no swing.
        others: Published numbers, whatever they are used for.
    """
    alike = [one for one in others if series(one) == series(target) and one.sense == "about" and one.id != target.id]
    told = sorted(alike, key=middle)
    steps = [
        float(on_scale(target, rate(after, after.value)) - on_scale(target, rate(before, before.value)))
        for before, after in pairwise(told)
        if 0 < middle(after) - middle(before) <= NEAR
    ]
    if target.sense != "about" or target.error == "normal" or len(steps) < FEWEST:
        return None
    return float(np.exp(RANGE * np.median(np.abs(steps)) / MIDDLE))


def openness(seen: Seen, target: Target) -> float | None:
    """1 less the mean rigidity of the borders of a place in the months of a target."""
    borders = borders_of(seen.region, target.place)
    if not borders or "rigidity" not in seen.dataset:
        return None
    try:
        rigidity = window(seen.dataset["rigidity"].sel(border=borders), target)
    except NoFigure:
        return None
    return float(1 - rigidity.mean())


def unit_elasticity(seen: Seen, target: Target) -> float | None:
    """The volume of the flow of a target over the cost of crossing, 1 plus rigidity."""
    open_share = openness(seen, target)
    if open_share is None:
        return None
    return _volume(seen, target) / (2 - open_share)


def _volume(seen: Seen, target: Target) -> float:
    """What would set out in a month by the files, the median over members; 1 where a target knows no flow."""
    potential: xr.DataArray | None = seen.dataset.get("potential")
    if potential is None or not target.flow or target.flow not in potential["flow"].to_numpy().tolist():
        return 1.0
    return float(window(potential.sel(flow=target.flow), target).mean("month").median())


def in_proportion(target: Target, others: Sequence[Target], driver: Mapping[str, float | None]) -> float | None:
    """What a target would be in proportion to its driver, by the other targets of its stratum that are fitted.

    Args:
        target: What is predicted.
        others: By what.
        driver: What drives each of them, by id.
    """
    own = driver[target.id]
    if not own:
        return None
    logs = [
        np.log(rate(one, one.value) / known)
        for one in others
        if one.id != target.id and one.use == "fit" and stratum(one) == stratum(target) and one.value > 0
        if (known := driver[one.id])
    ]
    if not logs:
        return None
    return float(np.exp(np.mean(logs)) * own / rate(target, 1.0))


def borders_of(region: Region, place: str) -> list[str]:
    """The borders of a place: itself, those of a state, or for the region those of its members."""
    if place in region.borders:
        return [place]
    states = set(member_states(region)) if place == "region" else {place}
    return [border for border in region.borders if states & set(ends(border))]


DRIVERS: dict[str, Driver] = {"openness": openness, "unit elasticity": unit_elasticity}
"""What numbers are thought to be in proportion to."""

BASELINES = ("no change", *DRIVERS)


def baselines(seen: Seen, targets: Sequence[Target]) -> dict[str, dict[str, float | None]]:
    """What each baseline predicts for each target, by its id and in its unit; None where one has no figure."""
    told = [name for name in ("rigidity", "potential") if name in seen.dataset]
    seen = replace(seen, dataset=seen.dataset[told].load())  # read once, not for every target
    driven = {name: {one.id: driver(seen, one) for one in targets} for name, driver in DRIVERS.items()}
    return {
        one.id: {"no change": no_change(one, targets)}
        | {name: in_proportion(one, targets, driver) for name, driver in driven.items()}
        for one in targets
    }
