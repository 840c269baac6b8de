"""Scenarios that ship with Central Asia: each opens, and says what its name says."""

import pytest

from panj.basics.dates import Month, first_day, last_day
from panj.region import open_region

REGION = open_region("central-asia")
FIVE = {"KZ", "KG", "TJ", "TM", "UZ"}


def given(region, state, first, last, donors=("US", "EU", "NATO")):
    """What donors deliver to a state between two months [USD], split evenly over months and recipients."""
    total = 0.0
    for programme in region.programmes.values():
        if programme.donor not in donors or state not in programme.recipients:
            continue
        for delivery in programme.deliveries:
            start, end = Month(first_day(delivery.from_)), Month(last_day(delivery.to))
            shared = min(Month(last), end) - max(Month(first), start) + 1
            total += delivery.usd / (end - start + 1) * max(0, shared) / len(programme.recipients)
    return total


@pytest.mark.parametrize("name", REGION.scenarios)
def test_every_scenario_opens_and_has_title_and_description(name):
    scenario = REGION.scenarios[name]
    assert scenario.title
    assert scenario.description
    laid = REGION.overlay(name)
    assert (laid.rules, laid.programmes, laid.events, laid.factors, laid.conditions) is not None


def test_without_the_event_help_under_way_keeps_its_rate_and_treaties_stand():
    laid = REGION.overlay("no-september-11")
    before = given(laid, "UZ", "2000-04", "2001-08") / 17
    assert given(laid, "UZ", "2001-10", "2004-06") / 33 == pytest.approx(before, rel=0.01)
    assert given(laid, "UZ", "2000-01", "2001-08") == pytest.approx(given(REGION, "UZ", "2000-01", "2001-08"), rel=0.01)
    assert given(laid, "TJ", "2001-10", "2005-12") == 0
    treaties = {id for id, event in REGION.events.items() if event.kind == "treaty"}
    assert treaties <= set(laid.events)
    assert "uz-attacks-2004" in laid.events


def test_without_the_event_nothing_before_it_is_touched():
    laid = REGION.overlay("no-september-11")
    for name, rule in REGION.rules.items():
        if name not in laid.rules:
            assert str(rule.from_) >= "2001-09" or rule.value == 0, name
    for row in REGION.conditions:
        if row.month < Month("2001-09"):
            assert row in laid.conditions, row


def test_a_bridge_that_nobody_pays_for_never_opens_and_all_others_do():
    laid = REGION.overlay("no-september-11").crossings
    for id, crossing in REGION.crossings.items():
        unpaid = id in REGION.programmes["akf-bridges"].opens
        assert (laid[id] == crossing) is not unpaid, id
        if unpaid:
            assert first_day(laid[id].closed) < first_day(crossing.opened), id


def test_without_the_event_no_attack_of_its_size_no_campaign_and_the_regime_keeps_its_ban():
    laid = REGION.overlay("no-september-11").conditions
    last = {}
    for row in sorted(laid, key=lambda row: row.month):
        if row.place == "":
            last[row.quantity] = row.value
    assert last["ban"] == 1
    assert last["regime"] == pytest.approx(0.95)
    assert "campaign" not in last
    assert max(row.value for row in laid if row.quantity == "attack") < 0.2


def test_all_five_tighten_on_every_land_line_of_theirs():
    laid = REGION.overlay("tighten-all")
    lines = {id for id, border in REGION.borders.items() if border.kind == "land" and FIVE & set(id.split("-"))}
    shut = {
        r.border for r in laid.rules.values() if r.lever == "check" and r.value == 1 and r.from_.startswith("2001-10")
    }
    assert shut == lines


@pytest.mark.parametrize("times", [1, 2, 10])
def test_western_aid_of_2005_is_a_multiple_of_that_of_2004(times):
    laid = REGION.overlay(f"russian-withdrawal-aid-{times}")
    bridge = REGION.programmes["us-panj-bridge"]
    without = given(laid, "TJ", "2005-01", "2005-12") - 7 * bridge.deliveries[0].usd / 27 / 2
    assert without == pytest.approx(times * given(REGION, "TJ", "2004-01", "2004-12"), rel=0.01)


def test_cooperation_is_as_strong_as_the_tightening_that_it_replaces():
    scenario = REGION.scenarios["cooperation-for-tightening"]
    assert len(scenario.rules) == len(scenario.drop_rules)
    for name, rule in zip(scenario.drop_rules, scenario.rules, strict=True):
        old = REGION.rules[name]
        same = ("border", "scope", "from_", "to", "value")
        assert [getattr(rule, part) for part in same] == [getattr(old, part) for part in same]
        assert rule.lever == "cooperation"


def test_mines_are_cleared_on_two_lines_and_nowhere_else():
    laid = REGION.overlay("mines-cleared").rules.values()
    left = {rule.border for rule in laid if rule.lever == "mines" and (not rule.to or str(rule.to) >= "2004")}
    assert left == {"AF-UZ"}
