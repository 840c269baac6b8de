"""Rows of flows, parameters and targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from panj.basics.reading import Date, Id, Ids, Name, NotNegative, Number, Positive, Row, Text
from panj.region.regimes import Class
from panj.region.volumes import PairVolume, Volume, laid_volume


class Pair(Row):
    """What goes from one place to another; ``factor``: the parameter that multiplies its volume."""

    origin: Id
    destination: Id
    volume: tuple[Volume, ...] = Field(min_length=1)
    factor: Name | None = None
    note: str = ""


class Route(Row):
    """A named sequence of states that sources report."""

    name: Text
    states: tuple[str, ...] = Field(min_length=2)
    claims: Ids = ()
    note: str = ""


class Flow(Row):
    """One kind of traffic.

    ``value_usd``, ``cost_per_km``, ``cost_per_hour`` and ``spread`` in USD a unit (a unit and km, a unit and h),
    ``lot`` in units a journey. ``worth``: value by state where it differs from ``value_usd``, which is what one who
    leaves that state has to lose; no way leads through a state where it is worth more than at its destination.
    ``party``: people of a journey that goes off the posts. ``hides``: whether what is
    harmful may pass hidden in declared traffic.
    """

    id: Id
    title: Text
    purpose: Literal["harmful", "honest"]
    unit: Text
    traveller: Literal["lorry", "car", "person", "train"]
    class_: Class = Field(alias="class")
    value_usd: NotNegative
    worth: dict[str, NotNegative] = Field(default_factory=dict)
    lot: Positive
    party: Positive = 1
    hides: bool = True
    cost_per_km: NotNegative
    cost_per_hour: NotNegative
    spread: Positive
    claims: Ids = ()
    assumed: str = ""
    note: str = ""
    pair: tuple[Pair, ...] = ()
    route: tuple[Route, ...] = ()


def laid_flows(history: dict[str, Flow], added: Sequence[PairVolume]) -> dict[str, Flow]:
    """Flows of the history with the volumes that a scenario gives, from the first of a pair's on."""

    def laid(flow: str, pair: Pair) -> Pair:
        mine = [point for point in added if point.way == (flow, pair.origin, pair.destination)]
        return pair.model_copy(update={"volume": laid_volume(pair.volume, mine)}) if mine else pair

    changed = {point.flow for point in added}
    return {
        id: flow.model_copy(update={"pair": tuple(laid(id, pair) for pair in flow.pair)}) if id in changed else flow
        for id, flow in history.items()
    }


class Parameter(Row):
    """An uncertain number: 5 %, median and 95 % (uniform: the ends and the middle), and bounds it may not leave."""

    id: Name
    meaning: Text
    unit: Text
    distribution: Literal["fixed", "uniform", "loguniform", "normal", "lognormal", "beta"]
    low: Number | None = None
    central: Number
    high: Number | None = None
    plausible: tuple[Number, Number]
    claims: Ids = ()
    assumed: str = ""
    group: Text
    note: str = ""


class Target(Row):
    """A published number that a modelled, recorded variable should meet.

    Attributes:
        variable: What was recorded; its way from a run to this number stands in ``calibration/ways.py``.
        value: As published, with ``low`` and ``high``: 5 and 95 % of what may have been so.
        factor: What the source counts over what the model counts: heroin as seized over pure heroin.
        error: The scale on which the number errs: of logarithms, of log odds, or its own.
        finds: How many lots the number is the weight of, where it is one of a few finds: their chance is part of its
            error. None: it is no such weight.
        discrepancy: Standard deviation on that scale of what the model could not tell even if all its parameters were
            right; together with the error of the number it bounds what a fit may learn from it.
        sense: Whether the number is one to meet or a bound.
        quality: Of the number.
        use: ``fit``; ``validation``: never enters a fit (chosen by rule, ``calibration/split.py``); ``input``: the
            region's files hold the number themselves, so that it tests the files and not the model.
    """

    id: Id
    variable: Text
    place: Text
    flow: Id | None = None
    from_: Date = Field(alias="from")
    to: Date
    value: Number
    low: Number | None = None
    high: Number | None = None
    unit: Text
    factor: Positive = 1.0
    error: Literal["lognormal", "logit-normal", "normal"] = "lognormal"
    finds: Positive | None = None
    discrepancy: NotNegative = 0.3
    sense: Literal["about", "at most", "at least"] = "about"
    quality: Literal["high", "medium", "low"] = "medium"
    use: Literal["fit", "validation", "input"]
    claims: Ids = ()
    note: str = ""
