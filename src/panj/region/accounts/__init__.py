"""Accounts in words of one thing of a region on a day, each line with the claims behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from panj.basics.codes import border_code
from panj.basics.faults import Fault, nearest
from panj.region.accounts.account import Account, Line, Topic
from panj.region.accounts.border import BorderOn, border_on
from panj.region.accounts.flows import flow_on, parameter_on, target_on
from panj.region.accounts.geography import crossing_on, place_on, section_on, state_on
from panj.region.accounts.policy import agency_on, event_on, programme_on, rule_on, scenario_on
from panj.region.region import Region, RegionError
from panj.region.standing import Day

Teller = Callable[[Region, str, Day | None], Account]


def account_of(region: Region, what: str, on: Day | None = None) -> Account:
    """The account of whatever bears an id, a code or a name; the codes of a border stand in either order.

    Raises:
        RegionError: Nothing bears it; names the nearest.
    """
    tables: list[tuple[Mapping[str, Any], Teller]] = [
        (region.states, state_on),
        (region.borders, border_on),
        (region.crossings, crossing_on),
        (region.sections, section_on),
        (region.places, place_on),
        (region.agencies, agency_on),
        (region.programmes, programme_on),
        (region.events, event_on),
        (region.flows, flow_on),
        (region.rules, rule_on),
        (region.parameters, parameter_on),
        (region.targets, target_on),
        (region.scenarios, scenario_on),
    ]
    for word in _spellings(region, what):
        for table, tell in tables:
            if word in table:
                return tell(region, word, on)
    for table, tell in tables:
        for id, row in table.items():
            if what.strip().casefold() in _names(row):
                return tell(region, id, on)
    raise RegionError([Fault(region.code, what, "nothing in the region has this id or name", _remedy(region, what))])


def _remedy(region: Region, what: str) -> str:
    """Where else to look: in the evidence, at ids that hold the word, at the nearest ids or names."""
    if what.strip().upper() in region.evidence.citable:
        return f"It is evidence: panj evidence {what.strip().upper()}."
    named = (region.states, region.borders, region.sections, region.crossings, region.places, region.agencies)
    dated = (region.rules, region.programmes, region.events, region.flows, region.parameters, region.scenarios)
    tables: tuple[Mapping[str, Any], ...] = (*named, *dated)
    ids = [id for table in tables for id in table]
    names = [row.name for table in named for row in table.values()]
    near = [near for word in (*_spellings(region, what), what) if (near := nearest(word, [*ids, *names]))]
    holding = [id for id in ids if what.strip().lower() in id.lower()][:4]
    if holding:
        return f"These hold the word: {', '.join(map(repr, holding))}."
    if near:
        return near[0]
    return "Give the id of a state, border, section, post, place, agency, rule, programme, event or flow."


def _spellings(region: Region, what: str) -> list[str]:
    """The word as it stands, in capitals, as a border (by codes or names of its states), in small letters."""
    word = what.strip()
    codes = {state.name.casefold(): state.code for state in region.states.values()}
    try:
        border = [border_code("-".join(codes.get(part.strip().casefold(), part) for part in word.split("-")))]
    except ValueError:
        border = []
    return [word, word.upper(), *border, word.lower()]


def _names(row: Any) -> set[str]:
    """The names that a row can be asked for by."""
    words = [getattr(row, name, "") for name in ("name", "name_a", "name_b", "title")]
    return {word.casefold() for word in words if word}


__all__ = [
    "Account",
    "BorderOn",
    "Line",
    "Topic",
    "account_of",
    "agency_on",
    "border_on",
    "crossing_on",
    "event_on",
    "flow_on",
    "parameter_on",
    "place_on",
    "programme_on",
    "rule_on",
    "scenario_on",
    "section_on",
    "state_on",
    "target_on",
]
