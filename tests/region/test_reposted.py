"""A scenario changes who guards a stretch and with what, and the history before it stays as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from panj.basics.dates import Month, months
from panj.region import Region, RegionError, holders, open_region
from panj.region.regimes import Scenario
from panj.simulation.guards import guards

STAYS = """title = "The legion stays"
from = "2002-09"
drop_holdings = ["no-legion-so", "so-guards@fa-so-river"]
drop_strength = ["no-legion-so"]

[[holding]]
agency = "no-legion-so"
section = "fa-so-river"
side = "SO"
claims = ["T010"]
"""


@pytest.fixture
def both(copy: Path) -> tuple[Region, Region]:
    (copy / "scenarios" / "stays.toml").write_text(STAYS, "utf-8")
    region = open_region(copy)
    return region, region.overlay("stays")


def test_a_guard_that_left_stays(both: tuple[Region, Region]) -> None:
    history, laid = both
    for day, then, now in (("2002-08-31", "no-legion-so", "no-legion-so"), ("2003", "so-guards", "no-legion-so")):
        assert [row.agency for row in holders(history, "fa-so-river", "SO", day)] == [then]
        assert [row.agency for row in holders(laid, "fa-so-river", "SO", day)] == [now]


def test_nothing_before_the_date_is_touched(both: tuple[Region, Region]) -> None:
    history, laid = (guards(region).line for region in both)
    clock = months(both[0].start, both[0].end)
    begin = clock.index(Month("2002-09"))
    for name in ("staff", "equipment", "skill"):
        one, other = getattr(history, name), getattr(laid, name)
        assert np.array_equal(one[:begin], other[:begin]), name
        assert not np.array_equal(one[begin + 1 :], other[begin + 1 :]), name


def test_strength_is_pinned_where_the_scenario_breaks_its_course(tiny: Region) -> None:
    row = next(row for row in tiny.strength if row.agency == "no-guards")
    course = [
        row.model_copy(update={"date": date, "staff": staff}) for date, staff in (("2000-01", 100), ("2002-01", 340))
    ]
    scenario = Scenario.model_validate({"id": "t", "title": "t", "from": "2001-01", "drop_strength": ["no-guards"]})
    laid = replace(tiny, strength=tuple(course)).overlay(scenario).strength
    assert [(row.date, row.staff) for row in laid] == [("2000-01", 100), ("2000-12", 210)]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"no-legion-so",', '"no-legon-so",', "drop_holdings 'no-legon-so' is in no row. Nearest: 'no-legion-so'"),
        ('agency = "no-legion-so"', 'agency = "no-legion"', "agency 'no-legion' does not exist"),
        ('section = "fa-so-river"', 'section = "no-so-river"', "nobody holds it on the side of SO from 2002-09-01"),
        ('agency = "no-legion-so"', 'agency = "ea-guards"', "without strength"),
        ('claims = ["T010"]', 'claims = ["T910"]', "claim 'T910' is not in evidence/"),
    ],
)
def test_what_cannot_stand_is_a_fault(copy: Path, old: str, new: str, fault: str) -> None:
    assert old in STAYS
    (copy / "scenarios" / "stays.toml").write_text(STAYS.replace(old, new), "utf-8")
    with pytest.raises(RegionError) as refused:
        open_region(copy)
    assert fault.split(".")[0] in str(refused.value)
    assert "scenarios/stays.toml" in str(refused.value)
