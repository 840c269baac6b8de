"""The region as one object, and a scenario laid over it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TypeVar

from panj.basics.dates import Month, first_day, last_day
from panj.basics.faults import FaultsError, unknown
from panj.basics.reading import Date, MonthDate, Name, Row, Text, Unquoted
from panj.evidence import Evidence
from panj.region.conditions import Condition, laid_conditions
from panj.region.flows import Flow, Parameter, Target, laid_flows
from panj.region.geography import Border, Crossing, Geometry, Place, Road, Section, State, Status
from panj.region.guards import Agency, Holding, Strength, laid_holdings, laid_strength
from panj.region.links import LinkClaims
from panj.region.regimes import Delivery, Event, Programme, Rule, Scenario
from panj.region.theses import Thesis


class RegionError(FaultsError):
    """A region cannot be opened; ``faults`` holds every reason."""


class Pivot(Row):
    """The date that splits before from after."""

    date: Date
    name: Text


class Head(Row):
    """The top of ``region.toml``; months are text here."""

    format: Annotated[Literal[1], Unquoted]
    code: Text
    title: Text
    start: MonthDate
    end: MonthDate
    history_until: MonthDate
    pivot: Pivot
    before: tuple[MonthDate, MonthDate]
    after: tuple[MonthDate, MonthDate]
    attribution: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    budgets_of: Text | None = None


class Factor(NamedTuple):
    """A scenario multiplies a parameter from a month on (None: always)."""

    parameter: Name
    factor: float
    since: Month | None


@dataclass(frozen=True)
class Region:
    """Everything a region's folder says, checked. Names are those of the files; see ``docs/region-format.md``.

    Attributes:
        geometry: Shapes for maps.
        conditions: What the model takes from outside, by date.
        links: The claims behind each causal link of the model.
        theses: What sources conclude, as experiments.
        record: Conditions under which flows have the volumes of the files: those of the history; None: these.
        factors: What scenarios multiply parameters by; empty for the history.
        gaps: What a model of this region is known to get wrong, and why; reports tell it.
        budgets_of: Donor whose budgets are published: runs tell apart what it promises; None: no donor's are.
        reacts_from: From when rules, talks and donors answer on their own; None: never.
    """

    code: str
    title: str
    start: Month
    end: Month
    history_until: Month
    pivot: Pivot
    before: tuple[Month, Month]
    after: tuple[Month, Month]
    attribution: tuple[str, ...]
    folder: Path
    states: dict[str, State]
    places: dict[str, Place]
    borders: dict[str, Border]
    sections: dict[str, Section]
    crossings: dict[str, Crossing]
    agencies: dict[str, Agency]
    rules: dict[str, Rule]
    programmes: dict[str, Programme]
    events: dict[str, Event]
    flows: dict[str, Flow]
    parameters: dict[str, Parameter]
    targets: dict[str, Target]
    scenarios: dict[str, Scenario]
    roads: tuple[Road, ...]
    statuses: tuple[Status, ...]
    holdings: tuple[Holding, ...]
    strength: tuple[Strength, ...]
    evidence: Evidence
    geometry: Geometry
    conditions: tuple[Condition, ...] = ()
    links: dict[str, LinkClaims] = field(default_factory=dict)
    theses: dict[str, Thesis] = field(default_factory=dict)
    record: tuple[Condition, ...] | None = None
    factors: tuple[Factor, ...] = field(default=())
    gaps: tuple[str, ...] = ()
    budgets_of: str | None = None
    reacts_from: Month | None = None

    @property
    def uncertain(self) -> dict[str, Parameter]:
        """All that a member draws: the parameters, and where in their ranges the deliveries of each programme lie."""
        ranged = (one for one in self.programmes.values() if any(d.low is not None for d in one.deliveries))
        return self.parameters | {one.place: _place(one) for one in ranged}

    def overlay(self, scenario: Scenario | str) -> Region:
        """The region with a scenario laid over it.

        What the scenario drops vanishes; if the scenario holds only from a date, what began before that date ends on
        the day before it, and what the scenario adds begins no earlier. Volumes hold from their first date on. A
        crossing that only dropped programmes build does not open, unless it is open by then. Factors on parameters are
        kept in ``factors``, so that a member's draws stay the same under every scenario.

        Raises:
            KeyError: The region has no scenario of this id.
        """
        if isinstance(scenario, str):
            if scenario not in self.scenarios:
                raise KeyError(unknown(scenario, "scenario", self.code, self.scenarios))
            scenario = self.scenarios[scenario]
        since = first_day(scenario.from_) if scenario.from_ else None
        month = Month(since) if since else None
        return replace(
            self,
            rules=_laid(self.rules, scenario.drop_rules, scenario.rules, since),
            programmes=_laid(self.programmes, scenario.drop_programmes, scenario.programmes, since),
            crossings=_built(self.crossings, self.programmes, scenario.drop_programmes, since),
            events=_laid(self.events, scenario.drop_events, scenario.events, since),
            reacts_from=Month(first_day(scenario.reacts_from)) if scenario.reacts_from else self.reacts_from,
            record=self.conditions if self.record is None else self.record,
            conditions=laid_conditions(self.conditions, scenario.drop_conditions, scenario.conditions, month),
            holdings=laid_holdings(self.holdings, scenario.drop_holdings, scenario.holdings, since),
            flows=laid_flows(self.flows, scenario.volumes),
            strength=laid_strength(self.strength, scenario.drop_strength, scenario.strength, since),
            factors=self.factors + tuple(Factor(name, by, month) for name, by in scenario.parameters.items()),
        )


def _place(programme: Programme) -> Parameter:
    return Parameter(
        id=programme.place,
        meaning=f"Where in their ranges the deliveries lie: -1 low, 1 high. {programme.title}",
        unit="1",
        distribution="normal",
        low=-1,
        central=0,
        high=1,
        plausible=(-2, 2),
        claims=tuple(dict.fromkeys(claim for delivery in programme.deliveries for claim in delivery.claims)),
        assumed="That the deliveries of one programme err together, and those of different programmes apart",
        group="aid",
    )


def _built(
    crossings: dict[str, Crossing], programmes: dict[str, Programme], dropped: Collection[str], since: dt.date | None
) -> dict[str, Crossing]:
    """Crossings of the history; those that nobody pays for any more are closed before they open."""
    paid = {id for name, programme in programmes.items() if name not in dropped for id in programme.opens}
    lost = {id for name in dropped if name in programmes for id in programmes[name].opens} - paid
    return {id: _never(crossing, since) if id in lost else crossing for id, crossing in crossings.items()}


def _never(crossing: Crossing, since: dt.date | None) -> Crossing:
    opened = first_day(crossing.opened) if crossing.opened else None
    if opened is None or (since is not None and opened < since):
        return crossing
    return crossing.model_copy(update={"closed": _eve(opened)})


T = TypeVar("T", Rule, Programme, Event)


def _laid(history: dict[str, T], dropped: Collection[str], added: tuple[T, ...], since: dt.date | None) -> dict[str, T]:
    """Entries of the history without those dropped, with those added (which replace entries of the same id)."""
    kept = {id: _until(entry, since) if id in dropped else entry for id, entry in history.items()}
    laid = {id: entry for id, entry in kept.items() if entry is not None}
    return laid | {entry.id: _since(entry, since) for entry in added}


def _until(entry: T, since: dt.date | None) -> T | None:
    """What is left of a dropped entry: what was before the scenario begins, if anything."""
    if since is None:
        return None
    if isinstance(entry, Programme):
        begun = (delivery for delivery in entry.deliveries if first_day(delivery.from_) < since)
        deliveries = tuple(_handed_over(delivery, since) for delivery in begun)
        return entry.model_copy(update={"deliveries": deliveries}) if deliveries else None
    if first_day(entry.from_) >= since:
        return None
    if entry.to is not None and last_day(entry.to) < since:
        return entry
    return entry.model_copy(update={"to": _eve(since)})


def _handed_over(delivery: Delivery, since: dt.date) -> Delivery:
    """The part of a delivery that comes before a day, in proportion to time."""
    start, end = first_day(delivery.from_), last_day(delivery.to)
    if end < since:
        return delivery
    share = (since - start).days / ((end - start).days + 1)
    parts = {name: getattr(delivery, name) for name in ("usd", "low", "high")}
    scaled = {name: None if usd is None else usd * share for name, usd in parts.items()}
    return delivery.model_copy(update={"to": _eve(since)} | scaled)


def _since(entry: T, since: dt.date | None) -> T:
    """What is added, beginning no earlier than the scenario; deliveries keep their own dates."""
    if since is None or isinstance(entry, Programme) or first_day(entry.from_) >= since:
        return entry
    return entry.model_copy(update={"from_": since.isoformat()})


def _eve(day: dt.date) -> str:
    return (day - dt.timedelta(days=1)).isoformat()
