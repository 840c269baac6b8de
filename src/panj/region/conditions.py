"""Dated conditions that the model takes from outside: what they are, and how they run between their dates."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable
from typing import Literal, NamedTuple

from panj.basics.dates import Month
from panj.basics.reading import Date, Ids, Number, Row, Text

Axis = Literal["region", "state", "border", "side"]
Course = Literal["level", "linear", "pulse", "season"]


class Kind(NamedTuple):
    """What a condition is: where it stands, how it runs between its dates, and what it is where nothing is given.

    ``course``: a level holds from the month of its date on; a linear one runs straight between its dates and is flat
    outside them; a pulse is only in its month; a season comes again in the same month of every year.
    """

    axis: Axis
    course: Course
    default: float
    unit: str
    meaning: str


CONDITIONS: dict[str, Kind] = {
    "war": Kind("region", "level", 0, "0-1", "War and ruin in the producing country"),
    "regime": Kind("region", "level", 0, "0-1", "A regime in the producing country that can enforce a ban"),
    "ban": Kind("region", "level", 0, "0-1", "A ban on growing in the producing country"),
    "drought": Kind("region", "level", 0, "0-1", "Drought in the producing country"),
    "measures": Kind("region", "level", 0, "0-1", "Measures there against growing and making drugs, other than a ban"),
    "operations": Kind("region", "level", 0, "0-1", "Share of the season in which police keep gatherers from cannabis"),
    "sanctuary": Kind("region", "level", 0, "0-1", "A base abroad that is open to militants"),
    "campaign": Kind("region", "level", 0, "0-1", "A military campaign against the militants"),
    "attack": Kind("region", "pulse", 0, "size", "An attack abroad that draws donors; 1 is the size of the pivot's"),
    "attack_home": Kind("state", "pulse", 0, "size", "An attack at home; 1 is a series that shakes the government"),
    "sowing": Kind("region", "season", 0, "0-1", "Share of the poppy fields not yet sown anew that is sown"),
    "harvesting": Kind("region", "season", 0, "0-1", "Share of a year's opium that is gathered; a year sums to 1"),
    "producer": Kind("state", "level", 0, "0-1", "1 where opium is grown"),
    "market_wage": Kind("state", "linear", 60, "USD/month", "What work earns outside the service"),
    "pay": Kind("state", "linear", 50, "USD/month", "Official pay of an officer at the border"),
    "oversight": Kind(
        "state", "level", 0.1, "0-1", "Chance that one who sells his power is found out and loses his post"
    ),
    "clarity": Kind("state", "level", 0.5, "0-1", "Share of the rules that are published and leave no discretion"),
    "disclosure": Kind("state", "level", 1, "0-1", "Share of what its agencies write down that a state tells others"),
    "heroin_share": Kind("region", "linear", 0.85, "0-1", "Share of heroin in the opiates that are seized, by content"),
    "adults": Kind("state", "linear", 1e6, "person", "Inhabitants aged 15 and over"),
    "users_start": Kind("state", "level", 0, "person", "Users of opiates in the first month"),
    "slump": Kind("state", "level", 0, "0-1", "Fall of output below its trend that the wages do not show"),
    "conflict": Kind("state", "level", 0, "0-1", "Violence at home"),
    "nationalism": Kind("state", "level", 0.3, "0-1", "How far a government's standing rests on the nation's land"),
    "reform": Kind("state", "level", 0, "0-1", "Reform of economy and state at home"),
    "own_funds": Kind("state", "linear", 0, "USD/month", "What the state itself spends to equip and keep its line"),
    "army_help": Kind("state", "level", 0, "USD/month", "What a donor whose budgets are published gives to its army"),
    "other_revenue": Kind("state", "linear", 0, "USD/month", "Revenue of the state other than customs"),
    "other_imports": Kind("state", "linear", 0, "USD/month", "Imports that a state writes down and no flow carries"),
    "duty_level": Kind("state", "level", 0.5, "0-1", "Duties in force over duties in full, as a mean over goods"),
    "density": Kind("border", "level", 30, "person/km2", "People of the border districts"),
    "households": Kind("border", "level", 50, "household/km", "Households by a kilometre of border, on each side"),
    "rival_maps": Kind("border", "level", 0, "0-1", "Share of the open part for which each side has another map"),
    "mixed": Kind("border", "level", 0, "0-1", "Share of the open part that is lived in and used from both sides"),
    "ceded": Kind("border", "level", 0, "0-1", "Share of the open part that the settlement on the table gives away"),
    "epidemic": Kind("border", "level", 0, "0-1", "Severity of an epidemic across it; 1 is one that the world fears"),
    "lorry_limit": Kind("border", "level", 0, "0-1", "Limits on the lorries of the other side"),
    "divided": Kind("border", "level", 0, "0-1", "Share of the people along it whose village lies on both sides"),
    "land_use": Kind("border", "level", 0.3, "0-1", "Use of fields, pasture and water across the line"),
    "dependence": Kind(
        "side", "level", 0, "0-1", "How far the neighbour needs this state's gas, power, water, transit"
    ),
}
"""Every condition by name."""

Key = tuple[str, str]
"""Quantity and place."""


class Condition(Row):
    """The value of one condition at one date.

    ``place``: empty for the whole region; a state; a border; or one side of a border, ``NO>SO``: Northland's side
    towards Southmark.
    """

    quantity: Text
    place: str = ""
    at: Date
    value: Number
    claims: Ids = ()
    assumed: str = ""
    note: str = ""

    @property
    def key(self) -> Key:
        """What is said of where."""
        return self.quantity, self.place

    @property
    def month(self) -> Month:
        """The month of its date."""
        return Month(self.at)


def axis_of(place: str) -> Axis:
    """What a place is by its form: the region, a state, a border or a side."""
    return "region" if not place else "side" if ">" in place else "border" if "-" in place else "state"


def named(conditions: Iterable[Condition], names: Collection[str]) -> set[Key]:
    """The keys of the conditions that names mean: each a quantity, or ``quantity@place``."""
    return {row.key for row in conditions if row.quantity in names or f"{row.quantity}@{row.place}" in names}


def value_in(month: Month, conditions: Iterable[Condition], kind: Kind) -> float:
    """What the rows of one condition at one place say of a month."""
    return course_of(conditions, kind)(month)


def course_of(conditions: Iterable[Condition], kind: Kind) -> Callable[[Month], float]:
    """What the rows of one condition at one place say of any month."""
    dated = sorted(((row.month, row.value) for row in conditions), key=lambda row: row[0])
    when = [month for month, _ in dated]

    def value(month: Month) -> float:
        after = bisect_right(when, month)
        first, before = dated[after - 1] if after else (None, kind.default)
        if kind.course == "pulse":
            return before if first == month else kind.default
        if kind.course == "season":
            same = [value for begun, value in dated[:after] if (month - begun) % 12 == 0]
            return same[-1] if same else kind.default
        if kind.course == "level" or after == len(dated):
            return before
        then, later = dated[after]
        return later if first is None else before + (month - first) / (then - first) * (later - before)

    return value


def laid_conditions(
    history: tuple[Condition, ...], dropped: Collection[str], added: tuple[Condition, ...], since: Month | None
) -> tuple[Condition, ...]:
    """Conditions of the history without those dropped, with those added (which replace rows of the same month).

    With ``since``, nothing changes before that month: what is dropped falls back to its default from then on, unless
    the scenario says otherwise.
    """
    gone = named(history, dropped)
    touched = gone | {row.key for row in added}
    laid = [row for row in history if row.key not in touched]
    for key in sorted(touched):
        old = [row for row in history if row.key == key]
        new = [row for row in added if row.key == key]
        laid += _replaced(old, new, key in gone) if since is None else _since(old, new, key in gone, since)
    return tuple(laid)


def _replaced(old: list[Condition], new: list[Condition], gone: bool) -> list[Condition]:
    months = {row.month for row in new}
    return [row for row in old if not gone and row.month not in months] + new


def _since(old: list[Condition], new: list[Condition], gone: bool, since: Month) -> list[Condition]:
    """Rows of one condition at one place that change only from a month on."""
    row, kind = (new or old)[0], CONDITIONS[(new or old)[0].quantity]
    past = [row for row in old if row.month < since]
    later = [row for row in _replaced(old, new, gone) if row.month >= since]
    if kind.course == "pulse":
        return past + later
    if kind.course == "season":
        ended = {since + (old.month - since) % 12: old for old in past} if gone else {}
        said = {row.month for row in later}
        return past + later + [_pin(row, month, kind.default) for month, row in ended.items() if month not in said]
    if gone or any(row.month <= since for row in new):
        later = [row for row in later if row.month != since] + [_pin(row, since, value_in(since, new, kind))]
    if kind.course == "linear":
        past.append(_pin(row, since + -1, value_in(since + -1, old, kind)))
    return past + later


def _pin(row: Condition, month: Month, value: float) -> Condition:
    return row.model_copy(update={"at": str(month), "value": value})
