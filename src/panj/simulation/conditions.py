"""Conditions from outside as arrays, month by month. No JAX."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from panj.basics.codes import border_code
from panj.basics.dates import Month
from panj.region import Region
from panj.region.conditions import CONDITIONS, Condition, Kind, course_of


def conditions(
    region: Region, clock: Sequence[Month], given: Iterable[Condition] | None = None
) -> dict[str, NDArray[np.float32]]:
    """Every condition by month, in the order of the region's states and borders, as the region's or other rows say.

    Of the region: [month]; of states: [month, state]; of borders: [month, border]; of sides: [month, border, side],
    where side 0 is the first state of the border's code. Where a region gives nothing, the default of `CONDITIONS`.
    """
    size = {
        "region": (),
        "state": (len(region.states),),
        "border": (len(region.borders),),
        "side": (len(region.borders), 2),
    }
    filled = {
        name: np.full((len(clock), *size[kind.axis]), kind.default, np.float32) for name, kind in CONDITIONS.items()
    }
    states = {code: number for number, code in enumerate(region.states)}
    borders = {code: number for number, code in enumerate(region.borders)}
    rows: dict[tuple[str, str], list[Condition]] = {}
    for row in region.conditions if given is None else given:
        rows.setdefault(row.key, []).append(row)
    for (name, place), those in rows.items():
        kind = CONDITIONS[name]
        at: tuple[slice | int, ...] = (slice(None), *_index(kind, place, states, borders))
        filled[name][at] = _course(kind, those, clock)
    return filled


def _index(kind: Kind, place: str, states: dict[str, int], borders: dict[str, int]) -> tuple[int, ...]:
    if kind.axis == "region":
        return ()
    if kind.axis == "state":
        return (states[place],)
    if kind.axis == "border":
        return (borders[place],)
    state, neighbour = place.split(">")
    border = border_code(f"{state}-{neighbour}")
    return borders[border], border.split("-").index(state)


def _course(kind: Kind, rows: Iterable[Condition], clock: Sequence[Month]) -> NDArray[np.float32]:
    """What the rows of one condition at one place say, by month."""
    value = course_of(rows, kind)
    return np.array([value(month) for month in clock], np.float32)
