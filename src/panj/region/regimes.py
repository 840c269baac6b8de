"""Rows of dated rules, programmes and events, and scenarios made of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from panj.basics.reading import BorderCode, Date, Id, Ids, Name, NotNegative, OpenDate, Positive, Row, Share, Text
from panj.region.conditions import Condition
from panj.region.guards import Holding, Strength
from panj.region.volumes import PairVolume

Lever = Literal[
    "visa",
    "waiver",
    "check",
    "closure",
    "hours",
    "duty",
    "fee",
    "import-limit",
    "currency-limit",
    "transit-halt",
    "fence",
    "mines",
    "garrison",
    "cooperation",
    "exemption",
]
Class = Literal["persons", "residents", "traders", "freight", "transit", "third-country", "all"]


class Rule(Row):
    """One dated rule of passage on one border: a lever, who pulls it, on whom, how hard."""

    id: Id
    title: Text
    border: BorderCode
    lever: Lever
    imposed_by: Text
    direction: Literal["in", "out", "both"]
    applies_to: tuple[Class, ...] = Field(min_length=1)
    scope: Ids = ()
    from_: Date = Field(alias="from")
    to: OpenDate = None
    value: NotNegative
    unit: Text
    claims: Ids = ()
    assumed: str = ""
    note: str = ""


class Delivery(Row):
    """What a programme hands over in a period: ``usd`` in USD, ``low`` and ``high`` its 5-95 % range."""

    from_: Date = Field(alias="from")
    to: Date
    kind: Literal["equipment", "training", "upkeep", "infrastructure"]
    usd: NotNegative
    low: NotNegative | None = None
    high: NotNegative | None = None
    claims: Ids = ()
    assumed: str = ""
    note: str = ""


class Programme(Row):
    """Money and things from a donor; ``purposes``: weights on terror, weapons and drugs that sum to one.

    ``opens``: crossings that its money builds, which do not open where a scenario drops it.
    """

    id: Id
    title: Text
    donor: Text
    recipients: tuple[str, ...] = Field(min_length=1)
    purposes: dict[Literal["terror", "weapons", "drugs"], Share]
    borders: Ids = ()
    agencies: Ids = ()
    opens: Ids = ()
    deliveries: tuple[Delivery, ...] = ()
    claims: Ids = ()
    note: str = ""

    @property
    def place(self) -> str:
        """Name of the draw that says where in their ranges its deliveries lie."""
        return f"deliveries_{self.id.replace('-', '_')}"


EventKind = Literal[
    "treaty",
    "attack",
    "raid",
    "closure",
    "regime change",
    "reorganisation",
    "handover",
    "programme",
    "harvest",
    "epidemic",
    "agreement",
    "plan",
    "other",
]


class Event(Row):
    """Something that happened, or was planned, at places between two dates."""

    id: Id
    title: Text
    from_: Date = Field(alias="from")
    to: OpenDate = None
    kind: EventKind
    places: Ids = Field(min_length=1)
    claims: Ids = ()
    note: str = ""


class Scenario(Row):
    """Dated changes laid over the history; ``parameters``: factors; ``from``: the date from which all of it holds.

    ``reacts_from``: from then on rules, talks, donors and guards answer on their own; dated rules stand as they stood.
    """

    id: Id
    title: Text
    description: str = ""
    from_: OpenDate = Field(default=None, alias="from")
    reacts_from: OpenDate = None
    drop_programmes: Ids = ()
    drop_rules: Ids = ()
    drop_events: Ids = ()
    drop_conditions: Ids = ()
    drop_holdings: Ids = ()
    drop_strength: Ids = ()
    rules: tuple[Rule, ...] = ()
    programmes: tuple[Programme, ...] = ()
    events: tuple[Event, ...] = ()
    conditions: tuple[Condition, ...] = ()
    holdings: tuple[Holding, ...] = ()
    strength: tuple[Strength, ...] = ()
    volumes: tuple[PairVolume, ...] = ()
    parameters: dict[Name, Positive] = Field(default_factory=dict)
